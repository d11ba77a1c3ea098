use std::time::Duration;

use amazoff_supervisor::journal::{EventPosition, Loaded, NewEvent, PAYLOAD_BYTES_MAX};
use amazoff_supervisor::{CommandId, EntityId, Version};
use uuid::Uuid;

use crate::world::{NOW, World, cart, command, effect, event, shard_mates};

contract!(
    an_unknown_entity_has_nothing,
    what_was_stored_comes_back_as_it_was,
    history_starts_after_the_given_version,
    history_stops_at_the_limit,
    a_limit_of_nothing_gives_nothing,
    a_start_beyond_the_end_gives_nothing,
    a_shard_is_followed_in_the_order_of_storing,
    heads_name_the_shards_that_have_events,
    entities_of_a_kind_are_listed_page_by_page,
    text_of_any_kind_survives,
    entities_with_the_same_id_and_another_kind_are_apart,
    payloads_of_ten_kilobytes_and_more_survive_wherever_they_are_stored,
    events_outlive_snapshots_and_command_records,
    what_followed_from_one_cause_is_found_across_entities,
    what_followed_from_one_cause_is_read_page_by_page,
);

async fn versions(world: &World, entity: &EntityId, after: u64, limit: usize) -> Vec<u64> {
    let events = world.journal.history(entity, Version(after), limit).await.unwrap();
    events.iter().map(|event| event.seq.0).collect()
}

async fn an_unknown_entity_has_nothing(world: World) {
    let Loaded { snapshot, events, quarantined } = world.journal.load(&cart()).await.unwrap();
    assert_eq!((snapshot, events, quarantined), (None, vec![], vec![]));
    assert_eq!(versions(&world, &cart(), 0, 10).await, Vec::<u64>::new());
    assert_eq!(world.journal.outcome(&cart(), CommandId::new()).await.unwrap(), None);
    assert_eq!(world.journal.heads().await.unwrap(), vec![]);
}

async fn what_was_stored_comes_back_as_it_was(mut world: World) {
    let cart = cart();
    let told = NewEvent { schema: 3, causation: Some(CommandId::new()), ..event("{\"a\":1}") };
    let mut part = world.part(&cart, 0);
    part.events = vec![told.clone(), event("{}")];
    world.store(part).await.unwrap();
    let stored = world.journal.load(&cart).await.unwrap().events;
    assert_eq!(stored.len(), 2);
    assert_eq!(stored[0].event, told);
    assert_eq!((stored[0].entity.clone(), stored[0].shard, stored[0].at), (cart.clone(), cart.shard(), NOW));
    assert_eq!((stored[0].seq, stored[0].shard_seq, stored[0].epoch), (Version(1), 1, world.epoch));
    assert_eq!((stored[1].seq, stored[1].shard_seq), (Version(2), 2));
}

async fn history_starts_after_the_given_version(mut world: World) {
    let cart = cart();
    world.store(world.events(&cart, 0, 5)).await.unwrap();
    assert_eq!(versions(&world, &cart, 0, 10).await, [1, 2, 3, 4, 5]);
    assert_eq!(versions(&world, &cart, 3, 10).await, [4, 5]);
}

async fn history_stops_at_the_limit(mut world: World) {
    let cart = cart();
    world.store(world.events(&cart, 0, 5)).await.unwrap();
    assert_eq!(versions(&world, &cart, 0, 2).await, [1, 2]);
    assert_eq!(versions(&world, &cart, 1, 1).await, [2]);
    assert_eq!(versions(&world, &cart, 0, usize::MAX).await.len(), 5);
}

async fn a_limit_of_nothing_gives_nothing(mut world: World) {
    let cart = cart();
    world.store(world.events(&cart, 0, 2)).await.unwrap();
    assert!(versions(&world, &cart, 0, 0).await.is_empty());
    assert!(world.journal.tail(cart.shard(), 0, 0).await.unwrap().is_empty());
    assert!(world.journal.entities("cart", None, 0).await.unwrap().is_empty());
}

async fn a_start_beyond_the_end_gives_nothing(mut world: World) {
    let cart = cart();
    world.store(world.events(&cart, 0, 2)).await.unwrap();
    assert!(versions(&world, &cart, 2, 10).await.is_empty());
    assert!(versions(&world, &cart, 9, 10).await.is_empty());
    assert!(world.journal.tail(cart.shard(), 9, 10).await.unwrap().is_empty());
}

async fn a_shard_is_followed_in_the_order_of_storing(mut world: World) {
    let (first, mate) = shard_mates();
    world.store(world.events(&first, 0, 2)).await.unwrap();
    world.store(world.events(&mate, 0, 1)).await.unwrap();
    world.store(world.events(&first, 2, 1)).await.unwrap();
    let shard = first.shard();
    let all = world.journal.tail(shard, 0, 10).await.unwrap();
    let order: Vec<_> = all.iter().map(|event| (event.entity.clone(), event.seq.0)).collect();
    assert_eq!(order, [(first.clone(), 1), (first.clone(), 2), (mate, 1), (first, 3)]);
    assert_eq!(world.journal.tail(shard, 1, 2).await.unwrap(), all[1..3]);
    world.assert_dense().await;
}

async fn heads_name_the_shards_that_have_events(mut world: World) {
    let (first, mate) = shard_mates();
    world.store(world.events(&first, 0, 2)).await.unwrap();
    world.store(world.events(&mate, 0, 3)).await.unwrap();
    assert_eq!(world.journal.heads().await.unwrap(), [(first.shard(), 5)]);
}

async fn entities_of_a_kind_are_listed_page_by_page(mut world: World) {
    let mut ids: Vec<Uuid> = Vec::new();
    for _ in 0..5 {
        let entity = EntityId::new("order", Uuid::new_v8(*Uuid::now_v7().as_bytes()));
        world.store(world.events(&entity, 0, 2)).await.unwrap();
        ids.push(entity.id);
    }
    world.store(world.events(&cart(), 0, 1)).await.unwrap();
    ids.sort_unstable();
    let mut seen = Vec::new();
    while let page = world.journal.entities("order", seen.last().copied(), 2).await.unwrap()
        && !page.is_empty()
    {
        seen.extend(page);
    }
    assert_eq!(seen, ids);
}

async fn text_of_any_kind_survives(mut world: World) {
    let cart = cart();
    let payloads = ["", "\"'\\; DROP TABLE journal; --", "ünïcödé 🛒", "{\"zero\":\"\\u0000\"}"];
    let mut part = world.part(&cart, 0);
    part.events = payloads.map(event).to_vec();
    part.events.push(event(&"x".repeat(50_000)));
    world.store(part.clone()).await.unwrap();
    let stored = world.journal.load(&cart).await.unwrap().events;
    assert_eq!(stored.into_iter().map(|event| event.event).collect::<Vec<_>>(), part.events);
}

async fn entities_with_the_same_id_and_another_kind_are_apart(mut world: World) {
    let cart = cart();
    let checkout = EntityId::new("checkout", cart.id);
    world.store(world.events(&cart, 0, 3)).await.unwrap();
    world.store(world.events(&checkout, 0, 1)).await.unwrap();
    assert_eq!(world.version(&cart).await, 3);
    assert_eq!(world.version(&checkout).await, 1);
    world.assert_dense().await;
}

async fn payloads_of_ten_kilobytes_and_more_survive_wherever_they_are_stored(mut world: World) {
    for bytes in [10_240, 100_000, PAYLOAD_BYTES_MAX] {
        let (cart, large) = (cart(), "ß".repeat(bytes / 2));
        let mut part = world.part(&cart, 0);
        part.events = vec![event(&large)];
        let mut record = command(CommandId::new());
        (record.outcome, record.sealed_command, record.context) =
            (large.clone(), large.clone(), large.clone());
        part.commands = vec![record.clone()];
        part.outbox = vec![effect(&cart, 1, 0)];
        part.outbox[0].payload = large.clone();
        let sent = part.outbox[0].clone();
        world.store(part).await.unwrap();
        world.journal.save_snapshot(&cart, Version(1), &large, 1).await.unwrap();
        let loaded = world.journal.load(&cart).await.unwrap();
        assert_eq!(loaded.snapshot, Some((Version(1), large.clone())));
        let events = world.journal.history(&cart, Version(0), 9).await.unwrap();
        assert_eq!(events[0].event.payload, large);
        assert_eq!(world.journal.outcome(&cart, record.command_id).await.unwrap(), Some(record));
        assert_eq!(world.journal.effect(&sent.key).await.unwrap(), Some(sent));
    }
}

async fn events_outlive_snapshots_and_command_records(mut world: World) {
    let cart = cart();
    let mut part = world.events(&cart, 0, 5);
    part.commands = vec![command(CommandId::new())];
    world.store(part).await.unwrap();
    world.journal.save_snapshot(&cart, Version(5), "five", 1).await.unwrap();
    world.journal.save_snapshot(&cart, Version(5), "five", 0).await.unwrap();
    assert_eq!(world.journal.forget_commands(NOW.plus(Duration::from_secs(1))).await.unwrap(), 1);
    assert_eq!(world.journal.load(&cart).await.unwrap().events.len(), 5);
    // The numbering goes on where it was.
    world.store(world.events(&cart, 5, 1)).await.unwrap();
    assert_eq!(versions(&world, &cart, 0, 10).await, [1, 2, 3, 4, 5, 6]);
    world.assert_dense().await;
}

/// Stores one event of a cause at a moment and returns its entity.
async fn caused(world: &mut World, cause: CommandId, second: u64) -> EntityId {
    let cart = cart();
    let mut part = world.part(&cart, 0);
    part.at = NOW.plus(Duration::from_secs(second));
    part.events = vec![NewEvent { correlation: cause, ..event("{}") }];
    world.store(part).await.unwrap();
    cart
}

async fn what_followed_from_one_cause_is_found_across_entities(mut world: World) {
    let (cause, other) = (CommandId::new(), CommandId::new());
    let third = caused(&mut world, cause, 3).await;
    caused(&mut world, other, 2).await;
    let first = caused(&mut world, cause, 1).await;
    let mut part = world.part(&first, 1);
    part.at = NOW.plus(Duration::from_secs(2));
    part.events = vec![event("{}"), NewEvent { correlation: cause, ..event("\"last\"") }];
    world.store(part).await.unwrap();
    let events = world.journal.correlated(cause, None, 9).await.unwrap();
    let found: Vec<_> = events.iter().map(|event| (event.entity.clone(), event.seq.0)).collect();
    assert_eq!(found, [(first.clone(), 1), (first.clone(), 3), (third, 1)]);
    assert_eq!(events[1], world.journal.history(&first, Version(2), 9).await.unwrap()[0]);
    assert!(world.journal.correlated(CommandId::new(), None, 9).await.unwrap().is_empty());
    assert!(world.journal.correlated(cause, None, 0).await.unwrap().is_empty());
}

async fn what_followed_from_one_cause_is_read_page_by_page(mut world: World) {
    let cause = CommandId::new();
    // Several of the same millisecond: the shard and its numbering decide.
    for second in [1, 1, 1, 1, 1, 2, 2, 0] {
        caused(&mut world, cause, second).await;
    }
    let mut seen: Vec<EventPosition> = Vec::new();
    while let page = world.journal.correlated(cause, seen.last(), 3).await.unwrap()
        && !page.is_empty()
    {
        assert!(page.len() <= 3);
        seen.extend(page.iter().map(|event| event.position()));
    }
    assert_eq!(seen.len(), 8);
    assert!(seen.is_sorted_by(|one, next| one < next), "{seen:?}");
}
