use std::time::Duration;

use super::super::{Backoff, Decision, Kind, Restart, Status, SupervisorSpec, TreeError};
use super::{Cue, Stage, decisions, quiet, start, status, until};

#[tokio::test(start_paused = true)]
async fn a_restart_on_request_is_orderly_and_counts_nothing() {
    let stage = Stage::new();
    let spec = SupervisorSpec::rest_for_one("root").intensity(0, Duration::from_secs(10));
    let tree = start(spec.child(stage.player("a")).child(stage.player("b")).child(stage.player("c"))).await;
    stage.comes("c", 1).await;
    stage.take();
    tree.restart("b").unwrap();
    quiet().await;
    assert_eq!(stage.take(), ["-c", "-b", "+b", "+c"]);
    assert_eq!(status(&tree, ""), Status::Running);
    assert_eq!(tree.snapshot().budget.unwrap().spent, 0);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_waiting_child_is_brought_back_at_once_on_request() {
    let stage = Stage::new();
    let slow = Backoff::new(Duration::from_secs(3_600), Duration::from_secs(3_600)).steady();
    let tree = start(SupervisorSpec::one_for_one("root").child(stage.player("a").backoff(slow))).await;
    stage.comes("a", 1).await;
    stage.cue("a", Cue::Fail);
    until("a waits", || status(&tree, "a") == Status::Backoff).await;
    tree.restart("a").unwrap();
    quiet().await;
    assert_eq!((status(&tree, "a"), stage.entries("a")), (Status::Running, 2));
    tokio::time::sleep(Duration::from_secs(7_200)).await;
    assert_eq!(stage.entries("a"), 2, "the old timer means nothing any more");
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_restart_on_request_forgets_earlier_failures() {
    let stage = Stage::new();
    let tree = start(SupervisorSpec::one_for_one("root").child(stage.player("a"))).await;
    for times in 1..=2 {
        stage.comes("a", times).await;
        stage.cue("a", Cue::Fail);
    }
    stage.comes("a", 3).await;
    tree.restart("a").unwrap();
    stage.comes("a", 4).await;
    stage.cue("a", Cue::Fail);
    stage.comes("a", 5).await;
    let planned: Vec<_> = decisions(&tree, "a")
        .into_iter()
        .filter(|it| matches!(it, Decision::Planned { in_ms } if *in_ms > 0))
        .collect();
    let expected = [10, 20, 10].map(|in_ms| Decision::Planned { in_ms });
    assert_eq!(planned, expected);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_ended_child_is_brought_back_on_request() {
    let stage = Stage::new();
    let child = stage.player("a").restart(Restart::Temporary);
    let tree = start(SupervisorSpec::one_for_one("root").child(child)).await;
    stage.comes("a", 1).await;
    stage.cue("a", Cue::Fail);
    until("a is gone", || status(&tree, "a") == Status::Failed).await;
    assert_eq!(tree.kill("a"), Err(TreeError::NotRunning("a".into())));
    tree.restart("a").unwrap();
    stage.comes("a", 2).await;
    assert_eq!(status(&tree, "a"), Status::Running);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_wrong_path_is_refused() {
    let stage = Stage::new();
    let tree = start(SupervisorSpec::one_for_one("root").child(stage.player("a"))).await;
    assert_eq!(tree.kill("b"), Err(TreeError::UnknownPath("b".into())));
    assert_eq!(tree.restart("a/b"), Err(TreeError::UnknownPath("a/b".into())));
    assert_eq!(tree.restart(""), Err(TreeError::Root));
    tree.stop().await;
    assert_eq!(tree.kill("a"), Err(TreeError::NotRunning("a".into())));
    assert_eq!(tree.restart("a"), Err(TreeError::NotRunning(String::new())));
}

#[tokio::test(start_paused = true)]
async fn a_killed_root_is_a_failed_tree() {
    let stage = Stage::new();
    let tree = start(SupervisorSpec::one_for_one("root").child(stage.player("a"))).await;
    stage.comes("a", 1).await;
    tree.kill("").unwrap();
    assert_eq!(tree.failed().await, "killed");
    assert_eq!((status(&tree, ""), status(&tree, "a")), (Status::Failed, Status::Stopped));
}

#[tokio::test(start_paused = true)]
async fn two_trees_of_the_same_shape_live_in_one_process() {
    let (one, two) = (Stage::new(), Stage::new());
    let spec = |stage: &Stage| SupervisorSpec::one_for_one("root").child(stage.player("a"));
    let (first, second) = (start(spec(&one)).await, start(spec(&two)).await);
    one.comes("a", 1).await;
    two.comes("a", 1).await;
    first.stop().await;
    assert_eq!(status(&second, "a"), Status::Running);
    second.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_view_is_json_that_operators_can_read() {
    let stage = Stage::new();
    let inner = SupervisorSpec::one_for_one("inner").child(stage.player("a"));
    let tree = start(SupervisorSpec::one_for_one("root").child(inner)).await;
    stage.comes("a", 1).await;
    tree.kill("inner/a").unwrap();
    stage.comes("a", 2).await;
    let view = tree.snapshot();
    assert_eq!(view.at("inner").unwrap().kind, Kind::Supervisor);
    let json = serde_json::to_value(&view).unwrap();
    assert_eq!(json["children"][0]["budget"]["spent"], 1);
    let task = &json["children"][0]["children"][0];
    assert_eq!(task["kind"], "task");
    assert_eq!(task["status"], "running");
    assert_eq!(task["restarts"], 1);
    assert_eq!(task["last_error"], "killed");
    assert_eq!(task["last_restart_at"], "2023-11-14T22:13:20Z");
    let expected =
        [Decision::Started, Decision::Killed, Decision::Planned { in_ms: 10 }, Decision::Restarted];
    assert_eq!(decisions(&tree, "inner/a"), expected);
    let event = serde_json::to_value(&tree.events()[4]).unwrap();
    assert_eq!(event["decision"], "planned");
    assert_eq!(event["in_ms"], 10);
    tree.stop().await;
}
