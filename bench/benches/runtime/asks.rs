//! What an ask costs: one caller and one idle actor, and many callers of random ones among many.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::figures::{
    TURNS, Table, median, on_a_worker, percentile, rate, scaled, scaled_time, thousands, us,
};
use crate::peers::{Actix, Kameo, Peer, Ractor};
use crate::world::{Dice, World, ids, in_memory, roomy};

/// Asks of one turn of the round trip.
const ROUND_TRIPS: usize = 20_000;
/// Actors that live while random ones are asked.
const ACTORS: usize = 100_000;
const CALLERS: usize = 64;

/// Asks one thing by its number.
type Ask = Arc<dyn Fn(usize) -> BoxFuture<'static, i64> + Send + Sync>;

fn ask<F, R>(ask: F) -> Ask
where
    F: Fn(usize) -> R + Send + Sync + 'static,
    R: Future<Output = i64> + Send + 'static,
{
    Arc::new(move |n| Box::pin(ask(n)))
}

/// Asks of a peer's actors, found by id as they would be in a program.
async fn of_peer<P: Peer>(peer: P, ids: Arc<[Uuid]>) -> (String, Ask) {
    let mut actors = HashMap::new();
    for id in ids.iter() {
        actors.insert(*id, peer.spawn().await);
    }
    let actors = Arc::new(actors);
    let asked = move |n: usize| {
        let actor = actors[&ids[n]].clone();
        async move { P::ask(&actor).await }
    };
    (P::NAME.to_owned(), ask(asked))
}

async fn of_peers(ids: &Arc<[Uuid]>) -> Vec<(String, Ask)> {
    vec![
        of_peer(Ractor, Arc::clone(ids)).await,
        of_peer(Actix::start(), Arc::clone(ids)).await,
        of_peer(Kameo, Arc::clone(ids)).await,
    ]
}

/// Reads and commands of our entities, each of which has one event.
async fn of_ours(world: World, ids: &Arc<[Uuid]>, name: &str) -> Vec<(String, Ask)> {
    let world = Arc::new(world);
    let mut tasks = JoinSet::new();
    for caller in 0..CALLERS {
        let (world, ids) = (Arc::clone(&world), Arc::clone(ids));
        tasks.spawn(async move {
            for id in ids.iter().skip(caller).step_by(CALLERS) {
                world.add(*id).await;
            }
        });
    }
    tasks.join_all().await;
    let reading = (Arc::clone(&world), Arc::clone(ids));
    let read = move |n: usize| {
        let (world, ids) = (Arc::clone(&reading.0), Arc::clone(&reading.1));
        async move { world.read(ids[n]).await }
    };
    let ids = Arc::clone(ids);
    let execute = move |n: usize| {
        let (world, ids) = (Arc::clone(&world), Arc::clone(&ids));
        async move { world.look(ids[n]).await }
    };
    vec![
        (format!("amazoff, `Directory::read`{name}"), ask(read)),
        (format!("amazoff, `Directory::execute` in memory{name}"), ask(execute)),
    ]
}

/// One caller, one actor, nothing else to do.
pub(crate) async fn round_trip() {
    let one = ids(1);
    let mut asked = of_ours(World::start(&in_memory().await, roomy()).await, &one, "").await;
    asked.extend(of_peers(&one).await);
    let mut times = vec![Vec::new(); asked.len()];
    for turn in 0..=TURNS {
        for (n, (_, ask)) in asked.iter().enumerate() {
            let turn_times = on_a_worker(round_trips(Arc::clone(ask))).await;
            // The first turn warms up.
            if turn > 0 {
                times[n].extend(turn_times);
            }
        }
    }
    let mut table = Table::new(&["ask round trip, one caller, idle actor", "p50 µs", "p99 µs"]);
    for ((name, _), mut times) in asked.iter().zip(times) {
        let (p50, p99) = (percentile(&mut times, 50), percentile(&mut times, 99));
        table.row(&[name, &format!("{p50:.1}"), &format!("{p99:.1}")]);
    }
    table.print("Round trip");
}

async fn round_trips(ask: Ask) -> Vec<f64> {
    let mut times = Vec::new();
    for _ in 0..scaled(ROUND_TRIPS) {
        let sent = Instant::now();
        assert_eq!(ask(0).await, 1);
        times.push(us(sent.elapsed()));
    }
    times
}

/// Many callers, random actors.
pub(crate) async fn random() {
    let many = ids(scaled(ACTORS));
    let ours = |limits| async move { World::start(&in_memory().await, limits).await };
    let mut asked = of_ours(ours(roomy()).await, &many, ", all active").await;
    let default = amazoff_supervisor::CellLimits { in_flight_max: 10_000_000, ..Default::default() };
    asked.extend(of_ours(ours(default).await, &many, ", at most 2,000 active").await);
    asked.extend(of_peers(&many).await);
    let mut rates = vec![Vec::new(); asked.len()];
    for _ in 0..TURNS {
        for (n, (_, ask)) in asked.iter().enumerate() {
            rates[n].push(asks_per_second(ask, many.len(), scaled_time(2)).await);
        }
    }
    let count = thousands(many.len() as f64);
    let mut table =
        Table::new(&["asks of random ones, 64 callers", "per second", "slowest turn", "fastest turn"]);
    for ((name, _), rates) in asked.iter().zip(rates) {
        let (mut low, mut high) = (rates.clone(), rates.clone());
        let (low, high) = (percentile(&mut low, 0), percentile(&mut high, 100));
        table.row(&[name, &thousands(median(rates)), &thousands(low), &thousands(high)]);
    }
    table.print(&format!("Random entities among {count} live ones"));
}

async fn asks_per_second(ask: &Ask, actors: usize, time: Duration) -> f64 {
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for caller in 0..CALLERS {
        let ask = Arc::clone(ask);
        tasks.spawn(async move {
            let (mut dice, mut asked) = (Dice::new(caller), 0);
            while begun.elapsed() < time {
                for _ in 0..16 {
                    assert_eq!(ask(dice.below(actors)).await, 1);
                }
                asked += 16;
            }
            asked
        });
    }
    let asked: usize = tasks.join_all().await.into_iter().sum();
    rate(asked, begun.elapsed())
}
