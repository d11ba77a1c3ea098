use std::time::Duration;

use super::super::{
    Backoff, ChildSpec, Decision, OnExhausted, Restart, Status, Strategy, SupervisorSpec, TreeError,
};
use super::{Cue, Stage, decisions, quiet, start, status, until};

fn three(stage: &Stage, strategy: Strategy) -> SupervisorSpec {
    let spec = SupervisorSpec::new("root", strategy);
    spec.child(stage.player("a")).child(stage.player("b")).child(stage.player("c"))
}

#[tokio::test(start_paused = true)]
async fn a_halted_child_is_stopped_in_good_order_and_stays_so_until_it_is_restarted() {
    let stage = Stage::new();
    let tree = start(three(&stage, Strategy::OneForOne).intensity(0, Duration::from_secs(10))).await;
    stage.comes("c", 1).await;
    stage.take();
    tree.halt("b").unwrap();
    quiet().await;
    assert_eq!(stage.take(), ["-b"]);
    let view = tree.snapshot();
    let b = view.at("b").unwrap();
    assert_eq!((b.status, b.halted, b.restarts, b.next_restart_in_ms), (Status::Stopped, true, 0, None));
    assert_eq!(b.last_error, None);
    assert_eq!(view.budget.unwrap().spent, 0);
    assert_eq!(decisions(&tree, "b"), [Decision::Started, Decision::Halted, Decision::Stopped]);
    let cause = tree.events().into_iter().find(|it| it.decision == Decision::Halted).unwrap().cause;
    assert_eq!(cause.as_deref(), Some("asked by an operator"));
    tree.restart("b").unwrap();
    quiet().await;
    assert_eq!(stage.take(), ["+b"]);
    let b = tree.snapshot().at("b").unwrap().clone();
    assert_eq!((b.status, b.halted), (Status::Running, false));
    stage.cue("b", Cue::Fail);
    tree.failed().await;
}

#[tokio::test(start_paused = true)]
async fn a_halted_child_takes_no_sibling_along_whatever_the_strategy() {
    for strategy in [Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne] {
        let stage = Stage::new();
        let tree = start(three(&stage, strategy)).await;
        stage.comes("c", 1).await;
        stage.take();
        tree.halt("b").unwrap();
        quiet().await;
        assert_eq!(stage.take(), ["-b"], "{strategy:?}");
        tree.stop().await;
        assert_eq!(stage.take(), ["-c", "-a"], "{strategy:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_halted_child_is_left_out_when_its_siblings_are_restarted() {
    for (strategy, notes) in [
        (Strategy::OneForAll, ["-c", "+a", "+c"].as_slice()),
        (Strategy::RestForOne, ["-c", "+a", "+c"].as_slice()),
    ] {
        let stage = Stage::new();
        let tree = start(three(&stage, strategy)).await;
        stage.comes("c", 1).await;
        tree.halt("b").unwrap();
        quiet().await;
        stage.take();
        stage.cue("a", Cue::Fail);
        quiet().await;
        assert_eq!(stage.take(), notes, "{strategy:?}, after a failure");
        assert_eq!(status(&tree, "b"), Status::Stopped);
        tree.restart("a").unwrap();
        quiet().await;
        assert_eq!(stage.take(), ["-c", "-a", "+a", "+c"], "{strategy:?}, on request");
        tree.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_that_is_halted_while_it_waits_with_others_is_left_out_of_their_restart() {
    let stage = Stage::new();
    let tree = start(three(&stage, Strategy::OneForAll)).await;
    stage.comes("c", 1).await;
    stage.take();
    stage.cue("a", Cue::Fail);
    until("all wait", || status(&tree, "c") == Status::Backoff).await;
    tree.halt("b").unwrap();
    quiet().await;
    assert_eq!(stage.take(), ["-c", "-b", "+a", "+c"]);
    assert_eq!(status(&tree, "b"), Status::Stopped);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_child_that_is_halted_while_its_siblings_restart_stops_it_stays_away() {
    let stage = Stage::new();
    let slow = ChildSpec::task("slow", |context| async move {
        context.cancel.cancelled().await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        Ok(())
    });
    let tree = start(SupervisorSpec::one_for_all("root").child(stage.player("a")).child(slow)).await;
    stage.comes("a", 1).await;
    stage.cue("a", Cue::Fail);
    tokio::time::sleep(Duration::from_secs(1)).await;
    tree.halt("slow").unwrap();
    stage.comes("a", 2).await;
    quiet().await;
    let slow = tree.snapshot().at("slow").unwrap().clone();
    assert_eq!((slow.status, slow.halted, slow.restarts), (Status::Stopped, true, 0));
    assert_eq!(decisions(&tree, "slow"), [Decision::Started, Decision::Halted, Decision::Stopped]);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_waiting_a_degraded_and_an_ended_child_can_be_halted() {
    let stage = Stage::new();
    let slow = || Backoff::new(Duration::from_secs(3_600), Duration::from_secs(3_600)).steady();
    let spec = SupervisorSpec::one_for_one("root").intensity(0, Duration::from_secs(10));
    let spec = spec.child(stage.player("degraded").backoff(slow()).on_exhausted(OnExhausted::Degrade));
    let spec = spec.child(stage.player("ended").restart(Restart::Temporary));
    let waits = SupervisorSpec::one_for_one("inner").child(stage.player("waits").backoff(slow()));
    let tree = start(spec.child(waits)).await;
    stage.comes("waits", 1).await;
    for name in ["degraded", "ended", "waits"] {
        stage.cue(name, Cue::Fail);
    }
    let paths = ["degraded", "ended", "inner/waits"];
    let all = || paths.map(|path| status(&tree, path));
    until("each is as it should be", || all() == [Status::Degraded, Status::Failed, Status::Backoff]).await;
    for path in paths {
        tree.halt(path).unwrap();
    }
    until("all are stopped", || all() == [Status::Stopped; 3]).await;
    tokio::time::sleep(Duration::from_secs(7_200)).await;
    assert_eq!(all(), [Status::Stopped; 3], "the old timers mean nothing any more");
    assert_eq!(tree.snapshot().at("inner/waits").unwrap().next_restart_in_ms, None);
    for path in paths {
        tree.restart(path).unwrap();
    }
    until("all are back", || all() == [Status::Running; 3]).await;
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_halt_outlives_the_supervisor_above() {
    let stage = Stage::new();
    let inner = SupervisorSpec::one_for_one("inner").child(stage.player("a")).child(stage.player("b"));
    let tree = start(SupervisorSpec::one_for_one("root").child(inner)).await;
    stage.comes("b", 1).await;
    tree.halt("inner/a").unwrap();
    until("a is stopped", || status(&tree, "inner/a") == Status::Stopped).await;
    tree.kill("inner").unwrap();
    stage.comes("b", 2).await;
    tree.restart("inner").unwrap();
    stage.comes("b", 3).await;
    quiet().await;
    assert_eq!((stage.entries("a"), status(&tree, "inner/a")), (1, Status::Stopped));
    tree.restart("inner/a").unwrap();
    stage.comes("a", 2).await;
    assert_eq!(stage.entries("b"), 3);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_halted_supervisor_stops_its_branch_in_reverse_and_nothing_below_it_can_be_started() {
    let stage = Stage::new();
    let inner = SupervisorSpec::one_for_one("inner").child(stage.player("a")).child(stage.player("b"));
    let tree = start(SupervisorSpec::one_for_one("root").child(inner).child(stage.player("c"))).await;
    stage.comes("c", 1).await;
    stage.take();
    tree.halt("inner").unwrap();
    quiet().await;
    assert_eq!(stage.take(), ["-b", "-a"]);
    assert_eq!(
        ["inner", "inner/a", "c"].map(|path| status(&tree, path)),
        [Status::Stopped, Status::Stopped, Status::Running]
    );
    assert_eq!(tree.restart("inner/a"), Err(TreeError::NotRunning("inner".into())));
    assert_eq!(tree.halt("inner/a"), Err(TreeError::NotRunning("inner".into())));
    tree.restart("inner").unwrap();
    quiet().await;
    assert_eq!(stage.take(), ["+a", "+b"]);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn halting_is_refused_for_the_root_and_for_what_is_not_there() {
    let stage = Stage::new();
    let tree = start(SupervisorSpec::one_for_one("root").child(stage.player("a"))).await;
    assert_eq!(tree.halt(""), Err(TreeError::Root));
    assert_eq!(tree.halt("b"), Err(TreeError::UnknownPath("b".into())));
    assert_eq!(status(&tree, "a"), Status::Running);
    tree.stop().await;
    assert_eq!(tree.halt("a"), Err(TreeError::NotRunning(String::new())));
}

#[tokio::test(start_paused = true)]
async fn halting_twice_changes_nothing_and_killing_what_is_halted_is_refused() {
    let stage = Stage::new();
    let tree = start(SupervisorSpec::one_for_one("root").child(stage.player("a"))).await;
    stage.comes("a", 1).await;
    tree.halt("a").unwrap();
    tree.halt("a").unwrap();
    quiet().await;
    tree.halt("a").unwrap();
    quiet().await;
    assert_eq!(decisions(&tree, "a"), [Decision::Started, Decision::Halted, Decision::Stopped]);
    assert_eq!(tree.kill("a"), Err(TreeError::NotRunning("a".into())));
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn of_a_halt_and_a_restart_in_quick_succession_the_last_word_counts() {
    let stage = Stage::new();
    let tree = start(SupervisorSpec::one_for_one("root").child(stage.player("a"))).await;
    stage.comes("a", 1).await;
    stage.take();
    tree.halt("a").unwrap();
    tree.restart("a").unwrap();
    quiet().await;
    assert_eq!(stage.take(), ["-a", "+a"]);
    assert_eq!(status(&tree, "a"), Status::Running);
    tree.restart("a").unwrap();
    tree.halt("a").unwrap();
    quiet().await;
    assert_eq!(stage.take(), ["-a"]);
    assert_eq!(status(&tree, "a"), Status::Stopped);
    tree.stop().await;
}
