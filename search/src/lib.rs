//! The index in which shoppers find products.
//!
//! One tantivy index per generation of the collection [`SEARCH`], in a folder of its own or in memory. The projection runner
//! writes to it as to any other store of documents: with each commit goes how far the journal was followed, so an index that
//! is behind, was lost or cannot be opened catches up by itself, and a rebuild happens beside the one that serves. It holds
//! nothing that the journal does not have, and nothing about persons.
//!
//! A query finds products that have all its words: as they are, in another form (*lamps*, *lamp*), the last one also as a
//! beginning of a word; a word that occurs nowhere stands for those that are one or two letters away.

mod collect;
mod generation;
mod query;
mod schema;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use amazoff_actors::product::{ListQuery, ProductIndex, ProductPage, SEARCH};
use amazoff_supervisor::ShardId;
use amazoff_supervisor::compute::{ComputeError, ComputePool, Job};
use amazoff_supervisor::documents::{DocumentPut, Documents, Page, Query};
use amazoff_supervisor::journal::JournalError;
use amazoff_supervisor::tree::ChildSpec;
use futures::future::BoxFuture;
use serde_json::Value;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use generation::Generation;

/// How long a search may take.
const FIND_LIMIT: Duration = Duration::from_secs(5);

/// All generations. Cheap to clone.
#[derive(Clone)]
pub struct SearchIndex {
    /// `None` keeps them in memory.
    folder: Option<Arc<Path>>,
    open: Arc<Mutex<BTreeMap<String, Arc<Generation>>>>,
    pool: ComputePool<Asked>,
}

/// One search, for a thread of the pool.
struct Asked {
    generation: Arc<Generation>,
    query: ListQuery,
}

impl Job for Asked {
    type Output = tantivy::Result<ProductPage>;
    type Scratch = ();
    const POOL: &'static str = "search";

    fn run(self, (): &mut ()) -> Self::Output {
        query::find(&self.generation, &self.query)
    }
}

impl SearchIndex {
    /// Below a folder, which need not exist. `threads` search at once, at most `queue_max` searches wait.
    pub fn in_folder(folder: &Path, threads: u32, queue_max: usize) -> Self {
        Self::new(Some(folder.into()), threads, queue_max)
    }

    /// In memory.
    pub fn in_memory(threads: u32, queue_max: usize) -> Self {
        Self::new(None, threads, queue_max)
    }

    fn new(folder: Option<Arc<Path>>, threads: u32, queue_max: usize) -> Self {
        Self { folder, open: Arc::default(), pool: ComputePool::new(threads, queue_max) }
    }

    /// Its threads as a child of the tree.
    pub fn supervise(&self) -> ChildSpec {
        self.pool.supervise()
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(name))
    }

    /// A generation, opened at its first use.
    fn generation(&self, name: &str) -> Result<Arc<Generation>, JournalError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(generation) = open.get(name) {
            return Ok(Arc::clone(generation));
        }
        let generation = Arc::new(Generation::open(self.path(name).as_deref()).map_err(unusable)?);
        open.insert(name.to_owned(), Arc::clone(&generation));
        Ok(generation)
    }

    /// Removes a generation. Whoever reads it just now still can.
    fn remove(&self, name: &str) -> Result<(), JournalError> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        match self.path(name).map(std::fs::remove_dir_all) {
            Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => Err(unusable(error)),
            Some(_) | None => Ok(()),
        }
    }

    /// Off the reactor's threads: writes wait for the disk.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let index = self.clone();
        spawn_blocking(move || work(&index)).await.map_err(unusable)?
    }
}

fn unusable(error: impl std::fmt::Display) -> JournalError {
    JournalError::Unavailable(format!("the search index: {error}"))
}

fn not_asked(error: ComputeError) -> JournalError {
    match error {
        ComputeError::Busy { .. } => JournalError::Unavailable("too many searches are waiting".to_owned()),
        ComputeError::Expired | ComputeError::Panicked { .. } | ComputeError::Closed => unusable(error),
    }
}

impl ProductIndex for SearchIndex {
    fn find<'a>(
        &'a self,
        collection: &'a str,
        query: &'a ListQuery,
    ) -> BoxFuture<'a, Result<ProductPage, JournalError>> {
        let (generation, query) = (self.generation(collection), query.clone());
        Box::pin(async move {
            let asked = Asked { generation: generation?, query };
            let found = self.pool.run(asked, Instant::now() + FIND_LIMIT).await.map_err(not_asked)?;
            found.map_err(unusable)
        })
    }
}

impl Documents for SearchIndex {
    fn write<'a>(
        &'a self,
        projection: &'a str,
        shard: ShardId,
        shard_seq: u64,
        puts: &'a [DocumentPut],
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        let (name, puts) = (projection.to_owned(), puts.to_vec());
        Box::pin(
            self.blocking(move |index| {
                index.generation(&name)?.write(shard, shard_seq, &puts).map_err(unusable)
            }),
        )
    }

    fn checkpoints<'a>(
        &'a self,
        projection: &'a str,
    ) -> BoxFuture<'a, Result<Vec<(ShardId, u64)>, JournalError>> {
        let name = projection.to_owned();
        Box::pin(self.blocking(move |index| Ok(index.generation(&name)?.checkpoints())))
    }

    fn get<'a>(
        &'a self,
        _collection: &'a str,
        _id: &'a str,
    ) -> BoxFuture<'a, Result<Option<Value>, JournalError>> {
        Box::pin(std::future::ready(Err(no_documents())))
    }

    fn query<'a>(&'a self, _query: &'a Query) -> BoxFuture<'a, Result<Page, JournalError>> {
        Box::pin(std::future::ready(Err(no_documents())))
    }

    fn count<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<u64, JournalError>> {
        let only_counts = query.equals.is_empty() && query.contains.is_none();
        let name = query.collection.clone();
        Box::pin(self.blocking(move |index| match only_counts {
            true => Ok(index.generation(&name)?.len()),
            false => Err(no_documents()),
        }))
    }

    fn drop_collection<'a>(
        &'a self,
        collection: &'a str,
        _limit: usize,
    ) -> BoxFuture<'a, Result<u64, JournalError>> {
        let name = collection.to_owned();
        Box::pin(self.blocking(move |index| index.remove(&name).map(|()| 0)))
    }

    fn forget_checkpoints<'a>(&'a self, projection: &'a str) -> BoxFuture<'a, Result<(), JournalError>> {
        // They are in the index itself.
        let name = projection.to_owned();
        Box::pin(self.blocking(move |index| index.remove(&name)))
    }
}

fn no_documents() -> JournalError {
    JournalError::Unavailable(format!("`{SEARCH}` is an index, not documents: it can be searched, not read"))
}
