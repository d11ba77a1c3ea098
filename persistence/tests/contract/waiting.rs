//! Effects and reminders.

use std::time::Duration;

use amazoff_supervisor::ReminderChange;
use amazoff_supervisor::journal::{OutboxKey, PartRefusal};

use crate::world::{NOW, World, cart, effect};

contract!(
    effects_wait_in_key_order,
    effects_are_read_page_by_page,
    a_delivered_effect_is_gone,
    a_failed_delivery_is_noted,
    an_effect_key_is_used_once,
    a_due_reminder_is_found,
    the_earliest_reminder_comes_first,
    a_reminder_is_replaced_and_cleared,
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

async fn a_failed_delivery_is_noted(mut world: World) {
    let cart = cart();
    let mut part = world.events(&cart, 0, 1);
    part.outbox = vec![effect(&cart, 1, 0)];
    let key = part.outbox[0].key.clone();
    world.store(part).await.unwrap();
    let later = NOW.plus(Duration::from_secs(9));
    world.journal.outbox_failed(&key, 3, later).await.unwrap();
    let row = &world.journal.outbox(None, 10).await.unwrap()[0];
    assert_eq!((row.attempts, row.next_at), (3, later));
    let unknown = OutboxKey { n: 7, ..key };
    world.journal.outbox_failed(&unknown, 1, later).await.unwrap();
    assert_eq!(world.journal.outbox(None, 10).await.unwrap().len(), 1);
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
    assert_eq!(world.journal.reminders_due(NOW.plus(Duration::from_millis(4_999)), 9).await.unwrap(), vec![]);
    let due = world.journal.reminders_due(NOW.plus(Duration::from_secs(5)), 9).await.unwrap();
    assert_eq!((&due[0].entity, due[0].name.as_str(), due.len()), (&cart, "wake", 1));
}

async fn the_earliest_reminder_comes_first(mut world: World) {
    let cart = cart();
    let mut part = world.part(&cart, 0);
    part.reminders = vec![set("late", 3), set("early", 1), set("between", 2)];
    world.store(part).await.unwrap();
    let due = world.journal.reminders_due(NOW.plus(Duration::from_secs(9)), 2).await.unwrap();
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
        let found = world.journal.reminders_due(far, 9).await.unwrap();
        let expected = (due > 0).then(|| NOW.plus(Duration::from_secs(due)));
        assert_eq!(found.first().map(|reminder| reminder.due_at), expected);
    }
}
