//! A journal on a MariaDB primary whose replica is promoted by the scripts of `deploy/`.

use std::path::Path;
use std::process::Command;

use amazoff_databases::flags::{MARIADB_PRIMARY, MARIADB_REPLICA};
use amazoff_databases::{MariaDb, MariaDbOptions};
use amazoff_supervisor::journal::PartRefusal;
use amazoff_supervisor::{Epoch, Version};

use crate::world::{World, cart};

/// By how much a promotion raises every epoch.
const STEP: u64 = 1 << 20;

const EVENTS: u64 = 40;

/// Runs one of the scripts as the administrator of the test's servers.
fn run(script: &str, arguments: &[&str]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/scripts").join(script);
    let output = Command::new(path)
        .args(arguments)
        .env("ADMIN_USER", "admin")
        .env("ADMIN_PASSWORD", "admin-password")
        .env("REPLICATION_PASSWORD", "replication-password")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[tokio::test]
async fn a_promoted_journal_has_every_event_and_refuses_the_old_owner() {
    let alone = [("server_id", "1"), ("rpl_semi_sync_master_timeout", "50")];
    let primary = MariaDb::start(MariaDbOptions::on_disk().with(MARIADB_PRIMARY).with(&alone)).await.unwrap();
    let second = [("server_id", "2")];
    let replica =
        MariaDb::start(MariaDbOptions::on_disk().with(MARIADB_REPLICA).with(&second)).await.unwrap();
    let (from, to) = (primary.access().address(), replica.access().address());
    let database = primary.access().database().await.unwrap();
    let mut before = World::at_mariadb(database.url()).await;
    run("mariadb-replica-init.sh", &["--primary", &from, "--replica", &to]);
    // From here on a commit is never acknowledged without the replica.
    primary.access().execute("SET GLOBAL rpl_semi_sync_master_timeout = 120000").await.unwrap();

    let cart = cart();
    for seen in 0..EVENTS {
        before.store(before.events(&cart, seen, 1)).await.unwrap();
    }
    primary.kill_9().await.unwrap();
    run("mariadb-promote.sh", &["--replica", &to, "--database", database.name()]);

    let mut after = World::at_mariadb(&replica.access().url(database.name())).await;
    assert_eq!(after.epoch, Epoch(before.epoch.0 + STEP + 1));
    let events = after.journal.history(&cart, Version(0), usize::MAX).await.unwrap();
    assert_eq!(events.len(), usize::try_from(EVENTS).unwrap());

    let mut outdated = after.events(&cart, EVENTS, 1);
    outdated.epoch = before.epoch;
    assert_eq!(after.store(outdated).await, Err(PartRefusal::ShardLost(cart.shard())));
    assert_eq!(after.store(after.events(&cart, EVENTS, 1)).await, Ok(()));
    after.assert_dense().await;
}
