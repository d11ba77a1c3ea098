//! The cases of OTP's `supervisor_SUITE`, by their names there.
//!
//! | there | here |
//! |---|---|
//! | `sup_start_normal`, `tree` | `order::nested_children_start_in_order_and_stop_in_reverse` |
//! | `sup_start_ignore_child` | `a_child_that_has_nothing_to_do_is_stopped_and_nothing_counts` |
//! | `sup_start_error_return` | `a_first_start_that_fails_is_tried_again_and_the_tree_is_up`, `cells::a_domain_that_cannot_open_is_tried_again` |
//! | `sup_start_fail` (init panics) | `a_child_that_panics_before_it_has_a_future_is_tried_again` |
//! | `child_specs`, `sup_flags`, `duplicates` | `specs` |
//! | `sup_stop_infinity` | `a_child_without_a_limit_is_waited_for` |
//! | `sup_stop_timeout` | `order::a_child_that_exceeds_its_shutdown_time_is_killed` |
//! | `sup_stop_brutal_kill` | `a_child_that_gets_no_time_is_killed_unasked` |
//! | `permanent_*`, `transient_*`, `temporary_*` | `matrix` |
//! | `one_for_one`, `one_for_all`, `rest_for_one` | `strategies`, `matrix` |
//! | `*_escalation` | `degrade::each_strategy_escalates` |
//! | `*_other_child_fails_restart` | `another_child_that_fails_during_the_restart_is_restarted_as_well`, the scripts in `tests/erlang` |
//! | `multiple_restarts` | `restarts_that_fail_count_each_until_it_is_too_much` |
//! | `temporary_bystander` | `a_temporary_bystander_of_a_restart_goes_and_stays_away`, `exits::a_failing_temporary_bystander_costs_its_supervisor_nothing` |
//! | `hanging_restart_loop*` | `an_endless_restart_loop_can_be_watched_halted_and_stopped` |
//! | `count_children` | `the_view_counts_the_children` |
//! | `scale_start_stop_many_children`, `*_scale_many_temporary_children` | `ten_thousand_temporary_children_come_and_go`, `cells::ten_thousand_cells_come_and_go_without_a_trace` |
//! | `simple_one_for_one*`, `dynamic_*` | `cells`: what comes and goes is a cell of a domain |
//! | `significant_*`, `auto_shutdown*` | absent, see `docs/supervision.md` |
//! | `code_change*`, `child_unlink`, `start_child`, `delete_child` | absent: lines do not change at run time, and a task never sees its actor |

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::super::{
    Backoff, ChildSpec, Decision, Kind, Restart, Status, SupervisorSpec, TaskContext, TreeView,
};
use super::{Cue, Stage, decisions, quiet, start, status, until};

const MS: Duration = Duration::from_millis(1);

/// A task whose first `fails` starts return an error; it notes the others.
fn reluctant(stage: &Stage, name: &'static str, fails: std::ops::Range<usize>) -> ChildSpec {
    let (stage, starts) = (stage.clone(), Arc::new(AtomicUsize::new(0)));
    ChildSpec::task(name, move |context| {
        let (stage, number) = (stage.clone(), starts.fetch_add(1, Ordering::SeqCst));
        let fails = fails.contains(&number);
        async move { if fails { Err("not yet".into()) } else { stage.play(name, context).await } }
    })
    .backoff(Backoff::new(MS * 10, MS * 10).steady())
}

#[tokio::test(start_paused = true)]
async fn a_child_that_has_nothing_to_do_is_stopped_and_nothing_counts() {
    let idle = ChildSpec::task("idle", |_| async { Ok(()) }).restart(Restart::Transient);
    let tree = start(SupervisorSpec::one_for_one("root").intensity(0, MS).child(idle)).await;
    quiet().await;
    assert_eq!((status(&tree, "idle"), status(&tree, "")), (Status::Stopped, Status::Running));
    assert_eq!(decisions(&tree, "idle"), [Decision::Started, Decision::Finished]);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_first_start_that_fails_is_tried_again_and_the_tree_is_up() {
    let stage = Stage::new();
    let spec = SupervisorSpec::one_for_one("root").child(reluctant(&stage, "a", 0..2));
    let tree = start(spec.child(stage.player("b"))).await;
    stage.comes("a", 1).await;
    assert_eq!(stage.notes(), ["+b", "+a"]);
    let view = tree.snapshot();
    assert_eq!(view.at("a").unwrap().last_error.as_deref(), Some("not yet"));
    assert_eq!(view.budget.unwrap().spent, 2);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_child_that_panics_before_it_has_a_future_is_tried_again() {
    let stage = Stage::new();
    let (player, panicked) = (stage.clone(), Arc::new(AtomicBool::new(false)));
    let child = ChildSpec::task("a", move |context| {
        assert!(panicked.swap(true, Ordering::SeqCst), "not this time");
        player.clone().play("a", context)
    });
    let tree = start(SupervisorSpec::one_for_one("root").child(child)).await;
    stage.comes("a", 1).await;
    let error = tree.snapshot().at("a").unwrap().last_error.clone().unwrap();
    assert!(error.contains("not this time"), "{error}");
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_child_without_a_limit_is_waited_for() {
    let day = Duration::from_secs(86_400);
    let patient = ChildSpec::task("patient", move |context| async move {
        context.cancel.cancelled().await;
        tokio::time::sleep(day).await;
        Ok(())
    });
    let inner = SupervisorSpec::one_for_one("inner").child(patient.shutdown(Duration::MAX));
    let tree = start(SupervisorSpec::one_for_one("root").child(inner)).await;
    tokio::time::sleep(MS).await;
    let begun = Instant::now();
    tree.stop().await;
    assert!(begun.elapsed() >= day);
    assert_eq!(decisions(&tree, "inner/patient"), [Decision::Started, Decision::Stopped]);
}

#[tokio::test(start_paused = true)]
async fn a_child_that_gets_no_time_is_killed_unasked() {
    /// Says at its end whether it had been asked.
    struct Witness(TaskContext, Stage);
    impl Drop for Witness {
        fn drop(&mut self) {
            self.1.note(format!("asked: {}", self.0.cancel.is_cancelled()));
        }
    }
    for (within, notes) in [(Duration::ZERO, ["-b", "asked: false"]), (MS, ["-b", "asked: true"])] {
        let stage = Stage::new();
        let witness = stage.clone();
        let a = ChildSpec::task("a", move |context| {
            let witness = Witness(context, witness.clone());
            async move {
                let _witness = witness;
                std::future::pending().await
            }
        });
        let spec = SupervisorSpec::one_for_one("root").child(a.shutdown(within));
        let tree = start(spec.child(stage.player("b"))).await;
        stage.comes("b", 1).await;
        stage.take();
        tree.stop().await;
        assert_eq!(stage.take(), notes);
        assert_eq!(decisions(&tree, "a"), [Decision::Started, Decision::Killed]);
    }
}

#[tokio::test(start_paused = true)]
async fn another_child_that_fails_during_the_restart_is_restarted_as_well() {
    for (spec, last) in [
        (SupervisorSpec::one_for_all("root"), ["+a", "+b", "+c"].as_slice()),
        (SupervisorSpec::rest_for_one("root"), ["+b", "+c"].as_slice()),
    ] {
        let stage = Stage::new();
        let spec = spec.intensity(2, Duration::from_secs(1_000)).child(stage.player("a"));
        let tree = start(spec.child(reluctant(&stage, "b", 1..2)).child(stage.player("c"))).await;
        stage.comes("c", 1).await;
        stage.take();
        stage.cue("a", Cue::Fail);
        quiet().await;
        let notes = stage.take();
        assert!(notes.ends_with(&last.iter().map(ToString::to_string).collect::<Vec<_>>()), "{notes:?}");
        let view = tree.snapshot();
        assert!(view.children.iter().all(|child| child.status == Status::Running));
        assert_eq!(view.budget.unwrap().spent, 2, "both failures count");
        tree.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn restarts_that_fail_count_each_until_it_is_too_much() {
    for (fails, survives) in [(1..4, true), (1..5, false)] {
        let stage = Stage::new();
        let spec = SupervisorSpec::one_for_one("root").intensity(4, Duration::from_secs(1_000));
        let tree = start(spec.child(reluctant(&stage, "a", fails)).child(stage.player("b"))).await;
        stage.comes("b", 1).await;
        stage.cue("a", Cue::Fail);
        quiet().await;
        let expected = if survives { (Status::Running, 2) } else { (Status::Failed, 1) };
        assert_eq!((status(&tree, ""), stage.entries("a")), expected);
        tree.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_temporary_bystander_of_a_restart_goes_and_stays_away() {
    for spec in [SupervisorSpec::one_for_all("root"), SupervisorSpec::rest_for_one("root")] {
        let stage = Stage::new();
        let spec = spec.child(stage.player("a")).child(stage.player("b").restart(Restart::Temporary));
        let tree = start(spec).await;
        stage.comes("b", 1).await;
        stage.take();
        for _ in 0..2 {
            stage.cue("a", Cue::Fail);
            quiet().await;
        }
        assert_eq!(stage.take(), ["-b", "+a", "+a"]);
        assert_eq!(status(&tree, "b"), Status::Stopped);
        tree.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_endless_restart_loop_can_be_watched_halted_and_stopped() {
    let hanging = || {
        let stage = Stage::new();
        let spec = SupervisorSpec::one_for_one("root").intensity(u32::MAX, Duration::from_secs(1));
        (spec.child(reluctant(&stage, "a", 0..usize::MAX)).child(stage.player("b")), stage)
    };
    let (spec, stage) = hanging();
    let tree = start(spec).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(tree.snapshot().at("a").unwrap().restarts > 500);
    stage.cue("b", Cue::Fail);
    stage.comes("b", 2).await;
    tree.halt("a").unwrap();
    until("the loop ends", || status(&tree, "a") == Status::Stopped).await;
    let restarts = tree.snapshot().at("a").unwrap().restarts;
    quiet().await;
    assert_eq!(tree.snapshot().at("a").unwrap().restarts, restarts);
    tree.restart("a").unwrap();
    until("the loop goes on", || tree.snapshot().at("a").unwrap().restarts > restarts + 10).await;
    let begun = Instant::now();
    tree.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(1));

    let (spec, stage) = hanging();
    let tree = start(SupervisorSpec::one_for_one("above").child(spec)).await;
    stage.comes("b", 1).await;
    tree.kill("root").unwrap();
    stage.comes("b", 2).await;
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_view_counts_the_children() {
    let stage = Stage::new();
    let inner = SupervisorSpec::one_for_one("inner").child(stage.player("a")).child(stage.player("b"));
    let spec = SupervisorSpec::one_for_one("root").child(inner);
    let tree = start(spec.child(stage.player("c").restart(Restart::Temporary))).await;
    stage.comes("c", 1).await;
    fn count(node: &TreeView, which: &dyn Fn(&TreeView) -> bool) -> usize {
        usize::from(which(node)) + node.children.iter().map(|child| count(child, which)).sum::<usize>()
    }
    let counts = || {
        let view = tree.snapshot();
        let running = count(&view, &|node| node.status == Status::Running);
        (
            count(&view, &|node| node.kind == Kind::Supervisor),
            count(&view, &|node| node.kind == Kind::Task),
            running,
        )
    };
    assert_eq!(counts(), (2, 3, 5));
    stage.cue("c", Cue::Finish);
    quiet().await;
    assert_eq!(counts(), (2, 3, 4), "its line stays, it does not run");
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_temporary_children_come_and_go() {
    let ended = Arc::new(AtomicUsize::new(0));
    let spec = (0..10_000).fold(SupervisorSpec::one_for_one("root"), |spec, number: usize| {
        let ended = Arc::clone(&ended);
        spec.child(
            ChildSpec::task(format!("child {number}"), move |context| {
                let ended = Arc::clone(&ended);
                async move {
                    // Half of them end by themselves.
                    if number.is_multiple_of(2) {
                        context.cancel.cancelled().await;
                    }
                    ended.fetch_add(1, Ordering::SeqCst);
                    Ok(())
                }
            })
            .restart(Restart::Temporary),
        )
    });
    let tree = start(spec).await;
    let of = |wanted: Status| tree.snapshot().children.iter().filter(|child| child.status == wanted).count();
    until("half of them have ended", || of(Status::Stopped) == 5_000).await;
    assert_eq!((of(Status::Running), tree.snapshot().budget.unwrap().spent), (5_000, 0));
    tree.stop().await;
    assert_eq!((ended.load(Ordering::SeqCst), of(Status::Stopped)), (10_000, 10_000));
}

#[tokio::test(start_paused = true)]
async fn restarts_within_a_millisecond_less_than_the_period_escalate_and_within_one_more_do_not() {
    let period = Duration::from_secs(10);
    for (last, expected) in [(period - MS, Status::Failed), (period + MS, Status::Running)] {
        let stage = Stage::new();
        let tree =
            start(SupervisorSpec::one_for_one("root").intensity(2, period).child(stage.player("a"))).await;
        stage.comes("a", 1).await;
        let begun = Instant::now();
        for (at, times) in [(Duration::ZERO, 2), (MS * 100, 3)] {
            tokio::time::sleep_until(begun + at).await;
            stage.cue("a", Cue::Fail);
            stage.comes("a", times).await;
        }
        tokio::time::sleep_until(begun + last).await;
        stage.cue("a", Cue::Fail);
        quiet().await;
        assert_eq!(status(&tree, ""), expected, "{last:?}");
        tree.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_failed_together_does_not_come_back_together() {
    const NAMES: [&str; 16] =
        ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"];
    let stage = Stage::new();
    let wait = Duration::from_secs(8);
    let backoff = Backoff { first: wait, max: wait, jitter_percent: 25 };
    let spec = SupervisorSpec::one_for_one("root").intensity(100, wait);
    let tree =
        start(NAMES.into_iter().fold(spec, |spec, name| spec.child(stage.player(name).backoff(backoff))))
            .await;
    stage.comes("p", 1).await;
    for name in NAMES {
        stage.cue(name, Cue::Fail);
    }
    quiet().await;
    let waits: std::collections::BTreeSet<u64> = NAMES
        .iter()
        .flat_map(|name| decisions(&tree, name))
        .filter_map(|it| if let Decision::Planned { in_ms } = it { Some(in_ms) } else { None })
        .collect();
    assert!(waits.iter().all(|wait| (6_000..=8_000).contains(wait)), "{waits:?}");
    assert!(waits.len() > 8, "{waits:?}");
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn after_a_quiet_period_the_wait_is_short_again() {
    let stage = Stage::new();
    let period = Duration::from_secs(10);
    let tree = start(SupervisorSpec::one_for_one("root").intensity(9, period).child(stage.player("a"))).await;
    for (quiet, times) in [(MS, 1), (MS, 2), (period, 3), (period - MS * 100, 4)] {
        stage.comes("a", times).await;
        tokio::time::sleep(quiet).await;
        stage.cue("a", Cue::Fail);
    }
    stage.comes("a", 5).await;
    let planned: Vec<_> =
        decisions(&tree, "a").into_iter().filter(|it| matches!(it, Decision::Planned { .. })).collect();
    assert_eq!(planned, [10, 20, 10, 20].map(|in_ms| Decision::Planned { in_ms }));
    tree.stop().await;
}
