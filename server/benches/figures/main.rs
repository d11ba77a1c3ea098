//! The figures of one run on one machine: `make bench`. Everything is measured from outside, against the real binary.
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

use common::shopping;
use common::{Auth, Client, Gate, Request, Server, Setup};
use futures::{StreamExt as _, stream};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

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

    let mut variants: Vec<_> = shopping::variants(&client).await.into_iter().collect();
    variants.sort_by_key(|(_, available)| std::cmp::Reverse(*available));
    let variants: Arc<Vec<String>> =
        Arc::new(variants.into_iter().take(VARIANTS).map(|(id, _)| id).collect());

    add_to_carts(&client, &variants).await;
    let carts = live_carts(&client, &variants, server.pid()).await;

    gate.close();
    server.kill();
    let killed = Instant::now();
    let server = Server::start_behind(&setup, &gate).await.unwrap();
    println!("kill -9 to ready, those carts stored     {:>10.2} s", killed.elapsed().as_secs_f64());
    let (id, auth) = &carts[carts.len() / 2];
    let read = Instant::now();
    let reply = client.send(&Request::get(format!("/v1/carts/{id}")).by(auth)).await.unwrap();
    assert!(reply.is_success(), "{}", reply.body);
    println!("first read of a cart after that          {:>10.2} ms", read.elapsed().as_secs_f64() * 1e3);
    assert_eq!(client.complaints(), Vec::<String>::new());
    drop(server);
    for group in [1, 8, 32] {
        raw_commits(&setup, group).await;
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
                row.push_bind(uuid::Uuid::now_v7().as_bytes().to_vec()).push_bind(payload.as_str());
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

/// Memory of many carts with one line each.
async fn live_carts(client: &Client, variants: &Arc<Vec<String>>, pid: u32) -> Vec<(String, Auth)> {
    let before = resident_bytes(pid);
    let count = cart_count();
    let begun = Instant::now();
    let carts: Vec<_> = stream::iter(0..count)
        .map(async |turn| {
            let (cart, auth) = shopping::open_cart(client, None).await.expect("a cart is opened");
            let request = shopping::add_line(&cart, &variants[turn % variants.len()], 1).by(&auth);
            let reply = client.send(&request).await.expect("an answer");
            assert!(reply.is_success(), "{} {}", reply.status, reply.body);
            (cart, auth)
        })
        .buffer_unordered(CONNECTIONS)
        .collect()
        .await;
    let per_cart = resident_bytes(pid).saturating_sub(before) / u64::try_from(count).unwrap();
    println!("{count:>7} carts with a line, made in       {:>10.1} s", begun.elapsed().as_secs_f64());
    println!("  resident memory per live cart          {per_cart:>10} bytes");
    carts
}

fn resident_bytes(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}
