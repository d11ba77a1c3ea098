//! The follower of each projection: one turn for the serving generation, one for the generation that is being built.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::feed::Feed;
use super::track::{AGAIN_AFTER, Track};
use crate::documents::DocumentPut;
use crate::ids::ShardId;
use crate::journal::{JournalError, StoredEvent};
use crate::runtime::Core;
use crate::task::panic_text;

/// How many shards are in one turn, and how many events of each.
#[derive(Clone, Copy)]
struct Portion {
    shards: usize,
    events: usize,
}

/// Of the serving generation, and of one that is being built: the latter holds up the former no longer than one turn.
const SERVING: Portion = Portion { shards: 32, events: 256 };
const BUILDING: Portion = Portion { shards: 4, events: 32 };
/// A turn begins so long after the one before, unless there is a backlog or somebody waits for the documents: while much
/// happens, turns get larger instead of more. What happens after a rest is projected at once.
const PACE: Duration = Duration::from_millis(50);
/// How often a follower that has nothing to do asks the journal itself whether that is so: what was stored behind an outcome that
/// nobody knows is marked by nobody until its entity is asked for again.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Events without documents that the checkpoint may lag behind.
const UNSTORED_MAX: u64 = 256;
/// How long a projection may think about one event.
const PROJECT_MAX: Duration = Duration::from_secs(30);
/// How long a follower rests after the store failed it, at most.
const REST_MAX: Duration = Duration::from_secs(1);

/// Follows the journal with all projections until cancelled.
///
/// # Errors
/// When two projections write to one collection: a mistake in the program.
pub(crate) async fn run(core: &Core, cancel: &CancellationToken) -> Result<(), JournalError> {
    let feeds = core.dirty.all();
    let mut owners = BTreeMap::new();
    for feed in &feeds {
        for collection in feed.projection.collections() {
            if let Some(other) = owners.insert(collection, feed.name()) {
                let cause = format!("`{collection}` is written by both {other} and {}", feed.name());
                return Err(JournalError::Unavailable(cause));
            }
        }
    }
    join_all(feeds.iter().map(|feed| follow(core, feed, cancel))).await;
    // Without projections there is nothing to follow, but the task's end is still its supervisor's to decide.
    cancel.cancelled().await;
    Ok(())
}

async fn follow(core: &Core, feed: &Feed, cancel: &CancellationToken) {
    let mut rest = AGAIN_AFTER;
    // An error is the store's: whatever was not stored is done again, from where memory stands.
    while let Err(error) = follow_on(core, feed, cancel).await {
        tracing::warn!(%error, projection = feed.name(), "a projection pauses");
        tokio::select! {
            biased;
            () = cancel.cancelled() => return,
            () = sleep(rest) => {}
        }
        rest = rest.saturating_mul(2).min(REST_MAX);
    }
}

async fn follow_on(core: &Core, feed: &Feed, cancel: &CancellationToken) -> Result<(), JournalError> {
    feed.open(&*core.documents).await?.resume();
    feed.reconcile(&*core.documents).await?;
    if let Some(building) = feed.tracks().building.clone() {
        building.resume();
    }
    let mut look_at = Instant::now() + LOOK_EVERY;
    while !cancel.is_cancelled() {
        let (serving, building) = {
            let tracks = feed.tracks();
            (tracks.serving.clone(), tracks.building.clone())
        };
        let begun = Instant::now();
        let mut did = Did::Nothing;
        if let Some(serving) = &serving {
            did = did.max(turn(core, feed, serving, SERVING).await?);
        }
        if let Some(building) = &building {
            did = did.max(turn(core, feed, building, BUILDING).await?.and_more());
            did = did.max(Did::more(feed.swap_when_caught_up(&*core.documents).await?));
        }
        did = did.max(Did::more(feed.drop_some(&*core.documents).await?));
        if did == Did::Part {
            // A store in memory never waits; others want to run too.
            tokio::task::yield_now().await;
            continue;
        }
        if did == Did::All {
            tokio::select! {
                biased;
                () = cancel.cancelled() => {}
                () = feed.hurried() => tokio::task::yield_now().await,
                () = sleep_until(begun + PACE) => {}
            }
            continue;
        }
        let due = serving.iter().chain(&building).filter_map(|track| track.next_due()).min();
        tokio::select! {
            biased;
            () = cancel.cancelled() => {}
            () = feed.marked.notified() => {}
            () = at(due) => {}
            () = sleep_until(look_at) => {
                let heads = core.journal.heads().await?;
                let now = core.clock.now();
                serving.iter().chain(&building).for_each(|track| track.look_again(&heads, now));
                look_at = Instant::now() + LOOK_EVERY;
            }
            () = feed.retired_unused() => {}
        }
    }
    Ok(())
}

async fn at(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// What a turn did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Did {
    /// Nothing waited.
    Nothing,
    /// All that waited.
    All,
    /// Some of it.
    Part,
}

impl Did {
    fn more(worked: bool) -> Self {
        if worked { Self::Part } else { Self::Nothing }
    }

    /// Of a generation that is to catch up as fast as it can.
    fn and_more(self) -> Self {
        Self::more(self > Self::Nothing)
    }
}

/// Projects one page of some shards.
///
/// # Errors
/// When checkpoints and heads, which are needed first, cannot be read. What fails in a shard is that shard's matter.
async fn turn(core: &Core, feed: &Feed, track: &Arc<Track>, portion: Portion) -> Result<Did, JournalError> {
    if !track.is_scanned() {
        let checkpoints = core.documents.checkpoints(&track.name).await?;
        let heads = core.journal.heads().await?;
        track.scanned(&checkpoints, &heads, core.clock.now());
        feed.moved();
    }
    let mut projected = Vec::new();
    for shard in track.take(Instant::now(), portion.shards) {
        projected.push((shard, advance(core, feed, track, shard, portion.events).await));
    }
    let mut did = match projected.len() {
        0 => return Ok(Did::Nothing),
        some if some < portion.shards => Did::All,
        _ => Did::Part,
    };
    // Written side by side, so that a store may write them together.
    let storing = projected.into_iter().map(async |(shard, advance)| match advance {
        Ok(advance) => (shard, advance.store(core, track, shard).await),
        Err(error) => (shard, Err(error)),
    });
    for (shard, outcome) in join_all(storing).await {
        if matches!(outcome, Ok(true)) {
            did = Did::Part;
        }
        track.finish(shard, outcome);
    }
    feed.moved();
    Ok(did)
}

/// What the next events of a shard come to.
struct Advance {
    from: u64,
    /// The newest event that was projected.
    at: u64,
    puts: Vec<DocumentPut>,
    /// Why it went no further; whether there may be more.
    more: Result<bool, JournalError>,
}

impl Advance {
    /// Writes what was projected; `true` when there may be more. What precedes a failure is kept.
    async fn store(self, core: &Core, track: &Track, shard: ShardId) -> Result<bool, JournalError> {
        let Self { from, at, puts, more } = self;
        if !puts.is_empty() || track.unstored(shard) + (at - from) >= UNSTORED_MAX {
            core.documents.write(&track.name, shard, at, &puts).await?;
            track.stored(shard, at);
        } else if at > from {
            track.passed(shard, at);
        }
        more
    }
}

/// Projects the next events of a shard.
async fn advance(
    core: &Core,
    feed: &Feed,
    track: &Track,
    shard: ShardId,
    page: usize,
) -> Result<Advance, JournalError> {
    let from = track.position(shard);
    let events = match core.recent.after(shard, from, page) {
        Some(events) => events,
        None => core.journal.tail(shard, from, page).await?.into_iter().map(Arc::new).collect(),
    };
    let (mut at, mut puts, mut more) = (from, Vec::new(), Ok(events.len() == page));
    if let Some(first) = events.first() {
        track.oldest(shard, first.at);
    }
    for (expected, event) in (from + 1..).zip(&events) {
        match project(feed, event, expected).await.and_then(|puts| placed(feed, track, puts)) {
            Ok(written) => {
                puts.extend(written);
                at = event.shard_seq;
            }
            Err(error) => {
                more = Err(error);
                break;
            }
        }
    }
    Ok(Advance { from, at, puts, more })
}

/// The documents of one event. A panic or endless thought is a failure like any other.
async fn project(feed: &Feed, event: &StoredEvent, expected: u64) -> Result<Vec<DocumentPut>, JournalError> {
    if event.shard_seq != expected {
        let reason = format!("shard {} has a gap at {expected}", event.shard.number());
        return Err(JournalError::Corrupt { entity: event.entity.to_string(), reason });
    }
    if !feed.kinds().contains(&event.entity.kind.as_str()) {
        return Ok(Vec::new());
    }
    let projecting = AssertUnwindSafe(async { feed.projection.project(event).await }).catch_unwind();
    let failed = |cause: String| {
        JournalError::Unavailable(format!("{} at {} of {}: {cause}", feed.name(), event.seq, event.entity))
    };
    match timeout(PROJECT_MAX, projecting).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(panic)) => Err(failed(format!("panicked: {}", panic_text(panic.as_ref())))),
        Err(_elapsed) => Err(failed(format!("no documents after {PROJECT_MAX:?}"))),
    }
}

/// The same documents under the stored names of a generation. What an older generation has no collection for is left out.
fn placed(feed: &Feed, track: &Track, puts: Vec<DocumentPut>) -> Result<Vec<DocumentPut>, JournalError> {
    let mut placed = Vec::with_capacity(puts.len());
    for put in puts {
        if !feed.projection.collections().contains(&put.collection.as_str()) {
            let cause = format!("{} writes to `{}`, which it does not declare", feed.name(), put.collection);
            return Err(JournalError::Unavailable(cause));
        }
        placed.extend(
            track.built.physical(&put.collection).map(|collection| DocumentPut { collection, ..put }),
        );
    }
    Ok(placed)
}
