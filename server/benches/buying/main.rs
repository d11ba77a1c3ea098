//! Adding to carts and buying, beside a program that writes the same rows behind the same HTTP stack and does nothing else
//! ([`reference`]): what rules, cells, supervision, the fence and the read models cost. On SQLite adding stands beside what the
//! machine gives at all, too ([`limit`]). `make bench`.
//!
//! All are processes of their own, one at a time; the same client asks them over kept connections, each of which sends its next
//! request when it has its answer (closed loop). Client and server share all cores. `BENCH_SECONDS` is how long each figure is
//! measured (default 8); `BENCH_MARIADB=1` measures over MariaDB, too, `only` over nothing else. An argument measures only the
//! figures whose name has it: `-- "orders, 32"`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::as_conversions,
    reason = "a measuring tool: a surprise ends it, figures are printed"
)]

#[path = "../shared/asked.rs"]
mod asked;
#[path = "../shared/beside.rs"]
mod beside;
mod client;
#[path = "../../tests/black_box/common/mod.rs"]
mod common;
#[path = "../shared/connection.rs"]
mod connection;
mod limit;
mod reference;
#[path = "../../../persistence/benches/appends/writer.rs"]
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use amazoff_databases::{Database, MariaDb, MariaDbOptions};
use asked::{is_asked_for, refuse_unknown};
use beside::Beside;
use client::Asker;
use common::{Client, Gate, Server, Setup, shopping};
use hdrhistogram::Histogram;
use reference::Plan;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The variable that makes this program the reference, with its plan.
const REFERENCE: &str = "BUYING_BENCH_REFERENCE";
/// The same for the limit.
const LIMIT: &str = "BUYING_BENCH_LIMIT";
/// Lines of a cart before the next one is opened.
const LINES: usize = 10;
const WARM_UP: Duration = Duration::from_secs(2);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let told = |variable| std::env::var(variable).ok();
    match (told(REFERENCE), told(LIMIT)) {
        (Some(plan), _) => runtime.block_on(reference::serve(&plan)),
        (None, Some(plan)) => runtime.block_on(limit::serve(&plan)),
        (None, None) => runtime.block_on(measure()),
    }
}

/// How many add at the same time, in one figure after the other.
const ADDING: [usize; 2] = [32, 256];
/// How many buy at the same time, and after how many milliseconds their provider answers. Beside a slow one so many that all of
/// them waiting for it could still buy more than the shop sells.
const BUYING: [(usize, u64); 4] = [(32, 0), (256, 0), (512, 0), (512, 500)];

/// Requests that the shop takes on at once: nobody of those who buy is to be turned away.
const REQUESTS_MAX: &str = "4096";

fn name_of_adding(callers: usize) -> String {
    format!("add to cart, {callers} callers")
}

fn name_of_buying((callers, provider_ms): (usize, u64)) -> String {
    format!("orders, {callers} callers, provider {provider_ms} ms")
}

async fn measure() {
    let names: Vec<_> = ADDING.map(name_of_adding).into_iter().chain(BUYING.map(name_of_buying)).collect();
    refuse_unknown(&names);
    let mariadb = std::env::var("BENCH_MARIADB").unwrap_or_default();
    if mariadb != "only" {
        println!("SQLite");
        compare(None).await;
    }
    if ["1", "only"].contains(&mariadb.as_str()) {
        println!("MariaDB");
        let server = MariaDb::start(MariaDbOptions::on_disk()).await.unwrap();
        compare(Some(&server)).await;
    }
}

/// The shop and the reference, each on a new database.
async fn compare(mariadb: Option<&MariaDb>) {
    for callers in ADDING {
        let name = name_of_adding(callers);
        if !is_asked_for(&name) {
            continue;
        }
        let shop = Shop::start(mariadb, 0).await;
        let (line, variants) = (shop.line().await, Arc::clone(&shop.variants));
        let ours = adding(&shop.address, callers, &variants).await;
        drop(shop);
        print(&name, &ours);
        let other = Other::start(REFERENCE, mariadb, plan(line.clone(), 0, 0)).await;
        print_beside("reference", &ours, &adding(&other.program.address, callers, &variants).await);
        drop(other);
        if mariadb.is_none() {
            let limit = Other::start(LIMIT, None, plan(line, 0, 0)).await;
            print_beside("limit", &ours, &adding(&limit.program.address, callers, &variants).await);
        }
    }
    for (callers, provider_ms) in BUYING {
        let name = name_of_buying((callers, provider_ms));
        if !is_asked_for(&name) {
            continue;
        }
        let shop = Shop::start(mariadb, provider_ms).await;
        let (line, variants) = (shop.line().await, Arc::clone(&shop.variants));
        let before = shop.commands().await;
        let ours = buying(&shop.address, callers, &variants).await;
        let each = (shop.commands().await - before) as f64 / ours.all as f64;
        drop(shop);
        // Two of them open the cart and add to it.
        let steps = each.round() as u32 - 2;
        print(&name, &ours);
        let other = Other::start(REFERENCE, mariadb, plan(line, steps, provider_ms)).await;
        print_beside("reference", &ours, &buying(&other.program.address, callers, &variants).await);
        println!("  {:<36} an order of the shop takes {each:.1} durable commands", "");
    }
}

/// The other programs' plan but for where their rows go.
fn plan(line: Value, steps: u32, provider_ms: u64) -> Plan {
    Plan { store: String::new(), line, steps, provider_ms }
}

/// What a run came to.
struct Figures {
    per_second: f64,
    latency: Histogram<u64>,
    /// With those of the warm-up.
    all: u64,
}

impl Figures {
    fn shown(&self) -> String {
        let ms = |quantile| self.latency.value_at_quantile(quantile) as f64 / 1_000.0;
        format!("{:>7.0}/s  p50 {:>7.1} ms  p99 {:>7.1} ms", self.per_second, ms(0.5), ms(0.99))
    }
}

fn print(what: &str, ours: &Figures) {
    println!("  {what:<36} {:<9} {}", "shop", ours.shown());
}

/// Those of another program, and ours as a part of them.
fn print_beside(name: &str, ours: &Figures, theirs: &Figures) {
    println!("  {:<36} {name:<9} {}", "", theirs.shown());
    let p99 = |figures: &Figures| figures.latency.value_at_quantile(0.99) as f64;
    let (rate, tail) = (ours.per_second / theirs.per_second, p99(ours) / p99(theirs));
    println!("  {:<36} ratio     {rate:>7.2}    p99 {tail:.1} times", "");
}

fn turn() -> Duration {
    let seconds = std::env::var("BENCH_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(8.0);
    Duration::from_secs_f64(seconds)
}

/// Runs shoppers side by side; each returns how long its requests took, and how many there were.
async fn together<F>(shoppers: impl Iterator<Item = F>) -> Figures
where
    F: Future<Output = (Histogram<u64>, u64)> + Send + 'static,
{
    let running: Vec<_> =
        shoppers.map(|shopper| amazoff_supervisor::spawn_guarded("shopper", shopper)).collect();
    let (mut latency, mut all) = (Histogram::new(3).unwrap(), 0);
    for one in futures::future::join_all(running).await {
        let (times, count) = one.unwrap();
        latency.add(times).unwrap();
        all += count;
    }
    Figures { per_second: latency.len() as f64 / turn().as_secs_f64(), latency, all }
}

/// Counts what is answered after the warm-up and before the end: of what takes seconds, beginnings come in waves.
struct Clock {
    from: Instant,
    until: Instant,
    times: Histogram<u64>,
    all: u64,
}

impl Clock {
    fn new() -> Self {
        let from = Instant::now() + WARM_UP;
        Self { from, until: from + turn(), times: Histogram::new(3).unwrap(), all: 0 }
    }

    fn runs(&self) -> bool {
        Instant::now() < self.until
    }

    fn note(&mut self, began: Instant) {
        self.all += 1;
        let now = Instant::now();
        if now >= self.from && now < self.until {
            self.times.record(u64::try_from((now - began).as_micros()).unwrap()).unwrap();
        }
    }
}

async fn opened(connection: &mut Asker) -> (String, String) {
    let answer = connection.ask("/v1/carts", None, "{}").await;
    (shopping::text(&shopping::cart_of(&answer)["id"]), shopping::text(&answer["token"]))
}

fn line_of(variant: &str) -> String {
    json!({ "variant_id": variant, "quantity": 1 }).to_string()
}

/// Durable adds: each caller fills one cart after the other.
async fn adding(address: &str, callers: usize, variants: &Arc<Vec<String>>) -> Figures {
    let shoppers = (0..callers).map(|_| {
        let (address, variants) = (address.to_owned(), Arc::clone(variants));
        async move {
            let (mut connection, mut clock) = (Asker::open(&address).await, Clock::new());
            while clock.runs() {
                let (cart, token) = opened(&mut connection).await;
                let path = format!("/v1/carts/{cart}/lines");
                for variant in variants.iter().take(LINES) {
                    if !clock.runs() {
                        break;
                    }
                    let (body, began) = (line_of(variant), Instant::now());
                    let (status, answer) = connection.post(&path, Some(&token), &body).await;
                    assert_eq!(status, 200, "{}", String::from_utf8_lossy(answer));
                    clock.note(began);
                }
            }
            (clock.times, clock.all)
        }
    });
    together(shoppers).await
}

/// Whole purchases, from opening a cart to a paid order.
async fn buying(address: &str, callers: usize, variants: &Arc<Vec<String>>) -> Figures {
    let shoppers = (0..callers).map(|number| {
        let (address, variant) = (address.to_owned(), variants[number % variants.len()].clone());
        async move {
            let (mut connection, mut clock) = (Asker::open(&address).await, Clock::new());
            while clock.runs() {
                let began = Instant::now();
                let (cart, token) = opened(&mut connection).await;
                let path = format!("/v1/carts/{cart}/lines");
                let full = connection.ask(&path, Some(&token), &line_of(&variant)).await;
                let complete = shopping::complete(&cart, shopping::total_of(&full), shopping::CARD_OK);
                let body = complete.body_text();
                let answer = connection.ask(&format!("/v1/carts/{cart}/complete"), Some(&token), &body).await;
                assert!(answer["cart_id"].is_string(), "{answer}");
                clock.note(began);
            }
            (clock.times, clock.all)
        }
    });
    together(shoppers).await
}

/// The real program, with plenty on its shelves.
struct Shop {
    address: String,
    variants: Arc<Vec<String>>,
    client: Client,
    // Stopped before its database is dropped.
    _server: Server,
    database: Option<Database>,
    setup: Setup,
    _mails: TempDir,
}

impl Shop {
    async fn start(mariadb: Option<&MariaDb>, provider_ms: u64) -> Self {
        let mails = in_memory();
        let mut setup = Setup::default()
            .with("AMAZOFF_LOG", "warn,amazoff=info")
            .with("AMAZOFF_SANDBOX_LATENCY_MS", &provider_ms.to_string())
            .with("AMAZOFF_REQUESTS_MAX", REQUESTS_MAX);
        let database = new_database(mariadb).await;
        if let Some(database) = &database {
            setup = setup.with("AMAZOFF_DATABASE_URL", database.url());
        }
        std::fs::create_dir_all(setup.data()).unwrap();
        std::os::unix::fs::symlink(mails.path(), setup.data().join("mail")).unwrap();
        let server = Server::start(&setup).await.unwrap();
        let gate = Arc::new(Gate::default());
        gate.open(&server.base);
        let client = Client::new(gate);
        let variants: Vec<String> = shopping::variants(&client).await.into_keys().take(32).collect();
        shopping::stock_up(&client, &variants).await;
        let address = server.base.trim_start_matches("http://").to_owned();
        Self {
            address,
            variants: Arc::new(variants),
            client,
            _server: server,
            database,
            setup,
            _mails: mails,
        }
    }

    /// A line as it is answered.
    async fn line(&self) -> Value {
        let (id, auth) = shopping::open_cart(&self.client, None).await.unwrap();
        let request = shopping::add_line(&id, &self.variants[0], 1).by(&auth);
        let answer = self.client.send(&request).await.unwrap();
        shopping::cart_of(&answer.body)["lines"][0].clone()
    }

    /// How many commands are recorded.
    async fn commands(&self) -> i64 {
        let count = "SELECT count(*) FROM command_log";
        if let Some(database) = &self.database {
            let pool = sqlx::MySqlPool::connect(database.url()).await.unwrap();
            return sqlx::query_scalar(count).fetch_one(&pool).await.unwrap();
        }
        let file = self.setup.data().join("journal.db");
        let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}?mode=ro", file.display())).await.unwrap();
        sqlx::query_scalar(count).fetch_one(&pool).await.unwrap()
    }
}

/// A folder for mails. Where many files were deleted a moment ago, as by the run before, a file system may take a millisecond of a
/// processor to make one (ext4 without a journal does), and a shop with customers gives its mails to a mail server.
fn in_memory() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

/// A database of a run's own; none for the embedded default.
async fn new_database(mariadb: Option<&MariaDb>) -> Option<Database> {
    match mariadb {
        Some(server) => Some(server.access().database().await.unwrap()),
        None => None,
    }
}

/// Another program as a process.
struct Other {
    // Stopped before what it writes to is dropped.
    program: Beside,
    _database: Option<Database>,
    _folder: TempDir,
}

impl Other {
    async fn start(which: &str, mariadb: Option<&MariaDb>, plan: Plan) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = new_database(mariadb).await;
        let store = database.as_ref().map(|database| database.url().to_owned());
        let store = store.unwrap_or_else(|| folder.path().display().to_string());
        let program = Beside::start(which, &serde_json::to_string(&Plan { store, ..plan }).unwrap());
        Self { program, _database: database, _folder: folder }
    }
}
