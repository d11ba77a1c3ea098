//! Checkout beside many sockets: `make bench`.
//!
//! The same shoppers buy, from opening a cart to a paid order, first alone, then beside thousands of idle WebSockets, then with
//! hundreds more that follow one busy inbox: that of a person who buys again and again. Server and clients share the cores.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measuring tool: a surprise ends it, figures are printed"
)]

#[path = "../tests/black_box/common/mod.rs"]
mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use amazoff_supervisor::{Clock as _, SystemClock, Timestamp};
use common::{Auth, Client, Gate, Request, Server, Setup, shopping};
use futures::{SinkExt as _, StreamExt as _};
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Sockets that only stay open; fewer where the machine has fewer open files, and the line says how many.
const IDLE: usize = 18_500;
/// Sockets that follow the busy inbox, and how often its person buys; each order is two notices.
const FOLLOWING: usize = 500;
const BUYS_EVERY: Duration = Duration::from_millis(200);
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
    shopping::stock_up(&client, &variants[..SHOPPERS.min(variants.len())]).await;

    buying(&server, &variants).await.print("alone");
    let before = memory(&server);
    let idle = opened(&server, &client, IDLE).await;
    let each = (memory(&server) - before) / i64::try_from(idle.len()).unwrap();
    println!("  {} idle sockets, {each} bytes of the process each", idle.len());
    buying(&server, &variants).await.print("beside idle sockets");
    let following = follow_an_inbox(&server, &client, &variants[0]).await;
    buying(&server, &variants).await.print("and 500 that follow an inbox");
    following.print().await;
    drop(idle);
}

/// Sockets that follow the owner's inbox while the owner buys.
struct Following {
    ends: Arc<AtomicBool>,
    readers: Vec<JoinHandle<Histogram<u64>>>,
    buyer: JoinHandle<u64>,
}

async fn follow_an_inbox(server: &Server, client: &Client, variant: &str) -> Following {
    let (token, _) = shopping::login(client, common::OWNER_EMAIL, common::OWNER_PASSWORD).await.unwrap();
    let owner = Auth { bearer: Some(token), cart_token: None };
    let ends = Arc::new(AtomicBool::new(false));
    let mut readers = Vec::new();
    for mut socket in opened_as(server, client, (&owner, FOLLOWING)).await {
        let subscribe = json!({ "type": "subscribe", "topic": "notifications" });
        socket.send(Message::Text(subscribe.to_string().into())).await.unwrap();
        let answer = socket.next().await.unwrap().unwrap().into_text().unwrap();
        assert!(answer.contains("\"snapshot\""), "{answer}");
        readers.push(amazoff_supervisor::spawn_guarded("reader", read(socket, Arc::clone(&ends))));
    }
    let (client, variant, ended) = (client_of(server), variant.to_owned(), Arc::clone(&ends));
    let buyer = amazoff_supervisor::spawn_guarded("owner", async move {
        let (mut pace, mut orders) = (tokio::time::interval(BUYS_EVERY), 0);
        while !ended.load(Ordering::Relaxed) {
            pace.tick().await;
            order_as(&client, &variant, &owner).await;
            orders += 1;
        }
        orders
    });
    Following { ends, readers, buyer }
}

/// How old each notice is when it arrives, in milliseconds: both ends have the same clock.
async fn read(mut socket: Socket, ends: Arc<AtomicBool>) -> Histogram<u64> {
    let mut ages = Histogram::new(3).unwrap();
    while !ends.load(Ordering::Relaxed) {
        let Ok(frame) = tokio::time::timeout(Duration::from_millis(100), socket.next()).await else {
            continue;
        };
        let text = frame.unwrap().unwrap().into_text().unwrap();
        let Ok(frame) = serde_json::from_str::<Value>(&text) else { continue }; // a ping
        if let Some(at) = frame["data"]["at"].as_str() {
            let at: Timestamp = serde_json::from_value(json!(at)).unwrap();
            ages.record(u64::try_from(SystemClock.now().since(at).as_millis()).unwrap()).unwrap();
        }
    }
    ages
}

impl Following {
    async fn print(self) {
        self.ends.store(true, Ordering::Relaxed);
        let sockets = self.readers.len();
        let mut ages = Histogram::<u64>::new(3).unwrap();
        for reader in self.readers {
            ages.add(reader.await.unwrap()).unwrap();
        }
        let (orders, quantile) = (self.buyer.await.unwrap(), |q| ages.value_at_quantile(q));
        println!("  {sockets} sockets got {} notices of {orders} orders", ages.len());
        println!("  a notice arrives after p50 {} ms   p99 {} ms", quantile(0.5), quantile(0.99));
    }
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

/// A guest buys one piece.
async fn order(client: &Client, variant: &str) {
    order_as(client, variant, &Auth { bearer: None, cart_token: None }).await;
}

/// Somebody buys one piece.
async fn order_as(client: &Client, variant: &str, buyer: &Auth) {
    let (cart, auth) = shopping::open_cart(client, buyer.bearer.as_deref()).await.expect("a cart is opened");
    let full = client.send(&shopping::add_line(&cart, variant, 1).by(&auth)).await.expect("an answer");
    let complete = shopping::complete(&cart, shopping::total_of(&full.body), shopping::CARD_OK).by(&auth);
    let reply = shopping::settle(client, &complete).await.expect("the purchase is answered");
    assert!(reply.is_success(), "{}", reply.body);
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
