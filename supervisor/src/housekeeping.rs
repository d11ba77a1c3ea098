//! The slow rounds: actors of idle cells, memory, cells that do not get on, command records that have expired.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::directory::Unused;
use crate::runtime::{Core, Members};

const ROUND: Duration = Duration::from_secs(1);
const PASSIVATE_EVERY: Duration = Duration::from_secs(15);
const FORGET_EVERY: Duration = Duration::from_mins(10);
/// How full memory may be after room was made, in percent of its budget.
const RELIEVED_PERCENT: usize = 90;

/// Runs until cancelled.
pub(crate) async fn run(core: &Core, members: &Members, cancel: &CancellationToken) {
    let mut rounds = interval(ROUND);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut passivated_at, mut forgot_at) = (Instant::now(), Instant::now());
    loop {
        tokio::select! {
            biased;
            () = cancel.cancelled() => return,
            () = core.memory.full.notified() => {
                relieve(core, members);
                continue;
            }
            _ = rounds.tick() => {}
        }
        for member in members.values() {
            member.hibernate_idle();
            member.kill_frozen();
        }
        if passivated_at.elapsed() >= PASSIVATE_EVERY {
            passivated_at = Instant::now();
            members.values().for_each(|member| member.passivate_unused());
        }
        if forgot_at.elapsed() >= FORGET_EVERY {
            forgot_at = Instant::now();
            forget_commands(core).await;
        }
    }
}

async fn forget_commands(core: &Core) {
    match core.journal.forget_commands(core.clock.now()).await {
        Ok(0) => {}
        Ok(forgotten) => tracing::debug!(forgotten, "expired command records forgotten"),
        Err(error) => tracing::warn!(%error, "expired command records could not be forgotten"),
    }
}

/// Makes room: cells leave memory until enough is free, first those of domains that have more than their share, and of
/// these the least recently used.
fn relieve(core: &Core, members: &Members) {
    let budget = core.limits.load().memory_bytes_max;
    let enough = budget / 100 * RELIEVED_PERCENT;
    if core.memory.used() <= enough {
        return;
    }
    let share = core.memory_share(budget);
    let mut unused: Vec<(bool, &'static str, Unused)> = members
        .iter()
        .flat_map(|(kind, member)| {
            let within_share = member.memory_used() <= share;
            member.unused().into_iter().map(move |cell| (within_share, *kind, cell))
        })
        .collect();
    unused
        .sort_unstable_by_key(|(within_share, kind, cell)| (*within_share, cell.used_at_ms, *kind, cell.id));
    let (mut gone, mut freed) = (0_usize, 0_usize);
    for (_, kind, cell) in unused {
        if core.memory.used() <= enough {
            break;
        }
        if members.get(kind).is_some_and(|member| member.drop_cell(cell.id)) {
            gone += 1;
            freed += cell.bytes;
        }
    }
    tracing::debug!(gone, freed, budget, "cells left memory to make room");
}
