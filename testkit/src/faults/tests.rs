use std::time::Duration;

use super::{FaultPlan, Kind};
use crate::Probe;

const KINDS: [Kind; 2] = [Kind::AppendUnavailable, Kind::AppendStalled];

#[test]
fn a_scripted_fault_comes_at_its_occasion_and_once() {
    let plan = FaultPlan::new().at(Kind::AppendStalled, 2);
    let came: Vec<_> = (0..4).map(|_| plan.next(&KINDS)).collect();
    assert_eq!(came, [None, Some(Kind::AppendStalled), None, None]);
    plan.assert_all_fired();
    assert_eq!(plan.occasions(Kind::AppendUnavailable), 4);
    assert_eq!(plan.fired()[&Kind::AppendStalled], 1);
}

#[test]
fn the_same_seed_gives_the_same_faults_about_as_often_as_asked() {
    let faults = |seed| {
        let plan =
            FaultPlan::seeded(seed).often(Kind::AppendUnavailable, 1_000).often(Kind::AppendStalled, 500);
        (0..10_000).map(|_| plan.next(&KINDS)).collect::<Vec<_>>()
    };
    let first = faults(1);
    assert_eq!(first, faults(1));
    assert_ne!(first, faults(2));
    let count = |kind| first.iter().filter(|fault| **fault == Some(kind)).count();
    assert!((800..1_200).contains(&count(Kind::AppendUnavailable)), "{}", count(Kind::AppendUnavailable));
    assert!((350..650).contains(&count(Kind::AppendStalled)), "{}", count(Kind::AppendStalled));
}

#[test]
fn nothing_goes_wrong_once_healed() {
    let plan = FaultPlan::seeded(1).often(Kind::AppendUnavailable, 10_000);
    assert!(plan.next(&KINDS).is_some());
    plan.heal();
    assert!((0..100).all(|_| plan.next(&KINDS).is_none()));
}

#[test]
#[should_panic(expected = "there was no occasion")]
fn a_fault_that_never_came_is_noticed() {
    FaultPlan::new().at(Kind::LoadFailed, 3).assert_all_fired();
}

#[test]
#[should_panic(expected = "never happened")]
fn a_kind_that_chance_never_chose_is_noticed() {
    FaultPlan::seeded(1).often(Kind::LoadFailed, 1).assert_all_fired();
}

fn on_a_paused_clock(future: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(future);
}

#[test]
fn a_probe_waits_for_what_comes_later() {
    on_a_paused_clock(async {
        let probe = Probe::new();
        let later = probe.clone();
        amazoff_supervisor::spawn_guarded("later", async move {
            for number in 0..5 {
                tokio::time::sleep(Duration::from_secs(1)).await;
                later.record(number);
            }
        });
        assert_eq!(probe.expect_within(Duration::from_secs(10), |number| *number == 3).await, 3);
        assert_eq!(probe.expect_count(5, Duration::from_secs(10)).await, [0, 1, 2, 3, 4]);
    });
}

#[test]
#[should_panic(expected = "did not come within 2s; seen: [\n    7,")]
fn a_probe_says_what_it_saw_instead() {
    on_a_paused_clock(async {
        let probe = Probe::new();
        probe.record(7);
        probe.expect_within(Duration::from_secs(2), |number| *number == 8).await;
    });
}
