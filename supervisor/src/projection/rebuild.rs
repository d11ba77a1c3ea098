//! Building a generation beside the serving one, the swap, and the removal of what was replaced.

use std::sync::Arc;

use super::feed::Feed;
use super::lineage::{Built, Lineage};
use super::track::Track;
use crate::documents::Documents;
use crate::fault::{Fault, FaultKind};
use crate::journal::JournalError;

/// Documents removed in one step.
const DROPPED_AT_ONCE: usize = 500;

/// Why a rebuild does not begin.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// There is no such projection.
    #[error("there is no projection `{0}`")]
    Unknown(String),
    /// It is being rebuilt already; that rebuild goes on.
    #[error("`{name}` is being rebuilt already, as generation {generation}")]
    Running {
        /// Which projection.
        name: &'static str,
        /// The generation that is being built.
        generation: u64,
    },
    /// The store is away, or does not say whether it began: look at [`ProjectionStats`](super::ProjectionStats).
    #[error(transparent)]
    Store(#[from] JournalError),
}

impl Fault for RebuildError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Unknown(_) => FaultKind::NotFound,
            Self::Running { .. } => FaultKind::Conflict,
            Self::Store(_) => FaultKind::Unavailable,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "projection-unknown",
            Self::Running { .. } => "rebuild-running",
            Self::Store(_) => "storage-unavailable",
        }
    }
}

impl Feed {
    /// Begins a rebuild and returns its generation; the follower does the work.
    ///
    /// # Errors
    /// [`RebuildError::Running`] when there is one already, [`RebuildError::Store`] when it cannot be noted.
    pub(crate) async fn begin(&self, documents: &dyn Documents) -> Result<u64, RebuildError> {
        self.open(documents).await?;
        let mut lineage = self.lineage.lock().await;
        let Some(lineage) = &mut *lineage else { return Err(JournalError::NotYet.into()) };
        if let Some(next) = &lineage.next {
            return Err(RebuildError::Running { name: self.name(), generation: next.generation });
        }
        let next = self.current(lineage.unused());
        lineage.change(documents, self.name(), |lineage| lineage.next = Some(next.clone())).await?;
        let generation = next.generation;
        self.tracks().building = Some(Track::new(self.name(), next));
        self.marked.notify_one();
        tracing::info!(projection = self.name(), generation, "a rebuild begins");
        Ok(generation)
    }

    /// Compares what is stored with what this program builds: begins a rebuild when the serving generation is of another
    /// version, goes on with one that was interrupted, and gives one up that another version began.
    pub(super) async fn reconcile(&self, documents: &dyn Documents) -> Result<(), JournalError> {
        let is_current = |built: &Built| *built == self.current(built.generation);
        let begins = {
            let mut lineage = self.lineage.lock().await;
            let Some(lineage) = &mut *lineage else { return Ok(()) };
            if lineage.next.as_ref().is_some_and(|next| !is_current(next)) {
                lineage
                    .change(documents, self.name(), |lineage| lineage.retired.extend(lineage.next.take()))
                    .await?;
                self.tracks().building = None;
            }
            lineage.next.is_none() && !is_current(&lineage.serving)
        };
        if !begins {
            return Ok(());
        }
        match self.begin(documents).await {
            Ok(_) | Err(RebuildError::Running { .. } | RebuildError::Unknown(_)) => Ok(()),
            Err(RebuildError::Store(error)) => Err(error),
        }
    }

    /// Puts the generation that was built in the place of the serving one, once it has come as far in every shard.
    /// Called between turns, so neither moves meanwhile.
    pub(super) async fn swap_when_caught_up(&self, documents: &dyn Documents) -> Result<bool, JournalError> {
        let (serving, building) = {
            let tracks = self.tracks();
            let (Some(serving), Some(building)) = (tracks.serving.clone(), tracks.building.clone()) else {
                return Ok(false);
            };
            (serving, building)
        };
        if !building.is_settled() {
            return Ok(false);
        }
        let behind = building.behind(&serving.standing());
        if !behind.is_empty() {
            let pending = serving.pending();
            for shard in behind {
                building.mark(shard, pending.get(&shard).copied().unwrap_or_default());
            }
            return Ok(true);
        }
        let mut lineage = self.lineage.lock().await;
        let Some(lineage) = &mut *lineage else { return Ok(false) };
        let swap = |lineage: &mut Lineage| {
            if let Some(next) = lineage.next.take() {
                lineage.retired.push(std::mem::replace(&mut lineage.serving, next));
            }
        };
        lineage.change(documents, self.name(), swap).await?;
        {
            let mut tracks = self.tracks();
            let replaced = tracks.serving.replace(Arc::clone(&building));
            tracks.retired.extend(replaced);
            tracks.building = None;
        }
        self.moved();
        let generation = building.built.generation;
        tracing::info!(projection = self.name(), generation, "a rebuild is done and serves");
        Ok(true)
    }

    /// Removes some of what was replaced or given up, unless somebody still reads it; `false` when there was nothing to do.
    pub(super) async fn drop_some(&self, documents: &dyn Documents) -> Result<bool, JournalError> {
        let mut lineage = self.lineage.lock().await;
        let Some(lineage) = &mut *lineage else { return Ok(false) };
        let is_read = |generation: u64| {
            let tracks = self.tracks();
            let mut retired = tracks.retired.iter().filter(|track| track.built.generation == generation);
            retired.any(|track| track.in_use.try_write().is_err())
        };
        let unread = lineage.retired.iter().find(|built| !is_read(built.generation));
        let Some(built) = unread.cloned() else { return Ok(false) };
        for collection in &built.collections {
            if documents.drop_collection(&built.stored_name(collection), DROPPED_AT_ONCE).await? > 0 {
                return Ok(true);
            }
        }
        documents.forget_checkpoints(&built.stored_name(self.name())).await?;
        let forget = |lineage: &mut Lineage| lineage.retired.retain(|other| *other != built);
        lineage.change(documents, self.name(), forget).await?;
        self.tracks().retired.retain(|track| track.built != built);
        self.moved();
        Ok(true)
    }

    /// Waits until a generation that was replaced is read by nobody any more.
    pub(super) async fn retired_unused(&self) {
        let retired = self.tracks().retired.first().map(|track| Arc::clone(&track.in_use));
        match retired {
            Some(in_use) => drop(in_use.write_owned().await),
            None => std::future::pending().await,
        }
    }
}
