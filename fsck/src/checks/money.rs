//! Captured at the provider = captured in payments = the ledger, each for one placed order in full.

use std::collections::{BTreeMap, HashMap, HashSet};

use amazoff_actors::ids::{OrderId, PaymentId};
use amazoff_actors::order::{PaymentStatus, SALES};
use amazoff_actors::payment::{CLEARING, Operation};
use uuid::Uuid;

use crate::books::{Page, ProviderEntry};
use crate::facts::{Facts, OrderFact, Progress};
use crate::finding::{Code, Report};

pub(super) fn adds_up(facts: &Facts, report: &mut Report) {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for ((_, asset), amount) in &facts.balances {
        *sums.entry(asset).or_default() += amount;
    }
    for (asset, sum) in sums.into_iter().filter(|(_, sum)| *sum != 0) {
        report.note(Code::LedgerUnbalanced, asset, format!("all postings sum to {sum}"));
    }
    per_currency(facts, report);
    per_order(facts, report);
}

/// What moved, in one currency.
#[derive(Default)]
struct Sums {
    captured: i64,
    paid: i64,
}

/// Captured = taken from providers; paid = sold; the difference is on its way.
fn per_currency(facts: &Facts, report: &mut Report) {
    let mut sums: BTreeMap<&'static str, Sums> = BTreeMap::new();
    for payment in facts.payments.values().filter(|payment| payment.progress == Progress::Captured) {
        if let Some(amount) = payment.amount {
            sums.entry(amount.currency.code()).or_default().captured += amount.amount;
        }
    }
    for order in facts.orders.values().filter(|order| order.payment_status == PaymentStatus::Paid) {
        if let Some(total) = order.total {
            sums.entry(total.currency.code()).or_default().paid += total.amount;
        }
    }
    for (currency, Sums { captured, paid }) in sums {
        let from_providers = |((account, asset), amount): (&(String, String), &i64)| {
            (account.starts_with("provider:") && asset == currency).then_some(*amount)
        };
        let taken = -facts.balances.iter().filter_map(from_providers).sum::<i64>();
        let (clearing, sales) = (facts.balance(CLEARING, currency), facts.balance(SALES, currency));
        if taken != captured || sales != paid || clearing != captured - paid || clearing < 0 {
            let detail = format!(
                "the ledger says {taken} taken, {clearing} on its way, {sales} sold; \
                 payments say {captured} captured, orders say {paid} paid"
            );
            report.note(Code::MoneyDiffers, currency, detail);
        }
    }
}

/// Per order: what was captured is nothing, or its total.
fn per_order(facts: &Facts, report: &mut Report) {
    let mut captured: HashMap<OrderId, i64> = HashMap::new();
    for (id, payment) in facts.payments.iter().filter(|(_, of)| of.progress == Progress::Captured) {
        let (Some(order), Some(amount)) = (payment.order, payment.amount) else { continue };
        *captured.entry(order).or_default() += amount.amount;
        let placed = facts.orders.get(&order.uuid()).is_some_and(OrderFact::is_placed);
        if !placed {
            let name = PaymentId::from(*id);
            report.note(Code::MoneyStranded, name, format!("it was captured, but {order} is not placed"));
        }
    }
    for (order, sum) in captured {
        let total = facts.orders.get(&order.uuid()).and_then(|order| order.total);
        let total = total.map_or(0, |total| total.amount);
        if !(0..=total).contains(&sum) {
            report.note(Code::CapturedTooMuch, order, format!("{sum} was captured, it costs {total}"));
        }
    }
}

/// The provider's book as it was before the truth was read, and after.
pub(super) fn agrees_with(facts: &Facts, before: &Page, after: &Page, report: &mut Report) {
    let mut per_order: HashMap<OrderId, u32> = HashMap::new();
    for entry in captures(before) {
        let payment = facts.payments.get(&entry.payment.uuid());
        let Some(payment) = payment.filter(|payment| payment.amount == Some(entry.amount)) else {
            let detail = format!("the provider took {}; we know of {payment:?}", entry.amount);
            report.note(Code::ProviderUnknown, entry.payment, detail);
            continue;
        };
        if let Some(order) = payment.order {
            *per_order.entry(order).or_default() += 1;
        }
        let knows = match payment.progress {
            Progress::Captured => true,
            Progress::Asking { captures } | Progress::Unknown { captures, .. } => captures,
            Progress::Over | Progress::Waiting | Progress::Created => false,
        };
        if !knows {
            let detail = format!("the provider took {}; it is {:?}", entry.amount, payment.progress);
            report.note(Code::ProviderUnknown, entry.payment, detail);
        }
    }
    for (order, times) in per_order.into_iter().filter(|(_, times)| *times > 1) {
        report.note(Code::ProviderTwice, order, format!("the provider took its money {times} times"));
    }
    let taken: HashSet<Uuid> = captures(after).map(|entry| entry.payment.uuid()).collect();
    for (id, payment) in facts.payments.iter().filter(|(_, of)| of.provider == after.provider) {
        if payment.progress == Progress::Captured && !taken.contains(id) {
            report.note(
                Code::ProviderMissing,
                PaymentId::from(*id),
                "the provider's book has no such capture",
            );
        }
    }
}

fn captures(page: &Page) -> impl Iterator<Item = &ProviderEntry> {
    page.entries.iter().filter(|entry| entry.operation == Operation::Capture && entry.approved)
}
