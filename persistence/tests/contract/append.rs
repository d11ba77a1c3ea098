use std::time::Duration;

use amazoff_supervisor::journal::{PartRefusal, Posting, Stored};
use amazoff_supervisor::{ClaimChange, CommandId, ReminderChange};

use crate::world::{NOW, World, cart, claim, command, effect, event, mark, shard_mates};

contract!(
    many_parts_are_stored_at_once,
    storing_nothing_is_fine,
    a_part_without_events_is_stored_too,
    a_refused_part_leaves_nothing_behind,
    a_second_writer_of_the_same_version_is_refused,
    a_writer_that_has_seen_more_than_there_is_is_refused,
    of_two_parts_of_one_entity_in_a_group_the_first_wins,
    two_parts_of_one_entity_that_follow_each_other_are_both_stored,
    parts_of_one_entity_between_those_of_others_are_numbered_in_the_order_of_the_group,
    a_lane_has_one_writer_at_a_time,
    postings_add_up,
    large_groups_of_every_size_are_stored,
    each_part_learns_how_far_its_shard_is,
    of_two_parts_on_one_version_exactly_one_wins_a_thousand_times,
    a_lane_is_free_again_after_an_append_that_nobody_waited_for,
);

async fn many_parts_are_stored_at_once(mut world: World) {
    let carts: Vec<_> = (0..100).map(|_| cart()).collect();
    let parts: Vec<_> = carts.iter().map(|cart| world.events(cart, 0, 2)).collect();
    assert_eq!(world.append(&parts).await, vec![Ok(()); 100]);
    let parts: Vec<_> = carts.iter().map(|cart| world.events(cart, 2, 1)).collect();
    assert_eq!(world.append(&parts).await, vec![Ok(()); 100]);
    for cart in &carts {
        assert_eq!(world.version(cart).await, 3);
    }
    world.assert_dense().await;
}

async fn storing_nothing_is_fine(mut world: World) {
    assert_eq!(world.append(&[]).await, vec![]);
    assert_eq!(world.store(world.part(&cart(), 0)).await, Ok(()));
}

async fn a_part_without_events_is_stored_too(mut world: World) {
    let cart = cart();
    let id = CommandId::new();
    world.store(world.events(&cart, 0, 1)).await.unwrap();
    // A refusal of the domain: only the command's outcome is stored, and the version seen does not matter.
    let mut part = world.part(&cart, 0);
    part.commands = vec![command(id)];
    world.store(part).await.unwrap();
    assert!(world.journal.outcome(&cart, id).await.unwrap().is_some());
    assert_eq!(world.version(&cart).await, 1);
}

async fn a_refused_part_leaves_nothing_behind(mut world: World) {
    let (owner, cart) = (cart(), cart());
    let mut first = world.events(&owner, 0, 1);
    first.claims = vec![ClaimChange::Take(claim("taken"))];
    world.store(first).await.unwrap();

    let id = CommandId::new();
    let mut part = world.events(&cart, 0, 3);
    part.commands = vec![command(id)];
    part.marks = vec![mark("order_1/cart", 5)];
    part.outbox = vec![effect(&cart, 3, 0)];
    part.reminders = vec![ReminderChange::Set { name: "wake".to_owned(), due_at: NOW }];
    part.claims = vec![ClaimChange::Take(claim("free")), ClaimChange::Take(claim("taken"))];
    part.postings = vec![Posting { account: "a".to_owned(), asset: "EUR".to_owned(), amount: 5 }];
    assert_eq!(world.store(part.clone()).await, Err(PartRefusal::ClaimTaken(claim("taken"))));

    assert_eq!(world.version(&cart).await, 0);
    assert_eq!(world.journal.outcome(&cart, id).await.unwrap(), None);
    assert_eq!(world.journal.outbox(None, 10).await.unwrap(), vec![]);
    assert_eq!(world.journal.reminders_due("cart", NOW, 10).await.unwrap(), vec![]);
    assert_eq!(world.journal.claimed_by(&claim("free")).await.unwrap(), None);
    assert_eq!(world.journal.balances().await.unwrap(), vec![]);
    // Not even the mark: without the taken key the very same part goes through.
    part.claims.pop();
    assert_eq!(world.store(part).await, Ok(()));
    world.assert_dense().await;
}

async fn a_second_writer_of_the_same_version_is_refused(mut world: World) {
    let cart = cart();
    world.store(world.events(&cart, 0, 2)).await.unwrap();
    for seen in [0, 1] {
        assert_eq!(world.store(world.events(&cart, seen, 1)).await, Err(PartRefusal::VersionTaken));
    }
    assert_eq!(world.store(world.events(&cart, 2, 1)).await, Ok(()));
    world.assert_dense().await;
}

async fn a_writer_that_has_seen_more_than_there_is_is_refused(mut world: World) {
    let cart = cart();
    assert_eq!(world.store(world.events(&cart, 1, 1)).await, Err(PartRefusal::VersionTaken));
    world.store(world.events(&cart, 0, 1)).await.unwrap();
    assert_eq!(world.store(world.events(&cart, 7, 1)).await, Err(PartRefusal::VersionTaken));
    assert_eq!(world.version(&cart).await, 1);
}

async fn of_two_parts_of_one_entity_in_a_group_the_first_wins(mut world: World) {
    let cart = cart();
    let mut rival = world.part(&cart, 0);
    rival.events = vec![event("\"rival\"")];
    let parts = [world.events(&cart, 0, 1), rival];
    let verdicts = world.append(&parts).await;
    assert_eq!(verdicts, [Ok(()), Err(PartRefusal::VersionTaken)]);
    assert_eq!(world.journal.load(&cart).await.unwrap().events[0].event, parts[0].events[0]);
}

async fn two_parts_of_one_entity_that_follow_each_other_are_both_stored(mut world: World) {
    let cart = cart();
    let (mut first, mut second) = (world.events(&cart, 0, 1), world.events(&cart, 1, 1));
    first.reminders = vec![ReminderChange::Clear { name: "wake".to_owned() }];
    second.reminders = vec![ReminderChange::Set { name: "wake".to_owned(), due_at: NOW }];
    assert_eq!(world.append(&[first, second]).await, [Ok(()), Ok(())]);
    assert_eq!(world.version(&cart).await, 2);
    assert_eq!(world.journal.reminders_due("cart", NOW, 9).await.unwrap().len(), 1);
}

async fn parts_of_one_entity_between_those_of_others_are_numbered_in_the_order_of_the_group(
    mut world: World,
) {
    let (first, mate) = shard_mates();
    let parts = [
        world.events(&first, 0, 1),
        world.events(&mate, 0, 2),
        world.events(&first, 1, 1),
        world.part(&mate, 2),
        world.events(&first, 2, 1),
    ];
    let stored = |shard_seq| Ok(Stored { shard_seq });
    assert_eq!(
        world.lane.append(&parts).await.unwrap(),
        [stored(1), stored(3), stored(4), stored(4), stored(5)]
    );
    let tail = world.journal.tail(first.shard(), 0, 9).await.unwrap();
    let order: Vec<_> = tail.iter().map(|event| (&event.entity, event.seq.0)).collect();
    assert_eq!(order, [(&first, 1), (&mate, 1), (&mate, 2), (&first, 2), (&first, 3)]);
}

async fn a_lane_has_one_writer_at_a_time(world: World) {
    assert_eq!(world.journal.lanes(), 1);
    assert!(world.journal.lane(0).await.is_err());
    drop(world.lane);
    assert!(world.journal.lane(0).await.is_ok());
    assert!(world.journal.lane(1).await.is_err());
}

async fn postings_add_up(mut world: World) {
    let posting = |account: &str, asset: &str, amount| Posting {
        account: account.to_owned(),
        asset: asset.to_owned(),
        amount,
    };
    let cart = cart();
    let mut part = world.part(&cart, 0);
    part.postings = vec![posting("held", "var_1", 3), posting("available", "var_1", -3)];
    world.store(part.clone()).await.unwrap();
    part.postings = vec![posting("held", "var_1", -3), posting("held", "EUR", 9)];
    world.store(part).await.unwrap();
    let balances = world.journal.balances().await.unwrap();
    assert_eq!(
        balances,
        [posting("available", "var_1", -3), posting("held", "EUR", 9), posting("held", "var_1", 0)]
    );
}

async fn large_groups_of_every_size_are_stored(mut world: World) {
    for size in [1, 2, 3, 31, 63, 64, 65, 200] {
        let carts: Vec<_> = (0..size).map(|_| cart()).collect();
        let parts: Vec<_> = carts
            .iter()
            .map(|cart| {
                let mut part = world.events(cart, 0, 1);
                part.commands = vec![command(CommandId::new())];
                part.outbox = vec![effect(cart, 1, 0), effect(cart, 1, 1)];
                part
            })
            .collect();
        assert_eq!(world.append(&parts).await, vec![Ok(()); size]);
        for part in &parts {
            assert_eq!(world.version(&part.entity).await, 1);
            let id = part.commands[0].command_id;
            assert_eq!(
                world.journal.outcome(&part.entity, id).await.unwrap().as_ref(),
                Some(&part.commands[0])
            );
        }
    }
    world.assert_dense().await;
}

async fn each_part_learns_how_far_its_shard_is(mut world: World) {
    let (first, mate) = shard_mates();
    let stored = |shard_seq| Ok(Stored { shard_seq });
    let nothing = world.part(&first, 0);
    assert_eq!(world.lane.append(std::slice::from_ref(&nothing)).await.unwrap(), [stored(0)]);
    // Two entities of the shard, the usual way.
    let parts = [world.events(&first, 0, 2), world.events(&mate, 0, 3)];
    assert_eq!(world.lane.append(&parts).await.unwrap(), [stored(2), stored(5)]);
    // One entity more than once, and a part that is refused in between: part by part.
    let stale = world.events(&mate, 1, 1);
    let parts = [nothing.clone(), world.events(&first, 2, 1), stale, world.part(&mate, 0)];
    let verdicts = world.lane.append(&parts).await.unwrap();
    assert_eq!(verdicts, [stored(5), stored(6), Err(PartRefusal::VersionTaken), stored(6)]);
    // What another owner of the shard wrote meanwhile counts too.
    let before = world.epoch;
    world.epoch = world.shards.claim_all("node_other", "").await.unwrap()[0].1;
    world.store(world.events(&first, 3, 1)).await.unwrap();
    world.epoch = world.shards.claim_all("node_test", "").await.unwrap()[0].1;
    assert!(world.epoch > before);
    assert_eq!(world.lane.append(&[world.part(&mate, 0)]).await.unwrap(), [stored(7)]);
    assert_eq!(world.journal.heads().await.unwrap(), [(first.shard(), 7)]);
}

async fn of_two_parts_on_one_version_exactly_one_wins_a_thousand_times(mut world: World) {
    let cart = cart();
    for round in 0..1_000 {
        let parts = [world.events(&cart, round, 1), world.events(&cart, round, 1)];
        let verdicts = world.append(&parts).await;
        assert_eq!(verdicts, [Ok(()), Err(PartRefusal::VersionTaken)], "round {round}");
    }
    assert_eq!(world.version(&cart).await, 1_000);
    world.assert_dense().await;
}

async fn a_lane_is_free_again_after_an_append_that_nobody_waited_for(mut world: World) {
    for _ in 0..20 {
        let cart = cart();
        let parts = [world.events(&cart, 0, 2)];
        // Polled once and dropped with its writer, as when the lane's task dies.
        let _ = tokio::time::timeout(Duration::ZERO, world.lane.append(&parts)).await;
        drop(world.lane);
        world.lane = world.journal.lane(0).await.unwrap();
        // Once the new writer is open, what became of the old one's append is settled.
        assert_eq!(world.version(&cart).await, 2);
        world.store(world.events(&cart, 2, 1)).await.unwrap();
    }
    world.assert_dense().await;
}
