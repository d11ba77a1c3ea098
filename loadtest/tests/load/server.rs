//! A small shop: two pieces to sell, a socket that tells, and an answer with markup in it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Pieces to sell.
pub(crate) const PIECES: u64 = 20;

#[derive(Debug, Default)]
pub(crate) struct Books {
    pub(crate) requests: AtomicU64,
    pub(crate) bought: AtomicU64,
    pub(crate) cleaned: AtomicU64,
}

/// A running server; it ends with this value.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) books: Arc<Books>,
    _task: JoinSet<()>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let books = Arc::new(Books::default());
        let router = Router::new()
            .route("/items", routing::get(items))
            .route("/orders", routing::post(order))
            .route("/broken", routing::get(broken))
            .route("/slow", routing::get(slow))
            .route("/sold", routing::get(sold))
            .route("/clean", routing::delete(clean))
            .route("/live", routing::get(live))
            .with_state(Arc::clone(&books));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut task = JoinSet::new();
        task.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, books, _task: task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn items(State(books): State<Arc<Books>>) -> Json<Value> {
    books.requests.fetch_add(1, Ordering::Relaxed);
    Json(json!({"items": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}))
}

async fn order(State(books): State<Arc<Books>>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    books.requests.fetch_add(1, Ordering::Relaxed);
    assert!(headers.contains_key("idempotency-key"));
    assert!(body["item"].is_string() && body["total"]["amount"].is_number(), "{body}");
    if books.bought.fetch_add(1, Ordering::Relaxed) < PIECES {
        return (StatusCode::CREATED, Json(json!({"id": "o1"}))).into_response();
    }
    books.bought.fetch_sub(1, Ordering::Relaxed);
    (StatusCode::CONFLICT, Json(json!({"code": "sold-out"}))).into_response()
}

async fn broken() -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({"code": "<script>alert(1)</script>"}))).into_response()
}

async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_millis(300)).await;
    "done"
}

async fn sold(State(books): State<Arc<Books>>) -> Json<Value> {
    Json(json!({"sold": books.bought.load(Ordering::Relaxed)}))
}

async fn clean(State(books): State<Arc<Books>>) -> StatusCode {
    books.cleaned.fetch_add(1, Ordering::Relaxed);
    StatusCode::NO_CONTENT
}

async fn live(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(tell)
}

async fn tell(mut socket: WebSocket) {
    socket.send(Message::text(r#"{"type":"hello"}"#)).await.ok();
    while let Some(Ok(Message::Text(asked))) = socket.recv().await {
        let asked: Value = serde_json::from_str(&asked).unwrap();
        for seq in 1..=3 {
            let told = json!({"type": "event", "topic": asked["topic"], "seq": seq});
            socket.send(Message::text(told.to_string())).await.ok();
        }
    }
}
