//! The scripts for a primary with a replica, on two real servers: what was acknowledged survives the loss of the primary,
//! and what is written under an epoch of its time is refused.
#![allow(clippy::unwrap_used, clippy::panic, reason = "test support: a surprise ends the test")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use amazoff_databases::flags::{MARIADB_PRIMARY, MARIADB_REPLICA};
use amazoff_databases::{MariaDb, MariaDbOptions};

/// How long something may take that follows from what just happened.
const SOON: Duration = Duration::from_secs(60);

const WRITERS: u32 = 4;

/// Acknowledged writes before the primary is killed.
const WRITES_BEFORE: usize = 300;

/// More than any test writes.
const WRITES_MAX: u32 = 200_000;

async fn primary() -> MariaDb {
    // The first commits come before the replica and should not wait for it.
    let alone = [("server_id", "1"), ("rpl_semi_sync_master_timeout", "50")];
    MariaDb::start(MariaDbOptions::on_disk().with(MARIADB_PRIMARY).with(&alone)).await.unwrap()
}

async fn replica(number: &str) -> MariaDb {
    let number = [("server_id", number)];
    MariaDb::start(MariaDbOptions::on_disk().with(MARIADB_REPLICA).with(&number)).await.unwrap()
}

async fn sql(server: &MariaDb, sql: &str) -> String {
    server.access().execute(sql).await.unwrap().trim().to_owned()
}

/// As much of a shop's database as the scripts and the test need; shard 0 is owned with epoch 5.
async fn make_shop(server: &MariaDb) {
    sql(
        server,
        "CREATE DATABASE shop;
         CREATE TABLE shop.shard (shard_id SMALLINT NOT NULL PRIMARY KEY, owner_node VARCHAR(255),
             owner_generation BIGINT NOT NULL DEFAULT 0, epoch BIGINT NOT NULL DEFAULT 0,
             state VARCHAR(16) NOT NULL DEFAULT 'free');
         CREATE TABLE shop.written (n BIGINT NOT NULL PRIMARY KEY);
         INSERT INTO shop.shard VALUES (0, 'node-a', 3, 5, 'owned'), (1, NULL, 0, 0, 'free');",
    )
    .await;
}

/// Writes a number only while shard 0 is owned with this epoch; tells how many rows that made.
async fn append(server: &MariaDb, epoch: u64, n: u32) -> String {
    let guarded = format!(
        "INSERT INTO shop.written SELECT {n} FROM shop.shard
             WHERE shard_id = 0 AND epoch = {epoch} AND state = 'owned' LOCK IN SHARE MODE;
         SELECT ROW_COUNT()"
    );
    sql(server, &guarded).await
}

fn script(name: &str) -> Command {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/scripts");
    let mut command = Command::new(folder.join(name));
    command
        .env("ADMIN_USER", "admin")
        .env("ADMIN_PASSWORD", "admin-password")
        .env("REPLICATION_PASSWORD", "it's secret")
        .env("WAIT_MAX_S", "60");
    command
}

fn link(primary: &MariaDb, replica: &MariaDb) -> Output {
    let (primary, replica) = (primary.access().address(), replica.access().address());
    script("mariadb-replica-init.sh").args(["--primary", &primary, "--replica", &replica]).output().unwrap()
}

/// Links them, and makes the primary wait for longer than the machine may stand still: from here on a commit is never
/// acknowledged without the replica.
async fn link_for_good(primary: &MariaDb, replica: &MariaDb) {
    fine(&link(primary, replica));
    sql(primary, "SET GLOBAL rpl_semi_sync_master_timeout = 120000").await;
    let status = sql(primary, "SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_master_status'").await;
    assert!(status.ends_with("ON"), "{status}");
}

fn promote(replica: &MariaDb) -> Output {
    let replica = replica.access().address();
    script("mariadb-promote.sh").args(["--replica", &replica, "--database", "shop"]).output().unwrap()
}

fn promote_from(old: &MariaDb, replica: &MariaDb) -> Output {
    let (old, replica) = (old.access().address(), replica.access().address());
    script("mariadb-promote.sh")
        .args(["--replica", &replica, "--database", "shop", "--old", &old])
        .output()
        .unwrap()
}

fn fine(output: &Output) {
    assert!(output.status.success(), "{output:?}");
}

/// Clients that write numbers as fast as the primary acknowledges them.
struct Load {
    clients: Vec<Child>,
    threads: Vec<JoinHandle<()>>,
    acknowledged: Arc<Mutex<BTreeSet<u32>>>,
}

impl Load {
    fn start(server: &MariaDb) -> Self {
        let mut load = Self { clients: Vec::new(), threads: Vec::new(), acknowledged: Arc::default() };
        for writer in 0..WRITERS {
            load.add(server, writer);
        }
        load
    }

    /// One connection: each number is printed only after its own commit was acknowledged.
    fn add(&mut self, server: &MariaDb, writer: u32) {
        let mut client = Command::new("mariadb")
            .args(["--no-defaults", "--protocol=tcp", "-h127.0.0.1", &format!("-P{}", server.port())])
            .args(["-uadmin", "--batch", "--skip-column-names", "--unbuffered", "shop"])
            .env("MYSQL_PWD", "admin-password")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = client.stdin.take().unwrap();
        let lines = BufReader::new(client.stdout.take().unwrap()).lines();
        self.threads.push(std::thread::spawn(move || {
            for n in (writer..WRITES_MAX).step_by(4) {
                // The client is gone once the server is.
                if writeln!(input, "INSERT INTO written VALUES ({n}); SELECT {n};").is_err() {
                    return;
                }
            }
        }));
        let acknowledged = self.acknowledged.clone();
        self.threads.push(std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                acknowledged.lock().unwrap().insert(line.parse().unwrap());
            }
        }));
        self.clients.push(client);
    }

    fn until(&self, count: usize) {
        let deadline = Instant::now() + SOON;
        while self.acknowledged.lock().unwrap().len() < count {
            assert!(Instant::now() < deadline, "no {count} writes within {} s", SOON.as_secs());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What was acknowledged until every client lost its server.
    fn end(mut self) -> BTreeSet<u32> {
        for client in &mut self.clients {
            assert!(!client.wait().unwrap().success(), "a writer ended before its server did");
        }
        for thread in self.threads {
            thread.join().unwrap();
        }
        std::mem::take(&mut self.acknowledged.lock().unwrap())
    }
}

async fn written(server: &MariaDb) -> BTreeSet<u32> {
    let rows = sql(server, "SELECT n FROM shop.written").await;
    rows.lines().map(|line| line.parse().unwrap()).collect()
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_with_the_primary_and_old_epochs_are_refused() {
    let (primary, replica) = (primary().await, replica("2").await);
    make_shop(&primary).await;
    link_for_good(&primary, &replica).await;
    assert_eq!(append(&primary, 5, WRITES_MAX).await, "1");
    sql(&primary, &format!("DELETE FROM shop.written WHERE n = {WRITES_MAX}")).await;

    let load = Load::start(&primary);
    load.until(WRITES_BEFORE);
    let waited_for = sql(&primary, "SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_master_status'").await;
    assert!(waited_for.ends_with("ON"), "{waited_for}");
    primary.kill_9().await.unwrap();
    let acknowledged = load.end();

    fine(&promote(&replica));

    let lost: Vec<_> = acknowledged.difference(&written(&replica).await).copied().collect();
    assert!(
        acknowledged.len() >= WRITES_BEFORE && lost.is_empty(),
        "{} of {}",
        lost.len(),
        acknowledged.len()
    );
    let shards = sql(&replica, "SELECT shard_id, owner_node, epoch, state FROM shop.shard").await;
    assert_eq!(shards, "0\tNULL\t1048581\tfree\n1\tNULL\t1048576\tfree");
    assert_eq!(append(&replica, 5, WRITES_MAX).await, "0", "an epoch of the old primary still writes");
    let claim = "UPDATE shop.shard SET owner_node = 'node-b', epoch = epoch + 1, state = 'owned'";
    sql(&replica, claim).await;
    assert_eq!(append(&replica, 1_048_582, WRITES_MAX).await, "1", "the new owner cannot write");
}

#[tokio::test]
async fn what_was_received_and_not_applied_is_applied_before_the_promotion() {
    let (primary, replica) = (primary().await, replica("2").await);
    make_shop(&primary).await;
    link_for_good(&primary, &replica).await;
    sql(&replica, "STOP SLAVE SQL_THREAD").await;
    for n in 0..20 {
        sql(&primary, &format!("INSERT INTO shop.written VALUES ({n})")).await;
    }
    assert!(written(&replica).await.is_empty(), "the replica has not applied them");
    // It answers nobody, and keeps its connections.
    primary.pause().unwrap();

    let promoted = promote_from(&primary, &replica);
    fine(&promoted);

    assert!(String::from_utf8_lossy(&promoted.stdout).contains("does not answer"), "{promoted:?}");
    assert_eq!(written(&replica).await, (0..20).collect());
}

#[tokio::test]
async fn a_promoted_server_shuts_out_the_old_one_and_gets_a_replica_of_its_own() {
    let (old, new) = (primary().await, replica("2").await);
    make_shop(&old).await;
    fine(&link(&old, &new));
    let again = link(&old, &new);
    fine(&again);
    assert!(String::from_utf8_lossy(&again.stdout).contains("follows already"), "{again:?}");

    fine(&promote_from(&old, &new));
    assert_eq!(sql(&old, "SELECT @@read_only").await, "1");
    assert_eq!(sql(&new, "SELECT @@read_only").await, "0");

    let third = replica("3").await;
    link_for_good(&new, &third).await;
    sql(&new, "INSERT INTO shop.written VALUES (77)").await;
    let position = sql(&new, "SELECT @@gtid_binlog_pos").await;
    assert_eq!(sql(&third, &format!("SELECT MASTER_GTID_WAIT('{position}', 60)")).await, "0");
    assert_eq!(written(&third).await, BTreeSet::from([77]));
    assert_eq!(sql(&third, "SELECT COUNT(*) FROM mysql.user WHERE user = 'replication'").await, "1");
}

#[tokio::test]
async fn wrong_servers_are_refused_and_left_as_they_are() {
    let (primary, replica) = (primary().await, replica("2").await);
    make_shop(&primary).await;

    let no_replica = promote(&primary);
    assert_eq!(no_replica.status.code(), Some(2), "{no_replica:?}");
    assert_eq!(sql(&primary, "SELECT epoch FROM shop.shard WHERE shard_id = 0").await, "5");

    let swapped = link(&replica, &primary);
    assert_eq!(swapped.status.code(), Some(2), "{swapped:?}");

    sql(&replica, "CREATE DATABASE precious").await;
    let full = link(&primary, &replica);
    assert_eq!(full.status.code(), Some(2), "{full:?}");
    assert!(String::from_utf8_lossy(&full.stderr).contains("not empty"), "{full:?}");
}

#[test]
fn the_scripts_explain_themselves() {
    for name in ["mariadb-replica-init.sh", "mariadb-promote.sh"] {
        let help = script(name).arg("--help").output().unwrap();
        fine(&help);
        assert!(String::from_utf8_lossy(&help.stdout).contains(name), "{help:?}");
        assert_eq!(script(name).output().unwrap().status.code(), Some(2), "{name} without arguments");
        let unknown = script(name).args(["--replica", "nowhere"]).output().unwrap();
        assert_eq!(unknown.status.code(), Some(2), "{name} with an address that is none");
        let nameless = script(name)
            .env_remove("ADMIN_PASSWORD")
            .args(["--replica", "127.0.0.1:1", "--primary", "127.0.0.1:2"])
            .output()
            .unwrap();
        assert_eq!(nameless.status.code(), Some(2), "{name} without a password");
    }
}
