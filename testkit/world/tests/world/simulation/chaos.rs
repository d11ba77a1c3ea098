//! What happens to the shop beside its shoppers: killed nodes, crashes, clocks that jump.

use std::sync::Arc;
use std::time::Duration;

use amazoff_actors::tree::DOMAINS;
use amazoff_testkit::faults::Kind;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::shopper::Mall;

pub(crate) const CRASH: Kind = Kind::Other("crash and boot");
pub(crate) const RESTART: Kind = Kind::Other("restart in good order");
pub(crate) const KILL: Kind = Kind::Other("node killed");
pub(crate) const JUMP: Kind = Kind::Other("clock jumped");

const HOUR_MS: i64 = 3_600_000;

/// Nodes of the tree, all but the root.
fn nodes() -> Vec<String> {
    let services = ["lane-0", "outbox", "reminders", "projections", "housekeeping"];
    let services = services.iter().map(|name| format!("persistence/{name}"));
    let domains = DOMAINS.iter().map(|name| format!("shop/{name}"));
    let groups = ["persistence", "shop", "compute", "compute/passwords"].map(str::to_owned);
    services.chain(domains).chain(groups).collect()
}

/// Goes on for ever.
pub(crate) async fn rage(mall: Arc<Mall>, seed: u64) {
    let mut draws = StdRng::seed_from_u64(seed);
    let nodes = nodes();
    let world = &mall.world;
    let first_crash = draws.random_range(3..12);
    for turn in 0_u32.. {
        tokio::time::sleep(Duration::from_millis(draws.random_range(100..2_500))).await;
        match draws.random_range(0..100) {
            _ if turn == first_crash => crash(&mall).await,
            0..60 => {
                let node = &nodes[draws.random_range(0..nodes.len())];
                if world.machine().tree.kill(node).is_ok() {
                    world.plan.made(KILL);
                }
            }
            60..85 => {
                world.plan.made(JUMP);
                world.clock.jump_ms(draws.random_range(-HOUR_MS..HOUR_MS));
            }
            85..95 => crash(&mall).await,
            _ => {
                world.plan.made(RESTART);
                world.restart().await;
            }
        }
    }
}

pub(crate) async fn crash(mall: &Mall) {
    mall.world.plan.made(CRASH);
    mall.world.crash().await;
}
