//! Effects and reminders.

use std::time::Duration;

use amazoff_supervisor::journal::{FailedDelivery, OutboxKey, PartRefusal};
use amazoff_supervisor::{EntityId, ReminderChange, Timestamp};
use uuid::Uuid;

use crate::world::{NOW, World, cart, effect};

contract!(
    effects_wait_in_key_order,
    effects_are_read_page_by_page,
    a_delivered_effect_is_gone,
    a_failed_delivery_is_noted,
    an_effect_that_needs_a_person_is_listed_with_its_reason,
    dead_letters_are_read_page_by_page,
    a_retried_effect_is_due_and_keeps_its_attempts,
    a_discarded_effect_is_kept_apart_for_ever,
    only_an_effect_that_needs_a_person_is_discarded,
    an_effect_key_is_used_once,
    a_due_reminder_is_found,
    the_earliest_reminder_comes_first,
    a_reminder_is_replaced_and_cleared,
    each_kind_has_its_own_due_reminders,
    a_reminder_that_was_set_anew_does_not_lapse,
    a_reminder_that_rings_and_is_set_anew_in_one_part_stays,
);

async fn effects_wait_in_key_order(mut world: World) {
    let (mut a, mut b) = (cart(), cart());
    if b < a {
        std::mem::swap(&mut a, &mut b);
    }
    let (mut first, mut second) = (world.events(&a, 0, 2), world.events(&b, 0, 1));
    first.outbox = vec![effect(&a, 2, 0), effect(&a, 2, 1)];
    second.outbox = vec![effect(&b, 1, 0)];
    let expected = [first.outbox.clone(), second.outbox.clone()].concat();
    world.append(&[second, first]).await;
    assert_eq!(world.journal.outbox(None, 10).await.unwrap(), expected);
}

async fn effects_are_read_page_by_page(mut world: World) {
    let mut keys = Vec::new();
    for _ in 0..3 {
        let cart = cart();
        let mut part = world.events(&cart, 0, 1);
        part.outbox = (0..5).map(|n| effect(&cart, 1, n)).collect();
        keys.extend(part.outbox.iter().map(|row| row.key.clone()));
        world.store(part).await.unwrap();
    }
    keys.sort();
    let mut seen: Vec<OutboxKey> = Vec::new();
    while let page = world.journal.outbox(seen.last(), 4).await.unwrap()
        && !page.is_empty()
    {
        seen.extend(page.into_iter().map(|row| row.key));
    }
    assert_eq!(seen, keys);
}

async fn a_delivered_effect_is_gone(mut world: World) {
    let cart = cart();
    let mut part = world.events(&cart, 0, 1);
    part.outbox = vec![effect(&cart, 1, 0), effect(&cart, 1, 1), effect(&cart, 1, 2)];
    let keys: Vec<_> = part.outbox.iter().map(|row| row.key.clone()).collect();
    world.store(part).await.unwrap();
    let mut done = world.part(&cart, 1);
    done.outbox_done = vec![keys[0].clone(), keys[2].clone()];
    world.store(done.clone()).await.unwrap();
    let left = world.journal.outbox(None, 10).await.unwrap();
    assert_eq!(left.iter().map(|row| &row.key).collect::<Vec<_>>(), [&keys[1]]);
    // Saying so twice is harmless.
    assert_eq!(world.store(done).await, Ok(()));
}

fn failure(attempts: u32, dead_since: Option<Timestamp>) -> FailedDelivery {
    let next_at = NOW.plus(Duration::from_secs(9));
    FailedDelivery { attempts, next_at, reason: format!("failure {attempts}"), dead_since }
}

/// Stores effects of one entity and returns their keys.
async fn sent(world: &mut World, count: u16) -> Vec<OutboxKey> {
    let cart = cart();
    let mut part = world.events(&cart, 0, 1);
    part.outbox = (0..count).map(|n| effect(&cart, 1, n)).collect();
    let keys = part.outbox.iter().map(|row| row.key.clone()).collect();
    world.store(part).await.unwrap();
    keys
}

async fn a_failed_delivery_is_noted(mut world: World) {
    let key = sent(&mut world, 1).await.remove(0);
    let fresh = world.journal.effect(&key).await.unwrap().unwrap();
    assert_eq!((fresh.attempts, fresh.reason, fresh.dead_since, fresh.at), (0, None, None, NOW));
    world.journal.outbox_failed(&key, &failure(3, None)).await.unwrap();
    let row = &world.journal.outbox(None, 10).await.unwrap()[0];
    assert_eq!((row.attempts, row.next_at), (3, NOW.plus(Duration::from_secs(9))));
    assert_eq!((row.reason.as_deref(), row.dead_since, row.at), (Some("failure 3"), None, NOW));
    assert_eq!(world.journal.effect(&key).await.unwrap().as_ref(), Some(row));
    let unknown = OutboxKey { n: 7, ..key };
    world.journal.outbox_failed(&unknown, &failure(1, None)).await.unwrap();
    assert_eq!(world.journal.outbox(None, 10).await.unwrap().len(), 1);
    assert_eq!(world.journal.effect(&unknown).await.unwrap(), None);
}

async fn an_effect_that_needs_a_person_is_listed_with_its_reason(mut world: World) {
    let keys = sent(&mut world, 3).await;
    world.journal.outbox_failed(&keys[0], &failure(1, None)).await.unwrap();
    world.journal.outbox_failed(&keys[1], &failure(2, Some(NOW))).await.unwrap();
    let dead = world.journal.dead_letters(None, 10).await.unwrap();
    assert_eq!(dead.iter().map(|row| &row.key).collect::<Vec<_>>(), [&keys[1]]);
    assert_eq!((dead[0].reason.as_deref(), dead[0].dead_since), (Some("failure 2"), Some(NOW)));
    // It still stands in its place.
    assert_eq!(world.journal.outbox(None, 10).await.unwrap().len(), 3);
    // Once it fails in the usual way again, it needs no person.
    world.journal.outbox_failed(&keys[1], &failure(3, None)).await.unwrap();
    assert!(world.journal.dead_letters(None, 10).await.unwrap().is_empty());
}

async fn dead_letters_are_read_page_by_page(mut world: World) {
    let mut dead = Vec::new();
    for _ in 0..3 {
        for (n, key) in sent(&mut world, 4).await.into_iter().enumerate() {
            if n % 2 == 0 {
                world.journal.outbox_failed(&key, &failure(1, Some(NOW))).await.unwrap();
                dead.push(key);
            }
        }
    }
    dead.sort();
    let mut seen: Vec<OutboxKey> = Vec::new();
    while let page = world.journal.dead_letters(seen.last(), 4).await.unwrap()
        && !page.is_empty()
    {
        seen.extend(page.into_iter().map(|row| row.key));
    }
    assert_eq!(seen, dead);
}

async fn a_retried_effect_is_due_and_keeps_its_attempts(mut world: World) {
    let key = sent(&mut world, 1).await.remove(0);
    world.journal.outbox_failed(&key, &failure(5, Some(NOW))).await.unwrap();
    let later = NOW.plus(Duration::from_secs(1));
    let row = world.journal.outbox_retry(&key, later).await.unwrap().unwrap();
    assert_eq!((row.attempts, row.next_at, row.dead_since), (5, later, None));
    assert_eq!(row.reason.as_deref(), Some("failure 5"));
    assert_eq!(world.journal.effect(&key).await.unwrap(), Some(row));
    assert!(world.journal.dead_letters(None, 9).await.unwrap().is_empty());
    assert_eq!(world.journal.outbox_retry(&OutboxKey { n: 7, ..key }, later).await.unwrap(), None);
}

async fn a_discarded_effect_is_kept_apart_for_ever(mut world: World) {
    let keys = sent(&mut world, 2).await;
    world.journal.outbox_failed(&keys[0], &failure(5, Some(NOW))).await.unwrap();
    let dead = world.journal.effect(&keys[0]).await.unwrap().unwrap();
    assert_eq!(world.journal.outbox_discard(&keys[0], NOW).await.unwrap().as_ref(), Some(&dead));
    let left = world.journal.outbox(None, 9).await.unwrap();
    assert_eq!(left.iter().map(|row| &row.key).collect::<Vec<_>>(), [&keys[1]]);
    assert!(world.journal.dead_letters(None, 9).await.unwrap().is_empty());
    assert_eq!(world.journal.discarded(None, 9).await.unwrap(), [dead]);
    assert!(world.journal.discarded(Some(&keys[0]), 9).await.unwrap().is_empty());
    assert_eq!(world.journal.outbox_discard(&keys[0], NOW).await.unwrap(), None);
    assert_eq!(world.journal.outbox_retry(&keys[0], NOW).await.unwrap(), None);
}

async fn only_an_effect_that_needs_a_person_is_discarded(mut world: World) {
    let key = sent(&mut world, 1).await.remove(0);
    assert_eq!(world.journal.outbox_discard(&key, NOW).await.unwrap(), None);
    world.journal.outbox_failed(&key, &failure(5, None)).await.unwrap();
    assert_eq!(world.journal.outbox_discard(&key, NOW).await.unwrap(), None);
    assert_eq!(world.journal.outbox(None, 9).await.unwrap().len(), 1);
    assert!(world.journal.discarded(None, 9).await.unwrap().is_empty());
}

async fn an_effect_key_is_used_once(mut world: World) {
    let cart = cart();
    let mut part = world.part(&cart, 0);
    part.outbox = vec![effect(&cart, 0, 0)];
    world.store(part.clone()).await.unwrap();
    assert_eq!(world.store(part).await, Err(PartRefusal::VersionTaken));
}

fn set(name: &str, second: u64) -> ReminderChange {
    ReminderChange::Set { name: name.to_owned(), due_at: NOW.plus(Duration::from_secs(second)) }
}

async fn a_due_reminder_is_found(mut world: World) {
    let cart = cart();
    let mut part = world.part(&cart, 0);
    part.reminders = vec![set("wake", 5)];
    world.store(part).await.unwrap();
    assert_eq!(
        world.journal.reminders_due("cart", NOW.plus(Duration::from_millis(4_999)), 9).await.unwrap(),
        vec![]
    );
    let due = world.journal.reminders_due("cart", NOW.plus(Duration::from_secs(5)), 9).await.unwrap();
    assert_eq!((&due[0].entity, due[0].name.as_str(), due.len()), (&cart, "wake", 1));
}

async fn the_earliest_reminder_comes_first(mut world: World) {
    let cart = cart();
    let mut part = world.part(&cart, 0);
    part.reminders = vec![set("late", 3), set("early", 1), set("between", 2)];
    world.store(part).await.unwrap();
    let due = world.journal.reminders_due("cart", NOW.plus(Duration::from_secs(9)), 2).await.unwrap();
    assert_eq!(due.iter().map(|due| due.name.as_str()).collect::<Vec<_>>(), ["early", "between"]);
}

async fn a_reminder_is_replaced_and_cleared(mut world: World) {
    let cart = cart();
    let far = NOW.plus(Duration::from_secs(100));
    let clear = ReminderChange::Clear { name: "wake".to_owned() };
    for (change, due) in [(set("wake", 1), 1), (set("wake", 50), 50), (clear.clone(), 0), (clear, 0)] {
        let mut part = world.part(&cart, 0);
        part.reminders = vec![change];
        world.store(part).await.unwrap();
        let found = world.journal.reminders_due("cart", far, 9).await.unwrap();
        let expected = (due > 0).then(|| NOW.plus(Duration::from_secs(due)));
        assert_eq!(found.first().map(|reminder| reminder.due_at), expected);
    }
}

async fn each_kind_has_its_own_due_reminders(mut world: World) {
    let (cart, order) = (cart(), EntityId::new("order", Uuid::now_v7()));
    for (entity, second) in [(&cart, 2), (&order, 1)] {
        let mut part = world.part(entity, 0);
        part.reminders = vec![set("wake", second)];
        world.store(part).await.unwrap();
    }
    let far = NOW.plus(Duration::from_secs(9));
    for (kind, entity) in [("cart", &cart), ("order", &order)] {
        let due = world.journal.reminders_due(kind, far, 9).await.unwrap();
        assert_eq!(due.iter().map(|due| &due.entity).collect::<Vec<_>>(), [entity]);
    }
    assert!(world.journal.reminders_due("payment", far, 9).await.unwrap().is_empty());
}

fn lapse(name: &str, second: u64) -> ReminderChange {
    ReminderChange::Lapse { name: name.to_owned(), due_at: NOW.plus(Duration::from_secs(second)) }
}

async fn a_reminder_that_was_set_anew_does_not_lapse(mut world: World) {
    let (cart, other) = (cart(), cart());
    let far = NOW.plus(Duration::from_secs(100));
    for entity in [&cart, &other] {
        let mut part = world.part(entity, 0);
        part.reminders = vec![set("wake", 5), set("sleep", 5)];
        world.store(part).await.unwrap();
    }
    for (change, left) in [(lapse("wake", 4), 2), (lapse("wake", 5), 1), (lapse("wake", 5), 1)] {
        let mut part = world.part(&cart, 0);
        part.reminders = vec![change];
        world.store(part).await.unwrap();
        let due = world.journal.reminders_due("cart", far, 9).await.unwrap();
        assert_eq!(due.iter().filter(|due| due.entity == cart).count(), left);
        assert_eq!(due.iter().filter(|due| due.entity == other).count(), 2);
    }
}

async fn a_reminder_that_rings_and_is_set_anew_in_one_part_stays(mut world: World) {
    let cart = cart();
    let mut part = world.part(&cart, 0);
    part.reminders = vec![set("wake", 5)];
    world.store(part).await.unwrap();
    let mut ring = world.part(&cart, 0);
    ring.reminders = vec![lapse("wake", 5), set("wake", 50)];
    world.store(ring).await.unwrap();
    let due = world.journal.reminders_due("cart", NOW.plus(Duration::from_secs(100)), 9).await.unwrap();
    assert_eq!(due.iter().map(|due| due.due_at).collect::<Vec<_>>(), [NOW.plus(Duration::from_secs(50))]);
}
