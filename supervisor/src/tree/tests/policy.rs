use std::time::Duration;

use tokio::time::Instant;

use super::super::policy::{DRAW_MAX, Streak};
use super::super::{Backoff, Exit, Intensity, Restart, Strategy, Verdict, Window};

const MS: Duration = Duration::from_millis(1);

#[test]
fn restart_policy_and_exit_decide_as_the_table_says() {
    let exits = [Exit::Normal, Exit::Shutdown, Exit::Abnormal("x".into()), Exit::GaveUp("x".into())];
    let table = [
        (Restart::Permanent, [true, true, true, true]),
        (Restart::Transient, [false, false, true, true]),
        (Restart::Temporary, [false, false, false, false]),
    ];
    for (restart, expected) in table {
        let got: Vec<bool> = exits.iter().map(|exit| restart.again_after(exit)).collect();
        assert_eq!(got, expected, "{restart:?}");
    }
}

#[test]
fn each_strategy_takes_its_siblings_along() {
    assert_eq!(Strategy::OneForOne.affected(1, 4), 1..2);
    assert_eq!(Strategy::OneForAll.affected(1, 4), 0..4);
    assert_eq!(Strategy::RestForOne.affected(1, 4), 1..4);
}

#[test]
fn the_window_exceeds_just_inside_its_period_and_not_just_outside() {
    let start = Instant::now();
    let period = Duration::from_secs(10);
    for (last, expected) in [(period - MS, Verdict::Exceeded), (period + MS, Verdict::Restart)] {
        let mut window = Window::new(Intensity::new(2, period));
        assert_eq!(window.record(start), Verdict::Restart);
        assert_eq!(window.record(start + MS * 2), Verdict::Restart);
        assert_eq!(window.record(start + last), expected);
    }
}

#[test]
fn the_window_slides_so_that_slow_failures_never_exceed() {
    let start = Instant::now();
    let mut window = Window::new(Intensity::new(1, Duration::from_secs(1)));
    for failure in 0..100 {
        assert_eq!(window.record(start + Duration::from_millis(1_001) * failure), Verdict::Restart);
    }
    assert_eq!(window.count(start + Duration::from_secs(1_000)), 0);
}

#[test]
fn no_restart_is_borne_with_an_intensity_of_zero() {
    assert_eq!(Window::new(Intensity::new(0, MS)).record(Instant::now()), Verdict::Exceeded);
}

#[test]
fn the_backoff_doubles_up_to_its_maximum() {
    let backoff = Backoff::new(MS * 100, MS * 1_000).steady();
    let delays: Vec<u128> = (1..=6).map(|failures| backoff.delay(failures, 0).as_millis()).collect();
    assert_eq!(delays, [100, 200, 400, 800, 1_000, 1_000]);
    assert_eq!(backoff.delay(u32::MAX, DRAW_MAX), MS * 1_000);
}

#[test]
fn jitter_only_shortens_and_within_its_share() {
    let backoff = Backoff { first: MS * 100, max: MS * 400, jitter_percent: 25 };
    assert_eq!(backoff.delay(1, 0), MS * 100);
    assert_eq!(backoff.delay(1, DRAW_MAX / 2), Duration::from_micros(87_500));
    assert_eq!(backoff.delay(1, DRAW_MAX), MS * 75);
    assert_eq!(backoff.delay(9, DRAW_MAX), MS * 300);
}

#[test]
fn a_streak_is_forgotten_after_a_quiet_time() {
    let mut streak = Streak::default();
    assert_eq!(streak.failed(MS, MS * 10), 1);
    assert_eq!(streak.failed(MS * 9, MS * 10), 2);
    assert_eq!(streak.failed(MS * 10, MS * 10), 1);
}
