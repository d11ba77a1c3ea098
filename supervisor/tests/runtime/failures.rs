//! A failure stays where it happened.

use std::time::Duration;

use amazoff_persistence::AppendFailure;
use amazoff_supervisor::journal::CrashFilter;
use amazoff_supervisor::{Answer, AskError, CellLimits, CommandId, EntityId, Fault as _, Version};
use amazoff_testkit::faults::{FaultPlan, Kind};
use futures::future::join_all;
use uuid::Uuid;

use crate::tally::{Command, Rejection};
use crate::world::{World, envelope, repeatable, until};

#[tokio::test(start_paused = true)]
async fn a_crashing_command_fails_alone_and_the_queue_is_kept() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    let (before, crash, after) = tokio::join!(
        world.ask(id, Command::Add(1)),
        world.ask(id, Command::Panic),
        world.ask(id, Command::Add(10)),
    );
    assert_eq!(before.expect("committed").reply, 1);
    assert!(matches!(crash, Err(AskError::NotCommitted { .. })));
    assert_eq!(after.expect("committed after the restart").reply, 11);
    assert_eq!(world.tallies.host().stats()["commands"]["crashes"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_command_that_crashes_twice_is_quarantined_and_the_entity_goes_on() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    let crash = || world.tallies.execute(id, Command::Panic, repeatable("poison"));
    assert!(matches!(crash().await, Err(AskError::NotCommitted { .. })));
    assert!(matches!(crash().await, Err(AskError::NotCommitted { .. })));
    assert!(matches!(crash().await, Err(AskError::Quarantined)));
    assert_eq!(world.ask(id, Command::Add(2)).await.expect("goes on").reply, 2);
    let kept = world.store.journal().crashes(CrashFilter::All, None, 10).await.expect("readable");
    assert!(kept.len() == 1 && kept[0].quarantined && kept[0].attempts == 2);

    world.tree.stop().await;
    let next = World::over(world.store.clone(), CellLimits::default()).await;
    let again = next.tallies.execute(id, Command::Panic, repeatable("poison")).await;
    assert!(matches!(again, Err(AskError::Quarantined)), "quarantine outlives the process");
}

#[tokio::test(start_paused = true)]
async fn a_domain_that_keeps_crashing_is_degraded_and_recovers() {
    let world = World::start().await;
    let mut degraded = false;
    for _ in 0..200 {
        let outcome = world.ask(Uuid::now_v7(), Command::Panic).await;
        if matches!(outcome, Err(AskError::Degraded { .. })) {
            degraded = true;
            break;
        }
    }
    assert!(degraded, "the intensity limit was never reached");
    let id = Uuid::now_v7();
    until(async || world.ask(id, Command::Add(1)).await.is_ok()).await;
}

#[tokio::test(start_paused = true)]
async fn decisions_that_break_the_books_are_never_stored() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    assert!(matches!(world.ask(id, Command::Unbalanced).await, Err(AskError::NotCommitted { .. })));
    assert!(world.store.journal().balances().await.expect("readable").is_empty());
    assert!(world.tallies.read(id).await.expect("readable").is_none());
    assert!(world.runtime.ledger_totals().values().all(|total| total.sum == 0));
}

/// It decides wrongly about money, so nothing that it decides is trusted any more. Its neighbours go on.
#[tokio::test(start_paused = true)]
async fn an_entity_that_would_break_the_books_is_suspended_until_a_person_resumes_it() {
    let world = World::start().await;
    let (id, other) = (Uuid::now_v7(), Uuid::now_v7());
    world.ask(id, Command::Add(1)).await.expect("accepted");
    assert!(matches!(world.ask(id, Command::Unbalanced).await, Err(AskError::NotCommitted { .. })));
    let refused = world.ask(id, Command::Add(1)).await.expect_err("suspended");
    assert_eq!((refused.code(), refused.retry_after().is_some()), ("entity-suspended", true));
    assert_eq!(world.ask(other, Command::Add(1)).await.expect("not disturbed").reply, 1);
    assert_eq!(world.tallies.read(id).await.expect("readable").expect("there").state.sum, 1, "reads go on");
    assert_eq!(world.runtime.stats().domains["tally"].commands.suspended, 1);

    world.tree.stop().await;
    let next = World::over(world.store.clone(), CellLimits::default()).await;
    let still = next.ask(id, Command::Add(1)).await;
    assert!(matches!(still, Err(AskError::Suspended)), "a suspension outlives the process: {still:?}");

    let operator = next.runtime.operator(next.tree.clone(), "ann");
    let entity = EntityId::new("tally", id);
    let hidden =
        operator.dismiss_command(&entity, CommandId::EVERY).await.expect_err("it would be forgotten");
    assert_eq!(hidden.code(), "entity-suspended");
    operator.retry_command(&entity, CommandId::EVERY).await.expect("resumed");
    assert_eq!(next.ask(id, Command::Add(1)).await.expect("resumed").reply, 2);
}

/// Nothing is lost while an entity is suspended: what others send it waits.
#[tokio::test(start_paused = true)]
async fn effects_for_a_suspended_entity_wait_until_it_is_resumed() {
    let world = World::start().await;
    let (from, to) = (Uuid::now_v7(), Uuid::now_v7());
    assert!(world.ask(to, Command::Unbalanced).await.is_err());
    world.ask(from, Command::Forward { to, amount: 1 }).await.expect("accepted");
    let waits = async || !world.store.journal().outbox(None, 9).await.expect("readable").is_empty();
    until(waits).await;
    let operator = world.runtime.operator(world.tree.clone(), "ann");
    operator.retry_command(&EntityId::new("tally", to), CommandId::EVERY).await.expect("resumed");
    until(async || !waits().await).await;
    assert!(world.tallies.read(to).await.expect("readable").is_some_and(|tally| tally.state.sum == 1));
}

/// Fifty cells commit together; the one at 25 is asked something else.
async fn fifty_together(world: &World, odd: Command) -> Vec<Result<Answer<i64>, AskError<Rejection>>> {
    let ids: Vec<Uuid> = (0..50).map(|_| Uuid::now_v7()).collect();
    let asks = ids.iter().enumerate().map(|(n, id)| {
        let command = if n == 25 { odd.clone() } else { Command::Add(1) };
        world.ask(*id, command)
    });
    let mut outcomes = join_all(asks).await;
    let of_the_odd_one = outcomes.remove(25);
    for outcome in &outcomes {
        assert_eq!(outcome.as_ref().expect("a neighbour is not disturbed").reply, 1);
    }
    assert!(world.runtime.lane_stats().commits < 10, "they did not share their commits");
    vec![of_the_odd_one]
}

#[tokio::test(start_paused = true)]
async fn a_taken_claim_refuses_one_command_and_no_neighbour() {
    let world = World::start().await;
    world.ask(Uuid::now_v7(), Command::Claim("ann".to_owned())).await.expect("free");
    let loser = fifty_together(&world, Command::Claim("ann".to_owned())).await;
    assert!(matches!(loser[..], [Err(AskError::Refused { refusal: Rejection::NameTaken, .. })]), "{loser:?}");
}

#[tokio::test(start_paused = true)]
async fn a_payload_that_is_too_large_refuses_one_command_and_no_neighbour() {
    let world = World::start().await;
    let large = fifty_together(&world, Command::Large(400 * 1024)).await;
    assert!(matches!(large[..], [Err(AskError::TooLarge)]), "{large:?}");
}

/// Somebody else wrote behind the back of one cell: it reads again, and nobody is refused.
#[tokio::test(start_paused = true)]
async fn a_stale_version_is_noticed_by_one_cell_and_disturbs_no_neighbour() {
    let world = World::start().await;
    let ids: Vec<Uuid> = (0..50).map(|_| Uuid::now_v7()).collect();
    join_all(ids.iter().map(|id| world.ask(*id, Command::Add(1)))).await;
    // The lane's own writer is open, so the other one writes past it.
    world.store.intrude(&EntityId::new("tally", ids[25]), Version(1), r#"{"Added":100}"#);
    let outcomes = join_all(ids.iter().map(|id| world.ask(*id, Command::Add(1)))).await;
    let replies: Vec<i64> = outcomes.into_iter().map(|outcome| outcome.expect("answered").reply).collect();
    assert_eq!(replies.iter().filter(|reply| **reply == 2).count(), 49);
    assert_eq!(replies[25], 102, "decided on what the other writer left");
    assert_eq!(world.runtime.lane_stats().refused, 1);
}

#[tokio::test(start_paused = true)]
async fn the_loser_of_a_claim_keeps_the_rest_of_its_batch() {
    let world = World::start().await;
    world.ask(Uuid::now_v7(), Command::Claim("ann".to_owned())).await.expect("free");
    let id = Uuid::now_v7();
    let (before, loser, after) = tokio::join!(
        world.ask(id, Command::Add(1)),
        world.ask(id, Command::Claim("ann".to_owned())),
        world.ask(id, Command::Add(1)),
    );
    assert!(before.is_ok() && after.is_ok());
    assert!(matches!(loser, Err(AskError::Refused { refusal: Rejection::NameTaken, .. })));
    assert_eq!(world.sum(id).await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_payload_that_is_too_large_is_refused_alone() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    let (small, large, other) = tokio::join!(
        world.ask(id, Command::Add(1)),
        world.ask(id, Command::Large(400 * 1024)),
        world.ask(id, Command::Add(1)),
    );
    assert!(small.is_ok() && other.is_ok());
    assert!(matches!(large, Err(AskError::TooLarge)));
    assert_eq!(world.sum(id).await, 2);
}

#[tokio::test(start_paused = true)]
async fn expired_work_is_dropped_before_it_runs() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    let mut late = envelope();
    late.deadline = tokio::time::Instant::now();
    let outcome = world.tallies.execute(id, Command::Add(1), late).await;
    assert!(matches!(outcome, Err(AskError::Expired)));
    assert_eq!(world.sum(id).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_at_once() {
    let limits = CellLimits { queue_depth_max: 8, ..CellLimits::default() };
    let world = World::over(amazoff_persistence::MemoryStore::new(), limits).await;
    let id = Uuid::now_v7();
    let outcomes = join_all((0..100).map(|_| world.ask(id, Command::Add(1)))).await;
    let accepted = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(AskError::Overloaded { .. }))));
    assert!((8..100).contains(&accepted));
    assert_eq!(world.sum(id).await, i64::try_from(accepted).expect("small"));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_refuses_and_is_used_again_when_it_is_back() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    world.ask(id, Command::Add(1)).await.expect("accepted");
    world.store.fail_next(AppendFailure::Unavailable);
    assert!(matches!(world.ask(id, Command::Add(1)).await, Err(AskError::Unavailable { .. })));
    assert_eq!(world.ask(id, Command::Add(1)).await.expect("back").reply, 2);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_outcome_is_looked_up_and_the_command_runs_once() {
    for failure in [AppendFailure::LostBefore, AppendFailure::LostAfter] {
        let world = World::start().await;
        let id = Uuid::now_v7();
        world.store.fail_next(failure);
        let (first, second) = tokio::join!(world.ask(id, Command::Add(1)), world.ask(id, Command::Add(10)));
        let (first, second) = (first.expect("settled"), second.expect("settled"));
        assert_eq!((first.reply, second.reply), (1, 11), "{failure:?}");
        assert!(!first.replayed && !second.replayed, "the first answer is no repeat");
        assert_eq!(world.sum(id).await, 11);
    }
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_stays_unknown_is_settled_by_repeating_with_the_same_id() {
    for failure in [AppendFailure::LostBefore, AppendFailure::LostAfter] {
        let world = World::start().await;
        let id = Uuid::now_v7();
        for _ in 0..20 {
            world.store.fail_next(failure);
        }
        let outcome = world.tallies.execute(id, Command::Add(1), repeatable("k")).await;
        assert!(matches!(outcome, Err(AskError::NoAnswer)), "{failure:?}: {outcome:?}");
        let settled = async || world.tallies.execute(id, Command::Add(1), repeatable("k")).await.is_ok();
        until(settled).await;
        assert_eq!(world.sum(id).await, 1, "{failure:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_goes_away_while_an_outcome_is_unknown_lets_nobody_hear_that_nothing_happened() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    world.store.fail_next(AppendFailure::LostAfter);
    for _ in 0..40 {
        world.store.fail_next(AppendFailure::Unavailable);
    }
    let outcome = world.tallies.execute(id, Command::Add(1), repeatable("k")).await;
    assert!(matches!(outcome, Err(AskError::NoAnswer)), "{outcome:?}");
}

/// What was stored behind an outcome that nobody knows is told to whoever watches once somebody reads it, whatever happened to earlier
/// tries, and although memory is scarce meanwhile.
#[tokio::test(start_paused = true)]
async fn what_was_stored_unseen_is_told_although_the_first_reads_of_it_fail() {
    let (plan, limits) = (FaultPlan::new(), CellLimits { resident_max: 1, ..CellLimits::default() });
    let world = World::failing(&plan, limits).await;
    let id = Uuid::now_v7();
    world.ask(id, Command::Add(1)).await.expect("accepted");
    let next = plan.occasions(Kind::LoadFailed) + 1;
    for nth in next..next + 50 {
        drop(plan.clone().at(Kind::LoadFailed, nth));
    }
    world.store.fail_next(AppendFailure::LostAfter);
    let outcome = world.tallies.execute(id, Command::Add(1), repeatable("k")).await;
    assert!(matches!(outcome, Err(AskError::NoAnswer)), "{outcome:?}");
    let mut watch = world.tallies.watch(id);
    watch.mark_unchanged();
    assert!(world.tallies.read(id).await.is_err(), "the journal is away");
    plan.heal();
    for _ in 0..5 {
        world.ask(Uuid::now_v7(), Command::Add(1)).await.expect("accepted");
    }
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(!watch.has_changed().expect("the sender lives"));
    assert_eq!(world.sum(id).await, 2);
    assert_eq!(*watch.borrow_and_update(), Version(2));
}

#[tokio::test(start_paused = true)]
async fn killing_the_lane_in_mid_commit_is_noticed_by_nobody() {
    let world = World::start().await;
    let ids: Vec<Uuid> = (0..20).map(|_| Uuid::now_v7()).collect();
    let mut killed = 0;
    for _ in 0..20 {
        let asks = join_all(ids.iter().map(|id| world.ask(*id, Command::Add(1))));
        let kill = async {
            tokio::task::yield_now().await;
            // The lane may be between two lives; then there is nothing to kill in this round.
            world.tree.kill("lane-0").is_ok()
        };
        let (outcomes, hit) = tokio::join!(asks, kill);
        killed += i32::from(hit);
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        // So far apart that each kill is within what its supervisor bears.
        tokio::time::sleep(Duration::from_secs(11)).await;
    }
    assert!(killed > 5, "the lane was killed only {killed} times");
    for id in ids {
        assert_eq!(world.sum(id).await, 20);
    }
}

#[tokio::test(start_paused = true)]
async fn a_killed_domain_supervisor_loses_no_acknowledged_command_and_the_domain_comes_back() {
    let world = World::start().await;
    let ids: Vec<Uuid> = (0..20).map(|_| Uuid::now_v7()).collect();
    let mut acknowledged = 0;
    for round in 0..10 {
        let asks = ids.iter().map(|id| world.ask(*id, Command::Add(1)));
        let kill = async {
            tokio::task::yield_now().await;
            // The supervisor may be between two lives; then there is nothing to kill in this round.
            let _ = world.tree.kill("test/tally");
        };
        let (outcomes, ()) = tokio::join!(join_all(asks), kill);
        acknowledged +=
            i64::try_from(outcomes.iter().filter(|outcome| outcome.is_ok()).count()).expect("small");
        until(async || world.ask(ids[round], Command::Add(0)).await.is_ok()).await;
    }
    let mut sum = 0;
    for id in &ids {
        sum += world.sum(*id).await;
    }
    assert!(sum >= acknowledged && sum <= 200, "{acknowledged} acknowledged, {sum} stored");
}

#[tokio::test(start_paused = true)]
async fn a_domain_that_stops_does_not_wait_for_a_cell_that_has_crashed() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    let asks = (0..5).map(|n| world.ask(id, if n == 0 { Command::Panic } else { Command::Add(1) }));
    let stop = async {
        let crashes = || world.runtime.stats().domains["tally"].commands.crashes;
        while crashes() == 0 {
            tokio::task::yield_now().await;
        }
        let began = tokio::time::Instant::now();
        world.tree.stop().await;
        began.elapsed()
    };
    let (_, took) = tokio::join!(join_all(asks), stop);
    assert!(took < Duration::from_secs(1), "the stop took {took:?}");
}
