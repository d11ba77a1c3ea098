//! Memory per live entity, by the growth of the process between two counts.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;

use crate::figures::{Table, resident_bytes, run, scaled, thousands};
use crate::peers::{Actix, Kameo, Peer, Ractor};
use crate::world::{World, folder, ids, on_disk, roomy};

/// Caches and pools have their size by then.
const WARM: usize = 20_000;
const CELLS: usize = 100_000;
const CALLERS: usize = 64;

/// Tells a process of its own what it measures, and where the journal is.
const KIND: &str = "BENCH_BYTES_OF";
const FOLDER: &str = "BENCH_BYTES_IN";

pub(crate) fn bytes() {
    let Ok(kind) = std::env::var(KIND) else { return each_in_its_own_process() };
    let journal = || std::env::var(FOLDER).unwrap();
    run(async move {
        match kind.as_str() {
            "fill" => fill(journal()).await,
            "hibernated" => ours(journal(), false).await,
            "active" => ours(journal(), true).await,
            "ractor" => of_peer(Ractor).await,
            "actix" => of_peer(Actix::start()).await,
            "kameo" => of_peer(Kameo).await,
            other => panic!("what is {other}?"),
        }
    });
}

fn each_in_its_own_process() {
    let folder = folder();
    let myself = std::env::current_exe().unwrap();
    let run = |kind: &str| {
        let output = Command::new(&myself).env(KIND, kind).env(FOLDER, folder.path()).output().unwrap();
        assert!(output.status.success(), "{kind}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    run("fill");
    let mut table = Table::new(&["live entity", "bytes of resident memory"]);
    table.row(&["amazoff: hibernated (state, no actor)", &run("hibernated")]);
    table.row(&["amazoff: active (state and actor)", &run("active")]);
    for peer in ["ractor", "actix", "kameo"] {
        table.row(&[peer, &run(peer)]);
    }
    table.print(&format!("Bytes per live entity, at {}", thousands(counts().1 as f64)));
}

/// Of an entity count, where the growth begins and where it ends.
fn counts() -> (usize, usize) {
    (scaled(WARM), scaled(WARM) + scaled(CELLS))
}

/// Memory once it has come to rest.
async fn settled() -> usize {
    tokio::time::sleep(Duration::from_millis(500)).await;
    resident_bytes()
}

fn print_growth(before: usize, after: usize) {
    println!("{}", thousands(after.saturating_sub(before) as f64 / scaled(CELLS) as f64));
}

/// Stores one event of each entity, so that the journal is on disk and not in the memory that is measured.
async fn fill(folder: String) {
    let world = world(&folder).await;
    work(&world, 0, counts().1, true).await;
    world.tree.stop().await;
}

async fn world(folder: &str) -> Arc<World> {
    let world = World::start(&on_disk(folder.as_ref()).await, roomy()).await;
    world.runtime.change_limits(&json!({ "memory_bytes_max": 1_u64 << 40 })).unwrap();
    Arc::new(world)
}

/// Reads entities, or gives each a command.
async fn work(world: &Arc<World>, from: usize, to: usize, commands: bool) {
    let ids = ids(to);
    let mut tasks = JoinSet::new();
    for caller in 0..CALLERS {
        let (world, ids) = (Arc::clone(world), Arc::clone(&ids));
        tasks.spawn(async move {
            for id in ids.iter().skip(from + caller).step_by(CALLERS) {
                if commands {
                    world.add(*id).await
                } else {
                    world.read(*id).await
                };
            }
        });
    }
    tasks.join_all().await;
}

async fn ours(folder: String, active: bool) {
    let world = world(&folder).await;
    let (warm, all) = counts();
    work(&world, 0, warm, active).await;
    let before = settled().await;
    work(&world, warm, all, active).await;
    print_growth(before, settled().await);
    let stats = &world.runtime.stats().domains["counter"];
    assert_eq!((stats.resident, stats.active), (all, if active { all } else { 0 }));
}

async fn of_peer<P: Peer>(peer: P) {
    let (warm, all) = counts();
    let mut actors = more(&peer, warm).await;
    let before = settled().await;
    actors.extend(more(&peer, all - warm).await);
    print_growth(before, settled().await);
}

async fn more<P: Peer>(peer: &P, count: usize) -> Vec<P::Ref> {
    let mut actors = Vec::with_capacity(count);
    for _ in 0..count {
        let actor = peer.spawn().await;
        assert_eq!(P::ask(&actor).await, 1);
        actors.push(actor);
    }
    actors
}
