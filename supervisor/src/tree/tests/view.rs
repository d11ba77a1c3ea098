//! What operators see, state by state.

use std::time::Duration;

use super::super::{Backoff, Budget, ChildSpec, OnExhausted, Restart, Status, SupervisorSpec, TreeView};
use super::{Cue, Stage, quiet, start, status, until};

const PERIOD: Duration = Duration::from_secs(10);

/// Status, restarts, restarts in the window, last error, whether it was restarted ever, wait.
type Row<'a> = (Status, u64, usize, Option<&'a str>, bool, Option<u64>);

fn row(node: &TreeView) -> Row<'_> {
    let again = node.last_restart_at.is_some();
    let error = node.last_error.as_deref();
    (node.status, node.restarts, node.restarts_in_window, error, again, node.next_restart_in_ms)
}

fn waits(seconds: u64) -> Backoff {
    Backoff::new(Duration::from_secs(seconds), Duration::from_secs(seconds)).steady()
}

#[tokio::test(start_paused = true)]
async fn a_child_looks_as_it_is_in_every_state_of_its_life() {
    let stage = Stage::new();
    let child = stage.player("a").backoff(waits(2)).on_exhausted(OnExhausted::Degrade);
    let tree = start(SupervisorSpec::one_for_one("root").intensity(1, PERIOD).child(child)).await;
    let look = || tree.snapshot().at("a").unwrap().clone();
    stage.comes("a", 1).await;
    assert_eq!(row(&look()), (Status::Running, 0, 0, None, false, None));
    assert_eq!(look().budget, None, "a task bears nothing");

    stage.cue("a", Cue::Fail);
    until("it waits", || status(&tree, "a") == Status::Backoff).await;
    let view = look();
    assert!((1_990..=2_000).contains(&view.next_restart_in_ms.unwrap()), "{view:?}");
    assert_eq!(row(&view), (Status::Backoff, 0, 0, Some("it failed"), false, view.next_restart_in_ms));

    stage.comes("a", 2).await;
    assert_eq!(row(&look()), (Status::Running, 1, 1, Some("it failed"), true, None));

    stage.cue("a", Cue::Panic);
    until("it is degraded", || status(&tree, "a") == Status::Degraded).await;
    let view = look();
    let error = view.last_error.clone().unwrap();
    assert!(error.contains("it panicked"), "{error}");
    assert_eq!(row(&view), (Status::Degraded, 1, 1, Some(error.as_str()), true, view.next_restart_in_ms));
    assert!(view.next_restart_in_ms.is_some_and(|left| left <= 2_000));

    stage.comes("a", 3).await;
    assert_eq!(row(&look()), (Status::Running, 2, 2, Some(error.as_str()), true, None));
    quiet().await;
    assert_eq!(
        row(&look()),
        (Status::Running, 2, 0, Some(error.as_str()), true, None),
        "it slid out of the window"
    );

    tree.halt("a").unwrap();
    quiet().await;
    assert_eq!(row(&look()), (Status::Stopped, 2, 0, Some(error.as_str()), true, None));
    tree.stop().await;
    assert_eq!(row(&look()), (Status::Stopped, 2, 0, Some(error.as_str()), true, None));
}

#[tokio::test(start_paused = true)]
async fn children_that_ended_and_stay_away_say_how() {
    let stage = Stage::new();
    let spec = SupervisorSpec::one_for_one("root");
    let spec = spec.child(stage.player("finished").restart(Restart::Transient));
    let tree = start(spec.child(stage.player("failed").restart(Restart::Temporary))).await;
    stage.comes("failed", 1).await;
    stage.cue("finished", Cue::Finish);
    stage.cue("failed", Cue::Fail);
    quiet().await;
    let view = tree.snapshot();
    assert_eq!(row(view.at("finished").unwrap()), (Status::Stopped, 0, 0, None, false, None));
    assert_eq!(row(view.at("failed").unwrap()), (Status::Failed, 0, 0, Some("it failed"), false, None));
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_supervisor_shows_what_it_has_borne_and_a_new_one_begins_at_nothing() {
    let stage = Stage::new();
    let inner = SupervisorSpec::one_for_one("inner").intensity(2, PERIOD).child(stage.player("a"));
    let tree = start(SupervisorSpec::one_for_one("root").intensity(7, PERIOD * 2).child(inner)).await;
    let budget = |path: &str| tree.snapshot().at(path).unwrap().budget.unwrap();
    let of_inner = |spent| Budget { spent, restarts_max: 2, period_ms: 10_000 };
    stage.comes("a", 1).await;
    assert_eq!(budget("inner"), of_inner(0));
    for times in 2..=3 {
        stage.cue("a", Cue::Fail);
        stage.comes("a", times).await;
    }
    assert_eq!(budget("inner"), of_inner(2));
    tree.kill("inner").unwrap();
    stage.comes("a", 4).await;
    assert_eq!(budget("inner"), of_inner(0), "a new supervisor has a new window");
    assert_eq!(budget(""), Budget { spent: 1, restarts_max: 7, period_ms: 20_000 });
    quiet().await;
    assert_eq!(budget(""), Budget { spent: 0, restarts_max: 7, period_ms: 20_000 });
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn after_an_escalation_everything_shows_its_end_and_nothing_seems_to_wait() {
    let stage = Stage::new();
    let spec = SupervisorSpec::one_for_one("root").intensity(1, PERIOD).child(stage.player("well"));
    let spec = spec.child(stage.player("waits").backoff(waits(3_600)));
    let tree = start(spec.child(stage.player("culprit"))).await;
    stage.comes("culprit", 1).await;
    stage.cue("waits", Cue::Fail);
    until("it waits", || status(&tree, "waits") == Status::Backoff).await;
    stage.cue("culprit", Cue::Fail);
    let cause = tree.failed().await;
    let view = tree.snapshot();
    assert_eq!(cause, "\"culprit\" used up its restarts: it failed");
    assert_eq!(row(&view), (Status::Failed, 0, 0, Some(cause.as_str()), false, None));
    assert_eq!(view.budget.unwrap().spent, 2, "one more than it bears");
    assert_eq!(row(view.at("well").unwrap()), (Status::Stopped, 0, 0, None, false, None));
    assert_eq!(row(view.at("waits").unwrap()), (Status::Stopped, 0, 0, Some("it failed"), false, None));
    assert_eq!(row(view.at("culprit").unwrap()), (Status::Failed, 0, 0, Some("it failed"), false, None));
}

#[tokio::test(start_paused = true)]
async fn a_branch_that_gave_up_and_degrades_shows_the_wait_and_its_children_stopped() {
    let stage = Stage::new();
    let inner = SupervisorSpec::one_for_one("inner").intensity(0, PERIOD).child(stage.player("a"));
    let inner = ChildSpec::supervisor(inner.child(stage.player("b")));
    let inner = inner.on_exhausted(OnExhausted::Degrade).backoff(waits(20));
    let tree = start(SupervisorSpec::one_for_one("root").child(inner)).await;
    stage.comes("b", 1).await;
    stage.cue("a", Cue::Fail);
    until("it is degraded", || status(&tree, "inner") == Status::Degraded).await;
    let view = tree.snapshot();
    let inner = view.at("inner").unwrap();
    let cause = Some("\"a\" used up its restarts: it failed");
    assert_eq!(row(inner), (Status::Degraded, 0, 0, cause, false, inner.next_restart_in_ms));
    assert!(inner.next_restart_in_ms.is_some_and(|left| (19_900..=20_000).contains(&left)));
    assert_eq!(view.at("inner/a").unwrap().status, Status::Failed, "who did it");
    assert_eq!(view.at("inner/b").unwrap().status, Status::Stopped);
    stage.comes("b", 2).await;
    let view = tree.snapshot();
    assert_eq!(row(view.at("inner").unwrap()), (Status::Running, 1, 1, cause, true, None));
    assert_eq!(view.at("inner/a").unwrap().status, Status::Running);
    assert_eq!(view.at("inner").unwrap().budget.unwrap().spent, 0);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_stopped_tree_shows_nothing_that_waits() {
    let stage = Stage::new();
    let tree =
        start(SupervisorSpec::one_for_one("root").child(stage.player("a").backoff(waits(3_600)))).await;
    stage.comes("a", 1).await;
    stage.cue("a", Cue::Fail);
    until("it waits", || status(&tree, "a") == Status::Backoff).await;
    tree.stop().await;
    let view = tree.snapshot();
    assert_eq!(row(&view), (Status::Stopped, 0, 0, None, false, None));
    assert_eq!(row(view.at("a").unwrap()), (Status::Stopped, 0, 0, Some("it failed"), false, None));
}
