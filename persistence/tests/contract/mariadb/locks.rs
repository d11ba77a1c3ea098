//! Lanes and nodes meet at claimed keys. Who is in the way of another is run again, a few times.

use std::time::Duration;

use amazoff_supervisor::ClaimChange;
use amazoff_supervisor::journal::Part;
use sqlx::{MySqlConnection, Row as _};

use super::{Shop, assert_away, impatient, run};
use crate::world::{self, cart};

/// More than the time that a statement waits for a lock.
const LONGER_THAN_ONE_WAIT: Duration = Duration::from_millis(1_400);
const HELD_UP: Duration = Duration::from_millis(500);

fn taking(mut part: Part, keys: &[&str]) -> [Part; 1] {
    part.claims = keys.iter().map(|key| ClaimChange::Take(world::claim(key))).collect();
    [part]
}

fn key(key: &str) -> String {
    format!("INSERT INTO claim VALUES ('email', '{key}', 'cart', REPEAT('x', 16))")
}

#[tokio::test]
async fn an_append_that_waited_too_long_for_a_key_is_run_again() {
    let mut shop = Shop::on_the_shared_server(impatient()).await;
    let cart = cart();
    let mut intruder = shop.holding(&key("held")).await;
    let parts = taking(shop.events(&cart, 0, 1), &["held"]);
    let verdicts = {
        let mut append = shop.lane.append(&parts);
        assert!(tokio::time::timeout(LONGER_THAN_ONE_WAIT, &mut append).await.is_err(), "it was given up");
        run(&mut intruder, "ROLLBACK").await;
        append.await.unwrap()
    };
    assert!(verdicts[0].is_ok(), "{verdicts:?}");
    assert_eq!(shop.stored(&cart).await, 1);
    shop.assert_dense().await;
}

#[tokio::test]
async fn a_key_that_is_taken_in_the_meantime_is_refused_and_its_neighbours_are_stored() {
    let mut shop = Shop::on_the_shared_server(impatient()).await;
    let (loser, neighbour) = (cart(), cart());
    let mut intruder = shop.holding(&key("held")).await;
    let [taking] = taking(shop.events(&loser, 0, 1), &["held"]);
    let parts = [taking, shop.events(&neighbour, 0, 1)];
    let verdicts = {
        let mut append = shop.lane.append(&parts);
        assert!(tokio::time::timeout(HELD_UP, &mut append).await.is_err(), "it was not held up");
        run(&mut intruder, "COMMIT").await;
        append.await.unwrap()
    };
    let refusal = amazoff_supervisor::journal::PartRefusal::ClaimTaken(world::claim("held"));
    assert_eq!(verdicts[0], Err(refusal));
    assert!(verdicts[1].is_ok());
    assert_eq!((shop.stored(&loser).await, shop.stored(&neighbour).await), (0, 1));
    shop.assert_dense().await;
}

#[tokio::test]
async fn an_append_is_given_up_when_the_key_stays_locked() {
    let mut shop = Shop::on_the_shared_server(impatient()).await;
    let cart = cart();
    let mut intruder = shop.holding(&key("held")).await;
    let parts = taking(shop.events(&cart, 0, 1), &["held"]);
    let asked = std::time::Instant::now();
    assert_away(shop.append(&parts).await);
    // Four waits of a second each.
    assert!(asked.elapsed() > Duration::from_secs(4), "it was not tried again: {:?}", asked.elapsed());
    assert!(asked.elapsed() < Duration::from_secs(9), "{:?}", asked.elapsed());
    run(&mut intruder, "ROLLBACK").await;
    assert_eq!(shop.stored(&cart).await, 0);
    assert!(shop.append(&parts).await.unwrap()[0].is_ok());
    shop.assert_dense().await;
}

#[tokio::test]
async fn an_append_that_loses_a_deadlock_is_run_again() {
    let mut shop = Shop::on_the_shared_server(impatient()).await;
    let cart = cart();
    let mut intruder = shop.holding(&key("b")).await;
    // The transaction that has changed less is the one that gives way.
    for n in 0..200 {
        run(&mut intruder, &key(&format!("weight-{n}"))).await;
    }
    let mut watcher = shop.intruder().await;
    let before = deadlocks(&mut watcher).await;
    let parts = taking(shop.events(&cart, 0, 1), &["a", "b"]);
    let verdicts = {
        let mut append = shop.lane.append(&parts);
        assert!(tokio::time::timeout(HELD_UP, &mut append).await.is_err(), "it was not held up");
        run(&mut intruder, &key("a")).await;
        assert!(deadlocks(&mut watcher).await > before, "there was no deadlock");
        assert!(tokio::time::timeout(Duration::from_millis(100), &mut append).await.is_err());
        run(&mut intruder, "ROLLBACK").await;
        append.await.unwrap()
    };
    assert!(verdicts[0].is_ok(), "{verdicts:?}");
    assert_eq!(shop.stored(&cart).await, 1);
    shop.assert_dense().await;
}

async fn deadlocks(connection: &mut MySqlConnection) -> u64 {
    let row = sqlx::query("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'");
    let row = row.fetch_one(connection).await.unwrap();
    row.get::<String, _>(1).parse().unwrap()
}
