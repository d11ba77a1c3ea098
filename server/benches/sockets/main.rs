//! Checkout beside many sockets, and how soon sockets are told: `make bench`.
//!
//! The same shoppers buy, from opening a cart to a paid order, first alone, then beside thousands of idle WebSockets, then with
//! hundreds more that follow one busy inbox: that of a person who buys again and again. Then a person is told of what they did
//! themselves, and ten thousand sockets are told one thing, as they are by a bare axum room. Servers and clients share the cores. An
//! argument measures only that part: `-- buying` or `-- fan-out`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measuring tool: a surprise ends it, figures are printed"
)]

#[path = "../shared/asked.rs"]
mod asked;
#[path = "../shared/beside.rs"]
mod beside;
#[path = "../../tests/black_box/common/mod.rs"]
mod common;
mod fanout;
mod following;
mod opening;

use std::time::{Duration, Instant};

use asked::{is_asked_for, refuse_unknown};
use common::{Auth, Client, Server, Setup, shopping};
use hdrhistogram::Histogram;
use opening::{client_of, opened};

/// Sockets that only stay open; fewer where the machine has fewer open files, and the line says how many.
const IDLE: usize = 18_500;
/// Shoppers at once, and for how long they buy.
const SHOPPERS: usize = 4;
const MEASURE: Duration = Duration::from_secs(15);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    match std::env::var(fanout::ROOM) {
        Ok(_) => runtime.block_on(fanout::room()),
        Err(_) => runtime.block_on(measure()),
    }
}

async fn measure() {
    let figures @ [buying, fan_out] = ["buying", "fan-out"];
    refuse_unknown(&figures.map(str::to_owned));
    let setup = Setup::default()
        .with("AMAZOFF_LOG", "info")
        .with("AMAZOFF_SANDBOX_LATENCY_MS", "0")
        .with("AMAZOFF_SOCKET_LIMITS", "off")
        .with("AMAZOFF_TRUSTED_PROXIES", "127.0.0.1");
    let server = Server::start(&setup).await.unwrap();
    let client = client_of(&server);
    let variants: Vec<String> = shopping::variants(&client).await.into_keys().collect();
    shopping::stock_up(&client, &variants[..SHOPPERS.min(variants.len())]).await;

    if is_asked_for(buying) {
        beside_sockets(&server, &client, &variants).await;
    }
    if is_asked_for(fan_out) {
        fanout::measure(&server, &client, &variants).await;
    }
}

/// Buys alone, and beside ever more sockets.
async fn beside_sockets(server: &Server, client: &Client, variants: &[String]) {
    buying(server, variants).await.print("alone");
    let before = server.resident_bytes();
    let idle = opened(server, client, IDLE).await;
    let each = (server.resident_bytes() - before) / u64::try_from(idle.len()).unwrap();
    println!("  {} idle sockets, {each} bytes of the process each", idle.len());
    buying(server, variants).await.print("beside idle sockets");
    let following = following::follow_an_inbox(server, client, &variants[0]).await;
    buying(server, variants).await.print("and 500 that follow an inbox");
    following.print().await;
    drop(idle);
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

async fn buying(server: &Server, variants: &[String]) -> Figures {
    let shoppers = (0..SHOPPERS).map(|number| {
        let client = client_of(server);
        let variant = variants[number % variants.len()].clone();
        async move {
            let (mut took, until) = (Histogram::<u64>::new(3).unwrap(), Instant::now() + MEASURE);
            while Instant::now() < until {
                let began = Instant::now();
                order(&client, &variant).await;
                took.record(fanout::micros(began.elapsed())).unwrap();
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
