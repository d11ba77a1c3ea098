//! How fast cells come and go, beside actors that are started and stopped.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::figures::{Table, rate, scaled, thousands};
use crate::peers::{Actix, Kameo, Peer, Ractor};
use crate::world::{World, ids, in_memory, roomy};

const CELLS: usize = 100_000;
const CALLERS: usize = 64;

pub(crate) async fn lives() {
    let ids = ids(scaled(CELLS));
    let mut table = Table::new(&["from one state to the other", "per second"]);
    ours(&ids, &mut table).await;
    of_peer(Ractor, &ids, &mut table).await;
    of_peer(Actix::start(), &ids, &mut table).await;
    of_peer(Kameo, &ids, &mut table).await;
    table.print(&format!("Coming and going of {}", thousands(ids.len() as f64)));
}

/// Has each id done by one of many callers; returns how many a second.
async fn each<F, R>(ids: &Arc<[Uuid]>, work: F) -> f64
where
    F: Fn(Uuid) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for caller in 0..CALLERS {
        let (ids, work) = (Arc::clone(ids), work.clone());
        tasks.spawn(async move {
            for id in ids.iter().skip(caller).step_by(CALLERS) {
                work(*id).await;
            }
        });
    }
    tasks.join_all().await;
    rate(ids.len(), begun.elapsed())
}

/// Waits until a count has fallen from what it is to zero; returns how fast, from its first fall on.
async fn falls_to_zero(count: impl Fn() -> usize) -> f64 {
    let full = count();
    let mut begun = Instant::now();
    loop {
        let left = count();
        if left == full {
            begun = Instant::now();
        }
        if left == 0 {
            return rate(full, begun.elapsed());
        }
        // Looking is not free while many live.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn ours(ids: &Arc<[Uuid]>, table: &mut Table) {
    let world = Arc::new(World::start(&in_memory().await, roomy()).await);
    let mut row = |what: &str, per_second: f64| table.row(&[what, &thousands(per_second)]);
    let stats = || world.runtime.stats().domains["counter"].clone();
    let limits = |change| world.runtime.change_domain_limits("counter", &change).unwrap();
    let add = {
        let world = Arc::clone(&world);
        move |id| {
            let world = Arc::clone(&world);
            async move { _ = world.add(id).await }
        }
    };
    let read = {
        let world = Arc::clone(&world);
        move |id| {
            let world = Arc::clone(&world);
            async move { _ = world.read(id).await }
        }
    };
    row("amazoff: new cell, first command answered (in memory)", each(ids, add.clone()).await);
    limits(json!({ "hibernate_after_ms": 1 }));
    row("amazoff: active to hibernated", falls_to_zero(|| stats().active).await);
    limits(json!({ "hibernate_after_ms": 3_600_000 }));
    row("amazoff: hibernated to active, command answered", each(ids, add.clone()).await);
    limits(json!({ "hibernate_after_ms": 1 }));
    falls_to_zero(|| stats().active).await;
    passivate_all(&world, &mut row).await;
    row("amazoff: passivated to hibernated, read answered", each(ids, read).await);
    passivate_all(&world, &mut |_: &str, _: f64| {}).await;
    limits(json!({ "hibernate_after_ms": 3_600_000 }));
    row("amazoff: passivated to active, command answered", each(ids, add).await);
    world.tree.stop().await;
}

/// Has all leave memory, by a budget of nothing.
async fn passivate_all(world: &World, row: &mut impl FnMut(&str, f64)) {
    let resident = || world.runtime.stats().domains["counter"].resident;
    let count = resident();
    let begun = Instant::now();
    world.runtime.change_limits(&json!({ "memory_bytes_max": 1 })).unwrap();
    while resident() > 0 {
        // Whoever comes while memory is full has room made.
        let absent = world.counters.read(Uuid::nil()).await.unwrap();
        assert!(absent.is_none());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    row("amazoff: hibernated to passivated", rate(count, begun.elapsed()));
    world.runtime.change_limits(&json!({ "memory_bytes_max": 1_u64 << 40 })).unwrap();
}

async fn of_peer<P: Peer>(peer: P, ids: &Arc<[Uuid]>, table: &mut Table) {
    let turn = async || {
        let begun = Instant::now();
        let mut tasks = JoinSet::new();
        for caller in 0..CALLERS {
            let (ids, peer) = (Arc::clone(ids), peer.clone());
            tasks.spawn(async move {
                let mut actors = Vec::new();
                for _ in ids.iter().skip(caller).step_by(CALLERS) {
                    let actor = peer.spawn().await;
                    assert_eq!(P::ask(&actor).await, 1);
                    actors.push(actor);
                }
                actors
            });
        }
        let actors = tasks.join_all().await;
        let spawned = rate(ids.len(), begun.elapsed());
        let begun = Instant::now();
        let mut tasks = JoinSet::new();
        for actors in actors {
            tasks.spawn(async move {
                for actor in actors {
                    P::stop(actor).await;
                }
            });
        }
        tasks.join_all().await;
        (spawned, rate(ids.len(), begun.elapsed()))
    };
    let (spawned, stopped) = turn().await;
    table.row(&[&format!("{}: spawned, first ask answered", P::NAME), &thousands(spawned)]);
    table.row(&[&format!("{}: stopped", P::NAME), &thousands(stopped)]);
}
