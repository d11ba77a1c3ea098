//! The sums of an order: what it costs, what was taken, what went back. All in minor units of its one currency.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::adjustment::{Adjustment, AdjustmentStatus, RefundPart};
use super::goods::{Pieces, Portion};
use super::state::Order;
use crate::ids::{CaptureId, LineId, PaymentId, RefundId};

/// What one payment took for an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Money that was taken, by capture.
    pub taken: BTreeMap<CaptureId, i64>,
    /// Money that the payment was asked to take, by capture.
    pub asked: BTreeMap<CaptureId, i64>,
    /// Whether the rest of the reservation was asked to be given up.
    pub void_asked: bool,
    /// Whether the reservation is over.
    pub ended: bool,
}

impl Account {
    /// All that was taken.
    pub fn captured(&self) -> i64 {
        sum(self.taken.values())
    }
}

fn sum<'a>(amounts: impl Iterator<Item = &'a i64>) -> i64 {
    amounts.fold(0, |sum, amount| sum.saturating_add(*amount))
}

/// What the first `count` of `pieces` pieces cost of `price`: each gets its share, and the minor units that are left go
/// to the first ones, so that all pieces cost exactly `price`.
pub(super) fn share(price: i64, pieces: u32, count: u32) -> i64 {
    let pieces = i64::from(pieces.max(1));
    let count = i64::from(count).min(pieces);
    (price / pieces).saturating_mul(count).saturating_add((price % pieces).min(count))
}

/// How many pieces of each line, however often it is named.
pub(super) fn counted(lines: &[Portion]) -> BTreeMap<LineId, u32> {
    lines.iter().fold(BTreeMap::new(), |mut counts, Portion { line, quantity }| {
        let count: &mut u32 = counts.entry(*line).or_default();
        *count = count.saturating_add(quantity.get());
        counts
    })
}

impl Order {
    /// What was agreed on.
    pub fn total(&self) -> i64 {
        self.draft.as_ref().map_or(0, |draft| draft.totals.total.amount)
    }

    /// What it costs by now; nothing when it was given up.
    pub fn price(&self) -> i64 {
        if self.canceled.is_some() {
            return 0;
        }
        let less = self.adjustments.iter().map(Adjustment::reduces).fold(0, i64::saturating_add);
        self.total().saturating_sub(less).max(0)
    }

    /// All that was ever taken for it.
    pub fn captured(&self) -> i64 {
        self.accounts.values().map(Account::captured).fold(0, i64::saturating_add)
    }

    /// All that payments were asked to take and did not answer yet.
    pub fn capturing(&self) -> i64 {
        self.accounts.values().map(|account| sum(account.asked.values())).fold(0, i64::saturating_add)
    }

    /// All that went back.
    pub fn refunded(&self) -> i64 {
        self.parts_sum(|part| part.status == AdjustmentStatus::Completed)
    }

    /// All that went back or is on its way.
    pub fn refunding(&self) -> i64 {
        self.parts_sum(|part| part.status != AdjustmentStatus::Failed)
    }

    /// What can still be given back (ORDER-6).
    pub fn refundable(&self) -> i64 {
        self.captured().saturating_sub(self.refunding()).max(0)
    }

    /// What was to go back, did not, and was not given back since: the shopper's money, whatever the order still costs. A
    /// person decides how it gets there, so nothing else is paid with it.
    pub(super) fn failed_refunds(&self) -> i64 {
        let failed = self.adjustments.iter().filter(|adjustment| !adjustment.is_won_dispute());
        let failed = failed.fold(0_i64, |failed, adjustment| {
            failed.saturating_sub(adjustment.makes_good()).max(0).saturating_add(adjustment.failed())
        });
        failed.min(self.refundable())
    }

    /// What pays for the order: what was taken, without what goes back or was to.
    pub(super) fn held(&self) -> i64 {
        self.captured().saturating_sub(self.refunding()).saturating_sub(self.failed_refunds())
    }

    /// What the shop has, the order does not cost, and nobody was promised.
    pub fn excess(&self) -> i64 {
        self.held().saturating_sub(self.price()).max(0)
    }

    /// What of a sum the excess does not pay.
    pub(super) fn beyond_excess(&self, amount: i64) -> i64 {
        amount.saturating_sub(self.excess()).max(0)
    }

    /// Of a sum that goes back: what had failed to, and by how much less the order costs then.
    pub(super) fn split(&self, amount: i64) -> (i64, i64) {
        let beyond = self.beyond_excess(amount);
        let again = beyond.min(self.failed_refunds());
        (again, beyond - again)
    }

    /// What is still to be taken, beyond what payments were asked for.
    pub fn uncaptured(&self) -> i64 {
        let held = self.held().saturating_add(self.capturing());
        self.price().saturating_sub(held).max(0)
    }

    fn parts_sum(&self, counts: impl Fn(&RefundPart) -> bool) -> i64 {
        self.adjustments.iter().map(|adjustment| adjustment.sum(&counts)).fold(0, i64::saturating_add)
    }

    /// What a payment can still give back.
    fn refundable_by(&self, payment: PaymentId) -> i64 {
        let taken = self.accounts.get(&payment).map_or(0, Account::captured);
        taken
            .saturating_sub(
                self.parts_sum(|part| part.payment == payment && part.status != AdjustmentStatus::Failed),
            )
            .max(0)
    }

    /// Shares a refund out over the payments that took money, the one that placed the order first. As much as they have.
    pub(super) fn refund_parts(
        &self,
        amount: i64,
        name: impl Fn(PaymentId) -> RefundId,
    ) -> Vec<(PaymentId, RefundId, i64)> {
        let others = self.accounts.keys().copied().filter(|payment| Some(*payment) != self.payment);
        let mut left = amount;
        let mut parts = Vec::new();
        for payment in self.payment.into_iter().chain(others) {
            let part = left.min(self.refundable_by(payment));
            if part > 0 {
                parts.push((payment, name(payment), part));
                left -= part;
            }
        }
        parts
    }

    /// What pieces of a line cost, from the `from`-th on (ORDER-5).
    pub(super) fn pieces_price(&self, line: LineId, from: u32, count: u32) -> i64 {
        let Some(draft) = &self.draft else { return 0 };
        let Some(bought) = draft.line(line) else { return 0 };
        let (price, pieces) = (draft.line_price(bought), bought.quantity.get());
        let upto = |count| share(price, pieces, count);
        upto(from.saturating_add(count)).saturating_sub(upto(from))
    }

    /// What canceled pieces cost: they are counted from the end, those that are sent or refunded from the start. What was
    /// refunded before costs nothing any more.
    pub(super) fn canceled_price(&self, lines: &[Portion]) -> i64 {
        self.price_of(lines, |line, pieces, count| {
            let from = pieces.current().saturating_sub(count).max(pieces.refunded);
            self.pieces_price(line, from, pieces.current().saturating_sub(from))
        })
    }

    /// What the next pieces of these lines cost that were not refunded yet.
    pub(super) fn refund_price(&self, lines: &[Portion]) -> i64 {
        self.price_of(lines, |line, pieces, count| self.pieces_price(line, pieces.refunded, count))
    }

    /// What the next pieces of these lines cost that were not sent yet.
    pub(super) fn shipping_lines_price(&self, lines: &[Portion]) -> i64 {
        self.price_of(lines, |line, pieces, count| self.pieces_price(line, pieces.shipped, count))
    }

    /// The sum over lines, each once: a line that is named twice is one of more pieces.
    fn price_of(&self, lines: &[Portion], price: impl Fn(LineId, Pieces, u32) -> i64) -> i64 {
        let priced = counted(lines).into_iter().map(|(line, count)| {
            let pieces = self.goods.get(&line).copied().unwrap_or_default();
            price(line, pieces, count)
        });
        priced.fold(0, i64::saturating_add)
    }
}
