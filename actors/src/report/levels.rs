//! What runs out, as documents.

use std::sync::Arc;

use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::{Journal, JournalError, StoredEvent};
use amazoff_supervisor::{Entity, Projection, Timestamp};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::ids::{ProductId, VariantId};
use crate::projecting::{Fold, Folds, put};
use crate::stock::{Event, Stock};

/// The collection of variants with few pieces left.
pub const STOCK_LEVELS: &str = "stock-levels";
/// The most pieces with which a variant has a document: busy stocks that are full write none.
pub const LOW_MAX: u32 = 100;

/// Stocks that are kept as they were at their newest event.
const KEPT_MAX: u64 = 2_000;

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
    stock: Stock,
    out_since: Option<Timestamp>,
    /// What its document was before the newest event.
    before: Option<Level>,
}

impl Fold<Stock> for Folded {
    fn take(&mut self, stored: &StoredEvent, event: &Event) {
        let variant = VariantId::from(stored.entity.id);
        self.before = self.level(variant);
        self.stock.apply(event);
        self.out_since = match (self.stock.available(), self.out_since) {
            (0, since) => since.or(Some(stored.at)),
            (_, _) => None,
        };
    }
}

impl Folded {
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

/// Keeps the collection [`STOCK_LEVELS`]: a function of a stock's events up to the one at hand.
pub struct StockLevelProjection {
    stocks: Folds<Stock, Folded>,
}

impl StockLevelProjection {
    /// Its name.
    pub const NAME: &'static str = "stock-levels";

    /// A projection that reads stocks from this journal.
    pub fn new(journal: Arc<dyn Journal>) -> Self {
        Self { stocks: Folds::over(journal, KEPT_MAX) }
    }
}

fn of_stock(folded: &Folded, event: &StoredEvent) -> Result<Vec<DocumentPut>, JournalError> {
    let variant = VariantId::from(event.entity.id);
    let level = folded.level(variant);
    let changed = folded.before != level;
    let put = || put((STOCK_LEVELS, variant.to_string()), event.seq, level.as_ref());
    changed.then(put).into_iter().collect()
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
        async move { self.stocks.at(event, |folded, _| of_stock(folded, event)).await? }.boxed()
    }
}
