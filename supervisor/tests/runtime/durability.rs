//! What was acknowledged stays, and a repeat gets the stored outcome.

use std::time::Duration;

use amazoff_supervisor::{AskError, CellLimits, EntityId, Version};
use futures::future::join_all;
use uuid::Uuid;

use crate::tally::{Command, Rejection};
use crate::world::{World, envelope, repeatable, until};

#[tokio::test(start_paused = true)]
async fn an_acknowledged_command_survives_the_process() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    let answer = world.ask(id, Command::Add(3)).await.expect("accepted");
    assert_eq!((answer.reply, answer.version), (3, Version(1)));
    world.tree.stop().await;

    let next = World::over(world.store.clone(), CellLimits::default()).await;
    assert_eq!(next.sum(id).await, 3);
}

#[tokio::test(start_paused = true)]
async fn a_repeated_command_gets_its_first_outcome() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    let first = world.tallies.execute(id, Command::Add(3), repeatable("k")).await.expect("accepted");
    let again = world.tallies.execute(id, Command::Add(3), repeatable("k")).await.expect("answered");
    assert!(!first.replayed && again.replayed);
    assert_eq!(again.reply, 3);
    assert_eq!(world.sum(id).await, 3);
}

#[tokio::test(start_paused = true)]
async fn a_repeated_refusal_stays_refused_although_it_would_now_be_accepted() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    let refused = world.tallies.execute(id, Command::Take(1), repeatable("k")).await;
    assert!(matches!(
        refused,
        Err(AskError::Refused { refusal: Rejection::NotEnough { has: 0 }, replayed: false })
    ));
    world.ask(id, Command::Add(5)).await.expect("accepted");
    let again = world.tallies.execute(id, Command::Take(1), repeatable("k")).await;
    assert!(matches!(again, Err(AskError::Refused { replayed: true, .. })));
}

#[tokio::test(start_paused = true)]
async fn a_key_with_other_content_is_refused() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    world.tallies.execute(id, Command::Add(3), repeatable("k")).await.expect("accepted");
    let other = world.tallies.execute(id, Command::Add(4), repeatable("k")).await;
    assert!(matches!(other, Err(AskError::KeyReused)));
    assert_eq!(world.sum(id).await, 3);
}

#[tokio::test(start_paused = true)]
async fn the_same_command_twice_at_once_runs_once() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    let asks = (0..20).map(|_| world.tallies.execute(id, Command::Add(1), repeatable("k")));
    let outcomes = join_all(asks).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(AskError::InFlight))));
    assert_eq!(world.sum(id).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_concurrent_commands_are_all_applied_in_few_commits() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    let outcomes = join_all((0..1_000).map(|_| world.ask(id, Command::Add(1)))).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(world.sum(id).await, 1_000);
    assert!(world.runtime.lane_stats().commits < 100, "{:?}", world.runtime.lane_stats());
}

#[tokio::test(start_paused = true)]
async fn an_idle_entity_gives_up_its_actor_and_comes_back() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    world.ask(id, Command::Add(1)).await.expect("accepted");
    let active = || world.tallies.host().stats()["active"].as_u64();
    assert_eq!(active(), Some(1));
    tokio::time::sleep(Duration::from_secs(8)).await;
    assert_eq!(active(), Some(0));
    world.ask(id, Command::Add(1)).await.expect("accepted");
    assert_eq!(world.sum(id).await, 2);
}

#[tokio::test(start_paused = true)]
async fn entities_beyond_the_limit_leave_memory_and_are_read_again() {
    let limits = CellLimits { resident_max: 10, ..CellLimits::default() };
    let world = World::over(amazoff_persistence::MemoryStore::new(), limits).await;
    let ids: Vec<Uuid> = (0..50).map(|_| Uuid::now_v7()).collect();
    for id in &ids {
        world.ask(*id, Command::Add(7)).await.expect("accepted");
    }
    tokio::time::sleep(Duration::from_secs(40)).await;
    assert!(world.tallies.host().stats()["resident"].as_u64() <= Some(10));
    for id in &ids {
        assert_eq!(world.sum(*id).await, 7);
    }
}

#[tokio::test(start_paused = true)]
async fn reading_an_unknown_entity_leaves_nothing_in_memory() {
    let world = World::start().await;
    for _ in 0..100 {
        assert!(world.tallies.read(Uuid::now_v7()).await.expect("readable").is_none());
    }
    assert_eq!(world.tallies.host().stats()["resident"].as_u64(), Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_commit_wakes_whoever_watches() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    let mut watch = world.tallies.watch(id);
    world.tallies.execute(id, Command::Add(1), envelope()).await.expect("accepted");
    watch.changed().await.expect("the sender lives");
    assert_eq!(*watch.borrow(), Version(1));
}

#[tokio::test(start_paused = true)]
async fn a_long_history_is_read_from_its_newest_snapshot() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    for _ in 0..250 {
        world.ask(id, Command::Add(1)).await.expect("accepted");
    }
    let entity = EntityId::new("tally", id);
    let newest = async || {
        let loaded = world.store.journal().load(&entity).await.expect("readable");
        loaded.snapshot.map(|(version, _)| version)
    };
    until(async || newest().await == Some(Version(200))).await;
    world.tree.stop().await;
    let next = World::over(world.store.clone(), CellLimits::default()).await;
    assert_eq!(next.sum(id).await, 250);
}

#[tokio::test(start_paused = true)]
async fn a_runtime_without_domains_and_projections_runs_all_the_same() {
    let world = World::bare().await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    let tree = world.snapshot();
    assert!(tree.children.iter().all(|child| child.restarts == 0), "{tree:?}");
    world.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_large_state_is_not_written_again_for_a_few_small_events() {
    let world = World::start().await;
    let (large, small) = (Uuid::now_v7(), Uuid::now_v7());
    world.ask(large, Command::Large(100_000)).await.expect("accepted");
    let add_to = async |id: Uuid, count: usize| {
        for _ in 0..count {
            world.ask(id, Command::Add(1)).await.expect("accepted");
        }
    };
    let newest = async |id: Uuid| {
        let loaded = world.store.journal().load(&EntityId::new("tally", id)).await.expect("readable");
        loaded.snapshot.map(|(version, _)| version.0)
    };
    add_to(large, 99).await;
    until(async || newest(large).await == Some(100)).await;
    add_to(large, 199).await;
    // Two hundred events later its neighbour has been written, so it would have been as well.
    add_to(small, 100).await;
    until(async || newest(small).await == Some(100)).await;
    assert_eq!(newest(large).await, Some(100), "200 small events are nothing beside the state");
    world.ask(large, Command::Large(100_000)).await.expect("accepted");
    until(async || newest(large).await == Some(300)).await;
    assert_eq!(world.sum(large).await, 298);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_that_cannot_be_read_costs_a_longer_replay_and_nothing_else() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    for _ in 0..150 {
        world.ask(id, Command::Add(1)).await.expect("accepted");
    }
    let (journal, entity) = (world.store.journal(), EntityId::new("tally", id));
    let state = r#"{"written":"by another version"}"#;
    journal.save_snapshot(&entity, Version(150), state, 3).await.expect("stored");
    world.tree.stop().await;

    let next = World::over(world.store.clone(), CellLimits::default()).await;
    assert_eq!(next.sum(id).await, 150);
    assert_eq!(next.ask(id, Command::Add(1)).await.expect("goes on").version, Version(151));
}
