//! A check in the middle of everything finds nothing: whatever is under way is part of the moment.

#[cfg(feature = "fault-points")]
mod late;
mod life;
mod planted;

use std::time::Duration;

use amazoff_supervisor::{AuditNote, Clock as _, EntityId};
use amazoff_world::{World, paused};
use futures::future::{Either, join_all, select};

/// Checks that must have met a busy shop.
const CHECKS_MIN: usize = 20;
/// Checks while everybody is at it.
const BUSY_CHECKS: usize = 80;
/// Checks before the power is cut.
const CRASH_AFTER: usize = 15;

#[test]
fn at_no_moment_of_a_busy_shop_anything_is_found() {
    paused(async {
        let world = World::start().await;
        let shelves = [world.stock(1_999, 40).await, world.stock(2_500, 3).await];
        let shoppers = ["tok_ok", "tok_decline", "tok_action", "tok_stall", "tok_lost", "tok_unheard"];
        let mut carts = Vec::new();
        for _ in 0..18 {
            carts.push(world.full_cart(&[(shelves[0], 1), (shelves[1], 1)]).await);
        }
        let shopping = join_all(carts.into_iter().enumerate().map(async |(number, cart)| {
            tokio::time::sleep(Duration::from_millis(11 * u64::try_from(number).unwrap())).await;
            drop(world.complete(cart, shoppers[number % shoppers.len()]).await);
        }));
        let mut shopping = std::pin::pin!(shopping);
        let mut checks = 0;
        loop {
            // Whoever lost an answer in the crash waits for it half a minute: that is not watched so closely.
            let pause = Duration::from_millis(if checks < BUSY_CHECKS { 3 } else { 1_000 });
            let pause = std::pin::pin!(tokio::time::sleep(pause));
            let over = matches!(select(&mut shopping, pause).await, Either::Left(_));
            let note = AuditNote {
                at: world.clock.now(),
                actor: "ann".to_owned(),
                action: "limits-change".to_owned(),
                subject: "runtime".to_owned(),
                detail: "{}".to_owned(),
            };
            world.store().audit().append(&note).await.unwrap();
            let report = world.check().await;
            assert!(report.is_sound(), "after {checks} checks: {:#?}", report.findings);
            assert!(report.events > 0 && report.entities > 0);
            checks += 1;
            if checks == CRASH_AFTER {
                // Whoever was asking gets no answer; the shop goes on.
                world.crash().await;
            }
            if over {
                break;
            }
        }
        assert!(checks >= CHECKS_MIN, "only {checks} checks");
        world.pass_patience().await;
        let report = world.check().await;
        assert_eq!(report.findings, []);
        assert!(report.documents >= 3, "{} documents", report.documents);
    });
}

/// Every domain's entities can be shown as they were; another kind is nobody's.
#[test]
fn entities_of_every_domain_can_be_shown_as_they_were() {
    paused(async {
        let world = World::start().await;
        let of = |kind: &'static str| EntityId::new(kind, uuid::Uuid::from_u128(7));
        for kind in amazoff_actors::tree::DOMAINS {
            let past = amazoff_fsck::past(&*world.journal(), &of(kind), None).await.unwrap();
            assert_eq!(past.map(|past| past.version), Some(0), "{kind}");
        }
        assert!(amazoff_fsck::past(&*world.journal(), &of("ghost"), None).await.unwrap().is_none());
    });
}
