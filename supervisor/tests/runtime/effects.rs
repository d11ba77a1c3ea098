//! Effects arrive once however often they are delivered, and reminders ring.

use std::sync::atomic::Ordering;
use std::time::Duration;

use amazoff_persistence::AppendFailure;
use amazoff_supervisor::CellLimits;
use uuid::Uuid;

use crate::tally::Command;
use crate::world::{World, until};

#[tokio::test(start_paused = true)]
async fn an_effect_reaches_its_receiver_and_the_answer_its_sender() {
    let world = World::start().await;
    let (sender, receiver) = (Uuid::now_v7(), Uuid::now_v7());
    world.ask(sender, Command::Forward { to: receiver, amount: 4 }).await.expect("accepted");
    until(async || world.notes(sender).await.len() == 2).await;
    assert_eq!(world.notes(sender).await, ["forwarded", "added, now 4"]);
    assert_eq!(world.sum(receiver).await, 4);
    world.runtime.delivered().await;
    assert!(world.store.journal().outbox(None, 10).await.expect("readable").is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_effect_whose_answer_is_lost_is_applied_once() {
    let world = World::start().await;
    let (sender, receiver) = (Uuid::now_v7(), Uuid::now_v7());
    world.failures.store(5, Ordering::SeqCst);
    world.ask(sender, Command::Forward { to: receiver, amount: 4 }).await.expect("accepted");
    until(async || world.notes(sender).await.len() == 2).await;
    assert_eq!(world.deliveries.load(Ordering::SeqCst), 6);
    assert_eq!(world.sum(receiver).await, 4);
}

#[tokio::test(start_paused = true)]
async fn effects_to_one_destination_keep_their_order_over_failures() {
    let world = World::start().await;
    let (sender, receiver) = (Uuid::now_v7(), Uuid::now_v7());
    world.failures.store(3, Ordering::SeqCst);
    for amount in [1, 10, 100, 1_000] {
        world.ask(sender, Command::Forward { to: receiver, amount }).await.expect("accepted");
    }
    until(async || world.sum(receiver).await == 1_111).await;
    world.runtime.delivered().await;
    let notes: Vec<String> =
        world.notes(sender).await.into_iter().filter(|note| note.starts_with("added")).collect();
    assert_eq!(notes, ["added, now 1", "added, now 11", "added, now 111", "added, now 1111"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_process_left_undelivered_its_successor_delivers() {
    let world = World::start().await;
    let (sender, receiver) = (Uuid::now_v7(), Uuid::now_v7());
    world.failures.store(u32::MAX, Ordering::SeqCst);
    world.ask(sender, Command::Forward { to: receiver, amount: 4 }).await.expect("accepted");
    until(async || world.deliveries.load(Ordering::SeqCst) > 1).await;
    world.tree.stop().await;

    let next = World::over(world.store.clone(), CellLimits::default()).await;
    until(async || next.notes(sender).await.len() == 2).await;
    assert_eq!(next.sum(receiver).await, 4);
}

#[tokio::test(start_paused = true)]
async fn a_reminder_rings_once_and_after_a_restart_too() {
    let world = World::start().await;
    let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
    let at = |seconds| world.now().plus(Duration::from_secs(seconds));
    world.ask(one, Command::RemindAt(at(10))).await.expect("accepted");
    world.ask(other, Command::RemindAt(at(100))).await.expect("accepted");
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(world.notes(one).await, ["reminder set", "rung"]);
    assert_eq!(world.notes(other).await, ["reminder set"]);
    world.tree.stop().await;

    let mut next = World::over(world.store.clone(), CellLimits::default()).await;
    next.clock = world.clock.clone();
    tokio::time::sleep(Duration::from_secs(200)).await;
    assert_eq!(next.notes(one).await, ["reminder set", "rung"]);
    assert_eq!(next.notes(other).await, ["reminder set", "rung"]);
}

#[tokio::test(start_paused = true)]
async fn an_effect_of_a_commit_that_nobody_heard_of_is_delivered_all_the_same() {
    let world = World::start().await;
    let (sender, receiver) = (Uuid::now_v7(), Uuid::now_v7());
    world.store.fail_next(AppendFailure::LostAfter);
    world.ask(sender, Command::Forward { to: receiver, amount: 4 }).await.expect("found in the journal");
    until(async || world.sum(receiver).await == 4).await;
    until(async || world.notes(sender).await.len() == 2).await;
}
