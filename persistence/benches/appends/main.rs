//! Durable appends a second through the journal port, beside a bare loop that writes the same rows into the same tables under
//! the same fence, in the same run: what the port's checks and bookkeeping cost.
//!
//! `cargo bench -p amazoff-persistence --bench appends`. `BENCH_SECONDS` is how long each figure is measured (default 3).
//! Each of 1, 8, 32, 256 cells has one part in flight: an event and a command record, about what adding a line to a cart
//! stores. The cells of a lane commit together, as the runtime groups them; lanes run side by side.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::as_conversions,
    reason = "a measuring tool: it talks to its user, and a surprise ends it"
)]

mod bare;
mod part;
mod writer;

use std::time::{Duration, Instant};

use amazoff_databases::MariaDb;
use amazoff_persistence::{MariaDbOptions, MariaDbStore, SqliteStore};
use amazoff_supervisor::Epoch;
use amazoff_supervisor::journal::{Journal, LaneWriter, ShardTable};
use futures::future::join_all;

use part::Cell;
use writer::Bare;

const CELLS: [usize; 4] = [1, 8, 32, 256];
/// Each figure is the best of so many turns, port and bare loop in turns, so that both meet the same machine.
const TURNS: usize = 3;

#[tokio::main]
async fn main() {
    let seconds = std::env::var("BENCH_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3.0);
    let turn = Duration::from_secs_f64(seconds / TURNS as f64);
    println!("durable appends/s                 cells       port       bare   port/bare   without fence");
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let store = SqliteStore::open(folder.path()).await.unwrap();
    let bare = Bare::sqlite(&folder.path().join("journal.db"));
    measure("SQLite", &*store.journal(), &*store.shard_table(), &bare, turn).await;

    let server = MariaDb::start(amazoff_databases::MariaDbOptions::on_disk()).await.unwrap();
    let database = server.access().database().await.unwrap();
    let store = MariaDbStore::connect(database.url(), MariaDbOptions::default()).await.unwrap();
    let bare = Bare::mariadb(database.url());
    measure("MariaDB", &*store.journal(), &*store.shard_table(), &bare, turn).await;
}

async fn measure(name: &str, journal: &dyn Journal, table: &dyn ShardTable, bare: &Bare, turn: Duration) {
    let epoch = part::claimed(table).await;
    for count in CELLS {
        let (mut port, mut plain, mut unfenced) = (0.0_f64, 0.0_f64, 0.0_f64);
        for _ in 0..TURNS {
            port = port.max(through_the_port(journal, epoch, count, turn).await);
            plain = plain.max(bare.rate(usize::from(journal.lanes()), (epoch, count, true), turn).await);
            unfenced =
                unfenced.max(bare.rate(usize::from(journal.lanes()), (epoch, count, false), turn).await);
        }
        println!(
            "{name:<30} {count:>8} {port:>10.0} {plain:>10.0} {:>10.0} % {unfenced:>14.0}",
            100.0 * port / plain
        );
    }
}

/// Appends a second with so many cells, each with one part in flight.
async fn through_the_port(journal: &dyn Journal, epoch: Epoch, count: usize, turn: Duration) -> f64 {
    let lanes = usize::from(journal.lanes());
    let cells = part::cells(count, lanes);
    let mut writers: Vec<Box<dyn LaneWriter>> = Vec::new();
    for lane in 0..journal.lanes() {
        writers.push(journal.lane(lane).await.unwrap());
    }
    let began = Instant::now();
    let counts = join_all(writers.iter_mut().zip(cells).map(async |(writer, mut cells)| {
        let mut appended = 0;
        while !cells.is_empty() && began.elapsed() < turn {
            let parts: Vec<_> = cells.iter_mut().map(|cell: &mut Cell| cell.next(epoch)).collect();
            for verdict in writer.append(&parts).await.unwrap() {
                verdict.unwrap();
            }
            appended += parts.len();
        }
        appended
    }))
    .await;
    counts.iter().sum::<usize>() as f64 / began.elapsed().as_secs_f64()
}
