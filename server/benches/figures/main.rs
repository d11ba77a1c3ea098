//! The figures of one run on one machine: `make bench`. Everything is measured from outside, against the real binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measuring tool: a surprise ends it, figures are printed"
)]

#[path = "../../tests/black_box/common/mod.rs"]
mod common;
mod lines;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::shopping;
use common::{Auth, Client, Gate, Request, Server, Setup};
use futures::{StreamExt as _, stream};
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use uuid::Uuid;

/// Clients that add to carts at the same time.
const CONNECTIONS: usize = 32;
/// How long each rate is measured.
const MEASURE: Duration = Duration::from_secs(10);
/// How long the raw file is measured per group size.
const RAW_MEASURE: Duration = Duration::from_secs(4);
/// Adds to one cart before the next one is opened.
const ADDS_PER_CART: usize = 200;
/// Variants that are added in turns.
const VARIANTS: usize = 40;
/// Starts with the catalogue there.
const STARTS: usize = 5;
/// Lines of the carts that are kept in memory.
const LINES: usize = 10;
/// How long unused carts may take to leave memory.
const LEAVE_LIMIT: Duration = Duration::from_secs(120);

/// Live carts for the memory figure; `BENCH_CARTS` says otherwise.
fn cart_count() -> usize {
    std::env::var("BENCH_CARTS").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000)
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let setup = Setup::default().with("AMAZOFF_SEED", "on").with("AMAZOFF_LOG", "warn,amazoff=info");
    let gate = Arc::new(Gate::default());
    let client = Client::new(Arc::clone(&gate));
    let begun = Instant::now();
    let mut server = Server::start_behind(&setup, &gate).await.unwrap();
    println!("first start with the whole catalogue     {:>10.2} s", begun.elapsed().as_secs_f64());
    gate.close();
    server.stop().await.unwrap();
    let mut server = started_again(&setup, &gate).await;

    let mut variants: Vec<_> = shopping::variants(&client).await.into_iter().collect();
    variants.sort_by_key(|(_, available)| std::cmp::Reverse(*available));
    let variants: Arc<Vec<String>> =
        Arc::new(variants.into_iter().take(VARIANTS).map(|(id, _)| id).collect());

    add_to_carts(&client, &variants).await;
    let carts = opened_carts(&client, &variants).await;
    let (model, _) = filled_cart(&client, &variants).await;
    gate.close();
    server.kill();

    let ids: Vec<_> = carts.iter().map(|(id, _)| uuid_of(id)).collect();
    let events = lines::copy(&setup.data(), uuid_of(&model), &ids).await + ids.len() * 2;
    let started = Instant::now();
    let server = Server::start_behind(&setup, &gate).await.unwrap();
    let ready = started.elapsed();
    println!("start after kill -9, {events:>9} events     {:>10.2} s", ready.as_secs_f64());
    let (id, auth) = &carts[carts.len() / 2];
    let read = Instant::now();
    let reply = client.send(&Request::get(format!("/v1/carts/{id}")).by(auth)).await.unwrap();
    assert_eq!(reply.body["lines"].as_array().map(Vec::len), Some(LINES), "{}", reply.body);
    println!("first read of a cart after that          {:>10.2} ms", read.elapsed().as_secs_f64() * 1e3);
    in_memory(&client, &carts, &server).await;
    assert_eq!(client.complaints(), Vec::<String>::new());
    drop(server);
    for group in [1, 8, 32] {
        raw_commits(&setup, group).await;
    }
}

/// A start with the catalogue there; the middle one of some.
async fn started_again(setup: &Setup, gate: &Gate) -> Server {
    let mut times = Vec::new();
    loop {
        let begun = Instant::now();
        let mut server = Server::start_behind(setup, gate).await.unwrap();
        times.push(begun.elapsed());
        if times.len() == STARTS {
            times.sort_unstable();
            println!("start with the catalogue there           {:>10.2} s", times[STARTS / 2].as_secs_f64());
            return server;
        }
        gate.close();
        server.stop().await.unwrap();
    }
}

/// What the same file on the same disk gives to plain transactions: per part an event and a command with its outcome,
/// as long as those of an added line.
async fn raw_commits(setup: &Setup, group: u32) {
    let options = SqliteConnectOptions::new()
        .filename(setup.data().join("journal.db"))
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    for create in [
        "CREATE TABLE IF NOT EXISTS raw_event (id BLOB PRIMARY KEY, payload TEXT)",
        "CREATE TABLE IF NOT EXISTS raw_command (id BLOB PRIMARY KEY, payload TEXT)",
    ] {
        sqlx::query(create).execute(&pool).await.unwrap();
    }
    let (event, command) = ("e".repeat(300), "c".repeat(1_400));
    let (begun, mut parts) = (Instant::now(), 0_u32);
    while begun.elapsed() < RAW_MEASURE {
        let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
        for (table, payload) in [("raw_event", &event), ("raw_command", &command)] {
            let mut insert = sqlx::QueryBuilder::new(format!("INSERT INTO {table} (id, payload) "));
            insert.push_values(0..group, |mut row, _| {
                row.push_bind(Uuid::now_v7().as_bytes().to_vec()).push_bind(payload.as_str());
            });
            insert.build().execute(&mut *transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
        parts += group;
    }
    let rate = f64::from(parts) / begun.elapsed().as_secs_f64();
    println!("raw group commits in the same file, {group:>2} parts {rate:>6.0} parts per second");
}

/// Durable add-to-cart over HTTP.
async fn add_to_carts(client: &Client, variants: &Arc<Vec<String>>) {
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..CONNECTIONS {
        tasks.spawn(adder(client.clone(), Arc::clone(variants), begun + MEASURE));
    }
    let mut times: Vec<Duration> = tasks.join_all().await.into_iter().flatten().collect();
    let seconds = begun.elapsed().as_secs_f64();
    times.sort_unstable();
    let rate = f64::from(u32::try_from(times.len()).unwrap()) / seconds;
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    println!("durable add-to-cart, {CONNECTIONS} connections       {rate:>10.0} per second");
    println!("  p50 / p99                              {:>10.2} / {:.2} ms", at(50), at(99));
}

async fn adder(client: Client, variants: Arc<Vec<String>>, until: Instant) -> Vec<Duration> {
    let mut times = Vec::new();
    while Instant::now() < until {
        let (cart, auth) = shopping::open_cart(&client, None).await.expect("a cart is opened");
        for turn in 0..ADDS_PER_CART {
            let request = shopping::add_line(&cart, &variants[turn % variants.len()], 1).by(&auth);
            let sent = Instant::now();
            let reply = client.send(&request).await.expect("an answer");
            assert!(reply.is_success(), "{} {}", reply.status, reply.body);
            times.push(sent.elapsed());
            if Instant::now() > until {
                break;
            }
        }
    }
    times
}

/// Many carts with one line each.
async fn opened_carts(client: &Client, variants: &Arc<Vec<String>>) -> Vec<(String, Auth)> {
    let (count, begun) = (cart_count(), Instant::now());
    let carts: Vec<_> = stream::iter(0..count)
        .map(async |_turn| {
            let (cart, auth) = shopping::open_cart(client, None).await.expect("a cart is opened");
            add(client, (&cart, &auth), &variants[0]).await;
            (cart, auth)
        })
        .buffer_unordered(CONNECTIONS)
        .collect()
        .await;
    println!("{count:>7} carts with a line, made in       {:>10.1} s", begun.elapsed().as_secs_f64());
    carts
}

/// A cart as they will be.
async fn filled_cart(client: &Client, variants: &Arc<Vec<String>>) -> (String, Auth) {
    let (cart, auth) = shopping::open_cart(client, None).await.expect("a cart is opened");
    for variant in variants.iter().take(LINES) {
        add(client, (&cart, &auth), variant).await;
    }
    (cart, auth)
}

async fn add(client: &Client, (cart, auth): (&str, &Auth), variant: &str) {
    let reply = client.send(&shopping::add_line(cart, variant, 1).by(auth)).await.expect("an answer");
    assert!(reply.is_success(), "{} {}", reply.status, reply.body);
}

/// Memory of many carts that are read, and after they have left it again.
async fn in_memory(client: &Client, carts: &[(String, Auth)], server: &Server) {
    let (before, begun) = (server.resident_bytes(), Instant::now());
    let reading = stream::iter(carts).map(async |(cart, auth)| {
        let reply =
            client.send(&Request::get(format!("/v1/carts/{cart}")).by(auth)).await.expect("an answer");
        assert!(reply.is_success(), "{} {}", reply.status, reply.body);
    });
    reading.buffer_unordered(CONNECTIONS).collect::<Vec<()>>().await;
    let seconds = begun.elapsed().as_secs_f64();
    let owner = shopping::owner(client).await;
    let resident = resident_carts(client, &owner).await;
    let now = server.resident_bytes();
    println!("{resident:>7} carts of {LINES} lines read in       {seconds:>10.1} s");
    println!("  resident memory of the process         {:>10} MB", now / 1_000_000);
    println!("  resident memory per live cart          {:>10} bytes", now.saturating_sub(before) / resident);
    let leave = json!({ "hibernate_after_ms": 1, "passivate_after_ms": 1 });
    let leave = Request::patch("/ops/v1/limits/domains/cart", leave).by(&owner);
    let reply = client.send(&leave).await.expect("an answer");
    assert!(reply.is_success(), "{}", reply.body);
    let begun = Instant::now();
    while resident_carts(client, &owner).await > 0 {
        assert!(begun.elapsed() < LEAVE_LIMIT, "carts stay in memory");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    println!("  they have left it after                {:>10.1} s", begun.elapsed().as_secs_f64());
    kept(client, &owner, (server, before), carts.len()).await;
}

/// What the process keeps of the memory of carts that are gone, at once and later. It goes on being asked little things.
async fn kept(client: &Client, owner: &Auth, (server, before): (&Server, u64), carts: usize) {
    let begun = Instant::now();
    for second in [0, 5, 30] {
        while begun.elapsed() < Duration::from_secs(second) {
            resident_carts(client, owner).await;
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let left = server.resident_bytes().saturating_sub(before) / u64::try_from(carts).unwrap();
        println!("  kept per cart that was there, {second:>2} s later {left:>8} bytes");
    }
}

async fn resident_carts(client: &Client, owner: &Auth) -> u64 {
    let reply = client.send(&Request::get("/ops/v1/runtime").by(owner)).await.expect("an answer");
    reply.body["domains"]["cart"]["resident"].as_u64().unwrap_or_else(|| panic!("{}", reply.body))
}

/// What the journal keeps of a cart's id.
fn uuid_of(cart: &str) -> Uuid {
    cart.trim_start_matches("cart_").parse().unwrap()
}
