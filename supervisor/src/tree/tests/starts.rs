//! A start that takes long holds up nobody.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use futures::future::BoxFuture;
use ractor::{ActorCell, ActorId};
use tokio::time::Instant;

use super::super::{CellHost, ChildSpec, Status, Strategy, SupervisorSpec};
use super::{Cue, Stage, start, status, until};
use crate::shutdown::tests::Captured;

#[tokio::test(start_paused = true)]
async fn a_child_that_never_gets_ready_holds_up_neither_the_start_nor_the_restart_of_its_siblings() {
    for (strategy, comes) in [(Strategy::OneForOne, 1), (Strategy::OneForAll, 2), (Strategy::RestForOne, 2)] {
        let stage = Stage::new();
        let begun = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&begun);
        let stuck = ChildSpec::task("stuck", move |context| {
            counter.fetch_add(1, Ordering::SeqCst);
            async move {
                // Stands for a connection that is never accepted, or a lock that is never released.
                context.cancel.cancelled().await;
                Ok(())
            }
        });
        let spec = SupervisorSpec::new("root", strategy).child(stage.player("a")).child(stuck);
        let started = Instant::now();
        let tree = start(spec.child(stage.player("b"))).await;
        stage.comes("b", 1).await;
        stage.cue("a", Cue::Fail);
        stage.comes("a", 2).await;
        until("b is there", || stage.entries("b") == comes).await;
        assert!(
            started.elapsed() < Duration::from_millis(100),
            "TREE-1, {strategy:?}: {:?}",
            started.elapsed()
        );
        assert_eq!(begun.load(Ordering::SeqCst), comes, "{strategy:?}");
        tree.stop().await;
    }
}

#[test]
fn a_child_that_blocks_its_thread_at_its_start_does_not_keep_siblings_from_being_restarted() {
    // Real time and two threads: the start blocks until this test lets it go.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let stage = Stage::new();
        let (release, gate) = mpsc::channel::<()>();
        let gate = Arc::new(Mutex::new(gate));
        let begun = Arc::new(AtomicUsize::new(0));
        let (waits, counter) = (Arc::clone(&gate), Arc::clone(&begun));
        let blocks = ChildSpec::task("blocks", move |context| {
            counter.fetch_add(1, Ordering::SeqCst);
            // Ends when the sender is gone, also if this test fails.
            let _ = waits.lock().unwrap().recv();
            async move {
                context.cancel.cancelled().await;
                Ok(())
            }
        });
        let tree = start(SupervisorSpec::one_for_one("root").child(stage.player("a")).child(blocks)).await;
        until("it blocks", || begun.load(Ordering::SeqCst) == 1).await;
        stage.comes("a", 1).await;
        for times in 2..=4 {
            stage.cue("a", Cue::Fail);
            stage.comes("a", times).await;
        }
        assert_eq!(status(&tree, "a"), Status::Running);
        drop(release);
        tree.stop().await;
    });
}

#[tokio::test(start_paused = true)]
async fn a_whole_branch_of_slow_starters_is_up_at_once_as_far_as_its_supervisor_is_concerned() {
    let stage = Stage::new();
    let slow = |name: &str| {
        ChildSpec::task(name, |context| async move {
            tokio::time::sleep(Duration::from_secs(3_600)).await;
            context.cancel.cancelled().await;
            Ok(())
        })
    };
    let inner = SupervisorSpec::rest_for_one("inner").child(slow("a")).child(slow("b")).child(slow("c"));
    let begun = Instant::now();
    let tree = start(SupervisorSpec::one_for_one("root").child(inner).child(stage.player("d"))).await;
    stage.comes("d", 1).await;
    assert!(begun.elapsed() < Duration::from_millis(100));
    tree.kill("inner").unwrap();
    until("it is back", || status(&tree, "inner/c") == Status::Running).await;
    assert!(begun.elapsed() < Duration::from_secs(1));
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_host_that_holds_up_its_supervisor_is_reported() {
    struct Host(Duration);
    impl CellHost for Host {
        fn name(&self) -> &str {
            "slow"
        }
        fn opened(&self, _supervisor: ActorCell) {
            std::thread::sleep(self.0);
        }
        fn closed(&self, _retry_after: Duration) {}
        fn cell_ended(&self, _actor: ActorId, _cause: Option<String>) {}
        fn restart_cell(&self, _actor: ActorId) {}
        fn stop(&self) -> BoxFuture<'_, ()> {
            Box::pin(async {})
        }
        fn stats(&self) -> serde_json::Value {
            serde_json::Value::Null
        }
    }
    let (log, _guard) = Captured::begin();
    let slow = ChildSpec::domain(Arc::new(Host(Duration::from_millis(60))));
    let tree = start(SupervisorSpec::one_for_one("root").child(slow)).await;
    let told =
        |line: &String| line.contains("WARN") && line.contains("domain \"slow\" has held up its supervisor");
    assert_eq!(log.lines().iter().filter(|line| told(line)).count(), 1, "{:?}", log.lines());
    tree.stop().await;
}
