//! Projections: documents that follow the journal.
//!
//! Each projection follows on its own: it reads every shard by its dense numbers, stops at the first that is missing, and
//! writes idempotently. What fails (an error, a panic, a read that hangs) is that shard of that projection, which is tried
//! again with growing pauses; its other shards and all other projections go on.
//!
//! What a projection has written is a *generation*: collections and checkpoints of their own names (`orders@3`). A rebuild
//! writes the next generation beside the serving one, follows until it has come as far, and swaps in one write; readers
//! see the one or the other, whole. Which generation serves, which is being built and which are to be removed is a
//! document too (see `lineage`), so a kill at any point leaves a serving generation, and the next start goes on.
//!
//! While a rebuild runs, also one after a change of [`Projection::version`], the serving generation keeps following with
//! the code at hand: readers must understand documents of both versions until the swap.

mod feed;
mod follow;
mod lineage;
mod rebuild;
mod recent;
mod stats;
mod track;

use futures::future::BoxFuture;

use crate::documents::DocumentPut;
use crate::journal::{JournalError, StoredEvent};

pub(crate) use feed::Feeds;
pub(crate) use follow::run;
pub use lineage::Serving;
pub use rebuild::RebuildError;
pub(crate) use recent::Recent;
pub(crate) use stats::of as stats_of;
pub use stats::{FailingShard, ProjectionStats, Rebuilding};

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
///     fn collections(&self) -> &'static [&'static str] {
///         &["openings"]
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
    /// Its stable name; the checkpoints are kept under it.
    fn name(&self) -> &'static str;
    /// The kinds of entities that it follows.
    fn kinds(&self) -> &'static [&'static str];
    /// Every collection that it writes to. A collection belongs to one projection.
    fn collections(&self) -> &'static [&'static str];
    /// The version of what it writes. After a change it is rebuilt by itself at the next start.
    fn version(&self) -> u32 {
        1
    }
    /// The documents that follow from one event.
    fn project<'a>(&'a self, event: &'a StoredEvent)
    -> BoxFuture<'a, Result<Vec<DocumentPut>, JournalError>>;
}
