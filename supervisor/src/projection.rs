//! Projections: documents that follow the journal.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::documents::DocumentPut;
use crate::ids::{EntityId, ShardId};
use crate::journal::{JournalError, StoredEvent};
use crate::runtime::Core;

/// Turns events into documents. Must give the same documents for the same events, whenever it is asked.
///
/// ```
/// # mod bank { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shared/bank.rs")); }
/// # use bank::*;
/// # run(async {
/// use std::sync::Arc;
///
/// use amazoff_supervisor::documents::DocumentPut;
/// use amazoff_supervisor::journal::{JournalError, StoredEvent};
/// use amazoff_supervisor::{Projection, decode};
/// use futures::future::BoxFuture;
/// use serde_json::json;
///
/// /// Who opened an account, by IBAN.
/// struct Openings;
///
/// impl Projection for Openings {
///     fn name(&self) -> &'static str {
///         "openings"
///     }
///     fn kinds(&self) -> &'static [&'static str] {
///         &["account"]
///     }
///     fn project<'a>(&'a self, stored: &'a StoredEvent) -> BoxFuture<'a, Result<Vec<DocumentPut>, JournalError>> {
///         Box::pin(async move {
///             let corrupt = |reason| JournalError::Corrupt { entity: stored.entity.to_string(), reason };
///             let event = decode::<Account>(&stored.event.payload, stored.event.schema).map_err(corrupt)?;
///             let Event::Opened { iban, .. } = event else { return Ok(Vec::new()) };
///             Ok(vec![DocumentPut {
///                 collection: "openings".to_owned(),
///                 id: iban,
///                 source_seq: stored.seq.0, // an older write changes nothing
///                 body: Some(json!({ "account": stored.entity.to_string() })),
///             }])
///         })
///     }
/// }
///
/// # let bank = Bank::wired(|assembly, accounts| {
/// # assembly.register(accounts);
/// assembly.project(Arc::new(Openings));
/// # }).await;
/// # let id = uuid::Uuid::from_u128(1);
/// bank.ask(id, Command::Open { iban: "DE02".to_owned() }).await.unwrap();
/// bank.runtime.projected().await;
/// let found = bank.store.documents().get("openings", "DE02").await.unwrap();
/// assert_eq!(found, Some(json!({ "account": bank.accounts.entity(id).to_string() })));
/// # });
/// ```
pub trait Projection: Send + Sync + 'static {
    /// Its stable name; the checkpoint is kept under it.
    fn name(&self) -> &'static str;
    /// The kinds of entities that it follows.
    fn kinds(&self) -> &'static [&'static str];
    /// The documents that follow from one event.
    fn project<'a>(&'a self, event: &'a StoredEvent)
    -> BoxFuture<'a, Result<Vec<DocumentPut>, JournalError>>;
}

/// Events read from a shard at once.
const PAGE: usize = 256;
/// How soon a shard is tried again, at first and at most.
const AGAIN_AFTER: Duration = Duration::from_millis(20);
const AGAIN_AFTER_MAX: Duration = Duration::from_secs(30);

/// Shards with events that projections have not seen. Marked after each commit, and all at the start.
#[derive(Default)]
pub(crate) struct DirtyShards {
    state: Mutex<Dirty>,
    marked: Notify,
    settled: Notify,
}

#[derive(Default)]
struct Dirty {
    shards: BTreeSet<ShardId>,
    /// The shard that is being projected now.
    at_work: bool,
    /// The first full scan is done.
    scanned: bool,
    followed: Vec<&'static str>,
}

impl DirtyShards {
    fn state(&self) -> MutexGuard<'_, Dirty> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn follow(&self, kinds: &[&'static str]) {
        self.state().followed.extend(kinds);
    }

    /// Notes that an entity has new events.
    pub(crate) fn mark(&self, entity: &EntityId) {
        let mut state = self.state();
        if state.followed.contains(&entity.kind.as_str()) {
            state.shards.insert(entity.shard());
            drop(state);
            self.marked.notify_one();
        }
    }

    fn take(&self) -> Option<ShardId> {
        let mut state = self.state();
        let next = state.shards.pop_first();
        state.at_work = next.is_some();
        if next.is_none() && state.scanned {
            self.settled.notify_waiters();
        }
        next
    }

    fn scanned(&self, shards: impl Iterator<Item = ShardId>) {
        let mut state = self.state();
        state.shards.extend(shards);
        state.scanned = true;
    }

    /// Waits until nothing is left to project.
    pub(crate) async fn settled(&self) {
        loop {
            let settled = self.settled.notified();
            {
                let state = self.state();
                if state.scanned && !state.at_work && state.shards.is_empty() {
                    return;
                }
            }
            settled.await;
        }
    }
}

/// Follows the journal until cancelled.
///
/// # Errors
/// When the checkpoints cannot be read; the supervisor starts it again.
pub(crate) async fn run(
    core: &Core,
    projections: &[Arc<dyn Projection>],
    cancel: &CancellationToken,
) -> Result<(), JournalError> {
    let mut positions: HashMap<(&'static str, ShardId), u64> = HashMap::new();
    for projection in projections {
        for (shard, at) in core.documents.checkpoints(projection.name()).await? {
            positions.insert((projection.name(), shard), at);
        }
    }
    let heads = core.journal.heads().await?;
    core.dirty.scanned(heads.into_iter().map(|(shard, _)| shard));
    let mut failing = Failing::default();
    loop {
        while let Some(shard) = core.dirty.take() {
            match advance_all(core, projections, shard, &mut positions).await {
                Ok(()) => failing.recovered(shard),
                Err(error) => failing.note(shard, &error),
            }
            if cancel.is_cancelled() {
                return Ok(());
            }
        }
        tokio::select! {
            biased;
            () = cancel.cancelled() => return Ok(()),
            () = core.dirty.marked.notified() => {}
            () = tokio::time::sleep(AGAIN_AFTER), if !failing.0.is_empty() => {}
        }
        core.dirty.scanned(failing.due());
    }
}

/// Shards whose projection failed, how often, and when they are tried again. The others go on meanwhile.
#[derive(Default)]
struct Failing(HashMap<ShardId, (u32, Instant)>);

impl Failing {
    fn note(&mut self, shard: ShardId, error: &JournalError) {
        let (times, again_at) = self.0.entry(shard).or_insert_with(|| (0, Instant::now()));
        *times = times.saturating_add(1);
        let pause = AGAIN_AFTER.saturating_mul(1 << (*times).min(12)).min(AGAIN_AFTER_MAX);
        *again_at = Instant::now() + pause;
        // The first failures are ordinary: a projection may be a moment ahead of the state that it reads.
        if *times >= 4 && times.is_power_of_two() {
            tracing::error!(%error, shard = shard.number(), times, "a shard cannot be projected");
        }
    }

    fn recovered(&mut self, shard: ShardId) {
        self.0.remove(&shard);
    }

    fn due(&self) -> impl Iterator<Item = ShardId> {
        let now = Instant::now();
        self.0.iter().filter(move |(_, (_, again_at))| *again_at <= now).map(|(shard, _)| *shard)
    }
}

async fn advance_all(
    core: &Core,
    projections: &[Arc<dyn Projection>],
    shard: ShardId,
    positions: &mut HashMap<(&'static str, ShardId), u64>,
) -> Result<(), JournalError> {
    for projection in projections {
        let position = positions.entry((projection.name(), shard)).or_default();
        advance(core, &**projection, shard, position).await?;
    }
    Ok(())
}

/// Projects what a shard has after `position`.
async fn advance(
    core: &Core,
    projection: &dyn Projection,
    shard: ShardId,
    position: &mut u64,
) -> Result<(), JournalError> {
    loop {
        let events = core.journal.tail(shard, *position, PAGE).await?;
        let Some(last) = events.last() else { return Ok(()) };
        let mut puts = Vec::new();
        for (expected, event) in (*position + 1..).zip(&events) {
            if event.shard_seq != expected {
                let reason = format!("shard {} has a gap at {expected}", shard.number());
                return Err(JournalError::Corrupt { entity: event.entity.to_string(), reason });
            }
            if projection.kinds().contains(&event.entity.kind.as_str()) {
                puts.extend(projection.project(event).await?);
            }
        }
        core.documents.write(projection.name(), shard, last.shard_seq, &puts).await?;
        *position = last.shard_seq;
    }
}
