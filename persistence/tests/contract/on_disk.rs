//! What only a database on a disk can do: be damaged, be killed, be opened twice.

use futures::FutureExt as _;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use amazoff_persistence::{OpenError, SqliteScan, SqliteStore, SqliteTruth, SqliteViews};
use amazoff_supervisor::archive::Scan as _;
use amazoff_supervisor::journal::{Crash, CrashFilter, JournalError, LaneWriter, Part, PartRefusal, Posting};
use amazoff_supervisor::{CommandId, EntityId, Epoch, Version, spawn_guarded};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use uuid::Uuid;

use crate::world::{NOW, World, cart, command, effect, mark, shard_mates};

/// A second connection, as a tool or a fault would have it.
async fn intruder(world: &World) -> SqliteConnection {
    let file = world.disk.as_ref().unwrap().folder.path().join("journal.db");
    SqliteConnectOptions::new().filename(file).connect().await.unwrap()
}

async fn corrupted(world: &World, sql: &'static str) {
    sqlx::query(sql).execute(&mut intruder(world).await).await.unwrap();
}

fn assert_corrupt<T: std::fmt::Debug>(answer: Result<T, JournalError>) {
    assert!(matches!(answer, Err(JournalError::Corrupt { .. })), "{answer:?}");
}

#[tokio::test]
async fn one_flipped_bit_is_noticed_wherever_it_is_read() {
    let mut world = World::in_sqlite().await;
    let (damaged, whole) = shard_mates();
    world.store(world.events(&damaged, 0, 3)).await.unwrap();
    world.store(world.events(&whole, 0, 3)).await.unwrap();
    // The first byte of a payload, `{`, becomes `z`.
    corrupted(&world, "UPDATE journal SET payload = 'z' || substr(payload, 2) WHERE shard_seq = 2").await;
    assert_corrupt(world.journal.load(&damaged).await);
    assert_corrupt(world.journal.history(&damaged, Version(0), 10).await);
    assert_corrupt(world.journal.tail(damaged.shard(), 0, 10).await);
    assert_eq!(world.journal.history(&damaged, Version(2), 10).await.unwrap().len(), 1);
    assert_eq!(world.journal.load(&whole).await.unwrap().events.len(), 3);
}

#[tokio::test]
async fn bytes_that_are_no_text_are_corrupt_not_a_crash() {
    let mut world = World::in_sqlite().await;
    let cart = cart();
    world.store(world.events(&cart, 0, 1)).await.unwrap();
    corrupted(&world, "UPDATE journal SET payload = CAST(x'ff' AS TEXT)").await;
    assert_corrupt(world.journal.load(&cart).await);
}

#[tokio::test]
async fn a_changed_schema_number_is_noticed() {
    let mut world = World::in_sqlite().await;
    let cart = cart();
    world.store(world.events(&cart, 0, 1)).await.unwrap();
    corrupted(&world, "UPDATE journal SET schema = 2").await;
    assert_corrupt(world.journal.load(&cart).await);
}

#[tokio::test]
async fn an_event_moved_to_another_place_is_noticed() {
    let mut world = World::in_sqlite().await;
    let cart = cart();
    world.store(world.events(&cart, 0, 1)).await.unwrap();
    corrupted(&world, "UPDATE journal SET kind = 'order'").await;
    assert_corrupt(world.journal.load(&EntityId::new("order", cart.id)).await);
}

#[tokio::test]
async fn a_gap_is_corrupt() {
    let mut world = World::in_sqlite().await;
    let cart = cart();
    world.store(world.events(&cart, 0, 3)).await.unwrap();
    corrupted(&world, "DELETE FROM journal WHERE seq = 2").await;
    assert_corrupt(world.journal.load(&cart).await);
    assert_corrupt(world.journal.tail(cart.shard(), 0, 10).await);
    corrupted(&world, "DELETE FROM journal WHERE seq = 1").await;
    assert_corrupt(world.journal.load(&cart).await);
}

#[tokio::test]
async fn a_damaged_snapshot_is_passed_over() {
    let mut world = World::in_sqlite().await;
    let cart = cart();
    world.store(world.events(&cart, 0, 4)).await.unwrap();
    world.journal.save_snapshot(&cart, Version(2), "two", 3).await.unwrap();
    world.journal.save_snapshot(&cart, Version(4), "four", 3).await.unwrap();
    corrupted(&world, "UPDATE snapshot SET state = 'fear' WHERE seq = 4").await;
    let loaded = world.journal.load(&cart).await.unwrap();
    assert_eq!((loaded.snapshot, loaded.events.len()), (Some((Version(2), "two".to_owned())), 2));
}

#[tokio::test]
async fn everything_is_there_after_reopening() {
    let mut world = World::in_sqlite().await;
    let cart = cart();
    let mut part = world.events(&cart, 0, 3);
    part.outbox = vec![effect(&cart, 3, 0)];
    world.store(part).await.unwrap();
    let before = world.journal.load(&cart).await.unwrap().events;
    let journal = Arc::clone(&world.journal);
    let mut world = world.reopened().await;
    assert!(matches!(journal.load(&cart).await, Err(JournalError::Unavailable(_))));
    assert_eq!(world.epoch, Epoch(2));
    assert_eq!(world.journal.load(&cart).await.unwrap().events, before);
    assert_eq!(world.journal.outbox(None, 9).await.unwrap().len(), 1);
    world.store(world.events(&cart, 3, 1)).await.unwrap();
    world.assert_dense().await;
}

#[tokio::test]
async fn closing_empties_the_log() {
    let mut world = World::in_sqlite().await;
    world.store(world.events(&cart(), 0, 3)).await.unwrap();
    let disk = world.disk.unwrap();
    disk.store.close().await.unwrap();
    for file in ["journal.db-wal", "documents.db-wal"] {
        let left = std::fs::metadata(disk.folder.path().join(file)).map_or(0, |file| file.len());
        assert_eq!(left, 0, "{file}");
    }
}

/// While the shop runs, so that what is only in the write-ahead log is read too.
#[tokio::test]
async fn a_scan_reads_every_value_of_every_table() {
    let mut world = World::in_sqlite().await;
    let (cart, person) = (cart(), Uuid::now_v7());
    world.store(world.events(&cart, 0, 3)).await.unwrap();
    world.keys.put_if_absent(person, b"a wrapped key").await.unwrap();
    let file = world.disk.as_ref().unwrap().folder.path().join("journal.db");
    let mut seen: Vec<(String, String, String, Vec<u8>)> = Vec::new();
    let rows = SqliteScan::of(&file)
        .scan(&mut |of| {
            seen.push((of.table.to_owned(), of.row.to_owned(), of.column.to_owned(), of.bytes.to_vec()));
        })
        .await
        .unwrap();
    assert!(rows >= 4, "{rows}");
    let of = |table: &str, column: &str| -> Vec<&[u8]> {
        let found = seen.iter().filter(|(of, _, at, _)| of == table && at == column);
        found.map(|(_, _, _, bytes)| bytes.as_slice()).collect()
    };
    assert_eq!(of("journal", "payload").len(), 3);
    assert_eq!(of("journal", "id"), [cart.id.as_bytes(); 3]);
    assert_eq!(of("person_key", "wrapped"), [b"a wrapped key"]);
    assert!(of("person_key", "erased_at").is_empty(), "what is null is not shown");
    let missing = SqliteScan::of(&file.with_file_name("nowhere.db"));
    assert!(matches!(missing.scan(&mut |_| {}).await, Err(JournalError::Unavailable(_))));
}

#[tokio::test]
async fn an_erased_key_is_nowhere_in_the_files() {
    const KEY: &[u8] = b"a wrapped key that must vanish";
    let world = World::in_sqlite().await;
    let person = Uuid::now_v7();
    world.keys.put_if_absent(person, KEY).await.unwrap();
    world.keys.erase(person, NOW).await.unwrap();
    for entry in std::fs::read_dir(world.disk.as_ref().unwrap().folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(KEY.len()).any(|window| window == KEY), "{}", path.display());
        }
    }
}

#[tokio::test]
async fn an_error_inside_the_transaction_stores_nothing_and_the_lane_goes_on() {
    let mut world = World::in_sqlite().await;
    // `ROLLBACK` ends the transaction under the writer's feet, as a full disk does.
    for (create, drop) in [
        (
            "CREATE TRIGGER fault BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'fault'); END",
            "DROP TRIGGER fault",
        ),
        (
            "CREATE TRIGGER fault BEFORE INSERT ON outbox BEGIN SELECT RAISE(ROLLBACK, 'fault'); END",
            "DROP TRIGGER fault",
        ),
    ] {
        corrupted(&world, create).await;
        let cart = cart();
        let mut part = world.events(&cart, 0, 2);
        part.outbox = vec![effect(&cart, 2, 0)];
        let failure =
            world.lane.append(&[part.clone(), world.events(&crate::world::cart(), 0, 1)]).await.unwrap_err();
        assert!(failure.certainly_not_committed(), "{failure}");
        assert_eq!(world.version(&cart).await, 0);
        corrupted(&world, drop).await;
        assert_eq!(world.store(part).await, Ok(()));
        world.assert_dense().await;
    }
}

#[tokio::test]
async fn an_append_runs_to_its_end_when_nobody_waits_for_it() {
    let mut world = World::in_sqlite().await;
    let carts: Vec<_> = (0..20).map(|_| cart()).collect();
    for cart in &carts {
        let parts = [world.events(cart, 0, 2)];
        assert!(world.lane.append(&parts).now_or_never().is_none(), "it was done at once");
    }
    // The next append waits for its turn behind them, and numbers on.
    world.store(world.events(&cart(), 0, 1)).await.unwrap();
    for cart in &carts {
        assert_eq!(world.version(cart).await, 2);
    }
    world.assert_dense().await;
}

#[tokio::test]
async fn a_new_writer_of_the_lane_waits_for_the_append_of_the_old_one() {
    let mut world = World::in_sqlite().await;
    let cart = cart();
    // Another process holds the database's write lock, so the append is on its way for a while.
    let mut other = intruder(&world).await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let parts = [world.events(&cart, 0, 2)];
    assert!(tokio::time::timeout(Duration::from_millis(20), world.lane.append(&parts)).await.is_err());
    drop(world.lane);
    let opening = world.journal.lane(0);
    tokio::pin!(opening);
    assert!(tokio::time::timeout(Duration::from_millis(100), &mut opening).await.is_err());
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    world.lane = opening.await.unwrap();
    let stored = world.journal.load(&cart).await.unwrap().events.len();
    assert_eq!(stored, 2, "the new writer was open before the old one's append had ended");
}

#[tokio::test]
async fn a_lane_whose_opening_was_given_up_can_be_opened() {
    let mut world = World::in_sqlite().await;
    let mut other = intruder(&world).await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let parts = [world.events(&cart(), 0, 1)];
    assert!(tokio::time::timeout(Duration::from_millis(20), world.lane.append(&parts)).await.is_err());
    drop(world.lane);
    assert!(tokio::time::timeout(Duration::from_millis(20), world.journal.lane(0)).await.is_err());
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    world.lane = world.journal.lane(0).await.unwrap();
    world.store(world.events(&cart(), 0, 1)).await.unwrap();
    world.assert_dense().await;
}

/// What is in a journal that an earlier version wrote.
#[tokio::test]
async fn an_older_journal_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal.db");
    let mut old =
        SqliteConnectOptions::new().filename(&file).create_if_missing(true).connect().await.unwrap();
    let mut first = sqlx::migrate!("migrations/sqlite/journal");
    first.migrations.to_mut().retain(|migration| migration.version == 1);
    first.run(&mut old).await.unwrap();
    for insert in [
        "INSERT INTO journal VALUES ('cart', zeroblob(16), 1, 7, 1, 1, 1, 555, x'', NULL, x'', '{}', 0)",
        "INSERT INTO outbox VALUES ('cart', zeroblob(16), 1, 0, 7, 'stock', '{}', zeroblob(16), 3, 999)",
        "INSERT INTO quarantine VALUES ('cart', zeroblob(16), zeroblob(16), 1, 'panic', '{}', '{}', 5, 2, 1)",
        "INSERT INTO reminder VALUES ('cart', zeroblob(16), 'wake', 7, 5)",
    ] {
        sqlx::query(insert).execute(&mut old).await.unwrap();
    }
    drop(old);
    let world = World::in_folder(folder).await;
    let row = world.journal.outbox(None, 9).await.unwrap().remove(0);
    assert_eq!((row.at.unix_ms(), row.attempts, row.reason, row.dead_since), (555, 3, None, None));
    let crash = world.journal.crashes(CrashFilter::Open, None, 9).await.unwrap().remove(0);
    assert_eq!((crash.attempts, crash.dismissed), (2, false));
    assert_eq!(world.journal.reminders_due("cart", NOW, 9).await.unwrap().len(), 1);
    assert_eq!(world.audit.verify().await.unwrap(), 0);
}

#[tokio::test]
async fn of_two_racing_writers_exactly_one_wins_a_thousand_times() {
    let mut world = World::in_sqlite().await;
    let rival = SqliteStore::open(world.disk.as_ref().unwrap().folder.path()).await.unwrap();
    let mut rival_lane = rival.journal().lane(0).await.unwrap();
    let cart = cart();
    let mut wins = [0, 0];
    for round in 0..1_000 {
        let (ours, theirs) = ([world.events(&cart, round, 1)], [world.events(&cart, round, 1)]);
        let (us, them) = tokio::join!(world.lane.append(&ours), rival_lane.append(&theirs));
        let winner = match (&us.unwrap()[..], &them.unwrap()[..]) {
            ([Ok(_)], [Err(PartRefusal::VersionTaken)]) => 0,
            ([Err(PartRefusal::VersionTaken)], [Ok(_)]) => 1,
            other => panic!("round {round}: {other:?}"),
        };
        wins[winner] += 1;
    }
    assert_eq!(world.version(&cart).await, 1_000);
    assert!(wins.iter().all(|wins| *wins > 0), "one of them never raced: {wins:?}");
    world.assert_dense().await;
}

#[tokio::test]
async fn other_writers_and_the_lane_do_not_block_each_other() {
    let mut world = World::in_sqlite().await;
    let journal = Arc::clone(&world.journal);
    let keys = Arc::clone(&world.keys);
    let side = spawn_guarded("side", async move {
        for seq in 0..50 {
            let crash = Crash {
                entity: cart(),
                command_id: CommandId::new(),
                seq: Version(seq),
                cause: String::new(),
                sealed_command: String::new(),
                context: String::new(),
                at: NOW,
            };
            journal.record_crash(&crash, 2).await.unwrap();
            journal.save_snapshot(&crash.entity, Version(seq), "{}", 3).await.unwrap();
            keys.put_if_absent(Uuid::now_v7(), b"key").await.unwrap();
        }
    });
    for _ in 0..50 {
        let parts: Vec<_> = (0..8).map(|_| world.events(&cart(), 0, 1)).collect();
        assert!(world.lane.append(&parts).await.unwrap().iter().all(Result::is_ok));
    }
    side.await.unwrap();
    assert_eq!(world.journal.crashes(CrashFilter::All, None, 100).await.unwrap().len(), 50);
}

#[tokio::test]
async fn what_is_no_database_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("journal.db"),
        "not a database, but longer than a page header".repeat(9),
    )
    .unwrap();
    let refusal = SqliteStore::open(folder.path()).await.err().unwrap();
    assert!(matches!(refusal, OpenError::Connect { .. } | OpenError::Migrate { .. }), "{refusal}");
    assert!(refusal.to_string().contains("journal.db"), "{refusal}");
    let in_a_file = SqliteStore::open(&folder.path().join("journal.db").join("sub")).await.err().unwrap();
    assert!(matches!(in_a_file, OpenError::Folder { .. }), "{in_a_file}");
}

#[tokio::test]
async fn truth_and_views_may_be_opened_apart_wherever_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, documents) = (folder.path().join("deep/shop.db"), folder.path().join("other/views.db"));
    SqliteTruth::open(&journal).await.unwrap().close().await.unwrap();
    SqliteViews::open(&documents).await.unwrap().close().await.unwrap();
    assert!(journal.exists() && documents.exists());
}

const KILL_FOLDER: &str = "AMAZOFF_TEST_KILL_FOLDER";
const EVENTS_PER_PART: u64 = 3;

/// What the killed process stores: if any of it is there, all of it must be.
fn whole_part(epoch: Epoch) -> Part {
    let entity = cart();
    let posting =
        |account: &str, amount| Posting { account: account.to_owned(), asset: "EUR".to_owned(), amount };
    let mut part = Part::empty(entity.clone(), Version(0), epoch, NOW);
    part.events = (0..EVENTS_PER_PART).map(|_| crate::world::event("{}")).collect();
    part.commands = vec![command(CommandId(entity.id))];
    part.marks = vec![mark("sender", 1)];
    part.outbox = vec![effect(&entity, EVENTS_PER_PART, 0)];
    part.postings = vec![posting("a", 7), posting("b", -7)];
    part
}

/// Only does something when [`a_killed_process_leaves_nothing_half_stored`] runs it as a process of its own.
#[tokio::test]
async fn a_child_stores_until_it_is_killed() {
    let Ok(folder) = std::env::var(KILL_FOLDER) else { return };
    let store = SqliteStore::open(Path::new(&folder)).await.unwrap();
    let epoch = store.shard_table().claim_all("node_child", "").await.unwrap()[0].1;
    let mut lane: Box<dyn LaneWriter> = store.journal().lane(0).await.unwrap();
    loop {
        let parts: Vec<_> = (0..16).map(|_| whole_part(epoch)).collect();
        assert!(lane.append(&parts).await.unwrap().iter().all(Result::is_ok));
        for part in parts {
            println!("stored {}", part.entity.id);
        }
    }
}

#[tokio::test]
async fn a_killed_process_leaves_nothing_half_stored() {
    let mut world = World::in_sqlite().await;
    for kill in 1..=6 {
        let folder = world.disk.as_ref().unwrap().folder.path().to_owned();
        let acknowledged =
            tokio::task::spawn_blocking(move || kill_a_writer(&folder, kill * 40)).await.unwrap();
        world = world.reopened().await;
        let stored: BTreeSet<Uuid> =
            world.journal.entities("cart", None, usize::MAX).await.unwrap().into_iter().collect();
        assert!(acknowledged.is_subset(&stored), "an acknowledged part is lost");
        let effects = world.journal.outbox(None, usize::MAX).await.unwrap();
        assert_eq!(effects.iter().map(|row| row.key.entity.id).collect::<BTreeSet<_>>(), stored);
        for id in &stored {
            let entity = EntityId::new("cart", *id);
            assert_eq!(world.version(&entity).await, EVENTS_PER_PART);
            assert!(world.journal.outcome(&entity, CommandId(*id)).await.unwrap().is_some());
        }
        let parts = i64::try_from(stored.len()).unwrap();
        let balances = world.journal.balances().await.unwrap();
        assert_eq!(
            balances.iter().map(|posting| posting.amount).collect::<Vec<_>>(),
            [7 * parts, -7 * parts]
        );
        world.assert_dense().await;
    }
}

/// Runs the child until it has said so often enough that something is stored, and kills it in the middle of its work.
fn kill_a_writer(folder: &Path, lines: usize) -> BTreeSet<Uuid> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "on_disk::a_child_stores_until_it_is_killed", "--nocapture"])
        .env(KILL_FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let id = |line: String| line.split_once("stored ").and_then(|(_, id)| Uuid::try_parse(id).ok());
    let mut acknowledged: BTreeSet<Uuid> = output.by_ref().filter_map(id).take(lines).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    acknowledged.extend(output.filter_map(id));
    assert!(acknowledged.len() >= lines);
    acknowledged
}
