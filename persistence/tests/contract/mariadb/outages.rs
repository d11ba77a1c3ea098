//! A server that refuses, hangs, dies and comes back.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use amazoff_databases::{MariaDb, MariaDbOptions as ServerOptions};
use amazoff_persistence::MariaDbStore;
use amazoff_supervisor::journal::{JournalError, PAYLOAD_BYTES_MAX};
use amazoff_supervisor::spawn_guarded;
use futures::future::join_all;
use uuid::Uuid;

use super::{Shop, assert_away, events, impatient, run};
use crate::world::{NOW, cart};

async fn private() -> (MariaDb, Shop) {
    let server = MariaDb::start(ServerOptions::default()).await.unwrap();
    let shop = Shop::on(&server, impatient()).await;
    (server, shop)
}

#[tokio::test]
async fn a_server_that_became_read_only_is_away_for_writers_and_serves_readers() {
    let (server, mut shop) = private().await;
    let cart = cart();
    shop.store(shop.events(&cart, 0, 1)).await;
    server.access().execute("SET GLOBAL read_only = 1").await.unwrap();
    let parts = [shop.events(&cart, 1, 1)];
    assert_away(shop.append(&parts).await);
    assert_away(shop.store.key_table().put_if_absent(Uuid::now_v7(), b"key").await);
    assert_eq!(shop.stored(&cart).await, 1);
    // It can still be opened, as its schema is up to date.
    let second = MariaDbStore::connect(shop.database.url(), impatient()).await.unwrap();
    assert_eq!(second.journal().load(&cart).await.unwrap().events.len(), 1);
    server.access().execute("SET GLOBAL read_only = 0").await.unwrap();
    assert!(shop.append(&parts).await.unwrap()[0].is_ok());
    shop.assert_dense().await;
}

/// A question is all that a reader sends; whether a connection lives is asked after a pause, or when others did not.
#[tokio::test]
async fn questions_are_not_followed_by_others() {
    let (server, mut shop) = private().await;
    let cart = cart();
    shop.store(shop.events(&cart, 0, 1)).await;
    let asked = async || -> i64 {
        let told = server.access().execute("SHOW GLOBAL STATUS LIKE 'Com_admin_commands'").await.unwrap();
        told.split_whitespace().last().unwrap().parse().unwrap()
    };
    let before = asked().await;
    let by_looking = asked().await - before;
    for _ in 0..30 {
        assert_eq!(shop.stored(&cart).await, 1);
    }
    let by_reading = asked().await - before - 2 * by_looking;
    assert!(by_reading < 10, "{by_reading} questions beside the 30 that were meant");
}

#[tokio::test]
async fn a_group_larger_than_a_packet_is_stored() {
    let smallest = ServerOptions::default().with(&[("max-allowed-packet", "16777216")]);
    let server = MariaDb::start(smallest).await.unwrap();
    let mut shop = Shop::on(&server, impatient()).await;
    let carts: Vec<_> = (0..70).map(|_| cart()).collect();
    let mut parts: Vec<_> = carts.iter().map(|cart| shop.events(cart, 0, 1)).collect();
    for part in &mut parts {
        part.events[0].payload = "x".repeat(PAYLOAD_BYTES_MAX);
    }
    assert!(shop.append(&parts).await.unwrap().iter().all(Result::is_ok));
    shop.assert_dense().await;
}

#[tokio::test]
async fn a_statement_that_is_larger_than_a_packet_is_not_stored_and_the_lane_goes_on() {
    let (server, mut shop) = private().await;
    server.access().execute("SET GLOBAL max_allowed_packet = 1048576").await.unwrap();
    // Connections keep the limit that they began with, so the old ones must go.
    server.kill_9().await.unwrap();
    server.restart().await.unwrap();
    server.access().execute("SET GLOBAL max_allowed_packet = 1048576").await.unwrap();
    let carts: Vec<_> = (0..8).map(|_| cart()).collect();
    let mut parts: Vec<_> = carts.iter().map(|cart| shop.events(cart, 0, 1)).collect();
    for part in &mut parts {
        part.events[0].payload = "x".repeat(PAYLOAD_BYTES_MAX);
    }
    assert_away(shop.append(&parts).await);
    shop.store(shop.events(&carts[0], 0, 1)).await;
    shop.assert_dense().await;
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_ended_by_the_server() {
    let mut options = impatient();
    options.statement_limit = Duration::from_millis(400);
    options.lock_wait = Duration::from_secs(3);
    let mut shop = Shop::on_the_shared_server(options).await;
    let cart = cart();
    let mut intruder = shop.intruder().await;
    run(&mut intruder, "LOCK TABLES journal WRITE").await;
    let parts = [shop.events(&cart, 0, 1)];
    let asked = Instant::now();
    let answer = shop.append(&parts).await;
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    assert!(
        answer.as_ref().is_err_and(|error| error.to_string().contains("max_statement_time")),
        "{answer:?}"
    );
    assert_away(answer);
    run(&mut intruder, "UNLOCK TABLES").await;
    assert!(shop.append(&parts).await.unwrap()[0].is_ok());
    assert_eq!(shop.stored(&cart).await, 1);
}

#[tokio::test]
async fn a_server_that_hangs_frees_its_lane_and_its_readers() {
    let (server, mut shop) = private().await;
    let cart = cart();
    shop.store(shop.events(&cart, 0, 1)).await;
    // Idle ones would be asked one after the other whether they live.
    let journal = shop.store.journal();
    let loads = join_all((0..8).map(|_| journal.load(&cart))).await;
    assert!(loads.iter().all(Result::is_ok) && shop.store.readers().idle == 8, "{:?}", shop.store.readers());
    server.pause().unwrap();
    let parts = [shop.events(&cart, 1, 1)];
    let asked = Instant::now();
    assert_away(shop.append(&parts).await);
    assert_away(shop.store.journal().load(&cart).await);
    // A second for locks and two more of patience each, and for the reader as long to find no other connection.
    assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
    server.resume().unwrap();
    assert!(shop.append(&parts).await.unwrap()[0].is_ok());
    assert_eq!(shop.stored(&cart).await, 2);
    shop.assert_dense().await;
}

#[tokio::test]
async fn a_read_waits_a_while_for_a_server_that_starts() {
    let (server, mut shop) = private().await;
    let cart = cart();
    shop.store(shop.events(&cart, 0, 1)).await;
    server.stop().await.unwrap();
    let journal = shop.store.journal();
    let (read, restarted) = tokio::join!(journal.load(&cart), server.restart());
    restarted.unwrap();
    assert_eq!(read.unwrap().events.len(), 1);
}

#[tokio::test]
async fn after_a_restart_the_first_append_and_the_first_read_succeed() {
    let (server, mut shop) = private().await;
    let cart = cart();
    shop.store(shop.events(&cart, 0, 1)).await;
    assert_eq!(shop.stored(&cart).await, 1);
    server.stop().await.unwrap();
    assert_away(shop.append(&[shop.events(&cart, 1, 1)]).await);
    server.restart().await.unwrap();
    shop.store(shop.events(&cart, 1, 1)).await;
    assert_eq!(shop.stored(&cart).await, 2);
    let note = b"key";
    assert!(shop.store.key_table().put_if_absent(Uuid::now_v7(), note).await.unwrap().is_some());
    shop.assert_dense().await;
}

#[tokio::test]
async fn what_was_acknowledged_survives_the_servers_crash() {
    let (server, mut shop) = private().await;
    let mut acknowledged = BTreeSet::new();
    for crash in 1..=3 {
        let epoch = shop.epoch;
        let mut lane = std::mem::replace(&mut shop.lane, Box::new(super::lanes::Nobody));
        let (sender, mut stored) = tokio::sync::mpsc::unbounded_channel();
        let writing = spawn_guarded("writing", async move {
            loop {
                let carts: Vec<_> = (0..8).map(|_| cart()).collect();
                let parts: Vec<_> = carts.iter().map(|cart| events(cart, 0, 3, epoch)).collect();
                match lane.append(&parts).await {
                    Ok(verdicts) => assert!(verdicts.iter().all(Result::is_ok)),
                    Err(JournalError::Unavailable(_) | JournalError::OutcomeUnknown(_)) => return lane,
                    Err(other) => panic!("{other}"),
                }
                sender.send(carts).unwrap();
            }
        });
        for _ in 0..crash * 20 {
            acknowledged.extend(stored.recv().await.unwrap());
        }
        server.kill_9().await.unwrap();
        shop.lane = writing.await.unwrap();
        while let Some(carts) = stored.recv().await {
            acknowledged.extend(carts);
        }
        server.restart().await.unwrap();
        shop.epoch = super::claim(&shop.store, "node_test").await;
        for cart in &acknowledged {
            assert_eq!(shop.stored(cart).await, 3, "an acknowledged part is lost");
        }
        shop.assert_dense().await;
        let reminders = shop.store.journal().reminders_due("cart", NOW, 9).await.unwrap();
        assert!(reminders.is_empty());
    }
}
