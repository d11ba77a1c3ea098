//! An effect that needs a person holds back its stream, and nothing else, until a person decides.

use std::sync::atomic::Ordering;
use std::time::Duration;

use amazoff_supervisor::journal::OutboxRow;
use amazoff_supervisor::{CellLimits, OutboxError};
use uuid::Uuid;

use crate::tally::Command;
use crate::world::{Trouble, World, until};

async fn forward(world: &World, from: Uuid, to: Uuid, amount: i64) {
    world.ask(from, Command::Forward { to, amount }).await.expect("accepted");
}

async fn dead(world: &World) -> Vec<OutboxRow> {
    world.runtime.dead_letters(None, 100).await.expect("readable")
}

/// A sender whose first effect to a receiver is dead, with two behind it.
async fn blocked(world: &World) -> (Uuid, Uuid) {
    let (sender, receiver) = (Uuid::now_v7(), Uuid::now_v7());
    world.trouble(receiver, Some(Trouble::Refuses));
    for amount in [1, 10, 100] {
        forward(world, sender, receiver, amount).await;
    }
    until(async || dead(world).await.len() == 1).await;
    (sender, receiver)
}

#[tokio::test(start_paused = true)]
async fn a_dead_effect_is_listed_with_its_reason_and_holds_back_only_its_stream() {
    let world = World::start().await;
    let (sender, receiver) = blocked(&world).await;
    let row = dead(&world).await.remove(0);
    assert_eq!((row.key.entity.id, row.key.seq.0), (sender, 1));
    assert_eq!(row.reason.as_deref(), Some("refused for ever"));
    assert!(row.dead_since.is_some_and(|since| since <= world.now()));
    // Another destination of the same sender, and another sender to the same kind of receiver.
    let (other, elsewhere) = (Uuid::now_v7(), Uuid::now_v7());
    forward(&world, sender, elsewhere, 7).await;
    forward(&world, other, elsewhere, 7).await;
    until(async || world.sum(elsewhere).await == 14).await;
    assert_eq!(dead(&world).await.len(), 1);
    let stats = world.runtime.outbox_stats();
    let tallies = stats.senders["tally"];
    assert_eq!((tallies.waiting, tallies.dead, tallies.behind_dead, tallies.in_flight), (3, 1, 2, 0));
    assert!(world.tallies.read(receiver).await.expect("readable").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_retried_effect_goes_at_once_and_those_behind_it_follow_in_order() {
    let world = World::start().await;
    let (sender, receiver) = blocked(&world).await;
    world.trouble(receiver, None);
    let before = world.now();
    let row = world.runtime.retry_effect(&dead(&world).await[0].key).await.expect("there");
    assert_eq!((row.attempts, row.dead_since), (1, None));
    until(async || world.sum(receiver).await == 111).await;
    assert!(world.now().since(before) < Duration::from_secs(1), "the pause was sat out");
    until(async || world.notes(sender).await.len() == 6).await;
    let answers: Vec<_> =
        world.notes(sender).await.into_iter().filter(|note| note.starts_with("added")).collect();
    assert_eq!(answers, ["added, now 1", "added, now 11", "added, now 111"]);
    assert!(dead(&world).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_effect_that_is_retried_in_vain_is_dead_again() {
    let world = World::start().await;
    blocked(&world).await;
    let key = dead(&world).await.remove(0).key;
    world.runtime.retry_effect(&key).await.expect("there");
    until(async || dead(&world).await.first().is_some_and(|row| row.attempts == 2)).await;
}

#[tokio::test(start_paused = true)]
async fn a_discarded_effect_is_never_delivered_and_its_stream_goes_on() {
    let world = World::start().await;
    let (sender, receiver) = blocked(&world).await;
    world.trouble(receiver, None);
    let key = dead(&world).await.remove(0).key;
    let before = world.now();
    assert_eq!(world.runtime.discard_effect(&key).await.expect("there").key, key);
    until(async || world.sum(receiver).await == 110).await;
    assert!(world.now().since(before) < Duration::from_secs(1));
    world.runtime.delivered().await;
    let kept = world.store.journal().discarded(None, 9).await.expect("readable");
    assert_eq!(kept.iter().map(|row| &row.key).collect::<Vec<_>>(), [&key]);
    assert!(matches!(world.runtime.retry_effect(&key).await, Err(OutboxError::NotFound)));
    assert!(matches!(world.runtime.discard_effect(&key).await, Err(OutboxError::NotFound)));
    world.tree.stop().await;

    let next = World::over(world.store.clone(), CellLimits::default()).await;
    next.runtime.delivered().await;
    tokio::time::sleep(Duration::from_mins(30)).await;
    assert_eq!(next.sum(receiver).await, 110);
    assert_eq!(next.notes(sender).await.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn an_effect_that_is_still_tried_cannot_be_discarded_but_retried() {
    let world = World::start().await;
    let (sender, receiver) = (Uuid::now_v7(), Uuid::now_v7());
    world.failures.store(9, Ordering::SeqCst);
    forward(&world, sender, receiver, 4).await;
    until(async || world.deliveries.load(Ordering::SeqCst) == 9).await;
    // Now in a pause of about 25 s.
    let key = world.store.journal().outbox(None, 1).await.expect("readable").remove(0).key;
    assert!(matches!(world.runtime.discard_effect(&key).await, Err(OutboxError::NotDead)));
    let before = world.now();
    world.runtime.retry_effect(&key).await.expect("there");
    until(async || world.notes(sender).await.len() == 2).await;
    assert!(world.now().since(before) < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn an_effect_cannot_be_discarded_while_it_is_being_delivered() {
    let world = World::start().await;
    let (_, receiver) = blocked(&world).await;
    let key = dead(&world).await.remove(0).key;
    world.trouble(receiver, Some(Trouble::Hangs));
    // The attempt that a dead effect gets every ten minutes.
    let in_flight = || world.runtime.outbox_stats().senders["tally"].in_flight;
    tokio::time::sleep(Duration::from_mins(10)).await;
    until(async || in_flight() == 1).await;
    assert!(matches!(world.runtime.discard_effect(&key).await, Err(OutboxError::InFlight)));
    tokio::time::sleep(Duration::from_mins(3)).await;
    assert!(dead(&world).await.is_empty(), "an attempt without an answer is repeated, not given up");
    let row = world.store.journal().effect(&key).await.expect("readable").expect("kept");
    assert_eq!(row.reason.as_deref(), Some("no answer within 120 s"));
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_panics_twenty_times_needs_a_person() {
    let world = World::start().await;
    let (sender, receiver) = (Uuid::now_v7(), Uuid::now_v7());
    world.trouble(receiver, Some(Trouble::Panics));
    forward(&world, sender, receiver, 4).await;
    tokio::time::sleep(Duration::from_mins(10)).await;
    let row = dead(&world).await.remove(0);
    assert!(row.attempts >= 20, "{row:?}");
    assert_eq!(row.reason.as_deref(), Some("the delivery panicked: a delivery that panics"));
    world.trouble(receiver, None);
    world.runtime.retry_effect(&row.key).await.expect("there");
    until(async || world.sum(receiver).await == 4).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_dead_stays_so_over_a_restart() {
    let world = World::start().await;
    let (_, receiver) = blocked(&world).await;
    world.tree.stop().await;
    let next = World::over(world.store.clone(), CellLimits::default()).await;
    until(async || next.runtime.outbox_stats().senders.get("tally").is_some_and(|tally| tally.dead == 1))
        .await;
    let key = dead(&next).await.remove(0).key;
    next.runtime.discard_effect(&key).await.expect("there");
    until(async || next.sum(receiver).await == 110).await;
}

#[tokio::test(start_paused = true)]
async fn hundreds_of_stuck_streams_take_no_place_from_another() {
    let world = World::start().await;
    for trouble in [Trouble::Refuses, Trouble::Panics] {
        for _ in 0..600 {
            let stuck = Uuid::now_v7();
            world.trouble(stuck, Some(trouble));
            forward(&world, Uuid::now_v7(), stuck, 1).await;
        }
    }
    let receiver = Uuid::now_v7();
    forward(&world, Uuid::now_v7(), receiver, 5).await;
    let before = world.now();
    until(async || world.sum(receiver).await == 5).await;
    assert!(world.now().since(before) < Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn receivers_that_never_answer_give_their_places_back() {
    let world = World::start().await;
    for _ in 0..1_100 {
        let stuck = Uuid::now_v7();
        world.trouble(stuck, Some(Trouble::Hangs));
        forward(&world, Uuid::now_v7(), stuck, 1).await;
    }
    let receiver = Uuid::now_v7();
    forward(&world, Uuid::now_v7(), receiver, 5).await;
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert_eq!(world.sum(receiver).await, 5);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_deliveries_to_a_slow_service_take_as_long_as_one() {
    let world = World::start().await;
    let receivers: Vec<Uuid> = (0..1_000).map(|_| Uuid::now_v7()).collect();
    let before = world.now();
    for receiver in &receivers {
        world.trouble(*receiver, Some(Trouble::Slow));
        forward(&world, Uuid::now_v7(), *receiver, 1).await;
    }
    until(async || {
        for receiver in &receivers {
            if world.sum(*receiver).await != 1 {
                return false;
            }
        }
        true
    })
    .await;
    let took = world.now().since(before);
    assert!((Duration::from_secs(5)..Duration::from_secs(9)).contains(&took), "{took:?}");
}
