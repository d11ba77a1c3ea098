//! The way to reports.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use amazoff_supervisor::documents::{Documents, Pick, Picked, Position, QUERY_LIMIT_MAX, Query, Sort, pick};
use amazoff_supervisor::{Fault, FaultKind, ReadError, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::funnel::{MILESTONES, Stage};
use super::levels::{Level, STOCK_LEVELS};
use super::sales::{SALES, SOLD_LINES, Sale, SoldLine};
use super::{Day, LOW_MAX};
use crate::ids::{ProductId, VariantId};
use crate::money::Currency;
use crate::product::{Products, Status};

/// The most days of a report.
pub const DAYS_MAX: i64 = 366;
/// The most documents that a report reads.
pub const DOCUMENTS_MAX: usize = 100_000;

/// Variants that are looked at for a page of those that run out.
const LEVELS_LOOKED_AT_MAX: usize = 500;

/// Days, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    from: Day,
    to: Day,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The days are in the wrong order, or too many.
    #[error("a report is about 1 to {DAYS_MAX} days, the first one first")]
    RangeInvalid,
    /// There is too much to read.
    #[error("a report reads at most {DOCUMENTS_MAX} orders or lines: ask for fewer days")]
    TooLarge,
    /// Documents cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl Fault for ReportError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::RangeInvalid | Self::TooLarge => FaultKind::Invalid,
            Self::Read(error) => error.kind(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::RangeInvalid => "report-range-invalid",
            Self::TooLarge => "report-too-large",
            Self::Read(error) => error.code(),
        }
    }
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RangeInvalid | Self::TooLarge => None,
            Self::Read(error) => error.retry_after(),
        }
    }
}

impl Range {
    /// From one day to another.
    ///
    /// # Errors
    /// [`ReportError::RangeInvalid`].
    pub fn new(from: Day, to: Day) -> Result<Self, ReportError> {
        let days = to.since(from);
        if (0..DAYS_MAX).contains(&days) { Ok(Self { from, to }) } else { Err(ReportError::RangeInvalid) }
    }

    /// Every day of it.
    pub fn days(self) -> impl Iterator<Item = Day> {
        std::iter::successors(Some(self.from), |day| day.next()).take_while(move |day| *day <= self.to)
    }
}

/// What was sold on a day, or on all of them. Amounts in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RevenueDay {
    /// Orders that were placed.
    pub orders: u64,
    /// What they cost then.
    pub gross: i64,
    /// How much less orders cost since that day, of whichever day they are.
    pub refunds: i64,
    /// The tax in `gross`, less that in `refunds`.
    pub tax: i64,
}

impl RevenueDay {
    /// What is left without tax.
    pub fn net(self) -> i64 {
        self.gross.saturating_sub(self.refunds).saturating_sub(self.tax)
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            orders: self.orders.saturating_add(other.orders),
            gross: self.gross.saturating_add(other.gross),
            refunds: self.refunds.saturating_add(other.refunds),
            tax: self.tax.saturating_add(other.tax),
        }
    }
}

/// A product and how it sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BestSeller {
    /// Which.
    pub product: ProductId,
    /// Its name when it was last sold.
    pub title: String,
    /// Pieces that were neither given up nor sent back.
    pub pieces: u64,
    /// What was paid for them, in minor units.
    pub amount: i64,
    /// Orders' lines with it.
    pub lines: u64,
}

/// How many came to each stage on a day, in the order of [`Stage::ALL`].
pub type FunnelDay = [u64; Stage::ALL.len()];

/// A variant that runs out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockOut {
    /// Which variant.
    pub variant: VariantId,
    /// Of which product.
    pub product: ProductId,
    /// What that is called.
    pub title: String,
    /// The shop's own article number.
    pub sku: String,
    /// How many can be had.
    pub available: u32,
    /// How many are on the shelf.
    pub on_hand: u32,
    /// Since when none can be had.
    pub out_since: Option<Timestamp>,
}

impl StockOut {
    fn of(level: Level, title: String) -> Self {
        Self {
            variant: level.variant,
            product: level.product,
            title,
            sku: level.sku,
            available: level.available,
            on_hand: level.on_hand,
            out_since: level.out_since.map(Timestamp::from_unix_ms),
        }
    }
}

/// A page of variants that run out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StockOutPage {
    /// The fewest pieces first.
    pub items: Vec<StockOut>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Position>,
}

/// All reports. Cheap to clone.
#[derive(Clone)]
pub struct Reports {
    documents: Arc<dyn Documents>,
    products: Products,
}

impl Reports {
    /// Reports out of these documents; the products say which variants are still sold.
    pub fn new(documents: Arc<dyn Documents>, products: Products) -> Self {
        Self { documents, products }
    }

    /// What was sold on each day, also on those without a sale.
    ///
    /// # Errors
    /// [`ReportError::TooLarge`], or when documents cannot be read.
    pub async fn revenue(
        &self,
        range: Range,
        currency: Currency,
    ) -> Result<Vec<(Day, RevenueDay)>, ReportError> {
        let (mut left, mut report) = (DOCUMENTS_MAX, Vec::new());
        for day in range.days() {
            let sales = self.of_day::<Sale>(SALES, (day, currency), &mut left).await?;
            let sum = sales.into_iter().fold(RevenueDay::default(), |sum, sale| {
                let Sale { orders, gross, refunds, tax, .. } = sale;
                sum.and(RevenueDay { orders, gross, refunds, tax })
            });
            report.push((day, sum));
        }
        Ok(report)
    }

    /// The products of which most pieces were sold in orders that were placed on these days, at most `limit`.
    ///
    /// # Errors
    /// [`ReportError::TooLarge`], or when documents cannot be read.
    pub async fn best_sellers(
        &self,
        range: Range,
        currency: Currency,
        limit: usize,
    ) -> Result<Vec<BestSeller>, ReportError> {
        let (mut left, mut sold) = (DOCUMENTS_MAX, BTreeMap::<ProductId, BestSeller>::new());
        for day in range.days() {
            for line in self.of_day::<SoldLine>(SOLD_LINES, (day, currency), &mut left).await? {
                let product = line.product;
                let new = BestSeller { product, title: String::new(), pieces: 0, amount: 0, lines: 0 };
                let known = sold.entry(product).or_insert(new);
                known.pieces = known.pieces.saturating_add(line.pieces);
                known.amount = known.amount.saturating_add(line.amount);
                known.lines = known.lines.saturating_add(1);
                known.title = line.title;
            }
        }
        let mut best: Vec<_> = sold.into_values().collect();
        best.sort_by(|one, other| {
            (other.pieces, other.amount).cmp(&(one.pieces, one.amount)).then(one.product.cmp(&other.product))
        });
        best.truncate(limit);
        Ok(best)
    }

    /// How many carts and orders came to each stage for the first time, on each day.
    ///
    /// # Errors
    /// When documents cannot be read.
    pub async fn funnel(&self, range: Range) -> Result<Vec<(Day, FunnelDay)>, ReportError> {
        let mut report = Vec::new();
        for day in range.days() {
            let mut counts = FunnelDay::default();
            for (count, stage) in counts.iter_mut().zip(Stage::ALL) {
                let equals = vec![("stage_day".to_owned(), Value::from(stage.on(day)))];
                let query = Query { collection: MILESTONES.to_owned(), equals, ..Query::default() };
                *count = self.documents.count(&query).await.map_err(ReadError::from)?;
            }
            report.push((day, counts));
        }
        Ok(report)
    }

    /// Variants of which at most `threshold` pieces can be had (at most [`LOW_MAX`]), the fewest first. Those that are retired,
    /// or whose product is archived, are left out: 500 are looked at for a page, so it may be short, or empty, and yet have a
    /// next one.
    ///
    /// # Errors
    /// When documents or products cannot be read.
    pub async fn stock_outs(
        &self,
        threshold: u32,
        after: Option<Position>,
        limit: usize,
    ) -> Result<StockOutPage, ReportError> {
        let threshold = threshold.min(LOW_MAX);
        let query = Query {
            collection: STOCK_LEVELS.to_owned(),
            sort: Some(Sort { field: "available".to_owned(), descending: false }),
            after,
            limit,
            ..Query::default()
        };
        let picked = pick(&*self.documents, query, LEVELS_LOOKED_AT_MAX, |id, body| async move {
            let Some(level) = document::<Level>(&id, body) else { return Ok(Pick::Leave) };
            if level.available > threshold {
                return Ok(Pick::End);
            }
            let title = self.sold_as(&level).await?;
            Ok::<_, ReadError>(title.map_or(Pick::Leave, |title| Pick::Take(StockOut::of(level, title))))
        });
        let Picked { items, next } = picked.await?;
        Ok(StockOutPage { items, next })
    }

    /// What the product of a variant is called, if anybody wants more of that.
    async fn sold_as(&self, level: &Level) -> Result<Option<String>, ReadError> {
        let Some(product) = self.products.get(level.product).await? else { return Ok(None) };
        let is_over =
            product.state.status == Status::Archived || product.state.retired.contains(&level.variant);
        Ok((!is_over).then(|| product.state.title.clone()))
    }

    /// Every document of a day and a currency, as long as there are no more than are left to read.
    async fn of_day<D: DeserializeOwned>(
        &self,
        collection: &str,
        (day, currency): (Day, Currency),
        left: &mut usize,
    ) -> Result<Vec<D>, ReportError> {
        let equals = [("day", day.to_string()), ("currency", currency.code().to_owned())];
        let equals: Vec<_> = equals.map(|(name, value)| (name.to_owned(), Value::from(value))).into();
        let (mut found, mut after): (Vec<D>, Option<Position>) = (Vec::new(), None);
        loop {
            let query = Query {
                collection: collection.to_owned(),
                equals: equals.clone(),
                after,
                limit: QUERY_LIMIT_MAX,
                ..Query::default()
            };
            let page = self.documents.query(&query).await.map_err(ReadError::from)?;
            *left = left.checked_sub(page.items.len()).ok_or(ReportError::TooLarge)?;
            found.extend(page.items.into_iter().filter_map(|(id, body)| document(&id, body)));
            after = page.next;
            if after.is_none() {
                return Ok(found);
            }
        }
    }
}

/// A document that cannot be read is a defect of ours: it is reported and left out.
fn document<D: DeserializeOwned>(id: &str, body: Value) -> Option<D> {
    match serde_json::from_value(body) {
        Ok(document) => Some(document),
        Err(error) => {
            tracing::error!(document = %id, %error, "document {id} of a report cannot be read: {error}");
            None
        }
    }
}
