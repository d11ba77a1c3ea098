//! From a failure to the next answer: a whole domain, and a single cell beside supervised actors of other runtimes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use amazoff_supervisor::tree::Backoff;
use amazoff_supervisor::{AskError, CommandId, Envelope, Ports, Principal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::figures::{Table, median, on_a_worker, percentile, scaled, us};
use crate::peers::{Kameo, Ractor, Restarting};
use crate::world::{Command, Never, World, envelope, folder, ids, in_memory, on_disk, roomy};

/// Cells that are busy when their supervisor is killed.
const BUSY: usize = 1_000;
const KILLS: usize = 5;
/// Panics, each of another cell.
const PANICS: usize = 500;

/// Cells that are asked while another panics, with a pause after each; and how many panic.
const BESIDE: usize = 60;
const PACE: Duration = Duration::from_millis(1);
const CRASHES: usize = 100;

/// The wait before a domain is restarted, and what to call it.
const BACKOFFS: [(&str, Backoff); 2] = [
    (
        "waits 50 ms before a restart (the default)",
        Backoff::new(Duration::from_millis(50), Duration::from_secs(30)),
    ),
    ("does not wait", Backoff::new(Duration::from_micros(1), Duration::from_millis(1))),
];

pub(crate) async fn restarts() {
    let mut table = Table::new(&[
        "a supervisor of 1,000 busy cells is killed",
        "all answer again after ms",
        "first answers after ms",
    ]);
    for (name, backoff) in BACKOFFS {
        let (mut first, mut all) = (Vec::new(), Vec::new());
        for _ in 0..KILLS {
            let (one, every) = supervisor_killed(backoff).await;
            first.push(one * 1e3);
            all.push(every * 1e3);
        }
        table.row(&[
            &format!("amazoff, {name}"),
            &format!("{:.1}", median(all)),
            &format!("{:.1}", median(first)),
        ]);
    }
    table.print("Restart of a domain under load");

    let mut table = Table::new(&["from sending what panics to the next answer", "p50 µs", "p99 µs"]);
    let mut row = |name: &str, mut times: Vec<f64>| {
        let (p50, p99) = (percentile(&mut times, 50), percentile(&mut times, 99));
        table.row(&[name, &format!("{p50:.0}"), &format!("{p99:.0}")]);
    };
    let folder = folder();
    for (name, ports) in [("in memory", in_memory().await), ("SQLite", on_disk(folder.path()).await)] {
        row(
            &format!("amazoff, {name}: crash recorded, state loaded again"),
            on_a_worker(cells_panic(ports)).await,
        );
    }
    row("ractor: state lost; the shortest own supervisor", on_a_worker(actors_panic(Ractor)).await);
    row("kameo: state lost; its supervisor", on_a_worker(actors_panic(Kameo)).await);
    table.print("Panic to serving");

    let (quiet, beside) = on_a_worker(beside_panics()).await;
    let mut table = Table::new(&["commands to other cells of the domain", "p99 ms"]);
    table.row(&["quiet", &format!("{quiet:.3}")]);
    table.row(&[&format!("beside {} panics", scaled(CRASHES)), &format!("{beside:.3}")]);
    table.row(&["times", &format!("{:.2}", beside / quiet)]);
    table.print("Beside a panicking cell");
}

/// The p99 in milliseconds of what other cells of the domain are asked, quietly and while one cell panics after
/// the other. Quiet and loud take turns, so that a slow second is in both.
async fn beside_panics() -> (f64, f64) {
    let world = World::start_with(&in_memory().await, roomy(), Backoff::default()).await;
    let (asked, panicking) = (ids(scaled(BESIDE)), ids(scaled(CRASHES)));
    let (mut quiet, mut beside) = (Vec::new(), Vec::new());
    for id in panicking.iter() {
        ask_each(&world, &asked, &mut quiet).await;
        let crash = async {
            drop(world.counters.execute(*id, Command::Panic, envelope()).await);
            world.add(*id).await;
        };
        tokio::join!(crash, ask_each(&world, &asked, &mut beside));
    }
    world.tree.stop().await;
    (percentile(&mut quiet, 99), percentile(&mut beside, 99))
}

async fn ask_each(world: &World, ids: &[Uuid], times: &mut Vec<f64>) {
    for id in ids {
        let sent = Instant::now();
        world.add(*id).await;
        times.push(us(sent.elapsed()) / 1e3);
        tokio::time::sleep(PACE).await;
    }
}

/// Kills the domain's supervisor while each cell has a caller who repeats what was not answered. Returns the seconds until
/// the first and until the last cell answered a command that was asked after the kill.
async fn supervisor_killed(backoff: Backoff) -> (f64, f64) {
    let world = Arc::new(World::start_with(&in_memory().await, roomy(), backoff).await);
    let ids = ids(scaled(BUSY));
    let (killed, heard) = watch::channel(None::<Instant>);
    let mut tasks = JoinSet::new();
    for id in ids.iter().copied() {
        tasks.spawn(busy(Arc::clone(&world), id, heard.clone()));
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let at = Instant::now();
    world.tree.kill("counter").unwrap();
    killed.send_replace(Some(at));
    let answered: Vec<f64> = tasks.join_all().await;
    world.tree.stop().await;
    let first = answered.iter().copied().fold(f64::INFINITY, f64::min);
    let last = answered.iter().copied().fold(0.0, f64::max);
    (first, last)
}

/// Gives a cell one command after the other until one that was asked after the kill is answered; returns when, in seconds.
async fn busy(world: Arc<World>, id: Uuid, killed: watch::Receiver<Option<Instant>>) -> f64 {
    let mut done = 0;
    loop {
        let command = CommandId::new();
        let asked = Instant::now();
        loop {
            let again = Envelope::new(command, Principal::System, Duration::from_secs(30));
            match world.counters.execute(id, Command::Add(1), again).await {
                Ok(_) => break,
                Err(error) => {
                    assert!(passes(&error), "{error}");
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
        }
        done += 1;
        let at = *killed.borrow();
        if let Some(at) = at
            && asked > at
        {
            let after = at.elapsed().as_secs_f64();
            assert_eq!(world.read(id).await, done, "each command was done once");
            return after;
        }
    }
}

fn passes(error: &AskError<Never>) -> bool {
    matches!(error, AskError::NoAnswer | AskError::Degraded { .. } | AskError::InFlight)
}

async fn cells_panic(ports: Ports) -> Vec<f64> {
    let world = World::start_with(&ports, roomy(), Backoff::default()).await;
    let mut times = Vec::new();
    for id in ids(scaled(PANICS)).iter() {
        world.add(*id).await;
        let sent = Instant::now();
        let crashed = world.counters.execute(*id, Command::Panic, envelope()).await;
        assert!(matches!(crashed, Err(AskError::NotCommitted { .. })));
        assert_eq!(world.look(*id).await, 1, "the state is what it was");
        times.push(us(sent.elapsed()));
    }
    world.tree.stop().await;
    times
}

async fn actors_panic<P: Restarting>(peer: P) -> Vec<f64> {
    let mut times = Vec::new();
    for _ in 0..scaled(PANICS) {
        let child = peer.supervise().await;
        let sent = Instant::now();
        P::panic_and_ask(&child).await;
        times.push(us(sent.elapsed()));
    }
    times
}
