//! `amazoff backup` and `amazoff restore` against the real binary: from one database to another, under load.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use amazoff_persistence::SqliteTruth;
use amazoff_supervisor::Timestamp;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tempfile::TempDir;

use crate::common::{Client, Gate, Request, Server, Servers, Setup, shopping};
use crate::fsck::shop::{Bought, PASSWORD, Shop};

/// How many must have bought before the backup.
const ORDERS_MIN: usize = 10;

pub(crate) fn tool(setup: &Setup, arguments: &[&str]) -> Output {
    setup.command().args(arguments).output().expect("the binary runs")
}

#[track_caller]
pub(crate) fn ended(output: &Output, code: i32) -> String {
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{told}");
    told
}

/// Where a backup is, and what belongs to it.
struct Places {
    _folder: TempDir,
    backup: PathBuf,
    keys: PathBuf,
    erasures: PathBuf,
}

impl Places {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let (backup, keys, erasures) = (at("backup"), at("keys.gz"), at("erasures.ndjson"));
        Self { backup, keys, erasures, _folder: folder }
    }

    fn back_up(&self, setup: &Setup) -> Output {
        let [backup, keys, erasures] =
            [&self.backup, &self.keys, &self.erasures].map(|path| path.to_str().unwrap());
        tool(setup, &["backup", backup, "--keys", keys, "--erasures", erasures])
    }

    fn restore(&self, setup: &Setup) -> Output {
        let [backup, keys, erasures] =
            [&self.backup, &self.keys, &self.erasures].map(|path| path.to_str().unwrap());
        tool(setup, &["restore", backup, "--keys", keys, "--erasures", erasures])
    }
}

/// What a backup does not hold: the master key, and the provider's own book.
pub(crate) fn carry_over(from: &Setup, to: &Setup, file: &str) {
    std::fs::create_dir_all(to.data()).unwrap();
    std::fs::copy(from.data().join(file), to.data().join(file)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_moves_from_sqlite_to_mariadb_and_mongodb() {
    let servers = Servers::start().await;
    moves(&Setup::default(), &servers.setup()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_moves_from_mariadb_and_mongodb_to_sqlite() {
    let servers = Servers::start().await;
    moves(&servers.setup(), &Setup::default()).await;
}

/// Lists are made from the journal again, beside the shop that serves already.
async fn catalogue_follows(client: &Client) {
    let limit = Instant::now() + Duration::from_secs(60);
    loop {
        let listed = client.send(&Request::get("/v1/products?limit=100")).await.unwrap();
        if !listed.body["items"].as_array().unwrap().is_empty() {
            return;
        }
        assert!(Instant::now() < limit, "there is no catalogue");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn moves(from: &Setup, to: &Setup) {
    let places = Places::new();
    let mut shop = Shop::open(from).await;
    let limit = Instant::now() + Duration::from_secs(90);
    while shop.orders.load(Ordering::SeqCst) < ORDERS_MIN {
        assert!(Instant::now() < limit, "nobody buys");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let acknowledged: Vec<Bought> = shop.bought.lock().unwrap().clone();
    let told = tokio::task::block_in_place(|| ended(&places.back_up(from), 0));
    assert!(told.contains("keep them apart"), "{told}");
    let during = shop.orders.load(Ordering::SeqCst);
    shop.close().await;
    println!("{} orders before the backup, {during} at its end", acknowledged.len());

    // Somebody is erased after the backup was made.
    let people = shop.people.lock().unwrap().clone();
    let ((erased, erased_id), (kept, _)) = (&people[0], &people[1]);
    list_erasure(&places.erasures, erased_id);

    carry_over(from, to, "master.key");
    let told = tokio::task::block_in_place(|| ended(&places.restore(to), 0));
    assert!(told.contains("1 persons stay erased"), "{told}");
    carry_over(from, to, "sandbox-ledger.jsonl");

    let gate = Arc::new(Gate::default());
    let client = Client::new(Arc::clone(&gate));
    let mut server = Server::start_behind(to, &gate).await.unwrap();
    for Bought { order, total, auth } in &acknowledged {
        let reply = client.send(&Request::get(format!("/v1/orders/{order}")).by(auth)).await.unwrap();
        assert!(reply.is_success(), "{order}: {} {}", reply.status, reply.body);
        assert_eq!(shopping::total_of(&reply.body), *total, "{order}");
    }
    assert!(shopping::login(&client, kept, PASSWORD).await.is_some(), "{kept} cannot log in");
    assert!(shopping::login(&client, erased, PASSWORD).await.is_none(), "{erased} is back");
    catalogue_follows(&client).await;
    server.stop().await.unwrap();

    let report = tool(to, &["fsck", "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).unwrap();
    let errors: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        // The provider goes on knowing what was paid after the backup; that is what an operator must be told.
        .filter(|finding| finding["severity"] == "error" && finding["code"] != "provider-unknown")
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");

    let again = tokio::task::block_in_place(|| ended(&places.restore(to), 1));
    assert!(again.contains("not empty") || again.contains("documents"), "{again}");
}

async fn flip(file: &Path) {
    let mut connection = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    let flip = "UPDATE journal SET payload = replace(payload, 'EUR', 'EUS') WHERE rowid =
        (SELECT min(rowid) FROM journal WHERE kind = 'order' AND seq = 1)";
    assert_eq!(sqlx::query(flip).execute(&mut connection).await.unwrap().rows_affected(), 1);
    connection.close().await.unwrap();
}

fn list_erasure(list: &Path, person: &str) {
    let person = uuid::Uuid::try_parse(person.trim_start_matches("usr_")).unwrap();
    let mut erasures = amazoff_backup::Erasures::open(list).unwrap();
    erasures.add([(person, Timestamp::from_unix_ms(1))]).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_half_restored_is_never_served_and_can_be_restored_again() {
    let (from, to, places) = (Setup::default(), Setup::default(), Places::new());
    Shop::filled(&from).await;
    ended(&places.back_up(&from), 0);
    carry_over(&from, &to, "master.key");

    // As if it had been killed after some rows.
    let file = to.data().join("journal.db");
    let truth = SqliteTruth::restore_into(&file).await.unwrap();
    let import = truth.import();
    let importing = import.begin("a backup of before", Timestamp::from_unix_ms(1)).await.unwrap();
    drop(importing);
    truth.close().await.unwrap();
    let refusal = Server::start(&to).await.err().expect("it must not start");
    assert!(refusal.contains("half restored from a backup of before"), "{refusal}");

    ended(&places.restore(&to), 0);
    let mut server = Server::start(&to).await.unwrap();
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_backup_and_misplaced_keys_are_refused() {
    let (from, to, places) = (Setup::default(), Setup::default(), Places::new());
    Shop::filled(&from).await;
    let inside = places.backup.join("keys.gz");
    let told = tool(&from, &["backup", places.backup.to_str().unwrap(), "--keys", inside.to_str().unwrap()]);
    assert!(ended(&told, 1).contains("must not lie in the backup"));
    ended(&places.back_up(&from), 0);
    assert!(ended(&places.back_up(&from), 1).contains("not empty"));
    assert!(!from.data().join("erasures.ndjson").exists());

    // A shop that is damaged itself is backed up as it is, and its operator told.
    let sick = Places::new();
    flip(&from.data().join("journal.db")).await;
    let told = ended(&sick.back_up(&from), 3);
    assert!(told.contains("1 events in it are damaged"), "{told}");

    let journal = places.backup.join("truth/journal.ndjson.gz");
    let mut bytes = std::fs::read(&journal).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&journal, bytes).unwrap();
    carry_over(&from, &to, "master.key");
    let told = ended(&places.restore(&to), 1);
    assert!(told.contains("journal.ndjson.gz") && told.contains("not what was written"), "{told}");
    // Nothing has changed: an empty shop starts.
    let mut server = Server::start(&to).await.unwrap();
    server.stop().await.unwrap();
}

/// With another key nobody reads what is there: nothing is served, and no account is promised.
#[tokio::test(flavor = "multi_thread")]
async fn data_is_restored_and_served_only_with_the_key_that_sealed_it() {
    let (from, to, places) = (Setup::default(), Setup::default(), Places::new());
    Shop::filled(&from).await;
    ended(&places.back_up(&from), 0);
    let told = ended(&places.restore(&to), 2);
    assert!(told.contains("master.key: is missing"), "{told}");

    let other = || std::fs::write(to.data().join("master.key"), format!("{}=\n", "A".repeat(43))).unwrap();
    other();
    let told = ended(&places.restore(&to), 3);
    assert!(told.contains("sealed with another master key"), "{told}");
    let refusal = Server::start(&to).await.err().expect("it must not start");
    assert!(refusal.contains("half restored"), "{refusal}");

    carry_over(&from, &to, "master.key");
    ended(&places.restore(&to), 0);
    Server::start(&to).await.unwrap().stop().await.unwrap();
    other();
    let refusal = Server::start(&to).await.err().expect("it must not start");
    assert!(refusal.contains("is not the one that this shop's data was sealed with"), "{refusal}");
}
