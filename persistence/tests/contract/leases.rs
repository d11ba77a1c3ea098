use std::time::Duration;

use amazoff_supervisor::Epoch;
use amazoff_supervisor::journal::{Candidate, Ownership, PartRefusal, Renewal, Takeover};
use futures::future::join_all;

use crate::world::{World, cart};

contract!(
    a_live_lease_keeps_others_out,
    a_lease_that_has_ended_lets_others_in,
    of_many_claims_at_once_one_wins,
    an_owner_that_comes_back_does_not_wait_for_itself,
    a_namesake_waits_like_anybody_else,
    a_former_owner_renews_nothing,
    a_late_renewal_counts_as_long_as_nobody_has_claimed,
    an_owner_hears_of_those_who_wait,
    whoever_waits_under_the_owners_name_takes_nothing_from_it,
    a_release_lets_others_in_at_once,
    a_former_owner_releases_nothing,
    raised_epochs_shut_everybody_out,
    an_owner_without_a_lease_gives_way,
);

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(1);

fn candidate(node: &str, lease: Duration) -> Candidate<'_> {
    Candidate { node, address: "127.0.0.1:1", version: "0.1.0", last_generation: None, lease: Some(lease) }
}

impl World {
    async fn claims(&self, candidate: Candidate<'_>) -> Takeover {
        self.shards.claim(&candidate).await.unwrap()
    }

    async fn owned(&mut self, node: &str, lease: Duration) -> Ownership {
        let ownership = owned(self.claims(candidate(node, lease)).await);
        self.epoch = ownership.epochs[0].1;
        ownership
    }

    async fn renews(&self, node: &str, generation: u64, lease: Duration) -> Renewal {
        self.shards.renew(node, generation, lease).await.unwrap()
    }
}

fn owned(takeover: Takeover) -> Ownership {
    match takeover {
        Takeover::Owned(ownership) => ownership,
        Takeover::Held { .. } => panic!("{takeover:?}"),
    }
}

fn holder(takeover: &Takeover) -> Option<&str> {
    match takeover {
        Takeover::Owned(_) => None,
        Takeover::Held { by, .. } => Some(by),
    }
}

/// Longer than the short lease.
async fn a_while() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

async fn a_live_lease_keeps_others_out(mut world: World) {
    world.owned("node_a", LONG).await;
    let refused = world.claims(candidate("node_b", LONG)).await;
    let Takeover::Held { by, for_another } = &refused else { panic!("{refused:?}") };
    assert_eq!(by, "node_a");
    assert!(*for_another <= LONG && *for_another > LONG / 2, "{for_another:?}");
    assert!(world.shards.claim_all("node_b", "").await.is_err(), "nor does a claim without a lease get in");
    assert_eq!(world.store(world.events(&cart(), 0, 1)).await, Ok(()), "the owner is not disturbed");
}

async fn a_lease_that_has_ended_lets_others_in(mut world: World) {
    world.owned("node_a", SHORT).await;
    let (cart, outdated) = (cart(), world.epoch);
    world.store(world.events(&cart, 0, 1)).await.unwrap();
    a_while().await;
    assert_eq!(world.store(world.events(&cart, 1, 1)).await, Ok(()), "nobody has claimed yet");
    world.owned("node_b", LONG).await;
    assert_eq!(world.epoch, Epoch(outdated.0 + 1));
    let mut late = world.events(&cart, 2, 1);
    late.epoch = outdated;
    assert_eq!(world.store(late).await, Err(PartRefusal::ShardLost(cart.shard())));
}

async fn of_many_claims_at_once_one_wins(world: World) {
    let names: Vec<String> = (0..6).map(|number| format!("node_{number}")).collect();
    let claims = join_all(names.iter().map(|name| world.claims(candidate(name, LONG)))).await;
    let winners: Vec<_> = names.iter().zip(&claims).filter(|(_, claim)| holder(claim).is_none()).collect();
    assert_eq!(winners.len(), 1, "{claims:?}");
    for claim in &claims {
        assert!([None, Some(winners[0].0.as_str())].contains(&holder(claim)), "{claim:?}");
    }
}

async fn an_owner_that_comes_back_does_not_wait_for_itself(mut world: World) {
    let before = world.owned("node_a", LONG).await;
    let again = Candidate { last_generation: Some(before.generation), ..candidate("node_a", LONG) };
    let after = owned(world.claims(again).await);
    assert_eq!(after.generation, before.generation + 1);
    assert_eq!(after.epochs[0].1, Epoch(before.epochs[0].1.0 + 1));
    assert_eq!(world.renews("node_a", before.generation, LONG).await, Renewal::Lost);
    assert_eq!(world.renews("node_a", after.generation, LONG).await, Renewal::Kept { sole: true });
}

async fn a_namesake_waits_like_anybody_else(mut world: World) {
    let first = world.owned("node_a", LONG).await;
    let knows = Candidate { last_generation: Some(first.generation), ..candidate("node_a", LONG) };
    let second = owned(world.claims(knows).await);
    // The first comes back, and remembers only its own.
    assert_eq!(holder(&world.claims(knows).await), Some("node_a"));
    assert_eq!(world.renews("node_a", second.generation, LONG).await, Renewal::Kept { sole: true });
}

async fn a_former_owner_renews_nothing(mut world: World) {
    let before = world.owned("node_a", SHORT).await;
    a_while().await;
    let after = world.owned("node_b", SHORT).await;
    assert_eq!(world.renews("node_a", before.generation, LONG).await, Renewal::Lost);
    a_while().await;
    assert_eq!(
        world.renews("node_a", before.generation, LONG).await,
        Renewal::Lost,
        "also when nobody else is alive"
    );
    assert_eq!(world.renews("node_b", after.generation + 1, LONG).await, Renewal::Lost);
    assert_eq!(world.renews("node_c", 1, LONG).await, Renewal::Lost);
    assert_eq!(world.renews("node_b", after.generation, LONG).await, Renewal::Kept { sole: true });
}

async fn a_late_renewal_counts_as_long_as_nobody_has_claimed(mut world: World) {
    let ownership = world.owned("node_a", SHORT).await;
    a_while().await;
    assert_eq!(world.renews("node_a", ownership.generation, LONG).await, Renewal::Kept { sole: true });
    assert_eq!(holder(&world.claims(candidate("node_b", LONG)).await), Some("node_a"));
    assert_eq!(world.store(world.events(&cart(), 0, 1)).await, Ok(()));
}

async fn an_owner_hears_of_those_who_wait(mut world: World) {
    let generation = world.owned("node_a", LONG).await.generation;
    assert_eq!(world.renews("node_a", generation, LONG).await, Renewal::Kept { sole: true });
    world.shards.announce(&candidate("node_b", LONG)).await.unwrap();
    world.shards.announce(&candidate("node_c", SHORT)).await.unwrap();
    assert_eq!(world.renews("node_a", generation, LONG).await, Renewal::Kept { sole: false });
    world.shards.announce(&candidate("node_b", SHORT)).await.unwrap();
    a_while().await;
    assert_eq!(world.renews("node_a", generation, LONG).await, Renewal::Kept { sole: true });
    assert_eq!(
        holder(&world.claims(candidate("node_b", LONG)).await),
        Some("node_a"),
        "who waits owns nothing"
    );
}

async fn whoever_waits_under_the_owners_name_takes_nothing_from_it(mut world: World) {
    let generation = world.owned("node_a", LONG).await.generation;
    world.shards.announce(&candidate("node_a", SHORT)).await.unwrap();
    a_while().await;
    assert_eq!(holder(&world.claims(candidate("node_b", LONG)).await), Some("node_a"));
    assert_eq!(world.renews("node_a", generation, LONG).await, Renewal::Kept { sole: true });
}

async fn a_release_lets_others_in_at_once(mut world: World) {
    let generation = world.owned("node_a", LONG).await.generation;
    world.shards.release("node_a", generation).await.unwrap();
    let cart = cart();
    let late = world.events(&cart, 0, 1);
    assert_eq!(world.store(late).await, Err(PartRefusal::ShardLost(cart.shard())), "nobody owns the shard");
    assert_eq!(world.renews("node_a", generation, LONG).await, Renewal::Lost);
    world.owned("node_b", LONG).await;
    assert_eq!(world.store(world.events(&cart, 0, 1)).await, Ok(()));
}

async fn a_former_owner_releases_nothing(mut world: World) {
    let before = world.owned("node_a", SHORT).await;
    a_while().await;
    let after = world.owned("node_b", LONG).await;
    world.shards.release("node_a", before.generation).await.unwrap();
    world.shards.release("node_b", after.generation + 1).await.unwrap();
    assert_eq!(holder(&world.claims(candidate("node_a", LONG)).await), Some("node_b"));
    assert_eq!(world.store(world.events(&cart(), 0, 1)).await, Ok(()));
}

async fn raised_epochs_shut_everybody_out(mut world: World) {
    let generation = world.owned("node_a", LONG).await.generation;
    let (cart, before) = (cart(), world.epoch);
    world.shards.raise_epochs(1 << 20).await.unwrap();
    for claims_unseen in 0..3 {
        let mut part = world.events(&cart, 0, 1);
        part.epoch = Epoch(before.0 + claims_unseen);
        assert_eq!(world.store(part).await, Err(PartRefusal::ShardLost(cart.shard())));
    }
    assert_eq!(world.renews("node_a", generation, LONG).await, Renewal::Lost);
    world.owned("node_b", LONG).await;
    assert_eq!(world.epoch, Epoch(before.0 + (1 << 20) + 1));
    assert_eq!(world.store(world.events(&cart, 0, 1)).await, Ok(()));
}

async fn an_owner_without_a_lease_gives_way(mut world: World) {
    world.shards.claim_all("node_a", "").await.unwrap();
    world.owned("node_b", LONG).await;
    assert_eq!(world.store(world.events(&cart(), 0, 1)).await, Ok(()));
}
