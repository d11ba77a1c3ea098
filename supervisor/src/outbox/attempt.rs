//! Handing one row over, again and again, until it is done or discarded.
//!
//! After the n-th failure in a row the pause is 100 ms · 2^(n−1), at most 30 s, shortened by up to a fifth at random so that
//! what failed together does not come back together. An effect that needs a person is tried every 10 minutes all the same.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::Semaphore;

use super::heads::Woken;
use crate::cell::panic_text;
use crate::clock::Timestamp;
use crate::ids::Version;
use crate::journal::{FailedDelivery, OutboxKey, OutboxRow, Part};
use crate::member::{AnyMember, Handed};
use crate::runtime::Core;
use crate::tree::Backoff;

const RETRY: Backoff =
    Backoff { first: Duration::from_millis(100), max: Duration::from_secs(30), jitter_percent: 20 };
/// How often a delivery that needs a person is tried again all the same.
const DEAD_RETRY: Duration = Duration::from_mins(10);
/// The longest that one attempt may take, and hold its place: whoever delivers has limits of its own that are shorter.
const ATTEMPT_MAX: Duration = Duration::from_mins(2);
/// How often a node that is not sure of its shards looks whether it is again.
const UNSURE_PAUSE: Duration = Duration::from_millis(250);
/// A delivery that panicked so often in a row needs a person.
const PANICS_MAX: u32 = 20;

/// Hands one row over until it is done and gone from the journal, or discarded.
pub(super) async fn until_done(core: &Core, member: &dyn AnyMember, mut row: OutboxRow, places: &Semaphore) {
    let head = core.outbox.heads.begin(&row);
    let mut panics = 0;
    loop {
        match head.pause(wait(&row, core.clock.now())).await {
            Woken::Due => {}
            Woken::Told => row.dead_since = None,
            Woken::Gone => break,
        }
        if core.shards.epoch(row.key.entity.shard()).is_none() {
            // Perhaps another node delivers it by now, and it is no failure of the delivery in any case.
            tokio::time::sleep(UNSURE_PAUSE).await;
            continue;
        }
        let handed = {
            // Held for the attempt only, never in a pause: a stream that is stuck takes no place from others.
            let Ok(_place) = places.acquire().await else { return };
            let Some(_delivering) = head.deliver().await else { break };
            attempt(core, member, &row, &mut panics).await
        };
        let (reason, is_dead) = match handed {
            Handed::Done | Handed::Recorded => break,
            Handed::Retry(reason) => (reason, false),
            Handed::Dead(reason) => (reason, true),
        };
        note_failure(core, &mut row, reason, is_dead).await;
        head.set_dead(is_dead);
    }
    core.outbox.heads.end(&row.key);
}

/// How long a row has to wait. Never longer than any pause that was ever meant: a clock that was set back costs no more.
fn wait(row: &OutboxRow, now: Timestamp) -> Duration {
    let longest = if row.attempts == 0 { Duration::ZERO } else { DEAD_RETRY };
    row.next_at.since(now).min(longest)
}

/// One attempt; whatever is done is also gone from the journal.
async fn attempt(core: &Core, member: &dyn AnyMember, row: &OutboxRow, panics: &mut u32) -> Handed {
    let delivery = AssertUnwindSafe(member.hand_over(row)).catch_unwind();
    let handed = match tokio::time::timeout(ATTEMPT_MAX, delivery).await {
        Ok(Ok(handed)) => {
            *panics = 0;
            handed
        }
        Ok(Err(panic)) => {
            *panics += 1;
            let reason = format!("the delivery panicked: {}", panic_text(&*panic));
            if *panics < PANICS_MAX { Handed::Retry(reason) } else { Handed::Dead(reason) }
        }
        Err(_elapsed) => Handed::Retry(format!("no answer within {} s", ATTEMPT_MAX.as_secs())),
    };
    if matches!(handed, Handed::Done)
        && let Err(reason) = remove(core, &row.key).await
    {
        return Handed::Retry(reason);
    }
    handed
}

async fn note_failure(core: &Core, row: &mut OutboxRow, reason: String, is_dead: bool) {
    row.attempts = row.attempts.saturating_add(1);
    let now = core.clock.now();
    let pause = if is_dead {
        tracing::error!(sender = %row.key.entity, destination = row.destination, reason, "an effect needs a person");
        DEAD_RETRY
    } else {
        if row.attempts.is_power_of_two() {
            tracing::warn!(
                sender = %row.key.entity, destination = row.destination, attempts = row.attempts, reason,
                "a delivery will be tried again"
            );
        }
        RETRY.delay(row.attempts, crate::chance::up_to(1_000))
    };
    row.next_at = now.plus(pause);
    row.dead_since = is_dead.then(|| row.dead_since.unwrap_or(now));
    let failure =
        FailedDelivery { attempts: row.attempts, next_at: row.next_at, reason, dead_since: row.dead_since };
    if let Err(error) = core.journal.outbox_failed(&row.key, &failure).await {
        tracing::warn!(%error, "a failed delivery could not be noted");
    }
    row.reason = Some(failure.reason);
}

/// Removes a delivered row.
async fn remove(core: &Core, key: &OutboxKey) -> Result<(), String> {
    let epoch = core.shards.epoch(key.entity.shard()).ok_or("the shard lives elsewhere")?;
    let mut part = Part::empty(key.entity.clone(), Version(0), epoch, core.clock.now());
    part.outbox_done.push(key.clone());
    core.lanes.append(part).await.map(drop).map_err(|error| error.to_string())
}
