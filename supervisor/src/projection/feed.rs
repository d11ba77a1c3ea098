//! What the runtime knows of each projection: its tracks, who marks them, and who waits for them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tokio::sync::{Notify, OwnedRwLockReadGuard, watch};
use tokio::time::timeout;

use super::Projection;
use super::lineage::{Built, Lineage};
use super::track::Track;
use crate::clock::{Clock, Timestamp};
use crate::consistency::{Token, WAIT_MAX};
use crate::documents::Documents;
use crate::ids::{EntityId, ShardId};
use crate::journal::JournalError;

/// All projections.
pub(crate) struct Feeds {
    feeds: RwLock<Vec<Arc<Feed>>>,
    clock: Arc<dyn Clock>,
}

impl Feeds {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { feeds: RwLock::default(), clock }
    }

    pub(crate) fn add(&self, projection: Arc<dyn Projection>) {
        let feed = Arc::new(Feed::new(projection));
        self.feeds.write().unwrap_or_else(PoisonError::into_inner).push(feed);
    }

    pub(crate) fn all(&self) -> Vec<Arc<Feed>> {
        self.feeds.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn find(&self, wanted: impl Fn(&Feed) -> bool) -> Option<Arc<Feed>> {
        let feeds = self.feeds.read().unwrap_or_else(PoisonError::into_inner);
        feeds.iter().find(|feed| wanted(feed)).cloned()
    }

    pub(crate) fn named(&self, name: &str) -> Option<Arc<Feed>> {
        self.find(|feed| feed.name() == name)
    }

    /// Who feeds a collection.
    pub(crate) fn of_collection(&self, collection: &str) -> Option<Arc<Feed>> {
        self.find(|feed| feed.projection.collections().contains(&collection))
    }

    /// Notes that an entity has new events.
    pub(crate) fn mark(&self, entity: &EntityId) {
        let feeds = self.feeds.read().unwrap_or_else(PoisonError::into_inner);
        for feed in feeds.iter().filter(|feed| feed.kinds().contains(&entity.kind.as_str())) {
            feed.mark([entity.shard()], self.clock.now());
        }
    }

    /// Waits until every projection has caught up with what is committed now.
    pub(crate) async fn settled(&self) {
        for feed in self.all() {
            feed.until(|serving| serving.is_settled()).await;
        }
    }
}

/// One projection.
pub(crate) struct Feed {
    pub(super) projection: Arc<dyn Projection>,
    /// As stored; held while it changes.
    pub(super) lineage: tokio::sync::Mutex<Option<Lineage>>,
    tracks: Mutex<Tracks>,
    /// There is something to do for the follower.
    pub(super) marked: Notify,
    /// Counts whatever somebody may wait for: turns, swaps.
    moved: watch::Sender<u64>,
    /// How many wait for the documents to come so far.
    waiting: watch::Sender<usize>,
}

#[derive(Default)]
pub(super) struct Tracks {
    /// `None` before the lineage was read.
    pub(super) serving: Option<Arc<Track>>,
    pub(super) building: Option<Arc<Track>>,
    /// Replaced, but perhaps still being read.
    pub(super) retired: Vec<Arc<Track>>,
}

/// Somebody waits for documents, as long as this lives.
struct Hurry<'a>(&'a watch::Sender<usize>);

impl<'a> Hurry<'a> {
    fn on(waiting: &'a watch::Sender<usize>) -> Self {
        waiting.send_modify(|count| *count += 1);
        Self(waiting)
    }
}

impl Drop for Hurry<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

impl Feed {
    fn new(projection: Arc<dyn Projection>) -> Self {
        Self {
            projection,
            lineage: tokio::sync::Mutex::default(),
            tracks: Mutex::default(),
            marked: Notify::new(),
            moved: watch::Sender::new(0),
            waiting: watch::Sender::new(0),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.projection.name()
    }

    pub(crate) fn kinds(&self) -> &'static [&'static str] {
        self.projection.kinds()
    }

    pub(super) fn tracks(&self) -> MutexGuard<'_, Tracks> {
        self.tracks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A generation that this program would build.
    pub(super) fn current(&self, generation: u64) -> Built {
        let collections = self.projection.collections().iter().map(ToString::to_string).collect();
        Built { generation, version: self.projection.version(), collections }
    }

    /// The serving generation, read from the store at the first call.
    ///
    /// # Errors
    /// When the store is away, or its lineage cannot be read.
    pub(crate) async fn open(&self, documents: &dyn Documents) -> Result<Arc<Track>, JournalError> {
        if let Some(serving) = self.tracks().serving.clone() {
            return Ok(serving);
        }
        let mut lineage = self.lineage.lock().await;
        if let Some(serving) = self.tracks().serving.clone() {
            return Ok(serving);
        }
        let found = match Lineage::load(documents, self.name()).await? {
            Some(found) => found,
            None => self.begin_lineage(documents).await?,
        };
        let serving = Track::new(self.name(), found.serving.clone());
        {
            let mut tracks = self.tracks();
            tracks.building = found.next.clone().map(|next| Track::new(self.name(), next));
            tracks.serving = Some(Arc::clone(&serving));
        }
        *lineage = Some(found);
        Ok(serving)
    }

    /// Documents without a lineage were written before there were any: by the first version, under plain names.
    async fn begin_lineage(&self, documents: &dyn Documents) -> Result<Lineage, JournalError> {
        let mut serving = self.current(0);
        if !documents.checkpoints(self.name()).await?.is_empty() {
            serving.version = 1;
        }
        let mut lineage = Lineage::first(serving);
        lineage.change(documents, self.name(), |_| {}).await?;
        Ok(lineage)
    }

    /// Has shards looked at, in whatever follows.
    pub(super) fn mark(&self, shards: impl IntoIterator<Item = ShardId>, since: Timestamp) {
        {
            let tracks = self.tracks();
            for shard in shards {
                for track in tracks.serving.iter().chain(&tracks.building) {
                    track.mark(shard, since);
                }
            }
        }
        self.marked.notify_one();
    }

    /// Wakes whoever waits for this projection.
    pub(super) fn moved(&self) {
        self.moved.send_modify(|turns| *turns = turns.wrapping_add(1));
    }

    /// Tells of every turn and swap from now on.
    pub(crate) fn turns(&self) -> watch::Receiver<u64> {
        self.moved.subscribe()
    }

    /// Waits until the serving generation is as asked.
    async fn until(&self, holds: impl Fn(&Track) -> bool) {
        let _hurry = Hurry::on(&self.waiting);
        let mut moved = self.moved.subscribe();
        loop {
            moved.borrow_and_update();
            if self.tracks().serving.as_deref().is_some_and(&holds) || moved.changed().await.is_err() {
                return;
            }
        }
    }

    /// Waits until somebody waits for the documents.
    pub(super) async fn hurried(&self) {
        // The sender lives as long as this.
        let _ = self.waiting.subscribe().wait_for(|waiting| *waiting > 0).await;
    }

    /// Waits until documents include what a token names, at most [`WAIT_MAX`].
    ///
    /// # Errors
    /// [`JournalError::NotYet`] when they do not in time.
    pub(crate) async fn reach(&self, token: &Token) -> Result<(), JournalError> {
        let behind = match &self.tracks().serving {
            Some(serving) => serving.behind(token),
            None => token.positions().map(|(shard, _)| shard).collect(),
        };
        if behind.is_empty() {
            return Ok(());
        }
        // Events of other kinds do not mark; somebody now wants them passed.
        self.mark(behind, Timestamp::from_unix_ms(i64::MAX));
        let reached = self.until(|serving| serving.behind(token).is_empty());
        timeout(WAIT_MAX, reached).await.map_err(|_elapsed| JournalError::NotYet)
    }

    /// The serving generation, kept from being dropped.
    ///
    /// # Errors
    /// [`JournalError::NotYet`] before [`Feed::open`].
    pub(crate) async fn lease(&self) -> Result<(Arc<Track>, OwnedRwLockReadGuard<()>), JournalError> {
        loop {
            let serving = self.tracks().serving.clone().ok_or(JournalError::NotYet)?;
            let in_use = Arc::clone(&serving.in_use).read_owned().await;
            // It may have been replaced, and dropped, before it was held.
            if self.tracks().serving.as_ref().is_some_and(|now| Arc::ptr_eq(now, &serving)) {
                return Ok((serving, in_use));
            }
        }
    }
}
