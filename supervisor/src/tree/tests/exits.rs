use std::time::Duration;

use super::super::{Decision, Restart, Status, SupervisorSpec};
use super::{Cue, Stage, decisions, quiet, start, status, until};

#[tokio::test(start_paused = true)]
async fn a_failing_temporary_bystander_costs_its_supervisor_nothing() {
    let stage = Stage::new();
    let spec = SupervisorSpec::one_for_one("root").intensity(0, Duration::from_secs(10));
    let tree =
        start(spec.child(stage.player("a").restart(Restart::Temporary)).child(stage.player("b"))).await;
    stage.comes("a", 1).await;
    stage.cue("a", Cue::Fail);
    quiet().await;
    assert_eq!(status(&tree, ""), Status::Running);
    assert_eq!(status(&tree, "b"), Status::Running);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_text_of_an_error_and_of_a_panic_is_kept() {
    let stage = Stage::new();
    let tree = start(SupervisorSpec::one_for_one("root").child(stage.player("a"))).await;
    for (cue, times, text) in [(Cue::Fail, 1, "it failed"), (Cue::Panic, 2, "it panicked")] {
        stage.comes("a", times).await;
        stage.cue("a", cue);
        stage.comes("a", times + 1).await;
        let view = tree.snapshot();
        let error = view.at("a").unwrap().last_error.clone().unwrap();
        assert!(error.contains(text), "{error}");
    }
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn restarts_wait_longer_and_longer_and_the_log_says_so() {
    let stage = Stage::new();
    let tree = start(SupervisorSpec::one_for_one("root").child(stage.player("a"))).await;
    for times in 1..=3 {
        stage.comes("a", times).await;
        stage.cue("a", Cue::Fail);
    }
    stage.comes("a", 4).await;
    let expected = [
        Decision::Started,
        Decision::Planned { in_ms: 10 },
        Decision::Restarted,
        Decision::Planned { in_ms: 20 },
        Decision::Restarted,
        Decision::Planned { in_ms: 40 },
        Decision::Restarted,
    ];
    assert_eq!(decisions(&tree, "a"), expected);
    let view = tree.snapshot();
    let view = view.at("a").unwrap();
    assert_eq!((view.restarts, view.restarts_in_window), (3, 3));
    assert!(view.last_restart_at.is_some());
    quiet().await;
    assert_eq!(tree.snapshot().at("a").unwrap().restarts_in_window, 0);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_waiting_child_shows_when_it_will_be_back() {
    let stage = Stage::new();
    let slow = super::super::Backoff::new(Duration::from_secs(20), Duration::from_secs(20)).steady();
    let tree = start(SupervisorSpec::one_for_one("root").child(stage.player("a").backoff(slow))).await;
    stage.comes("a", 1).await;
    stage.cue("a", Cue::Fail);
    until("a waits", || status(&tree, "a") == Status::Backoff).await;
    let left = tree.snapshot().at("a").unwrap().next_restart_in_ms.unwrap();
    assert!((19_900..=20_000).contains(&left), "{left}");
    stage.comes("a", 2).await;
    assert_eq!(tree.snapshot().at("a").unwrap().next_restart_in_ms, None);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_waiting_child_does_not_keep_its_supervisor_from_restarting_others() {
    let stage = Stage::new();
    let slow = super::super::Backoff::new(Duration::from_secs(3_600), Duration::from_secs(3_600)).steady();
    let spec = SupervisorSpec::one_for_one("root").child(stage.player("a").backoff(slow));
    let tree = start(spec.child(stage.player("b"))).await;
    stage.comes("b", 1).await;
    stage.cue("a", Cue::Fail);
    until("a waits", || status(&tree, "a") == Status::Backoff).await;
    let begun = tokio::time::Instant::now();
    stage.cue("b", Cue::Fail);
    stage.comes("b", 2).await;
    assert!(begun.elapsed() < Duration::from_millis(100), "{:?}", begun.elapsed());
    assert_eq!(status(&tree, "a"), Status::Backoff);
    tree.stop().await;
}
