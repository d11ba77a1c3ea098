//! What the machine gives at all: the same HTTP stack, one task per cart, a group commit to one file, an answer. No rules, no
//! SQL, no supervision; nobody ever reads the file.

use std::fs::File;
use std::io::Write as _;
use std::path::Path as FilePath;
use std::sync::Arc;

use amazoff_supervisor::spawn_guarded;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use dashmap::DashMap;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::reference::{GROUP, NewLine, Plan, listen, shown};

type Record = (String, oneshot::Sender<()>);

struct Add {
    line: Value,
    answer: oneshot::Sender<Value>,
}

struct Limit {
    line: Value,
    carts: DashMap<Uuid, mpsc::Sender<Add>>,
    records: mpsc::Sender<Record>,
}

/// Serves until it is killed; prints its address. The plan's store is a folder.
pub(crate) async fn serve(plan: &str) {
    let Plan { store, line, .. } = serde_json::from_str(plan).unwrap();
    let file = File::create(FilePath::new(&store).join("log")).unwrap();
    let (records, waiting) = mpsc::channel(4_096);
    std::thread::spawn(move || write(file, waiting));
    let state = Arc::new(Limit { line, carts: DashMap::new(), records });
    let router = Router::new().route("/v1/carts", post(open)).route("/v1/carts/{id}/lines", post(add));
    listen(router.with_state(state)).await;
}

/// Whatever waits is written at once.
fn write(mut file: File, mut waiting: mpsc::Receiver<Record>) {
    let mut group = Vec::new();
    while waiting.blocking_recv_many(&mut group, GROUP) > 0 {
        let text: String = group.iter().map(|(record, _)| record.as_str()).collect();
        file.write_all(text.as_bytes()).unwrap();
        file.sync_data().unwrap();
        for (_, stored) in group.drain(..) {
            let _ = stored.send(());
        }
    }
}

async fn stored(records: &mpsc::Sender<Record>, record: &Value) {
    let (stored, told) = oneshot::channel();
    records.send((format!("{record}\n"), stored)).await.unwrap();
    told.await.unwrap();
}

async fn cart(id: Uuid, mut asked: mpsc::Receiver<Add>, records: mpsc::Sender<Record>) {
    let mut lines = Vec::new();
    while let Some(Add { line, answer }) = asked.recv().await {
        stored(&records, &json!({ "cart": id.to_string(), "line_added": line })).await;
        lines.push(line);
        let _ = answer.send(shown(id, &lines));
    }
}

async fn open(State(limit): State<Arc<Limit>>) -> (StatusCode, Json<Value>) {
    let id = Uuid::now_v7();
    stored(&limit.records, &json!({ "cart": id.to_string(), "created": "e".repeat(100) })).await;
    let (asks, asked) = mpsc::channel(16);
    spawn_guarded("cart", cart(id, asked, limit.records.clone()));
    limit.carts.insert(id, asks);
    (StatusCode::CREATED, Json(json!({ "cart": shown(id, &[]), "token": "t".repeat(80) })))
}

async fn add(
    State(limit): State<Arc<Limit>>,
    Path(id): Path<Uuid>,
    Json(new): Json<NewLine>,
) -> Result<Json<Value>, StatusCode> {
    let cart = limit.carts.get(&id).map(|cart| cart.clone()).ok_or(StatusCode::NOT_FOUND)?;
    let (answer, answered) = oneshot::channel();
    cart.send(Add { line: new.like(&limit.line), answer }).await.unwrap();
    Ok(Json(answered.await.unwrap()))
}
