//! What was sold, as documents: by day, and by line.

use std::collections::BTreeMap;
use std::sync::Arc;

use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::{Journal, JournalError, StoredEvent};
use amazoff_supervisor::{Entity, Projection};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::Day;
use crate::ids::{OrderId, ProductId, VariantId};
use crate::order::{Event, KEPT_MAX, MoneyEvent, Order, ReturnEvent};
use crate::projecting::{Fold, Folds, put};

/// The collection of what orders cost, by the days on which that changed.
pub const SALES: &str = "sales";
/// The collection of lines of placed orders.
pub const SOLD_LINES: &str = "sold-lines";

/// What an order brought on one day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sale {
    pub(super) day: String,
    pub(super) currency: String,
    /// 1 on the day on which it was placed.
    pub(super) orders: u64,
    /// What it cost when it was placed.
    pub(super) gross: i64,
    /// How much less it costs since.
    pub(super) refunds: i64,
    /// Its tax, less that of what it costs less.
    pub(super) tax: i64,
}

/// A line that was sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SoldLine {
    /// When the order was placed.
    pub(super) day: String,
    pub(super) currency: String,
    pub(super) product: ProductId,
    pub(super) variant: VariantId,
    pub(super) title: String,
    /// Neither given up nor sent back.
    pub(super) pieces: u64,
    /// What the shopper paid for them.
    pub(super) amount: i64,
}

/// Keeps the collections [`SALES`] and [`SOLD_LINES`], from each order's own events up to the one at hand.
pub struct SalesProjection {
    orders: Folds<Order, Sold>,
}

/// An order with what it brought on each day.
#[derive(Default)]
struct Sold {
    order: Order,
    days: BTreeMap<Day, Sale>,
    /// Whether the newest event changed what is sold.
    changed: bool,
}

impl Fold<Order> for Sold {
    fn take(&mut self, stored: &StoredEvent, event: &Event) {
        let (was_placed, before, before_tax) =
            (self.order.placed_at.is_some(), self.order.price(), self.tax());
        self.order.apply(event);
        let Some(draft) = self.order.draft.as_deref() else { return };
        let Some(placed_at) = self.order.placed_at else { return };
        let currency = draft.totals.total.currency.code().to_owned();
        let day = Day::of(if was_placed { stored.at } else { placed_at });
        let (price, tax) = (self.order.price(), self.tax());
        self.changed = !was_placed || price != before;
        if !self.changed {
            return;
        }
        let sale = self.days.entry(day).or_default();
        (sale.day, sale.currency) = (day.to_string(), currency);
        if was_placed {
            sale.refunds = sale.refunds.saturating_add(before.saturating_sub(price));
            sale.tax = sale.tax.saturating_add(tax.saturating_sub(before_tax));
        } else {
            sale.orders = 1;
            sale.gross = sale.gross.saturating_add(price);
            sale.tax = sale.tax.saturating_add(tax);
        }
    }
}

impl Sold {
    /// The share of the order's tax in what it costs now, rounded down.
    fn tax(&self) -> i64 {
        let Some(totals) = self.order.draft.as_deref().map(|draft| &draft.totals) else { return 0 };
        let (tax, total) = (i128::from(totals.tax.amount), i128::from(totals.total.amount));
        let share = tax.saturating_mul(self.order.price().into()).checked_div(total).unwrap_or_default();
        i64::try_from(share).unwrap_or_default()
    }

    /// The lines that are sold, with their names; `None` for one of which nothing is left.
    fn lines(&self) -> Vec<(String, Option<SoldLine>)> {
        let (Some(draft), Some(placed_at)) = (self.order.draft.as_deref(), self.order.placed_at) else {
            return Vec::new();
        };
        let line = |line: &crate::order::Line| {
            let goods = self.order.goods.get(&line.id).copied().unwrap_or_default();
            let kept = if self.order.canceled.is_some() { 0 } else { goods.current() };
            let kept = kept.saturating_sub(goods.returned);
            let share = i128::from(draft.line_price(line)).saturating_mul(kept.into());
            let amount = share.checked_div(goods.ordered.into()).unwrap_or_default();
            let sold = (kept > 0).then(|| SoldLine {
                day: Day::of(placed_at).to_string(),
                currency: draft.totals.total.currency.code().to_owned(),
                product: line.product_id,
                variant: line.variant_id,
                title: line.title.clone(),
                pieces: kept.into(),
                amount: i64::try_from(amount).unwrap_or_default(),
            });
            (line.id.to_string(), sold)
        };
        draft.lines.iter().map(line).collect()
    }
}

impl SalesProjection {
    /// Its name.
    pub const NAME: &'static str = "sales";

    /// A projection that reads orders from this journal.
    pub fn new(journal: Arc<dyn Journal>) -> Self {
        Self { orders: Folds::over(journal, KEPT_MAX) }
    }
}

fn of_order(sold: &Sold, event: &Event, stored: &StoredEvent) -> Result<Vec<DocumentPut>, JournalError> {
    let Some(placed_at) = sold.order.placed_at.filter(|_| concerns(event)) else { return Ok(Vec::new()) };
    let is_placed = matches!(event, Event::Placed { .. });
    let id = OrderId::from(stored.entity.id).to_string();
    let mut puts = Vec::new();
    let day = Day::of(if is_placed { placed_at } else { stored.at });
    if let Some(sale) = sold.days.get(&day).filter(|_| sold.changed) {
        puts.push(put((SALES, format!("{id}:{}", sale.day)), stored.seq, Some(sale))?);
    }
    if is_placed || moves_goods(event) {
        for (name, line) in sold.lines() {
            puts.push(put((SOLD_LINES, format!("{id}:{name}")), stored.seq, line.as_ref())?);
        }
    }
    Ok(puts)
}

/// Whether an event may change what an order costs, or what of it is kept.
fn concerns(event: &Event) -> bool {
    match event {
        Event::Placed { .. }
        | Event::Canceled { .. }
        | Event::LinesCanceled { .. }
        | Event::Adjusted { .. }
        | Event::Return(_) => true,
        Event::Money(event) => {
            matches!(
                event,
                MoneyEvent::Refunded { .. }
                    | MoneyEvent::RefundFailed { .. }
                    | MoneyEvent::RefundReturned { .. }
                    | MoneyEvent::DisputeClosed { .. }
            )
        }
        Event::Drafted { .. }
        | Event::PaymentNoted { .. }
        | Event::Paid { .. }
        | Event::Parcel(_)
        | Event::NoteAdded { .. } => false,
    }
}

/// Whether an event changes how many pieces are kept.
fn moves_goods(event: &Event) -> bool {
    matches!(
        event,
        Event::Canceled { .. } | Event::LinesCanceled { .. } | Event::Return(ReturnEvent::Received { .. })
    )
}

impl Projection for SalesProjection {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[Order::KIND]
    }

    fn collections(&self) -> &'static [&'static str] {
        &[SALES, SOLD_LINES]
    }

    fn project<'a>(
        &'a self,
        event: &'a StoredEvent,
    ) -> BoxFuture<'a, Result<Vec<DocumentPut>, JournalError>> {
        async move { self.orders.at(event, |sold, happened| of_order(sold, happened, event)).await? }.boxed()
    }
}
