use amazoff_supervisor::journal::PartRefusal;
use amazoff_supervisor::{EntityId, Epoch};

use crate::world::{World, cart};

contract!(
    a_new_claim_shuts_the_old_owner_out,
    an_epoch_from_the_future_is_refused,
    each_claim_adds_one_to_every_epoch,
    a_part_that_only_notes_an_outcome_is_fenced_too,
);

async fn a_new_claim_shuts_the_old_owner_out(mut world: World) {
    let cart = cart();
    world.store(world.events(&cart, 0, 1)).await.unwrap();
    let outdated = world.events(&cart, 1, 1);
    world.epoch = world.shards.claim_all("node_other", "127.0.0.1:2").await.unwrap()[0].1;
    assert_eq!(world.store(outdated).await, Err(PartRefusal::ShardLost(cart.shard())));
    assert_eq!(world.store(world.events(&cart, 1, 1)).await, Ok(()));
    let events = world.journal.load(&cart).await.unwrap().events;
    assert_eq!(events.iter().map(|event| event.epoch.0).collect::<Vec<_>>(), [1, 2]);
}

async fn an_epoch_from_the_future_is_refused(mut world: World) {
    let cart = cart();
    let mut part = world.events(&cart, 0, 1);
    part.epoch = Epoch(world.epoch.0 + 1);
    assert_eq!(world.store(part).await, Err(PartRefusal::ShardLost(cart.shard())));
}

async fn each_claim_adds_one_to_every_epoch(world: World) {
    for expected in 2..5 {
        let epochs = world.shards.claim_all("node_test", "127.0.0.1:1").await.unwrap();
        assert_eq!(epochs.len(), 256);
        assert!(epochs.iter().all(|(_, epoch)| *epoch == Epoch(expected)));
    }
}

async fn a_part_that_only_notes_an_outcome_is_fenced_too(mut world: World) {
    let order: EntityId = cart();
    let mut part = world.part(&order, 0);
    part.epoch = Epoch(0);
    assert_eq!(world.store(part).await, Err(PartRefusal::ShardLost(order.shard())));
}
