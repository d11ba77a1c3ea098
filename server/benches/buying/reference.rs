//! What the shop is measured against: the same HTTP stack, answers of the same shape, the same rows in the same groups, and
//! nothing else. No rules, no cells, no supervision, no fence, no read models, no second look.

use std::sync::Arc;
use std::time::Duration;

use amazoff_persistence::{MariaDbOptions, MariaDbStore, SqliteStore};
use amazoff_supervisor::journal::{CommandRecord, NewEvent, Part};
use amazoff_supervisor::{CommandId, EntityId, Epoch, Timestamp, Version, spawn_guarded};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use dashmap::DashMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc, oneshot};
use uuid::Uuid;

use crate::writer::{Bare, Writer};

/// As many as the shop's lanes take.
pub(crate) const GROUP: usize = 256;

/// What the reference needs to know.
#[derive(Serialize, Deserialize)]
pub(crate) struct Plan {
    /// Where the rows go: a folder, or the URL of a MariaDB database.
    pub(crate) store: String,
    /// A line as the shop answers it.
    pub(crate) line: Value,
    /// Durable commands behind one order, beyond opening the cart and adding to it.
    pub(crate) steps: u32,
    /// How long the payment provider takes, in milliseconds.
    pub(crate) provider_ms: u64,
}

#[derive(Default)]
struct Cart {
    version: u64,
    lines: Vec<Value>,
}

struct Reference {
    plan: Plan,
    carts: DashMap<Uuid, Arc<Mutex<Cart>>>,
    rows: mpsc::Sender<(Part, oneshot::Sender<()>)>,
}

#[derive(Deserialize)]
pub(crate) struct NewLine {
    variant_id: String,
    quantity: u32,
}

impl NewLine {
    /// Another line with what is asked for.
    pub(crate) fn like(self, line: &Value) -> Value {
        let mut line = line.clone();
        line["variant_id"] = json!(self.variant_id);
        line["quantity"] = json!(self.quantity);
        line
    }
}

/// Serves until it is killed; prints its address.
pub(crate) async fn serve(plan: &str) {
    let plan: Plan = serde_json::from_str(plan).unwrap();
    let bare = place(&plan.store).await;
    let (rows, waiting) = mpsc::channel(4_096);
    spawn_guarded("writer", write(Writer::open(&bare).await, waiting));
    let state = Arc::new(Reference { plan, carts: DashMap::new(), rows });
    let router = Router::new()
        .route("/v1/carts", post(open))
        .route("/v1/carts/{id}/lines", post(add))
        .route("/v1/carts/{id}/complete", post(complete))
        .with_state(state);
    listen(router).await;
}

/// Serves on a port of its own, and prints its address.
pub(crate) async fn listen(router: Router) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    axum::serve(listener, router).await.unwrap();
}

/// A cart as it is answered; each line made it one version newer.
pub(crate) fn shown(id: Uuid, lines: &[Value]) -> Value {
    let total = json!({ "amount": 1_000 * lines.len(), "currency": "EUR" });
    json!({
        "id": id.to_string(), "status": "open", "currency": "EUR", "lines": lines, "coupons": [],
        "totals": { "subtotal": total, "total": total }, "requirements": ["email", "address"], "warnings": [],
        "version": lines.len() + 1,
    })
}

/// A database with the shop's own schema.
async fn place(store: &str) -> Bare {
    if store.starts_with("mysql:") {
        MariaDbStore::connect(store, MariaDbOptions::default()).await.unwrap();
        return Bare::mariadb(store);
    }
    let folder = std::path::Path::new(store);
    drop(SqliteStore::open(folder).await.unwrap());
    Bare::sqlite(&folder.join("journal.db"))
}

/// Whatever waits goes into one transaction.
async fn write(mut writer: Writer, mut waiting: mpsc::Receiver<(Part, oneshot::Sender<()>)>) {
    let mut group = Vec::new();
    while waiting.recv_many(&mut group, GROUP).await > 0 {
        let (parts, stored): (Vec<_>, Vec<_>) = group.drain(..).unzip();
        writer.write(&parts, false).await;
        for one in stored {
            let _ = one.send(());
        }
    }
}

impl Reference {
    async fn store(&self, (kind, id): (&'static str, Uuid), seen: u64, event: &Value, outcome: String) {
        let (command_id, at) = (CommandId::new(), Timestamp::from_unix_ms(1_700_000_000_000));
        let mut part = Part::empty(EntityId::new(kind, id), Version(seen), Epoch(1), at);
        let payload = event.to_string();
        part.events =
            vec![NewEvent { schema: 1, payload, command_id, causation: None, correlation: command_id }];
        part.commands = vec![CommandRecord {
            command_id,
            fingerprint: 7,
            outcome,
            sealed_command: "c".repeat(294), // as long as the shop's are on average
            context: "x".repeat(175),
            seq: Version(seen + 1),
            expires_at: Timestamp::from_unix_ms(1_700_086_400_000),
        }];
        let (stored, told) = oneshot::channel();
        self.rows.send((part, stored)).await.unwrap();
        told.await.unwrap();
    }
}

async fn open(State(reference): State<Arc<Reference>>) -> (StatusCode, Json<Value>) {
    let id = Uuid::now_v7();
    let cart = Cart { version: 1, lines: Vec::new() };
    let shown = shown(id, &[]);
    reference.carts.insert(id, Arc::new(Mutex::new(cart)));
    reference.store(("cart", id), 0, &json!({ "created": "e".repeat(100) }), shown.to_string()).await;
    (StatusCode::CREATED, Json(json!({ "cart": shown, "token": "t".repeat(80) })))
}

async fn add(
    State(reference): State<Arc<Reference>>,
    Path(id): Path<Uuid>,
    Json(new): Json<NewLine>,
) -> Result<Json<Value>, StatusCode> {
    let cart = reference.carts.get(&id).map(|cart| Arc::clone(&cart)).ok_or(StatusCode::NOT_FOUND)?;
    let mut cart = cart.lock().await;
    let line = new.like(&reference.plan.line);
    let (seen, event) = (cart.version, json!({ "line_added": line }));
    cart.lines.push(line);
    cart.version += 1;
    let shown = shown(id, &cart.lines);
    reference.store(("cart", id), seen, &event, shown.to_string()).await;
    Ok(Json(shown))
}

async fn complete(
    State(reference): State<Arc<Reference>>,
    Path(id): Path<Uuid>,
    Json(_asked): Json<Value>,
) -> Json<Value> {
    let (order, event) = (Uuid::now_v7(), json!({ "stepped": "s".repeat(600) }));
    for step in 0..u64::from(reference.plan.steps) {
        if step == u64::from(reference.plan.steps) / 2 {
            tokio::time::sleep(Duration::from_millis(reference.plan.provider_ms)).await;
        }
        reference.store(("checkout", order), step, &event, "o".repeat(15)).await;
    }
    reference.carts.remove(&id);
    Json(json!({ "id": order.to_string(), "cart_id": id.to_string(), "status": "placed", "number": "AZ-1" }))
}
