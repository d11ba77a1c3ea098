//! A flood of commands that nobody waits for, against a memory budget, and what a neighbour notices of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use amazoff_supervisor::{AskError, CellLimits, Fault as _, Ports};
use futures::FutureExt as _;
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::figures::{Table, on_a_worker, percentile, resident_bytes, scaled, scaled_time, thousands};
use crate::world::{Command, World, envelope, folder, ids, in_memory, on_disk};

/// Commands for one cell.
const TELLS: usize = 1_000_000;
/// Cells that get one command each.
const TOUCHED: usize = 100_000;
const BUDGET: usize = 64 << 20;
/// How long the neighbour is watched before the flood.
const QUIET: u64 = 5;
/// Entities of the neighbour that are asked in turn, a command and a read each.
const NEIGHBOURS: usize = 100;
/// Pause between two questions of the neighbour.
const PACE: Duration = Duration::from_millis(1);

pub(crate) async fn flood() {
    one_flood("in memory", &in_memory().await).await;
    let folder = folder();
    one_flood("SQLite, synchronous=FULL", &on_disk(folder.path()).await).await;
}

async fn one_flood(name: &str, ports: &Ports) {
    let world = Arc::new(World::start(ports, CellLimits::default()).await);
    world.runtime.change_limits(&json!({ "memory_bytes_max": BUDGET })).unwrap();
    let watching_quietly = Arc::clone(&world);
    let quiet = on_a_worker(async move { neighbour(&watching_quietly, None).await }).await;
    let (peak, watching) = watch_memory();
    let before = resident_bytes();

    let stop = Arc::new(AtomicBool::new(false));
    let mut watched = JoinSet::new();
    watched.spawn({
        let (world, stop) = (Arc::clone(&world), Arc::clone(&stop));
        async move { neighbour(&world, Some(stop)).await }
    });
    let begun = Instant::now();
    let one = told(&world, Arc::new([Uuid::from_u128(7)]), scaled(TELLS)).await;
    let told_after = begun.elapsed();
    let many = ids(scaled(TOUCHED));
    let touched = told(&world, Arc::clone(&many), many.len()).await;
    world.runtime.drained().await;
    let drained_after = begun.elapsed();
    stop.store(true, Ordering::Relaxed);
    let flooded = watched.join_all().await.remove(0);
    let after = resident_bytes();
    watching.store(true, Ordering::Relaxed);

    let mib = |bytes: usize| format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20));
    let mut table = Table::new(&[&format!("a flood, {name}"), "figure"]);
    let mut row = |what: &str, figure: String| table.row(&[what, &figure]);
    row("memory budget", mib(BUDGET));
    row(
        "resident before / peak / after",
        format!("{} / {} / {}", mib(before), mib(peak.load(Ordering::Relaxed)), mib(after)),
    );
    row(
        &format!("{} commands to one cell, told in", thousands(scaled(TELLS) as f64)),
        format!("{:.2} s", told_after.as_secs_f64()),
    );
    row("  what became of them at the door", counted(&one));
    row(&format!("{} cells told once", thousands(many.len() as f64)), counted(&touched));
    row("all drained after", format!("{:.2} s", drained_after.as_secs_f64()));
    row("neighbour's commands, p99 quiet / flooded", compare(quiet.commands, flooded.commands));
    row("neighbour's reads, p99 quiet / flooded", compare(quiet.reads, flooded.reads));
    row("neighbour's questions refused", flooded.refused.to_string());
    table.print(&format!("Flood, {name}"));
    world.tree.stop().await;
}

fn compare(mut quiet: Vec<f64>, mut flooded: Vec<f64>) -> String {
    let (before, during) = (percentile(&mut quiet, 99), percentile(&mut flooded, 99));
    format!("{before:.2} / {during:.2} ms, {:.1} times (n = {})", during / before, flooded.len())
}

/// How often what happened.
type Outcomes = BTreeMap<&'static str, usize>;

async fn told(world: &Arc<World>, ids: Arc<[Uuid]>, count: usize) -> Outcomes {
    let world = Arc::clone(world);
    on_a_worker(async move { tell(&world, &ids, count).await }).await
}

/// Tells commands without waiting for their answers. The first poll of an ask queues it or is refused.
async fn tell(world: &World, ids: &[Uuid], count: usize) -> Outcomes {
    let mut outcomes = Outcomes::new();
    for n in 0..count {
        let told = world.counters.execute(ids[n % ids.len()], Command::Add(1), envelope()).now_or_never();
        let outcome = match &told {
            None | Some(Ok(_)) => "queued",
            Some(Err(error @ AskError::Overloaded { .. })) => error.code(),
            Some(Err(error)) => panic!("{error}"),
        };
        *outcomes.entry(outcome).or_default() += 1;
        if n % 64 == 0 {
            // As any handler would that sends them.
            tokio::task::yield_now().await;
        }
    }
    outcomes
}

fn counted(outcomes: &Outcomes) -> String {
    let texts: Vec<String> =
        outcomes.iter().map(|(outcome, count)| format!("{outcome}: {}", thousands(*count as f64))).collect();
    texts.join(", ")
}

/// Latencies in milliseconds.
#[derive(Default)]
struct Noticed {
    commands: Vec<f64>,
    reads: Vec<f64>,
    refused: usize,
}

/// Asks another domain a command and a read in turns, until told to stop or for the quiet time.
async fn neighbour(world: &World, stop: Option<Arc<AtomicBool>>) -> Noticed {
    let ids = ids(NEIGHBOURS);
    let mut noticed = Noticed::default();
    let until = Instant::now() + scaled_time(QUIET);
    let over = || stop.as_ref().map_or_else(|| Instant::now() > until, |stop| stop.load(Ordering::Relaxed));
    for n in 0.. {
        if over() {
            break;
        }
        let id = ids[n % NEIGHBOURS];
        let asked = Instant::now();
        match world.beside.execute(id, Command::Add(1), envelope()).await {
            Ok(_) => noticed.commands.push(asked.elapsed().as_secs_f64() * 1e3),
            Err(AskError::Overloaded { .. }) => noticed.refused += 1,
            Err(error) => panic!("{error}"),
        }
        let asked = Instant::now();
        if world.beside.read(id).await.unwrap().is_some() {
            noticed.reads.push(asked.elapsed().as_secs_f64() * 1e3);
        }
        tokio::time::sleep(PACE).await;
    }
    noticed
}

/// Follows the peak of this process's memory from a thread of its own, until told to stop.
fn watch_memory() -> (Arc<AtomicUsize>, Arc<AtomicBool>) {
    let (peak, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (seen, stopped) = (Arc::clone(&peak), Arc::clone(&stop));
    std::thread::spawn(move || {
        while !stopped.load(Ordering::Relaxed) {
            seen.fetch_max(resident_bytes(), Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    (peak, stop)
}
