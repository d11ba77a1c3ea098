//! The dispatcher: hands effects over, in order per (entity, destination), until each is done.

use std::collections::{BTreeMap, HashMap};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::{Mutex, Notify, Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval_at};
use tokio_util::sync::CancellationToken;

use crate::cell::panic_text;
use crate::clock::Timestamp;
use crate::ids::{EntityId, Version};
use crate::journal::{JournalError, OutboxKey, OutboxRow, Part};
use crate::member::{AnyMember, Handed};
use crate::runtime::{Core, Members};

/// Rows on their way from commits to the dispatcher; beyond it the dispatcher reads them from the journal.
const FEED_MAX: usize = 8_192;
/// Rows that the dispatcher holds in memory; the rest waits in the journal.
const HELD_MAX: usize = 50_000;
const SCAN_PAGE: usize = 1_000;
/// Deliveries of one kind of sender running at the same time: payments that wait for a slow provider take no place from
/// checkouts.
const DELIVERIES_MAX: usize = 256;
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_MAX: Duration = Duration::from_secs(30);
/// What is left of a retry's pause at least, after jitter.
const RETRY_LEAST: f64 = 0.8;
/// How often a delivery that needs a person is tried again all the same.
const DEAD_RETRY: Duration = Duration::from_mins(10);
/// How soon the journal is read again after rows did not fit into memory.
const RESCAN_AFTER: Duration = Duration::from_millis(200);
/// How often it is read anyway, should a hint have been lost.
const RESCAN_EVERY: Duration = Duration::from_secs(10);

/// The way of committed rows to the dispatcher. A hint only: what is lost here is found in the journal.
pub(crate) struct OutboxFeed {
    sender: mpsc::Sender<OutboxRow>,
    receiver: Mutex<mpsc::Receiver<OutboxRow>>,
    missed: AtomicBool,
    missing: Notify,
    /// Rows accepted and not done.
    waiting: AtomicUsize,
    settled: Notify,
}

impl Default for OutboxFeed {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(FEED_MAX);
        Self {
            sender,
            receiver: Mutex::new(receiver),
            missed: AtomicBool::new(true),
            missing: Notify::new(),
            waiting: AtomicUsize::new(0),
            settled: Notify::new(),
        }
    }
}

impl OutboxFeed {
    /// Takes the rows of a commit.
    pub(crate) fn accept(&self, rows: Vec<OutboxRow>) {
        for row in rows {
            if self.sender.try_send(row).is_err() {
                self.rescan();
            } else {
                self.waiting.fetch_add(1, Ordering::AcqRel);
            }
        }
    }

    /// Has the dispatcher read the journal: there may be rows that it was not told of.
    pub(crate) fn rescan(&self) {
        self.missed.store(true, Ordering::Release);
        self.missing.notify_one();
    }

    fn missed(&self) -> bool {
        self.missed.load(Ordering::Acquire)
    }

    /// Waits until nothing waits for delivery.
    pub(crate) async fn settled(&self) {
        loop {
            let settled = self.settled.notified();
            if self.waiting.load(Ordering::Acquire) == 0 && !self.missed() {
                return;
            }
            settled.await;
        }
    }

    fn report(&self, waiting: usize) {
        self.waiting.store(waiting, Ordering::Release);
        if waiting == 0 {
            self.settled.notify_waiters();
        }
    }
}

type StreamKey = (EntityId, String);

/// Undelivered rows by stream, oldest first; the first of each is being delivered.
#[derive(Default)]
struct Streams {
    rows: HashMap<StreamKey, BTreeMap<u64, OutboxRow>>,
    held: usize,
}

impl Streams {
    /// Adds a row; returns it when it is the first of its stream and must be delivered now.
    fn add(&mut self, row: OutboxRow) -> Option<OutboxRow> {
        let stream = self.rows.entry((row.key.entity.clone(), row.destination.clone())).or_default();
        let first = stream.is_empty();
        if stream.insert(row.key.order(), row.clone()).is_none() {
            self.held += 1;
            return first.then_some(row);
        }
        None
    }

    /// Removes a delivered row; returns the next of its stream.
    fn done(&mut self, key: &OutboxKey, destination: String) -> Option<OutboxRow> {
        let stream_key = (key.entity.clone(), destination);
        let stream = self.rows.get_mut(&stream_key)?;
        if stream.remove(&key.order()).is_some() {
            self.held -= 1;
        }
        let next = stream.values().next().cloned();
        if next.is_none() {
            self.rows.remove(&stream_key);
        }
        next
    }
}

struct Dispatcher<'a> {
    core: &'a Arc<Core>,
    members: &'a Arc<Members>,
    streams: Streams,
    running: JoinSet<(OutboxKey, String)>,
    places: HashMap<&'static str, Arc<Semaphore>>,
}

/// Delivers effects until cancelled. At its start, and after a restart, it reads what is undelivered from the journal.
///
/// # Errors
/// When the journal cannot be read.
pub(crate) async fn dispatch(
    core: &Arc<Core>,
    members: &Arc<Members>,
    cancel: &CancellationToken,
) -> Result<(), JournalError> {
    let mut feed = core.outbox.receiver.lock().await;
    core.outbox.rescan();
    let mut dispatcher = Dispatcher {
        core,
        members,
        streams: Streams::default(),
        running: JoinSet::new(),
        places: members.keys().map(|kind| (*kind, Arc::new(Semaphore::new(DELIVERIES_MAX)))).collect(),
    };
    let mut rounds = interval_at(Instant::now() + RESCAN_EVERY, RESCAN_EVERY);
    loop {
        if core.outbox.missed() && dispatcher.streams.held < HELD_MAX / 2 {
            dispatcher.scan().await?;
        }
        tokio::select! {
            // In a fixed order, so that a simulation repeats. Nothing starves: deliveries that end make room, and each
            // needs commits of its own; the feed is only a hint, and what does not fit into it is read from the journal.
            biased;
            () = cancel.cancelled() => return Ok(()),
            _ = rounds.tick() => core.outbox.rescan(),
            Some(finished) = dispatcher.running.join_next() => {
                // Deliveries catch their panics, so a join error means that the program ends.
                if let Ok((key, destination)) = finished
                    && let Some(next) = dispatcher.streams.done(&key, destination)
                {
                    dispatcher.deliver(next);
                }
            }
            () = core.outbox.missing.notified() => {}
            row = feed.recv() => match row {
                // While rows are missing, a later one must not overtake them: the scan brings all in order.
                Some(_) if core.outbox.missed() => {}
                Some(row) => dispatcher.add(row),
                None => return Ok(()),
            },
            () = tokio::time::sleep(RESCAN_AFTER), if core.outbox.missed() => {}
        }
        core.outbox.report(dispatcher.streams.held + feed.len());
    }
}

impl Dispatcher<'_> {
    fn add(&mut self, row: OutboxRow) {
        if self.streams.held >= HELD_MAX {
            self.core.outbox.rescan();
        } else if let Some(first) = self.streams.add(row) {
            self.deliver(first);
        }
    }

    /// Reads undelivered rows from the journal, as many as fit.
    async fn scan(&mut self) -> Result<(), JournalError> {
        self.core.outbox.missed.store(false, Ordering::Release);
        let mut after: Option<OutboxKey> = None;
        while !self.core.outbox.missed() {
            let rows = self.core.journal.outbox(after.as_ref(), SCAN_PAGE).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.key.clone());
            rows.into_iter().for_each(|row| self.add(row));
        }
        Ok(())
    }

    fn deliver(&mut self, row: OutboxRow) {
        let core = Arc::clone(self.core);
        let kind = row.key.entity.kind.as_str();
        let sender = self.members.get(kind).cloned().zip(self.places.get(kind).cloned());
        self.running.spawn(async move {
            let (key, destination) = (row.key.clone(), row.destination.clone());
            match sender {
                Some((member, places)) => until_done(&core, &*member, row, &places).await,
                None => tracing::error!(sender = %key.entity, "an effect of an unknown domain is left where it is"),
            }
            (key, destination)
        });
    }
}

/// Hands one row over until it is done and gone from the journal.
async fn until_done(core: &Core, member: &dyn AnyMember, mut row: OutboxRow, places: &Semaphore) {
    loop {
        tokio::time::sleep(wait(&row, core.clock.now())).await;
        let handed = {
            let Ok(_place) = places.acquire().await else { return };
            AssertUnwindSafe(member.hand_over(&row)).catch_unwind().await
        };
        let pause = match handed.unwrap_or_else(|panic| Handed::Retry(panic_text(&*panic))) {
            Handed::Recorded => return,
            Handed::Done => match remove(core, &row.key).await {
                Ok(()) => return,
                Err(reason) => delay(&mut row, &reason),
            },
            Handed::Retry(reason) => delay(&mut row, &reason),
            Handed::Dead(reason) => {
                tracing::error!(sender = %row.key.entity, destination = row.destination, reason, "an effect needs a person");
                row.attempts = row.attempts.saturating_add(1);
                DEAD_RETRY
            }
        };
        row.next_at = core.clock.now().plus(pause);
        if let Err(error) = core.journal.outbox_failed(&row.key, row.attempts, row.next_at).await {
            tracing::warn!(%error, "a failed delivery could not be noted");
        }
    }
}

/// How long a row has to wait. Never longer than any pause that was ever meant: a clock that was set back costs no more.
fn wait(row: &OutboxRow, now: Timestamp) -> Duration {
    let longest = if row.attempts == 0 { Duration::ZERO } else { DEAD_RETRY };
    row.next_at.since(now).min(longest)
}

/// Doubles the pause up to the limit, with jitter of a fifth.
fn delay(row: &mut OutboxRow, reason: &str) -> Duration {
    row.attempts = row.attempts.saturating_add(1);
    if row.attempts.is_power_of_two() {
        tracing::warn!(
            sender = %row.key.entity, destination = row.destination, attempts = row.attempts, reason,
            "a delivery will be tried again"
        );
    }
    let doubled = RETRY_FIRST.saturating_mul(1 << row.attempts.min(12).saturating_sub(1));
    crate::chance::part_of(doubled.min(RETRY_MAX), RETRY_LEAST)
}

/// Removes a delivered row.
async fn remove(core: &Core, key: &OutboxKey) -> Result<(), String> {
    let epoch = core.shards.epoch(key.entity.shard()).ok_or("the shard lives elsewhere")?;
    let mut part = Part::empty(key.entity.clone(), Version(0), epoch, core.clock.now());
    part.outbox_done.push(key.clone());
    core.lanes.append(part).await.map(drop).map_err(|error| error.to_string())
}
