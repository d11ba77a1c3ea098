//! The entity in the runtime: it crashes, is replayed, and is woken by its reminder.

use std::sync::Arc;
use std::time::Duration;

use amazoff_persistence::{AppendFailure, MemoryStore};
use amazoff_supervisor::tree::{ChildSpec, SupervisorSpec, TreeHandle};
use amazoff_supervisor::{
    Assembly, CellLimits, Clock, CommandId, Directory, Envelope, Ports, Principal, Timestamp,
};
use tokio::time::Instant;
use uuid::Uuid;

use crate::parking::{Command, Parking};

/// Follows tokio's paused time, so that reminders and sleeps agree.
struct TokioClock(Instant);

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(1_767_225_600_000).plus(self.0.elapsed())
    }
}

/// A process over a store. A second one over the same store is what comes after a crash.
async fn process(store: &MemoryStore, began: Instant) -> (Directory<Parking>, TreeHandle) {
    let mut assembly = Assembly::new(&Ports {
        journal: store.journal(),
        documents: store.documents(),
        clock: Arc::new(TokioClock(began)),
        shards: store.take_all("test"),
        keys: store.key_table(),
        audit: store.audit(),
    });
    let places = assembly.directory::<Parking>(CellLimits::default());
    assembly.register(&places);
    let runtime = assembly.finish();
    let mut tree = SupervisorSpec::one_for_one("test");
    for lane in runtime.lanes() {
        tree = tree.child(lane);
    }
    let tree = tree.child(runtime.reminders()).child(ChildSpec::domain(places.host()));
    (places, TreeHandle::start(tree).await.unwrap())
}

fn click(name: &str) -> Envelope {
    let id = CommandId::derived(&[name.as_bytes()]);
    Envelope::new(id, Principal::Guest, Duration::from_secs(5))
}

#[tokio::test(start_paused = true)]
async fn what_was_paid_outlives_the_process() {
    let (store, began, id) = (MemoryStore::new(), Instant::now(), Uuid::from_u128(1));
    let (places, tree) = process(&store, began).await;
    let paid = places.execute(id, Command::Pay { minutes: 30 }, click("coin")).await.unwrap();
    tree.kill("").unwrap(); // as a crash would: nothing is asked, nothing is saved

    let (places, _tree) = process(&store, began).await;
    let place = places.read(id).await.unwrap().unwrap();
    assert_eq!(place.state.until, paid.reply);
    // The shopper heard nothing and clicks again: the same coin is not taken twice.
    let again = places.execute(id, Command::Pay { minutes: 30 }, click("coin")).await.unwrap();
    assert!(again.replayed);
    assert_eq!(again.reply, paid.reply);
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_nobody_heard_of_is_found() {
    let (store, id) = (MemoryStore::new(), Uuid::from_u128(1));
    let (places, _tree) = process(&store, Instant::now()).await;
    store.fail_next(AppendFailure::LostAfter);
    places.execute(id, Command::Pay { minutes: 30 }, click("coin")).await.unwrap();
    assert_eq!(places.read(id).await.unwrap().unwrap().version.0, 1);
}

#[tokio::test(start_paused = true)]
async fn who_stays_too_long_is_fined_once_even_when_nothing_runs_at_that_moment() {
    let (store, began, id) = (MemoryStore::new(), Instant::now(), Uuid::from_u128(1));
    let (places, tree) = process(&store, began).await;
    places.execute(id, Command::Pay { minutes: 30 }, click("coin")).await.unwrap();
    tree.stop().await;
    tokio::time::sleep(Duration::from_secs(3_600)).await; // costs nothing: the clock jumps

    let (places, _tree) = process(&store, began).await;
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    assert_eq!(places.read(id).await.unwrap().unwrap().state.fines, 1);
}
