use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::super::{ChildSpec, Decision, Status, SupervisorSpec};
use super::{Cue, Stage, decisions, ends_within, quiet, start, status, until};

/// A task that ignores its cancellation.
fn deaf(name: &str) -> ChildSpec {
    ChildSpec::task(name, |_| std::future::pending())
}

#[tokio::test(start_paused = true)]
async fn nested_children_start_in_order_and_stop_in_reverse() {
    let stage = Stage::new();
    let inner = SupervisorSpec::one_for_one("inner").child(stage.player("b")).child(stage.player("c"));
    let spec =
        SupervisorSpec::one_for_one("root").child(stage.player("a")).child(inner).child(stage.player("d"));
    let tree = start(spec).await;
    stage.comes("d", 1).await;
    assert_eq!(stage.take(), ["+a", "+b", "+c", "+d"]);
    assert!(ends_within(Duration::from_secs(1), tree.stop()).await);
    assert_eq!(stage.take(), ["-d", "-c", "-b", "-a"]);
    for path in ["", "a", "inner", "inner/b", "inner/c", "d"] {
        assert_eq!(status(&tree, path), Status::Stopped, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_that_exceeds_its_shutdown_time_is_killed() {
    let stage = Stage::new();
    let limit = Duration::from_secs(7);
    let spec =
        SupervisorSpec::one_for_one("root").child(stage.player("a")).child(deaf("deaf").shutdown(limit));
    let tree = start(spec).await;
    stage.comes("a", 1).await;
    let begun = Instant::now();
    tree.stop().await;
    assert!((limit..limit + Duration::from_millis(100)).contains(&begun.elapsed()), "{:?}", begun.elapsed());
    assert_eq!(decisions(&tree, "deaf"), [Decision::Started, Decision::Killed]);
    assert_eq!(decisions(&tree, "a"), [Decision::Started, Decision::Stopped]);
}

#[tokio::test(start_paused = true)]
async fn a_supervisor_that_exceeds_its_own_time_is_killed_with_its_children() {
    let inner = ChildSpec::supervisor(SupervisorSpec::one_for_one("inner").child(deaf("deaf")));
    let tree = start(SupervisorSpec::one_for_one("root").child(inner.shutdown(Duration::from_secs(1)))).await;
    let begun = Instant::now();
    tree.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(status(&tree, "inner/deaf"), Status::Stopped);
}

#[tokio::test(start_paused = true)]
async fn a_second_stop_waits_for_the_first() {
    let tree = start(SupervisorSpec::one_for_one("root").child(deaf("deaf"))).await;
    let begun = Instant::now();
    tokio::join!(tree.stop(), tree.stop());
    assert!(begun.elapsed() >= Duration::from_secs(5));
    tree.stop().await;
    assert!(
        !ends_within(Duration::from_secs(60), {
            let failed = tree.failed();
            async {
                failed.await;
            }
        })
        .await
    );
}

#[tokio::test(start_paused = true)]
async fn a_slow_stop_of_a_sibling_does_not_block_the_supervisor() {
    let stage = Stage::new();
    let inner = SupervisorSpec::rest_for_one("inner").child(stage.player("a")).child(stage.player("b"));
    let inner = inner.child(deaf("deaf").shutdown(Duration::from_secs(3_000)));
    let tree = start(SupervisorSpec::one_for_one("root").child(inner)).await;
    stage.comes("b", 1).await;
    stage.cue("b", Cue::Fail);
    until("b is being restarted", || status(&tree, "inner/b") == Status::Backoff).await;
    // The supervisor is waiting for the deaf child, yet it notices this at once.
    stage.cue("a", Cue::Fail);
    let begun = Instant::now();
    until("a's failure is dealt with", || status(&tree, "inner/a") == Status::Backoff).await;
    assert!(begun.elapsed() < Duration::from_millis(100), "TREE-1");
}

#[tokio::test(start_paused = true)]
async fn what_a_task_has_spawned_sees_the_token_cancelled_when_the_task_dies() {
    let ended = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&ended);
    let spec = SupervisorSpec::one_for_one("root").child(ChildSpec::task("a", move |context| {
        let (cancel, ended) = (context.cancel.clone(), Arc::clone(&seen));
        crate::task::spawn_guarded("helper", async move {
            cancel.cancelled().await;
            ended.fetch_add(1, Ordering::SeqCst);
        });
        std::future::pending()
    }));
    let tree = start(spec).await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    tree.kill("a").unwrap();
    until("the helper ends", || ended.load(Ordering::SeqCst) == 1).await;
    tree.stop().await;
}

#[test]
fn a_killed_supervisor_comes_back_only_when_its_last_task_has_ended() {
    // Real time and two threads: the killed task is stuck in code that does not await.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let alive = Arc::new(AtomicUsize::new(0));
        let (most, starts) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counters = (Arc::clone(&alive), Arc::clone(&most), Arc::clone(&starts));
        let inner = SupervisorSpec::one_for_one("inner").child(ChildSpec::task("stuck", move |context| {
            let (alive, most, starts) = counters.clone();
            async move {
                most.fetch_max(alive.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                if starts.fetch_add(1, Ordering::SeqCst) == 0 {
                    std::thread::sleep(Duration::from_millis(400));
                } else {
                    context.cancel.cancelled().await;
                }
                alive.fetch_sub(1, Ordering::SeqCst);
                std::future::pending().await
            }
        }));
        let tree = start(SupervisorSpec::one_for_one("root").child(inner)).await;
        until("it runs", || starts.load(Ordering::SeqCst) == 1).await;
        tree.kill("inner").unwrap();
        until("it runs again", || starts.load(Ordering::SeqCst) == 2).await;
        assert_eq!(most.load(Ordering::SeqCst), 1, "TREE-2");
    });
}

#[tokio::test(start_paused = true)]
async fn a_killed_supervisor_comes_back_with_all_its_children() {
    let stage = Stage::new();
    let inner = SupervisorSpec::one_for_one("inner").child(stage.player("a")).child(stage.player("b"));
    let tree = start(SupervisorSpec::one_for_one("root").child(inner)).await;
    stage.comes("b", 1).await;
    tree.kill("inner").unwrap();
    stage.comes("b", 2).await;
    quiet().await;
    assert_eq!((stage.entries("a"), stage.entries("b")), (2, 2));
    assert_eq!(tree.snapshot().at("inner").unwrap().restarts, 1);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_end_of_an_incarnation_is_brought_about_and_reported_once_however_many_ask_for_it() {
    let slow = ChildSpec::task("slow", |context| async move {
        context.cancel.cancelled().await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        Ok(())
    });
    let tree = start(SupervisorSpec::one_for_one("root").child(slow)).await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    for _ in 0..3 {
        tree.restart("slow").unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    quiet().await;
    let ends = decisions(&tree, "slow").into_iter().filter(|it| *it == Decision::Stopped).count();
    assert_eq!((ends, status(&tree, "slow")), (1, Status::Running));
    tree.stop().await;
}
