//! Fifty parts, one of them refused, for every reason to refuse: the other forty-nine are stored.

use amazoff_supervisor::journal::{PAYLOAD_BYTES_MAX, Part, PartRefusal};
use amazoff_supervisor::{ClaimChange, CommandId, Epoch};

use crate::world::{World, cart, claim, command, effect, event, mark};

contract!(
    a_taken_version_is_left_out_alone,
    a_taken_claim_is_left_out_alone,
    a_known_command_is_left_out_alone,
    an_applied_effect_is_left_out_alone,
    a_lost_shard_is_left_out_alone,
    a_too_large_part_is_left_out_alone,
    a_payload_of_exactly_the_limit_is_stored,
    every_payload_counts_towards_the_limit,
    several_reasons_in_one_group_are_told_apart,
);

const PARTS: usize = 50;
const REFUSED: usize = 20;

async fn one_is_left_out(world: &mut World, refused: Part, refusal: PartRefusal) {
    let mut parts: Vec<Part> = (1..PARTS).map(|_| world.events(&cart(), 0, 2)).collect();
    parts.insert(REFUSED, refused);
    let before = world.version(&parts[REFUSED].entity).await;
    let verdicts = world.append(&parts).await;
    for (n, (part, verdict)) in parts.iter().zip(verdicts).enumerate() {
        if n == REFUSED {
            assert_eq!(verdict, Err(refusal.clone()));
            assert_eq!(world.version(&part.entity).await, before);
        } else {
            assert_eq!(verdict, Ok(()));
            assert_eq!(world.version(&part.entity).await, 2);
        }
    }
    world.assert_dense().await;
    // The next group goes the usual way again.
    let parts: Vec<Part> = (0..PARTS).map(|_| world.events(&cart(), 0, 1)).collect();
    assert_eq!(world.append(&parts).await, vec![Ok(()); PARTS]);
    world.assert_dense().await;
}

async fn a_taken_version_is_left_out_alone(mut world: World) {
    let cart = cart();
    world.store(world.events(&cart, 0, 3)).await.unwrap();
    let refused = world.events(&cart, 2, 2);
    one_is_left_out(&mut world, refused, PartRefusal::VersionTaken).await;
}

async fn a_taken_claim_is_left_out_alone(mut world: World) {
    let mut owner = world.events(&cart(), 0, 1);
    owner.claims = vec![ClaimChange::Take(claim("ada"))];
    world.store(owner).await.unwrap();
    let mut refused = world.events(&cart(), 0, 2);
    refused.claims = vec![ClaimChange::Take(claim("ada"))];
    one_is_left_out(&mut world, refused, PartRefusal::ClaimTaken(claim("ada"))).await;
}

async fn a_known_command_is_left_out_alone(mut world: World) {
    let cart = cart();
    let id = CommandId::new();
    let mut first = world.events(&cart, 0, 1);
    first.commands = vec![command(id)];
    world.store(first).await.unwrap();
    let mut refused = world.events(&cart, 1, 2);
    refused.commands = vec![command(CommandId::new()), command(id)];
    one_is_left_out(&mut world, refused, PartRefusal::CommandKnown(id)).await;
}

async fn an_applied_effect_is_left_out_alone(mut world: World) {
    let cart = cart();
    let mut first = world.events(&cart, 0, 1);
    first.marks = vec![mark("order_1/cart", 7)];
    world.store(first).await.unwrap();
    let mut refused = world.events(&cart, 1, 2);
    refused.marks = vec![mark("order_2/cart", 1), mark("order_1/cart", 7)];
    let again = refused.marks[1].command_id;
    one_is_left_out(&mut world, refused, PartRefusal::EffectApplied(again)).await;
}

async fn a_lost_shard_is_left_out_alone(mut world: World) {
    let mut refused = world.events(&cart(), 0, 2);
    refused.epoch = Epoch(world.epoch.0 - 1);
    let shard = refused.shard();
    one_is_left_out(&mut world, refused, PartRefusal::ShardLost(shard)).await;
}

async fn a_too_large_part_is_left_out_alone(mut world: World) {
    let mut refused = world.events(&cart(), 0, 2);
    refused.events[1].payload = "x".repeat(PAYLOAD_BYTES_MAX + 1);
    one_is_left_out(&mut world, refused, PartRefusal::TooLarge { bytes: PAYLOAD_BYTES_MAX + 1 }).await;
}

async fn a_payload_of_exactly_the_limit_is_stored(mut world: World) {
    let mut part = world.part(&cart(), 0);
    part.events = vec![event(&"x".repeat(PAYLOAD_BYTES_MAX))];
    assert_eq!(world.store(part).await, Ok(()));
}

async fn every_payload_counts_towards_the_limit(mut world: World) {
    let large = "x".repeat(PAYLOAD_BYTES_MAX + 1);
    let cart = cart();
    let mut with_effect = world.events(&cart, 0, 1);
    with_effect.outbox = vec![effect(&cart, 1, 0)];
    with_effect.outbox[0].payload = large.clone();
    let mut with_outcome = world.events(&cart, 0, 1);
    with_outcome.commands = vec![command(CommandId::new())];
    with_outcome.commands[0].outcome = large;
    for part in [with_effect, with_outcome] {
        let refusal = PartRefusal::TooLarge { bytes: PAYLOAD_BYTES_MAX + 1 };
        assert_eq!(world.store(part).await, Err(refusal));
    }
}

async fn several_reasons_in_one_group_are_told_apart(mut world: World) {
    let (stale, large, fine) = (cart(), cart(), cart());
    let mut too_large = world.events(&large, 0, 1);
    too_large.events[0].payload = "x".repeat(PAYLOAD_BYTES_MAX + 1);
    let mut lost = world.events(&cart(), 0, 1);
    lost.epoch = Epoch(99);
    let shard = lost.shard();
    let parts = [world.events(&stale, 4, 1), too_large, lost, world.events(&fine, 0, 1)];
    let verdicts = world.append(&parts).await;
    assert_eq!(
        verdicts,
        [
            Err(PartRefusal::VersionTaken),
            Err(PartRefusal::TooLarge { bytes: PAYLOAD_BYTES_MAX + 1 }),
            Err(PartRefusal::ShardLost(shard)),
            Ok(()),
        ]
    );
    world.assert_dense().await;
}
