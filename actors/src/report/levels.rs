//! What runs out, as documents.

use std::sync::{Arc, Mutex, PoisonError};

use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::{Journal, JournalError, StoredEvent};
use amazoff_supervisor::{Entity, Projection, Timestamp, Version};
use futures::FutureExt;
use futures::future::BoxFuture;
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{ProductId, VariantId};
use crate::projecting::{put, read};
use crate::stock::Stock;

/// The collection of variants with few pieces left.
pub const STOCK_LEVELS: &str = "stock-levels";
/// The most pieces with which a variant has a document: busy stocks that are full write none.
pub const LOW_MAX: u32 = 100;

/// Stocks that are remembered as they were at the newest event that was projected, or two where a rebuild follows behind.
const REMEMBERED_MAX: u64 = 2_000;
const TRACKS: usize = 2;
/// How many events are read at once.
const PAGE: usize = 200;

/// A variant with few pieces left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Level {
    pub(super) variant: VariantId,
    pub(super) product: ProductId,
    pub(super) sku: String,
    pub(super) available: u32,
    pub(super) on_hand: u32,
    /// Since when none can be had, in milliseconds since 1970.
    pub(super) out_since: Option<i64>,
}

/// A stock up to one of its events.
#[derive(Default)]
struct Folded {
    version: Version,
    stock: Stock,
    out_since: Option<Timestamp>,
}

impl Folded {
    fn take(&mut self, stored: &StoredEvent) -> Result<(), JournalError> {
        self.stock.apply(&read::<Stock>(stored)?);
        self.version = stored.seq;
        self.out_since = match (self.stock.available(), self.out_since) {
            (0, since) => since.or(Some(stored.at)),
            (_, _) => None,
        };
        Ok(())
    }

    /// Its document; `None` when there are plenty.
    fn level(&self, variant: VariantId) -> Option<Level> {
        let (product, available) = (self.stock.product?, self.stock.available());
        (available <= LOW_MAX).then(|| Level {
            variant,
            product,
            sku: self.stock.sku.clone(),
            available,
            on_hand: self.stock.on_hand,
            out_since: self.out_since.map(Timestamp::unix_ms),
        })
    }
}

type Remembered = Arc<Mutex<Vec<Folded>>>;

/// Keeps the collection [`STOCK_LEVELS`]: a function of a stock's events up to the one at hand. What it remembers of stocks
/// only spares reading all of their events again for each.
pub struct StockLevelProjection {
    journal: Arc<dyn Journal>,
    remembered: Cache<Uuid, Remembered>,
}

impl StockLevelProjection {
    /// Its name.
    pub const NAME: &'static str = "stock-levels";

    /// A projection that reads stocks from this journal.
    pub fn new(journal: Arc<dyn Journal>) -> Self {
        Self { journal, remembered: Cache::new(REMEMBERED_MAX) }
    }

    /// The newest that is remembered of a stock before an event.
    fn before(&self, event: &StoredEvent) -> (Remembered, Folded) {
        let slot = self.remembered.get_with(event.entity.id, Remembered::default);
        let mut known = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let earlier = known.iter().enumerate().filter(|(_, folded)| folded.version < event.seq);
        let newest = earlier.max_by_key(|(_, folded)| folded.version).map(|(at, _)| at);
        let folded = newest.map(|at| known.swap_remove(at)).unwrap_or_default();
        drop(known);
        (slot, folded)
    }

    async fn of_stock(&self, event: &StoredEvent) -> Result<Vec<DocumentPut>, JournalError> {
        let (slot, mut folded) = self.before(event);
        while folded.version.0.saturating_add(1) < event.seq.0 {
            let page = self.journal.history(&event.entity, folded.version, PAGE).await?;
            let earlier: Vec<_> = page.iter().filter(|stored| stored.seq < event.seq).collect();
            if earlier.is_empty() {
                break;
            }
            earlier.into_iter().try_for_each(|stored| folded.take(stored))?;
        }
        let variant = VariantId::from(event.entity.id);
        let was_low = folded.level(variant);
        folded.take(event)?;
        let level = folded.level(variant);
        let changed = was_low != level;
        {
            let mut known = slot.lock().unwrap_or_else(PoisonError::into_inner);
            known.push(folded);
            known.sort_unstable_by_key(|folded| folded.version);
            let surplus = known.len().saturating_sub(TRACKS);
            known.drain(..surplus);
        }
        let put = || put((STOCK_LEVELS, variant.to_string()), event.seq, level.as_ref());
        changed.then(put).into_iter().collect()
    }
}

impl Projection for StockLevelProjection {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[Stock::KIND]
    }

    fn collections(&self) -> &'static [&'static str] {
        &[STOCK_LEVELS]
    }

    fn project<'a>(
        &'a self,
        event: &'a StoredEvent,
    ) -> BoxFuture<'a, Result<Vec<DocumentPut>, JournalError>> {
        self.of_stock(event).boxed()
    }
}
