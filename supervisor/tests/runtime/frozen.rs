//! What does not get on is noticed, named and ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use amazoff_supervisor::tree::{SupervisorSpec, TreeHandle};
use amazoff_supervisor::{AskError, CellLimits};
use amazoff_testkit::faults::{FaultPlan, Kind};
use serde_json::json;
use uuid::Uuid;

use crate::tally::{Command, SPINNING};
use crate::world::{World, until};

/// A world whose services have read what they need; whoever reads next waits for an hour.
async fn the_next_read_hangs(limits: CellLimits) -> (World, FaultPlan) {
    let hour = Duration::from_hours(1);
    let plan = FaultPlan::new().pausing(hour, hour);
    let world = World::failing(&plan, limits).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let read = plan.occasions(Kind::ReadStalled);
    (world, plan.at(Kind::ReadStalled, read + 1))
}

#[tokio::test(start_paused = true)]
async fn a_cell_that_waits_for_the_store_for_too_long_is_started_again_and_keeps_its_queue() {
    let limits = CellLimits { frozen_after: Duration::from_secs(2), ..CellLimits::default() };
    let (world, plan) = the_next_read_hangs(limits).await;
    let id = Uuid::now_v7();
    // The load hangs; the command waits in the queue, which is the cell's and not the actor's.
    let answer = world.ask(id, Command::Add(1)).await.expect("the second load is quick");
    assert_eq!(answer.reply, 1);
    let stats = world.runtime.stats().domains["tally"].clone();
    assert_eq!((stats.commands.frozen, stats.commands.crashes), (1, 1));
    let cell = world.runtime.member("tally").expect("registered").cell(id).expect("in memory");
    assert_eq!((cell.restarts, cell.last_error.as_deref()), (1, Some("killed")));
    plan.assert_all_fired();
}

/// However alike their ids are.
#[tokio::test(start_paused = true)]
async fn entities_do_not_wait_for_each_others_loads() {
    let second = Duration::from_secs(1);
    let plan = FaultPlan::seeded(1).pausing(second, second).often(Kind::ReadStalled, 10_000);
    let world = World::failing(&plan, CellLimits::default()).await;
    let asked = tokio::time::Instant::now();
    let asks = (0..20_u128).map(|n| world.ask(Uuid::from_u128(n << 64), Command::Add(1)));
    for answer in futures::future::join_all(asks).await {
        answer.expect("its load takes a second");
    }
    assert!(asked.elapsed() < 2 * second, "{:?}", asked.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_command_that_waits_for_a_load_that_hangs_is_told_in_time_that_nothing_happened() {
    let (world, plan) = the_next_read_hangs(CellLimits::default()).await;
    let asked = tokio::time::Instant::now();
    let outcome = world.ask(Uuid::now_v7(), Command::Add(1)).await;
    assert!(matches!(outcome, Err(AskError::Expired)), "{outcome:?}");
    assert!(asked.elapsed() < Duration::from_secs(6));
    plan.assert_all_fired();
}

#[tokio::test(start_paused = true)]
async fn an_append_that_hangs_leaves_the_outcome_open_and_a_repeat_settles_it() {
    let pause = Duration::from_secs(12);
    let plan = FaultPlan::new().pausing(pause, pause).at(Kind::AppendStalled, 2);
    let world = World::failing(&plan, CellLimits::default()).await;
    let id = Uuid::now_v7();
    world.ask(id, Command::Add(1)).await.expect("the first append is quick");
    let envelope = || crate::world::repeatable("stalled");
    let outcome = world.tallies.execute(id, Command::Add(10), envelope()).await;
    assert!(matches!(outcome, Err(AskError::NoAnswer)), "{outcome:?}");
    until(async || world.tallies.execute(id, Command::Add(10), envelope()).await.is_ok()).await;
    assert_eq!(world.sum(id).await, 11, "it counts once");
    plan.assert_all_fired();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_that_never_ends_is_reported_and_then_ends_the_process() {
    SPINNING.store(true, Ordering::SeqCst);
    let world = World::start().await;
    world
        .runtime
        .change_limits(&json!({"decide_report_after_ms": 20, "decide_end_after_ms": 60}))
        .expect("sensible");
    let ended = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&ended);
    let watchdog = world.runtime.watchdog_with(Arc::new(move || {
        count.fetch_add(1, Ordering::SeqCst);
        // The process would be gone by now; here the decision is let go instead.
        SPINNING.store(false, Ordering::SeqCst);
    }));
    let watching = SupervisorSpec::one_for_one("watching").child(watchdog);
    let watching = TreeHandle::start(watching).await.expect("the tree starts");
    world.ask(Uuid::now_v7(), Command::Spin).await.expect("it was let go");
    assert!(ended.load(Ordering::SeqCst) > 0, "the watchdog did not notice");
    watching.stop().await;
}
