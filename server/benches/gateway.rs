//! The catalogue over HTTP beside bare axum handlers with JSON of the same size: `make bench`. One takes a JSON and gives it back,
//! the other only writes one that it has.
//!
//! Both servers are processes of their own; the same client asks both over the same number of kept connections, each of
//! which sends its next request when it has the answer (closed loop). Cores are shared by client and server in all runs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measuring tool: a surprise ends it, figures are printed"
)]

#[path = "shared/beside.rs"]
mod beside;
#[path = "../tests/black_box/common/mod.rs"]
mod common;
#[path = "shared/connection.rs"]
mod connection;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::response::IntoResponse as _;
use axum::routing::get;
use axum::{Json, Router};
use beside::Beside;
use common::{Server, Setup};
use connection::Connection;
use hdrhistogram::Histogram;
use serde_json::Value;

/// Kept connections.
const CONNECTIONS: usize = 32;
/// Before it counts, and how long each rate is measured.
const WARM_UP: Duration = Duration::from_secs(2);
const MEASURE: Duration = Duration::from_secs(8);
/// The variable that makes this program the bare server, with the JSON that it answers.
const ECHO: &str = "GATEWAY_BENCH_ECHO";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    match std::env::var(ECHO) {
        Ok(file) => runtime.block_on(echo(&file)),
        Err(_) => runtime.block_on(measure()),
    }
}

/// The bare server: no layers. A POST is read as JSON and given back, a GET answers a value that is there.
async fn echo(file: &str) {
    let value: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let value = Arc::new(value);
    let answer = move || std::future::ready(Json(&*value).into_response());
    let echoed = async |Json(value): Json<Value>| Json(value);
    let router = Router::new().route("/", get(answer).post(echoed));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    axum::serve(listener, router).await.unwrap();
}

/// The bare server with a body to answer.
fn answering(body: &str) -> (Beside, tempfile::NamedTempFile) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), body).unwrap();
    (Beside::start(ECHO, file.path().to_str().unwrap()), file)
}

async fn measure() {
    let setup = Setup::default().with("AMAZOFF_SEED", "on").with("AMAZOFF_LOG", "info");
    let server = Server::start(&setup).await.unwrap();
    let address = server.base.trim_start_matches("http://").to_owned();
    let http = reqwest::Client::new();
    let opened =
        http.post(format!("{}/v1/carts", server.base)).header("idempotency-key", "a key for the bench");
    let opened = opened.json(&serde_json::json!({})).send().await.unwrap();
    let seen = opened.headers()["consistency-token"].to_str().unwrap().to_owned();
    let list =
        http.get(format!("{}/v1/products?limit=24", server.base)).send().await.unwrap().text().await.unwrap();
    let first: Value = serde_json::from_str(&list).unwrap();
    let product = format!("/v1/products/{}", first["items"][0]["slug"].as_str().unwrap());
    let page = http.get(format!("{}{product}", server.base)).send().await.unwrap().text().await.unwrap();

    let token = format!("consistency-token: {seen}\r\n");
    for (what, path, body) in
        [("product list", "/v1/products?limit=24", list), ("product", product.as_str(), page)]
    {
        let (bare, _file) = answering(&body);
        println!("{what}, {} bytes", body.len());
        let post = post(&bare.address, &body);
        let echo = rate(&bare.address, post).await;
        echo.print("bare axum, echo", &echo);
        rate(&bare.address, get_of(&bare.address, "/", "")).await.print("bare axum, write", &echo);
        rate(&address, get_of(&address, path, "")).await.print("from the cache", &echo);
        rate(&address, get_of(&address, path, &token)).await.print("made anew", &echo);
    }
    drop(server);
}

/// What a run came to.
struct Figures {
    per_second: f64,
    latency: Histogram<u64>,
}

impl Figures {
    fn print(&self, what: &str, bare: &Self) {
        let (per_second, part) = (self.per_second, 100.0 * self.per_second / bare.per_second);
        let (p50, p99) = (self.latency.value_at_quantile(0.5), self.latency.value_at_quantile(0.99));
        println!(
            "  {what:<16} {per_second:>9.0} requests/s {part:>4.0} %   p50 {p50:>6} us   p99 {p99:>6} us"
        );
    }
}

fn get_of(address: &str, path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{headers}\r\n")
}

fn post(address: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST / HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

async fn rate(address: &str, request: String) -> Figures {
    let counts_from = Instant::now() + WARM_UP;
    let until = counts_from + MEASURE;
    let asking =
        (0..CONNECTIONS).map(|_| connection(address.to_owned(), request.clone(), counts_from, until));
    let mut latency = Histogram::new(3).unwrap();
    for one in futures::future::join_all(asking.map(on_the_pool)).await {
        latency.add(one).unwrap();
    }
    let answers = f64::from(u32::try_from(latency.len()).unwrap());
    let per_second = answers / MEASURE.as_secs_f64();
    Figures { per_second, latency }
}

/// On a thread of the pool, so that all cores may ask.
async fn on_the_pool<F>(future: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    amazoff_supervisor::spawn_guarded("asking", future).await.unwrap()
}

async fn connection(address: String, request: String, from: Instant, until: Instant) -> Histogram<u64> {
    let mut latency = Histogram::new(3).unwrap();
    let mut connection = Connection::open(&address).await;
    while Instant::now() < until {
        let asked = Instant::now();
        let (status, _) = connection.send(&request).await;
        assert_eq!(status, 200);
        if asked >= from {
            latency.record(u64::try_from(asked.elapsed().as_micros()).unwrap()).unwrap();
        }
    }
    latency
}
