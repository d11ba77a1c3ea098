use amazoff_supervisor::journal::PartRefusal;
use amazoff_supervisor::{ClaimChange, EntityId};

use crate::world::{World, cart, claim};

contract!(
    a_key_has_one_owner,
    its_owner_may_take_a_key_again,
    a_key_that_was_given_up_is_free,
    nobody_gives_up_the_key_of_another,
    a_key_changes_hands_within_a_group,
    of_two_takers_in_a_group_the_first_wins,
    the_first_taken_key_in_key_order_is_named,
    keys_are_told_apart_byte_by_byte,
);

async fn change(world: &mut World, entity: &EntityId, changes: &[ClaimChange]) -> Result<(), PartRefusal> {
    let mut part = world.part(entity, 0);
    part.claims = changes.to_vec();
    world.store(part).await
}

async fn owner(world: &World, key: &str) -> Option<EntityId> {
    world.journal.claimed_by(&claim(key)).await.unwrap()
}

async fn a_key_has_one_owner(mut world: World) {
    let (ada, bob) = (cart(), cart());
    assert_eq!(change(&mut world, &ada, &[ClaimChange::Take(claim("a"))]).await, Ok(()));
    let refusal = change(&mut world, &bob, &[ClaimChange::Take(claim("a"))]).await;
    assert_eq!(refusal, Err(PartRefusal::ClaimTaken(claim("a"))));
    assert_eq!(owner(&world, "a").await, Some(ada));
}

async fn its_owner_may_take_a_key_again(mut world: World) {
    let ada = cart();
    for _ in 0..2 {
        assert_eq!(change(&mut world, &ada, &[ClaimChange::Take(claim("a"))]).await, Ok(()));
    }
    let other_kind = EntityId::new("order", ada.id);
    let refusal = change(&mut world, &other_kind, &[ClaimChange::Take(claim("a"))]).await;
    assert_eq!(refusal, Err(PartRefusal::ClaimTaken(claim("a"))));
}

async fn a_key_that_was_given_up_is_free(mut world: World) {
    let (ada, bob) = (cart(), cart());
    change(&mut world, &ada, &[ClaimChange::Take(claim("a"))]).await.unwrap();
    change(&mut world, &ada, &[ClaimChange::Release(claim("a"))]).await.unwrap();
    assert_eq!(owner(&world, "a").await, None);
    change(&mut world, &bob, &[ClaimChange::Take(claim("a"))]).await.unwrap();
    assert_eq!(owner(&world, "a").await, Some(bob));
}

async fn nobody_gives_up_the_key_of_another(mut world: World) {
    let (ada, bob) = (cart(), cart());
    change(&mut world, &ada, &[ClaimChange::Take(claim("a"))]).await.unwrap();
    assert_eq!(change(&mut world, &bob, &[ClaimChange::Release(claim("a"))]).await, Ok(()));
    assert_eq!(owner(&world, "a").await, Some(ada));
}

async fn a_key_changes_hands_within_a_group(mut world: World) {
    let (ada, bob) = (cart(), cart());
    change(&mut world, &ada, &[ClaimChange::Take(claim("a"))]).await.unwrap();
    let (mut gives, mut takes) = (world.part(&ada, 0), world.part(&bob, 0));
    gives.claims = vec![ClaimChange::Release(claim("a"))];
    takes.claims = vec![ClaimChange::Take(claim("a"))];
    let too_early = world.append(&[takes.clone(), gives.clone()]).await;
    assert_eq!(too_early, [Err(PartRefusal::ClaimTaken(claim("a"))), Ok(())]);
    change(&mut world, &ada, &[ClaimChange::Take(claim("a"))]).await.unwrap();
    assert_eq!(world.append(&[gives, takes]).await, [Ok(()), Ok(())]);
    assert_eq!(owner(&world, "a").await, Some(bob));
}

async fn of_two_takers_in_a_group_the_first_wins(mut world: World) {
    let (ada, bob) = (cart(), cart());
    let (mut first, mut second) = (world.events(&ada, 0, 1), world.events(&bob, 0, 1));
    first.claims = vec![ClaimChange::Take(claim("a"))];
    second.claims = vec![ClaimChange::Take(claim("a"))];
    let verdicts = world.append(&[first, second]).await;
    assert_eq!(verdicts, [Ok(()), Err(PartRefusal::ClaimTaken(claim("a")))]);
    assert_eq!(world.version(&bob).await, 0);
}

async fn the_first_taken_key_in_key_order_is_named(mut world: World) {
    let ada = cart();
    change(&mut world, &ada, &[ClaimChange::Take(claim("b")), ClaimChange::Take(claim("c"))]).await.unwrap();
    let takes = [ClaimChange::Take(claim("c")), ClaimChange::Take(claim("b")), ClaimChange::Take(claim("a"))];
    assert_eq!(change(&mut world, &cart(), &takes).await, Err(PartRefusal::ClaimTaken(claim("b"))));
    assert_eq!(owner(&world, "a").await, None);
}

async fn keys_are_told_apart_byte_by_byte(mut world: World) {
    let keys = ["a", "A", "á", "a ", " a", "a\u{301}", "ａ"];
    let mut owners = Vec::new();
    for key in keys {
        let entity = cart();
        assert_eq!(change(&mut world, &entity, &[ClaimChange::Take(claim(key))]).await, Ok(()), "{key:?}");
        owners.push(entity);
    }
    for (key, entity) in keys.iter().zip(owners) {
        assert_eq!(owner(&world, key).await, Some(entity), "{key:?}");
    }
}
