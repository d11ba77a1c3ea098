//! Everything is bounded, and who is refused is told so.

use std::time::Duration;

use amazoff_persistence::MemoryStore;
use amazoff_supervisor::{AskError, CellLimits, CellStatus, call};
use futures::future::join_all;
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use crate::tally::Command;
use crate::world::{World, envelope, until};

#[tokio::test(start_paused = true)]
async fn a_full_queue_says_when_to_come_back() {
    let limits = CellLimits { queue_depth_max: 4, ..CellLimits::default() };
    let world = World::over(MemoryStore::new(), limits).await;
    let id = Uuid::now_v7();
    let outcomes = join_all((0..50).map(|_| world.ask(id, Command::Add(1)))).await;
    let told = outcomes.iter().filter_map(|outcome| match outcome {
        Err(AskError::Overloaded { retry_after }) => Some(*retry_after),
        Ok(_) => None,
        Err(other) => panic!("refused as {other:?}"),
    });
    let told: Vec<_> = told.collect();
    assert!(!told.is_empty());
    assert!(told.iter().all(|wait| *wait >= Duration::from_millis(100) && *wait <= Duration::from_secs(10)));
    assert_eq!(world.runtime.stats().domains["tally"].commands.shed, u64::try_from(told.len()).expect("few"));
}

#[tokio::test(start_paused = true)]
async fn a_domain_and_a_node_take_only_so_many_commands_at_once() {
    let limits = CellLimits { in_flight_max: 10, ..CellLimits::default() };
    let world = World::over(MemoryStore::new(), limits).await;
    let flood = || join_all((0..100).map(|_| world.ask(Uuid::now_v7(), Command::Add(1))));
    let accepted = |outcomes: &[Result<_, AskError<_>>]| {
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(AskError::Overloaded { .. }))));
        outcomes.iter().filter(|outcome| outcome.is_ok()).count()
    };
    assert_eq!(accepted(&flood().await), 10);
    world.runtime.change_domain_limits("tally", &json!({"in_flight_max": 40})).expect("sensible");
    world.runtime.change_limits(&json!({"in_flight_max": 30})).expect("sensible");
    assert_eq!(accepted(&flood().await), 30);
    world.runtime.drained().await;
    assert_eq!(world.runtime.stats().in_flight, 0);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_cells_touched_once_shares_few_actors_and_all_are_served() {
    let limits = CellLimits { active_max: 8, ..CellLimits::default() };
    let world = World::over(MemoryStore::new(), limits).await;
    let ids: Vec<Uuid> = (0..500).map(|_| Uuid::now_v7()).collect();
    let flood = join_all(ids.iter().map(|id| world.ask(*id, Command::Add(1))));
    let watch = async {
        let (mut active, mut waiting) = (0, 0);
        for _ in 0..200 {
            tokio::task::yield_now().await;
            let stats = world.runtime.stats().domains["tally"].clone();
            active = active.max(stats.active);
            waiting = waiting.max(stats.waiting_cells);
        }
        (active, waiting)
    };
    let (outcomes, (active, waiting)) = tokio::join!(flood, watch);
    assert!(outcomes.iter().all(Result::is_ok));
    assert!(active <= 8 && waiting > 100, "{active} active, {waiting} waiting");
}

#[tokio::test(start_paused = true)]
async fn a_hot_entity_takes_no_turn_from_others() {
    let limits = CellLimits { queue_depth_max: 100_000, active_max: 4, ..CellLimits::default() };
    let world = World::over(MemoryStore::new(), limits).await;
    let hot = Uuid::now_v7();
    let crowd = join_all((0..20_000).map(|_| world.ask(hot, Command::Add(1))));
    let others = async {
        tokio::task::yield_now().await;
        let asks = (0..50).map(|_| world.ask(Uuid::now_v7(), Command::Add(1)));
        let served = join_all(asks).await;
        (served, world.sum(hot).await)
    };
    let (_, (served, hot_so_far)) = tokio::join!(crowd, others);
    assert!(served.iter().all(Result::is_ok));
    assert!(hot_so_far < 15_000, "the others waited while the hot entity did {hot_so_far} commands");
}

#[tokio::test(start_paused = true)]
async fn cells_that_wait_in_line_survive_the_death_of_their_supervisor() {
    let limits = CellLimits { active_max: 2, ..CellLimits::default() };
    let world = World::over(MemoryStore::new(), limits).await;
    let ids: Vec<Uuid> = (0..100).map(|_| Uuid::now_v7()).collect();
    let flood = join_all(ids.iter().map(|id| world.ask(*id, Command::Add(1))));
    let kill = async {
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        world.tree.kill("tally").expect("it runs");
    };
    let (outcomes, ()) = tokio::join!(flood, kill);
    let served = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert!(served >= 90, "only {served} were served");
    let active = || world.runtime.stats().domains["tally"].active;
    until(async || world.runtime.stats().domains["tally"].waiting_cells == 0).await;
    assert!(active() <= 2);
    // The places were counted right: all of them can be used again.
    assert!(join_all(ids.iter().map(|id| world.ask(*id, Command::Add(1)))).await.iter().all(Result::is_ok));
}

#[tokio::test(start_paused = true)]
async fn work_whose_time_is_over_is_dropped_and_certainly_did_not_happen() {
    let limits = CellLimits { active_max: 1, ..CellLimits::default() };
    let world = World::over(MemoryStore::new(), limits).await;
    let id = Uuid::now_v7();
    let mut late = envelope();
    late.deadline = Instant::now();
    assert!(matches!(world.tallies.execute(id, Command::Add(1), late).await, Err(AskError::Expired)));
    let within = call::until(Instant::now(), world.ask(id, Command::Add(1))).await;
    assert!(matches!(within, Err(AskError::Expired)), "the outer deadline counts: {within:?}");
    assert_eq!(world.sum(id).await, 0);
    assert_eq!(world.runtime.stats().domains["tally"].commands.expired, 2);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_asks_its_own_sender_is_refused_at_once() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    let asked = call::on_behalf_of(
        world.tallies.entity(id),
        Instant::now() + Duration::from_secs(5),
        world.ask(id, Command::Add(1)),
    );
    let Err(AskError::Cycle { path }) = asked.await else { panic!("it was not refused") };
    assert_eq!(path.matches(&world.tallies.entity(id).to_string()).count(), 2);
    // An effect to oneself is such a question: it is never delivered, and the entity goes on.
    world.ask(id, Command::Forward { to: id, amount: 1 }).await.expect("accepted");
    until(async || world.deliveries.load(std::sync::atomic::Ordering::SeqCst) > 2).await;
    assert_eq!(world.ask(id, Command::Add(5)).await.expect("it goes on").reply, 5);
}

#[tokio::test(start_paused = true)]
async fn memory_stays_within_its_budget_and_nothing_is_lost() {
    let world = World::start().await;
    world.runtime.change_limits(&json!({"memory_bytes_max": 200_000})).expect("sensible");
    let ids: Vec<Uuid> = (0..400).map(|_| Uuid::now_v7()).collect();
    let mut most = 0;
    for id in &ids {
        until(async || world.ask(*id, Command::Note("x".repeat(200))).await.is_ok()).await;
        most = most.max(world.runtime.stats().memory_bytes);
    }
    assert!(most < 220_000, "{most} bytes");
    let stats = world.runtime.stats().domains["tally"].clone();
    assert!(stats.resident < 200 && stats.commands.passivations > 100, "{stats:?}");
    for id in ids {
        assert_eq!(world.notes(id).await.len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_entity_says_of_its_size_counts_instead_of_its_text() {
    let world = World::start().await;
    let mut grown = Vec::new();
    for first in ["its own", "shared"] {
        let (id, before) = (Uuid::now_v7(), world.runtime.stats().memory_bytes);
        for text in [first.to_owned(), "x".repeat(20_000)] {
            world.ask(id, Command::Note(text)).await.expect("accepted");
        }
        grown.push(world.runtime.stats().memory_bytes - before);
    }
    assert!(grown[0] > 60_000 && grown[1] < 2_000, "{grown:?}");
}

#[tokio::test(start_paused = true)]
async fn what_waits_counts_against_the_budget_and_is_given_back() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    world.ask(id, Command::Add(1)).await.expect("accepted");
    let before = world.runtime.stats().memory_bytes;
    let asks = join_all((0..50).map(|_| world.ask(id, Command::Note("x".repeat(1_000)))));
    let look = async { world.runtime.stats().memory_bytes };
    let (outcomes, during) = tokio::join!(asks, look);
    assert!(outcomes.iter().all(Result::is_ok));
    assert!(during > before + 50 * 2_000, "{before} bytes before, {during} while 50 waited");
    world.tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn operators_see_a_cell_and_can_send_it_away() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    let member = world.runtime.member("tally").expect("registered");
    assert_eq!(member.cell(id), None);
    world.ask(id, Command::Add(1)).await.expect("accepted");
    let _ = world.ask(id, Command::Panic).await;
    until(async || world.ask(id, Command::Add(1)).await.is_ok()).await;
    let cell = member.cell(id).expect("in memory");
    assert_eq!((cell.status, cell.restarts, cell.version, cell.depth), (CellStatus::Idle, 1, Some(2), 0));
    assert_eq!(cell.last_error.as_deref(), Some("asked to panic"));
    assert!(cell.activity.is_some_and(|activity| activity.per_second > 0.0) && cell.bytes > 0);
    assert_eq!(member.cells(10).len(), 1);
    assert!(member.passivate(id).await);
    assert_eq!(member.cell(id), None);
    assert_eq!(world.sum(id).await, 2);
}
