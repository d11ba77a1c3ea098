//! Damages to plant into the data of a shop, and the code under which each must be found.

use std::path::{Path, PathBuf};

use amazoff_persistence::SqliteStore;
use amazoff_supervisor::journal::{NewEvent, Part, Posting};
use amazoff_supervisor::{AuditNote, CommandId, EntityId, Timestamp, Version};
use futures::future::LocalBoxFuture;
use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use uuid::Uuid;

const TRUTH: &str = "journal.db";
const DOCUMENTS: &str = "documents.db";

type Plant = Box<dyn Fn(PathBuf) -> LocalBoxFuture<'static, ()>>;

pub(crate) struct Damage {
    pub(crate) what: &'static str,
    pub(crate) code: &'static str,
    pub(crate) plant: Plant,
}

/// Documents whose text somebody changed.
pub(crate) const WRONG_TITLES: &str =
    "UPDATE document SET body = json_set(body, '$.title', 'Stolen') WHERE collection LIKE 'products%'";

pub(crate) fn all() -> Vec<Damage> {
    let mut all: Vec<Damage> =
        IN_THE_TRUTH.iter().map(|(what, code, sql)| by_sql(what, code, TRUTH, sql)).collect();
    all.extend(IN_THE_DOCUMENTS.iter().map(|(what, code, sql)| by_sql(what, code, DOCUMENTS, sql)));
    all.push(other("a hold without an owner", "hold-orphan", |data| Box::pin(hold_without_owner(data))));
    all.push(other("a checkout that nobody wakes", "checkout-stalled", |data| {
        Box::pin(stalled_checkout(data))
    }));
    all.push(other("a coupon used twice", "coupon-overused", |data| Box::pin(overused_coupon(data))));
    all.push(other("a broken audit trail", "audit-broken", |data| Box::pin(broken_audit(data))));
    all.push(other("a snapshot of another state", "snapshot-differs", |data| Box::pin(wrong_snapshot(data))));
    all.push(other("a capture missing at the provider", "provider-missing", |data| {
        Box::pin(lost_captures(data))
    }));
    all.push(other("a capture that the shop does not know", "provider-unknown", |data| {
        Box::pin(foreign_capture(data))
    }));
    all.push(other("a lost picture", "media-missing", |data| Box::pin(lost_picture(data))));
    all
}

const IN_THE_TRUTH: &[(&str, &str, &str)] = &[
    (
        "a flipped byte",
        "event-damaged",
        "UPDATE journal SET payload = replace(payload, 'EUR', 'EUS') WHERE kind = 'order' AND seq = 1",
    ),
    ("an event that is no JSON", "event-damaged", "UPDATE journal SET payload = CAST(x'ff00' AS TEXT) WHERE kind = 'cart' AND seq = 1"),
    ("a lost event", "entity-gap", "DELETE FROM journal WHERE kind = 'order' AND seq = 2"),
    (
        "lost events at the end",
        "command-ahead",
        "DELETE FROM journal WHERE kind = 'checkout' AND seq = (SELECT max(seq) FROM journal AS other WHERE other.kind = journal.kind AND other.id = journal.id)",
    ),
    (
        "a gap in a shard",
        "shard-gap",
        "UPDATE journal SET shard_seq = shard_seq + 10 WHERE rowid = (SELECT rowid FROM journal ORDER BY shard_seq DESC LIMIT 1)",
    ),
    (
        "an event in another shard",
        "event-misplaced",
        "UPDATE journal SET shard_id = (shard_id + 1) % 256, shard_seq = 1000000 WHERE rowid = (SELECT rowid FROM journal ORDER BY shard_seq DESC LIMIT 1)",
    ),
    (
        "a stale writer's event",
        "epoch-backwards",
        "UPDATE journal SET epoch = 0 WHERE rowid = (SELECT rowid FROM journal ORDER BY shard_seq DESC LIMIT 1)",
    ),
    ("a changed posting", "posting-unbalanced", "UPDATE posting SET amount = amount + 1 WHERE rowid = 3"),
    ("a changed sum", "ledger-unbalanced", "DELETE FROM posting WHERE rowid = 5"),
    (
        "a posting of nobody",
        "posting-orphan",
        "UPDATE posting SET seq = 9999 WHERE rowid IN (1, 2)",
    ),
    (
        "moved pieces",
        "stock-differs",
        "UPDATE posting SET account = replace(account, 'available', 'held') WHERE account LIKE 'stock:available:%' AND amount < 0",
    ),
    (
        "moved money",
        "money-differs",
        "UPDATE posting SET account = 'sales' WHERE account = 'clearing:captured' AND amount > 0",
    ),
    (
        "a key of nobody",
        "claim-orphan",
        "INSERT INTO claim VALUES ('email', '00ff', 'user', x'00000000000000000000000000000001')",
    ),
    ("a lost key", "claim-missing", "DELETE FROM claim WHERE namespace = 'slug'"),
    (
        "an effect of nobody",
        "effect-orphan",
        "INSERT INTO outbox (kind, id, seq, n, shard_id, destination, payload, correlation, attempts, next_at, at)
         SELECT kind, id, 999, 0, shard_id, 'cart', '{}', command_id, 0, at, at FROM journal WHERE kind = 'checkout' LIMIT 1",
    ),
    (
        "a timer of nobody",
        "reminder-orphan",
        "INSERT INTO reminder (kind, id, name, shard_id, due_at, set_at) VALUES ('payment', x'00000000000000000000000000000001', 'sync', 0, 1, 1)",
    ),
    ("an unreadable outcome", "command-unreadable", "UPDATE command_log SET outcome = '{' WHERE kind = 'order'"),
    ("an effect from the future", "mark-ahead", "UPDATE effect_mark SET high_water = high_water + 6553600000"),
    ("lost keys of persons", "key-missing", "DELETE FROM person_key"),
];

const IN_THE_DOCUMENTS: &[(&str, &str, &str)] = &[
    ("a wrong document", "document-wrong", WRONG_TITLES),
    ("a lost document", "document-missing", "DELETE FROM document WHERE collection LIKE 'orders%'"),
    (
        "a document of nothing",
        "document-extra",
        "INSERT INTO document (collection, id, source_seq, body, deleted)
         SELECT collection, 'ord_00000000000000000000000000000001', 1, body, 0 FROM document WHERE collection LIKE 'orders%' LIMIT 1",
    ),
    ("documents of another journal", "checkpoint-ahead", "UPDATE checkpoint SET shard_seq = shard_seq + 1000 WHERE projection LIKE 'orders%'"),
];

fn by_sql(what: &'static str, code: &'static str, file: &'static str, sql: &'static str) -> Damage {
    other(what, code, move |data| Box::pin(async move { run(&data.join(file), sql).await }))
}

fn other(
    what: &'static str,
    code: &'static str,
    plant: impl Fn(PathBuf) -> LocalBoxFuture<'static, ()> + 'static,
) -> Damage {
    Damage { what, code, plant: Box::new(plant) }
}

/// Changes the truth behind everybody's back.
pub(crate) async fn truth(data: &Path, sql: &'static str) {
    run(&data.join(TRUTH), sql).await;
}

/// Changes documents behind everybody's back.
pub(crate) async fn documents(data: &Path, sql: &'static str) {
    run(&data.join(DOCUMENTS), sql).await;
}

async fn run(file: &Path, sql: &'static str) {
    // What guards a row must not keep the damage out.
    let options = SqliteConnectOptions::new()
        .filename(file)
        .foreign_keys(false)
        .pragma("ignore_check_constraints", "ON");
    let mut connection = options.connect().await.unwrap();
    let done =
        sqlx::query(sql).execute(&mut connection).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    assert!(done.rows_affected() > 0, "nothing was damaged by {sql}");
    connection.close().await.unwrap();
}

/// Copies a data folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Appends events as a writer would that has the rules wrong.
async fn append(data: &Path, fill: impl AsyncFnOnce(&SqliteStore) -> Part) {
    let store = SqliteStore::open(data).await.unwrap();
    let epochs = store.shard_table().claim_all("node_vandal", "nowhere").await.unwrap();
    let mut part = fill(&store).await;
    part.epoch = epochs.iter().find(|(shard, _)| *shard == part.shard()).unwrap().1;
    let mut lane = store.journal().lane(0).await.unwrap();
    lane.append(&[part]).await.unwrap().remove(0).unwrap();
    drop(lane);
    store.close().await.unwrap();
}

fn event(payload: &serde_json::Value) -> NewEvent {
    let command_id = CommandId::new();
    NewEvent { schema: 1, payload: payload.to_string(), command_id, causation: None, correlation: command_id }
}

/// Some entity of a kind, and its version.
async fn some(store: &SqliteStore, kind: &'static str) -> (EntityId, Version) {
    let ids = store.journal().entities(kind, None, 1).await.unwrap();
    let entity = EntityId::new(kind, ids[0]);
    let events = store.journal().history(&entity, Version(0), usize::MAX).await.unwrap();
    (entity, events.last().unwrap().seq)
}

async fn hold_without_owner(data: PathBuf) {
    append(&data, async |store| {
        let (stock, seen) = some(store, "stock").await;
        let variant = format!("var_{}", stock.id.simple());
        let hold = format!("hold_{}", Uuid::from_u128(7).simple());
        let cart = format!("cart_{}", Uuid::from_u128(8).simple());
        let held = json!({ "held": { "hold": hold, "cart": cart, "quantity": 1, "expires_at": "2026-01-01T00:00:00Z" } });
        let posting = |shelf: &str, amount| Posting {
            account: format!("stock:{shelf}:{variant}"),
            asset: variant.clone(),
            amount,
        };
        let mut part = Part::empty(stock, seen, Default::default(), Timestamp::default());
        part.events.push(event(&held));
        part.postings = vec![posting("available", -1), posting("held", 1)];
        part
    })
    .await;
}

async fn overused_coupon(data: PathBuf) {
    append(&data, async |_| {
        let coupon = EntityId::new("coupon", amazoff_actors::ids::CouponId::of_code("ONCE").uuid());
        let promotion = format!("promo_{}", Uuid::from_u128(1).simple());
        let issued = json!({ "issued": { "code": "ONCE", "promotion": promotion, "total_limit": 1, "window": {} } });
        let redeemed = |order: u128| {
            let order = format!("ord_{}", Uuid::from_u128(order).simple());
            json!({ "redeemed": { "order": order, "attempt": 1, "customer": "usr_1", "at": "2026-01-01T00:00:00Z" } })
        };
        let mut part = Part::empty(coupon, Version(0), Default::default(), Timestamp::default());
        part.events.extend([event(&issued), event(&redeemed(1)), event(&redeemed(2))]);
        part
    })
    .await;
}

async fn stalled_checkout(data: PathBuf) {
    append(&data, async |store| {
        // Begun again like its own first attempt, without the effect that would carry it on.
        let (checkout, _) = some(store, "checkout").await;
        let first = store.journal().history(&checkout, Version(0), 1).await.unwrap().remove(0);
        let mut part = Part::empty(
            EntityId::new("checkout", Uuid::from_u128(9)),
            Version(0),
            Default::default(),
            Timestamp::default(),
        );
        part.events.push(first.event);
        part
    })
    .await;
}

async fn broken_audit(data: PathBuf) {
    let store = SqliteStore::open(&data).await.unwrap();
    for number in 0..3 {
        let note = AuditNote {
            at: Timestamp::default(),
            actor: "ann".to_owned(),
            action: "limits-change".to_owned(),
            subject: format!("runtime {number}"),
            detail: "{}".to_owned(),
        };
        store.audit().append(&note).await.unwrap();
    }
    store.close().await.unwrap();
    truth(&data, "UPDATE audit SET actor = 'ben' WHERE number = 2").await;
}

async fn wrong_snapshot(data: PathBuf) {
    let store = SqliteStore::open(&data).await.unwrap();
    let (order, version) = some(&store, "order").await;
    let state = serde_json::to_string(&amazoff_actors::order::Order::default()).unwrap();
    store.journal().save_snapshot(&order, version, &state, 3).await.unwrap();
    store.close().await.unwrap();
}

fn ledger(data: &Path, change: impl FnOnce(Vec<String>) -> Vec<String>) {
    let path = data.join("sandbox-ledger.jsonl");
    let lines = std::fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect();
    let changed: String = change(lines).into_iter().map(|line| line + "\n").collect();
    std::fs::write(path, changed).unwrap();
}

async fn lost_captures(data: PathBuf) {
    ledger(&data, |lines| lines.into_iter().filter(|line| !line.contains("\"capture\"")).collect());
}

async fn foreign_capture(data: PathBuf) {
    ledger(&data, |mut lines| {
        let capture = lines.iter().find(|line| line.contains("\"capture\"")).unwrap();
        let mut entry: serde_json::Value = serde_json::from_str(capture).unwrap();
        entry["payment"] = format!("pay_{}", Uuid::from_u128(5).simple()).into();
        lines.push(entry.to_string());
        lines
    });
}

async fn lost_picture(data: PathBuf) {
    std::fs::remove_dir_all(data.join("media")).unwrap();
}
