use std::time::Duration;

use tokio::time::Instant;

use super::super::{Backoff, Restart, Status, SupervisorSpec};
use super::{Cue, Stage, quiet, start, status, until};

/// Starts a, b and c, lets b fail, and returns what happened then.
async fn b_fails(spec: SupervisorSpec) -> Vec<String> {
    let stage = Stage::new();
    let tree = start(spec.child(stage.player("a")).child(stage.player("b")).child(stage.player("c"))).await;
    stage.comes("c", 1).await;
    assert_eq!(stage.take(), ["+a", "+b", "+c"]);
    stage.cue("b", Cue::Fail);
    quiet().await;
    let notes = stage.take();
    for path in ["", "a", "b", "c"] {
        assert_eq!(status(&tree, path), Status::Running, "{path}");
    }
    tree.stop().await;
    notes
}

#[tokio::test(start_paused = true)]
async fn one_for_one_restarts_the_failed_child_only() {
    assert_eq!(b_fails(SupervisorSpec::one_for_one("root")).await, ["+b"]);
}

#[tokio::test(start_paused = true)]
async fn one_for_all_stops_the_others_in_reverse_and_starts_all_in_order() {
    assert_eq!(b_fails(SupervisorSpec::one_for_all("root")).await, ["-c", "-a", "+a", "+b", "+c"]);
}

#[tokio::test(start_paused = true)]
async fn rest_for_one_takes_along_those_declared_later() {
    assert_eq!(b_fails(SupervisorSpec::rest_for_one("root")).await, ["-c", "+b", "+c"]);
}

#[tokio::test(start_paused = true)]
async fn a_group_restart_brings_back_finished_transients_but_no_temporaries() {
    let stage = Stage::new();
    let spec = SupervisorSpec::one_for_all("root")
        .child(stage.player("transient").restart(Restart::Transient))
        .child(stage.player("temporary").restart(Restart::Temporary))
        .child(stage.player("permanent"));
    let tree = start(spec).await;
    stage.comes("permanent", 1).await;
    stage.cue("transient", Cue::Finish);
    quiet().await;
    stage.take();
    stage.cue("permanent", Cue::Fail);
    quiet().await;
    assert_eq!(stage.take(), ["-temporary", "+transient", "+permanent"]);
    assert_eq!(status(&tree, "temporary"), Status::Stopped);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_earlier_child_that_fails_while_later_ones_wait_widens_the_restart() {
    let stage = Stage::new();
    let spec = SupervisorSpec::rest_for_one("root");
    let tree = start(spec.child(stage.player("a")).child(stage.player("b")).child(stage.player("c"))).await;
    stage.comes("c", 1).await;
    stage.take();
    stage.cue("c", Cue::Fail);
    stage.cue("a", Cue::Fail);
    quiet().await;
    assert_eq!(stage.take(), ["-b", "+a", "+b", "+c"]);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_widened_restart_waits_for_the_longest_backoff_of_its_failures() {
    let steady = |wait: u64| Backoff::new(Duration::from_secs(wait), Duration::from_secs(wait)).steady();
    for (first, second) in [(1, 20), (20, 1)] {
        let stage = Stage::new();
        let (a, b) = (stage.player("a").backoff(steady(second)), stage.player("b").backoff(steady(first)));
        let tree = start(SupervisorSpec::rest_for_one("root").child(a).child(b)).await;
        stage.comes("b", 1).await;
        stage.cue("b", Cue::Fail);
        until("b waits", || status(&tree, "b") == Status::Backoff).await;
        let begun = Instant::now();
        stage.cue("a", Cue::Fail);
        stage.comes("b", 2).await;
        assert!(begun.elapsed() > Duration::from_secs(19), "{:?}", begun.elapsed());
        tree.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn all_children_that_fail_at_once_are_restarted_once() {
    let stage = Stage::new();
    let spec = SupervisorSpec::one_for_all("root").intensity(1, Duration::from_secs(10));
    let tree = start(spec.child(stage.player("a")).child(stage.player("b"))).await;
    stage.comes("b", 1).await;
    stage.take();
    stage.cue("a", Cue::Panic);
    stage.cue("b", Cue::Panic);
    quiet().await;
    assert_eq!(stage.take(), ["+a", "+b"]);
    assert_eq!(status(&tree, ""), Status::Running);
    tree.stop().await;
}
