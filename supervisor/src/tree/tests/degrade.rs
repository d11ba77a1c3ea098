use std::time::Duration;

use super::super::{Decision, OnExhausted, Status, SupervisorSpec, TaskError};
use super::{ChildSpec, Cue, Stage, decisions, quiet, start, status, until};

const PERIOD: Duration = Duration::from_secs(10);

async fn fail(stage: &Stage, name: &str, from: usize, times: usize) {
    for time in from..from + times {
        stage.comes(name, time).await;
        stage.cue(name, Cue::Fail);
    }
}

#[tokio::test(start_paused = true)]
async fn one_failure_too_many_ends_a_root_and_says_why() {
    let stage = Stage::new();
    let spec = SupervisorSpec::one_for_one("root").intensity(2, PERIOD);
    let tree = start(spec.child(stage.player("a")).child(stage.player("b"))).await;
    let failed = tree.failed();
    fail(&stage, "b", 1, 3).await;
    let cause = failed.await;
    assert!(cause.contains("\"b\"") && cause.contains("it failed"), "{cause}");
    assert_eq!(stage.entries("b"), 3);
    assert_eq!(stage.notes().last().unwrap(), "-a", "its children are stopped in good order");
    assert_eq!(status(&tree, ""), Status::Failed);
    assert!(decisions(&tree, "").contains(&Decision::GaveUp));
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn failures_outside_the_period_never_escalate() {
    let stage = Stage::new();
    let tree = start(SupervisorSpec::one_for_one("root").intensity(1, PERIOD).child(stage.player("a"))).await;
    for time in 1..=20 {
        stage.comes("a", time).await;
        stage.cue("a", Cue::Fail);
        stage.comes("a", time + 1).await;
        tokio::time::sleep(PERIOD).await;
    }
    assert_eq!(status(&tree, ""), Status::Running);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn each_strategy_escalates() {
    for spec in [
        SupervisorSpec::one_for_one("root"),
        SupervisorSpec::one_for_all("root"),
        SupervisorSpec::rest_for_one("root"),
    ] {
        let stage = Stage::new();
        let spec = spec.intensity(1, PERIOD);
        let tree =
            start(spec.child(stage.player("a")).child(stage.player("b")).child(stage.player("c"))).await;
        let failed = tree.failed();
        fail(&stage, "b", 1, 2).await;
        failed.await;
        for path in ["a", "c"] {
            assert_eq!(status(&tree, path), Status::Stopped, "{path}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_inner_supervisor_that_gives_up_takes_its_parent_along_once() {
    let stage = Stage::new();
    let inner = SupervisorSpec::one_for_one("inner").intensity(1, PERIOD).child(stage.player("a"));
    let middle = SupervisorSpec::one_for_one("middle").child(inner).child(stage.player("b"));
    let middle = ChildSpec::supervisor(middle).on_exhausted(OnExhausted::Degrade);
    let tree = start(SupervisorSpec::one_for_one("root").child(middle).child(stage.player("c"))).await;
    fail(&stage, "a", 1, 2).await;
    until("middle degrades", || {
        decisions(&tree, "middle").iter().any(|it| matches!(it, Decision::Degraded { .. }))
    })
    .await;
    stage.comes("b", 2).await;
    assert_eq!(stage.entries("c"), 1);
    assert_eq!(status(&tree, ""), Status::Running);
    assert_eq!(decisions(&tree, "middle/inner").iter().filter(|it| **it == Decision::GaveUp).count(), 1);
    assert_eq!(decisions(&tree, "middle").iter().filter(|it| **it == Decision::GaveUp).count(), 1);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_degraded_child_is_retried_for_ever_and_its_siblings_notice_nothing() {
    let stage = Stage::new();
    let broken = ChildSpec::task("broken", |_| async { Err::<(), TaskError>("no database".into()) })
        .on_exhausted(OnExhausted::Degrade)
        .backoff(super::super::Backoff::new(Duration::from_millis(10), Duration::from_secs(30)).steady());
    let spec = SupervisorSpec::one_for_one("root").intensity(3, PERIOD);
    let tree = start(spec.child(stage.player("a")).child(broken).child(stage.player("b"))).await;
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    let view = tree.snapshot();
    assert_eq!(view.status, Status::Running);
    let broken = view.at("broken").unwrap();
    assert_eq!(broken.status, Status::Degraded);
    assert!(broken.restarts > 100, "{}", broken.restarts);
    assert!(broken.next_restart_in_ms.unwrap() <= 30_000);
    assert_eq!(broken.last_error.as_deref(), Some("no database"));
    assert_eq!((stage.entries("a"), stage.entries("b")), (1, 1));
    assert_eq!(view.budget.unwrap().spent, 0, "a degraded child uses up nothing of its siblings' window");
    assert_eq!(tree.events().len(), 256);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_sibling_still_has_all_its_restarts_beside_a_degraded_child() {
    let stage = Stage::new();
    let spec = SupervisorSpec::one_for_one("root").intensity(2, PERIOD);
    let degrading = stage.player("a").on_exhausted(OnExhausted::Degrade);
    let tree = start(spec.child(degrading).child(stage.player("b"))).await;
    fail(&stage, "a", 1, 3).await;
    fail(&stage, "b", 1, 2).await;
    stage.comes("b", 3).await;
    assert_eq!(status(&tree, ""), Status::Running);
    quiet().await;
    assert_eq!(status(&tree, "a"), Status::Running, "it has recovered by itself");
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_restart_storm_in_one_branch_leaves_the_others_alone() {
    let stage = Stage::new();
    let storm = SupervisorSpec::one_for_one("storm").intensity(0, PERIOD).child(stage.player("a"));
    let quick = super::super::Backoff::new(Duration::from_millis(10), Duration::from_millis(100));
    let storm = ChildSpec::supervisor(storm).on_exhausted(OnExhausted::Degrade).backoff(quick);
    let calm = SupervisorSpec::one_for_one("calm").child(stage.player("b"));
    let tree = start(SupervisorSpec::one_for_one("root").child(storm).child(calm)).await;
    fail(&stage, "a", 1, 30).await;
    stage.comes("a", 31).await;
    assert_eq!(stage.entries("b"), 1);
    assert_eq!(tree.snapshot().at("calm").unwrap().restarts, 0);
    tree.stop().await;
}
