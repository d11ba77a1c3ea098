//! At READ COMMITTED a writer that reads its epoch before a claim and writes after it would not notice the claim. The lock on
//! the shard's row is what makes it notice, or the claim wait.

use std::time::Duration;

use amazoff_persistence::{MariaDbOptions, MariaDbStore};
use amazoff_supervisor::journal::PartRefusal;
use amazoff_supervisor::{ClaimChange, Epoch};
use sqlx::Row as _;

use super::{Shop, claim, events, hex, impatient, run};
use crate::world::{self, cart};

/// Long enough for anything that is not held up.
const HELD_UP: Duration = Duration::from_millis(500);

#[tokio::test]
async fn a_claim_waits_for_the_append_that_has_read_its_shards() {
    let patient = MariaDbOptions { lanes: 1, ..MariaDbOptions::default() };
    let mut shop = Shop::on_the_shared_server(patient.clone()).await;
    let rival = MariaDbStore::connect(shop.database.url(), patient).await.unwrap();
    let cart = cart();
    // Somebody holds the key that the append wants, so it stops between its shards and its commit.
    let key = "INSERT INTO claim VALUES ('email', 'held', 'cart', REPEAT('x', 16))";
    let mut intruder = shop.holding(key).await;
    let mut part = shop.events(&cart, 0, 1);
    part.claims = vec![ClaimChange::Take(world::claim("held"))];
    let (parts, old) = ([part], shop.epoch);
    let stored = {
        let mut append = shop.lane.append(&parts);
        assert!(tokio::time::timeout(HELD_UP, &mut append).await.is_err(), "the append was not held up");
        let mut claiming = Box::pin(claim(&rival, "node_rival"));
        assert!(tokio::time::timeout(HELD_UP, &mut claiming).await.is_err(), "the claim overtook the append");
        run(&mut intruder, "ROLLBACK").await;
        let (stored, claimed) = tokio::join!(append, claiming);
        assert_eq!(claimed, Epoch(old.0 + 1));
        stored.unwrap()
    };
    assert!(stored[0].is_ok(), "{stored:?}");
    let verdicts = shop.append(&[events(&cart, 1, 1, old)]).await.unwrap();
    assert_eq!(verdicts, [Err(PartRefusal::ShardLost(cart.shard()))]);
    assert_eq!(shop.stored(&cart).await, 1);
}

#[tokio::test]
async fn an_append_waits_for_a_claim_and_then_sees_it() {
    let mut shop = Shop::on_the_shared_server(impatient()).await;
    let cart = cart();
    let mut rival = shop.holding("UPDATE shard SET owner_node = 'node_rival', epoch = epoch + 1").await;
    let parts = [shop.events(&cart, 0, 1)];
    let verdicts = {
        let mut append = shop.lane.append(&parts);
        assert!(tokio::time::timeout(HELD_UP, &mut append).await.is_err(), "the append overtook the claim");
        run(&mut rival, "COMMIT").await;
        append.await.unwrap()
    };
    assert_eq!(verdicts, [Err(PartRefusal::ShardLost(cart.shard()))]);
    assert_eq!(shop.stored(&cart).await, 0);
}

/// The same steps without the lock: this is what the tests above would see if the adapter forgot it.
#[tokio::test]
async fn without_the_lock_an_outdated_writer_commits() {
    for (lock, stale_event_is_stored) in [("", true), ("LOCK IN SHARE MODE", false)] {
        let shop = Shop::on_the_shared_server(impatient()).await;
        let cart = cart();
        let shard = cart.shard().number();
        let mut stale = shop.intruder().await;
        run(&mut stale, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED").await;
        run(&mut stale, "START TRANSACTION").await;
        let fence = format!("SELECT epoch FROM shard WHERE shard_id = {shard} {lock}");
        run(&mut stale, &fence).await;
        let claiming = tokio::time::timeout(HELD_UP, claim(&shop.store, "node_rival")).await;
        assert_eq!(claiming.is_ok(), stale_event_is_stored, "{lock}");
        if claiming.is_ok() {
            let id = hex(&cart);
            let insert = format!(
                "INSERT INTO journal VALUES ('cart', {id}, 1, {shard}, 1, {}, 1, 1, {id}, NULL, {id}, '{{}}', 0)",
                shop.epoch.0
            );
            run(&mut stale, &insert).await;
            run(&mut stale, "COMMIT").await;
        }
        let late =
            "SELECT count(*) FROM journal JOIN shard USING (shard_id) WHERE journal.epoch < shard.epoch";
        let late: i64 = sqlx::query(late).fetch_one(&mut shop.intruder().await).await.unwrap().get(0);
        assert_eq!(late == 1, stale_event_is_stored, "{lock}");
    }
}

#[tokio::test]
async fn of_two_nodes_only_the_newest_owner_writes() {
    let mut old = Shop::on_the_shared_server(impatient()).await;
    let rival = MariaDbStore::connect(old.database.url(), impatient()).await.unwrap();
    let mut rival_lane = rival.journal().lane(0).await.unwrap();
    let cart = cart();
    let mut seen = 0;
    for _ in 0..20 {
        let new = claim(&rival, "node_rival").await;
        let (stale, fresh) = ([old.events(&cart, seen, 1)], [events(&cart, seen, 1, new)]);
        let (stale, fresh) = tokio::join!(old.lane.append(&stale), rival_lane.append(&fresh));
        assert_eq!(stale.unwrap(), [Err(PartRefusal::ShardLost(cart.shard()))]);
        assert!(fresh.unwrap()[0].is_ok());
        old.epoch = claim(&old.store, "node_test").await;
        old.store(old.events(&cart, seen + 1, 1)).await;
        seen += 2;
    }
    assert_eq!(old.stored(&cart).await, 40);
    old.assert_dense().await;
}
