//! What a node does that is not sure of its shards.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use amazoff_supervisor::journal::Standing;
use amazoff_supervisor::{AskError, ReadError};
use uuid::Uuid;

use crate::tally::Command;
use crate::world::{Sureness, World, until};

#[tokio::test(start_paused = true)]
async fn a_fenced_node_neither_writes_nor_answers_from_memory() {
    let sureness = Arc::new(Sureness::default());
    let world = World::unsure(&sureness).await;
    let id = Uuid::now_v7();
    world.ask(id, Command::Add(3)).await.expect("accepted");
    sureness.set(Standing::Fenced);
    let refused = world.ask(id, Command::Add(3)).await;
    assert!(matches!(refused, Err(AskError::Unavailable { .. })), "{refused:?}");
    let read = world.tallies.read(id).await;
    assert!(matches!(read, Err(ReadError::Unavailable(_))), "{read:?}");
    sureness.set(Standing::Owner);
    assert_eq!(world.sum(id).await, 3);
}

#[tokio::test(start_paused = true)]
async fn a_stale_node_answers_from_memory_and_writes_nothing() {
    let sureness = Arc::new(Sureness::default());
    let world = World::unsure(&sureness).await;
    let id = Uuid::now_v7();
    world.ask(id, Command::Add(3)).await.expect("accepted");
    sureness.set(Standing::Stale);
    assert_eq!(world.runtime.standing(), Standing::Stale);
    let refused = world.ask(id, Command::Add(3)).await;
    assert!(matches!(refused, Err(AskError::Unavailable { .. })), "{refused:?}");
    assert_eq!(world.sum(id).await, 3);
}

#[tokio::test(start_paused = true)]
async fn effects_wait_until_the_node_is_sure_again() {
    let sureness = Arc::new(Sureness::default());
    let world = World::unsure(&sureness).await;
    let (sender, receiver) = (Uuid::now_v7(), Uuid::now_v7());
    world.failures.store(1, Ordering::SeqCst);
    world.ask(sender, Command::Forward { to: receiver, amount: 4 }).await.expect("accepted");
    until(async || world.deliveries.load(Ordering::SeqCst) == 1).await;
    sureness.set(Standing::Fenced);
    tokio::time::sleep(Duration::from_mins(30)).await;
    assert_eq!(world.deliveries.load(Ordering::SeqCst), 1, "another node may deliver it by now");
    sureness.set(Standing::Owner);
    until(async || world.notes(sender).await.len() == 2).await;
    assert_eq!(world.sum(receiver).await, 4);
    let failed = world.store.journal().outbox(None, 10).await.expect("readable");
    assert!(failed.iter().all(|row| row.attempts <= 1), "waiting is no failed attempt: {failed:?}");
}

#[tokio::test(start_paused = true)]
async fn the_owner_hears_of_a_refused_epoch() {
    let sureness = Arc::new(Sureness::default());
    let world = World::unsure(&sureness).await;
    let id = Uuid::now_v7();
    world.ask(id, Command::Add(3)).await.expect("accepted");
    assert_eq!(sureness.refused.load(Ordering::SeqCst), 0);
    world.store.take_all("another");
    let refused = world.ask(id, Command::Add(3)).await;
    assert!(matches!(refused, Err(AskError::Unavailable { .. })), "{refused:?}");
    assert_eq!(sureness.refused.load(Ordering::SeqCst), 1);
}
