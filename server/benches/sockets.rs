//! Checkout beside many sockets: `make bench`.
//!
//! The same shoppers buy, from opening a cart to a paid order, first alone, then beside thousands of idle WebSockets, then
//! with hundreds of them subscribed to one operator's topic that tells of every order. Server and clients share the cores.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measuring tool: a surprise ends it, figures are printed"
)]

#[path = "../tests/black_box/common/mod.rs"]
mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Auth, Client, Gate, Request, Server, Setup, shopping};
use futures::{SinkExt as _, StreamExt as _};
use hdrhistogram::Histogram;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Sockets that only stay open; fewer where the machine has fewer open files.
const IDLE: usize = 9_000;
/// Sockets that follow one order each of the shoppers.
const FOLLOWING: usize = 500;
/// Sockets that are opened at once.
const OPENING: usize = 64;
/// Shoppers at once, and for how long they buy.
const SHOPPERS: usize = 4;
const MEASURE: Duration = Duration::from_secs(15);

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

fn main() {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(measure());
}

async fn measure() {
    let setup = Setup::default()
        .with("AMAZOFF_LOG", "info")
        .with("AMAZOFF_SANDBOX_LATENCY_MS", "0")
        .with("AMAZOFF_SOCKET_LIMITS", "off")
        .with("AMAZOFF_TRUSTED_PROXIES", "127.0.0.1");
    let server = Server::start(&setup).await.unwrap();
    let client = client_of(&server);
    let variants: Vec<String> = shopping::variants(&client).await.into_keys().collect();
    stock_up(&client, &variants).await;

    buying(&server, &variants).await.print("alone");
    let before = memory(&server);
    let idle = opened(&server, &client, IDLE).await;
    let each = (memory(&server) - before) / i64::try_from(idle.len()).unwrap();
    println!("  {} idle sockets, {each} bytes of the process each", idle.len());
    buying(&server, &variants).await.print("beside idle sockets");
    let watched = order(&client, &variants[0]).await;
    let mut following = opened_as(&server, &client, (&watched.1, FOLLOWING)).await;
    for socket in &mut following {
        let subscribe = json!({ "type": "subscribe", "topic": format!("order:{}", watched.0) });
        socket.send(Message::Text(subscribe.to_string().into())).await.unwrap();
    }
    buying(&server, &variants).await.print("and 500 that follow an order");
    drop((idle, following));
}

/// What buying took, from opening a cart to the answer that the order is paid.
struct Figures {
    orders: u64,
    took: Histogram<u64>,
}

impl Figures {
    fn print(&self, what: &str) {
        let quantile = |q| self.took.value_at_quantile(q);
        let per_second = f64::from(u32::try_from(self.orders).unwrap()) / MEASURE.as_secs_f64();
        let (p50, p99) = (quantile(0.5), quantile(0.99));
        println!("  {what:<30} {per_second:>7.1} orders/s   p50 {p50:>7} us   p99 {p99:>7} us");
    }
}

fn client_of(server: &Server) -> Client {
    let gate = Arc::new(Gate::default());
    gate.open(&server.base);
    Client::new(gate)
}

async fn buying(server: &Server, variants: &[String]) -> Figures {
    let shoppers = (0..SHOPPERS).map(|number| {
        let client = client_of(server);
        let variant = variants[number % variants.len()].clone();
        async move {
            let (mut took, until) = (Histogram::<u64>::new(3).unwrap(), Instant::now() + MEASURE);
            while Instant::now() < until {
                let began = Instant::now();
                order(&client, &variant).await;
                took.record(u64::try_from(began.elapsed().as_micros()).unwrap()).unwrap();
            }
            took
        }
    });
    let shoppers = shoppers.map(|shopper| amazoff_supervisor::spawn_guarded("buying", shopper));
    let mut took = Histogram::new(3).unwrap();
    for one in futures::future::join_all(shoppers).await {
        took.add(one.unwrap()).unwrap();
    }
    Figures { orders: took.len(), took }
}

/// Buys one piece; the order, and what opens it.
async fn order(client: &Client, variant: &str) -> (String, Auth) {
    let (cart, auth, total) = shopping::cart_with(client, variant).await;
    let complete = shopping::complete(&cart, total, shopping::CARD_OK).by(&auth);
    let reply = shopping::settle(client, &complete).await.expect("the purchase is answered");
    assert!(reply.is_success(), "{}", reply.body);
    (shopping::text(&reply.body["order_id"]), auth)
}

/// Puts so much on the shelves that nothing runs out.
async fn stock_up(client: &Client, variants: &[String]) {
    let (token, _) = shopping::login(client, common::OWNER_EMAIL, common::OWNER_PASSWORD).await.unwrap();
    let owner = Auth { bearer: Some(token), cart_token: None };
    for variant in variants.iter().take(SHOPPERS) {
        let receive = json!({ "quantity": 100_000 });
        let path = format!("/admin/v1/stock/{variant}/receive");
        let reply = client.send(&Request::post(path, receive).by(&owner)).await.unwrap();
        assert!(reply.is_success(), "{}", reply.body);
    }
}

async fn opened(server: &Server, client: &Client, count: usize) -> Vec<Socket> {
    opened_as(server, client, (&Auth { bearer: None, cart_token: None }, count)).await
}

async fn opened_as(server: &Server, client: &Client, (auth, count): (&Auth, usize)) -> Vec<Socket> {
    let opening = (0..count).map(|_| open(server, client, auth));
    futures::stream::iter(opening).buffer_unordered(OPENING).filter_map(std::future::ready).collect().await
}

/// One socket that has said hello; `None` where the machine has no more.
async fn open(server: &Server, client: &Client, auth: &Auth) -> Option<Socket> {
    let ticket = client.send(&Request::post("/v1/realtime/ticket", json!({})).by(auth)).await?;
    let ticket = ticket.body["ticket"].as_str()?.to_owned();
    let url = format!("{}/v1/realtime?ticket={ticket}", server.base.replace("http://", "ws://"));
    let (mut socket, _) = connect_async(url).await.ok()?;
    socket.next().await?.ok()?;
    Some(socket)
}

/// What the process holds, in bytes.
fn memory(server: &Server) -> i64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<i64>().unwrap() * 1024
}
