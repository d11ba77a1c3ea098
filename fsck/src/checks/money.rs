//! Captured at the provider = captured in payments = the ledger, each for one placed order and never more than it costs.

use std::collections::{BTreeMap, HashMap};

use amazoff_actors::ids::{OrderId, PaymentId};
use amazoff_actors::order::SALES;
use amazoff_actors::payment::{DISPUTES, Operation};
use uuid::Uuid;

use crate::books::{Page, ProviderEntry};
use crate::facts::{Facts, OrderFact, PaymentFact};
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
    refunded: i64,
    disputed: i64,
    sold: i64,
}

/// Taken from providers = captured − refunded − disputed; sold = what orders have and keep. The rest is on its way.
fn per_currency(facts: &Facts, report: &mut Report) {
    let mut sums: BTreeMap<&'static str, Sums> = BTreeMap::new();
    for payment in facts.payments.values() {
        if let Some(amount) = payment.amount {
            let of = sums.entry(amount.currency.code()).or_default();
            of.captured += payment.captured;
            of.refunded += payment.refunded;
            of.disputed += payment.disputed;
        }
    }
    for order in facts.orders.values() {
        if let Some(total) = order.total {
            sums.entry(total.currency.code()).or_default().sold += order.sold;
        }
    }
    for (currency, sums) in sums {
        let from_providers = |((account, asset), amount): (&(String, String), &i64)| {
            (account.starts_with("provider:") && asset == currency).then_some(*amount)
        };
        let taken = -facts.balances.iter().filter_map(from_providers).sum::<i64>();
        let (sales, disputes) = (facts.balance(SALES, currency), facts.balance(DISPUTES, currency));
        let Sums { captured, refunded, disputed, sold } = sums;
        let fits = taken == captured - refunded - disputed && sales == sold && disputes == -disputed;
        if !fits {
            let detail = format!(
                "the ledger says {taken} taken, {sales} sold, {disputes} disputed; payments say {captured} captured, {refunded} refunded, {disputed} disputed, orders say {sold} sold"
            );
            report.note(Code::MoneyDiffers, currency, detail);
        }
    }
}

/// Per order: never more was captured than it costs, and what is kept belongs to a placed one.
fn per_order(facts: &Facts, report: &mut Report) {
    let mut captured: HashMap<OrderId, i64> = HashMap::new();
    for (id, payment) in facts.payments.iter().filter(|(_, of)| of.captured > 0) {
        let name = PaymentId::from(*id);
        if payment.refunded > payment.captured {
            let PaymentFact { captured, refunded, .. } = payment;
            report.note(Code::CapturedTooMuch, name, format!("{refunded} of {captured} was given back"));
        }
        let Some(order) = payment.order else { continue };
        *captured.entry(order).or_default() += payment.captured - payment.refunded;
        let placed = facts.orders.get(&order.uuid()).is_some_and(OrderFact::is_placed);
        let kept = payment.captured - payment.refunded - payment.disputed;
        let known = facts.orders.get(&order.uuid()).is_some_and(|order| order.sold > 0);
        if !placed && kept > 0 && !known {
            report.note(Code::MoneyStranded, name, format!("it was captured, but {order} is not placed"));
        }
    }
    for (order, sum) in captured {
        let total = facts.orders.get(&order.uuid()).and_then(|order| order.total);
        let total = total.map_or(0, |total| total.amount);
        if !(0..=total).contains(&sum) {
            report.note(
                Code::CapturedTooMuch,
                order,
                format!("{sum} was captured and not given back, it costs {total}"),
            );
        }
    }
}

/// The provider's book as it was before the truth was read, and after.
pub(super) fn agrees_with(facts: &Facts, before: &Page, after: &Page, report: &mut Report) {
    let nobody = PaymentFacts { captured: 0, refunded: 0, capturing: 0, refunding: 0 };
    let mut per_order: HashMap<OrderId, i64> = HashMap::new();
    for (id, (taken, back)) in sums(before) {
        let payment = facts.payments.get(&id);
        let ours = payment.map_or(nobody, PaymentFacts::of);
        if taken > ours.captured + ours.capturing || back > ours.refunded + ours.refunding {
            let detail = format!("the provider took {taken} and gave {back} back; we know of {payment:?}");
            report.note(Code::ProviderUnknown, PaymentId::from(id), detail);
        }
        if let Some(order) = payment.and_then(|payment| payment.order) {
            *per_order.entry(order).or_default() += taken;
        }
    }
    for (order, sum) in per_order {
        let total = facts.orders.get(&order.uuid()).and_then(|order| order.total);
        if let Some(total) = total.filter(|total| sum > total.amount) {
            report.note(Code::ProviderTwice, order, format!("the provider took {sum} of {}", total.amount));
        }
    }
    let now = sums(after);
    for (id, payment) in facts.payments.iter().filter(|(_, of)| of.provider == after.provider) {
        let (taken, back) = now.get(id).copied().unwrap_or_default();
        if taken < payment.captured || back < payment.refunded {
            let detail =
                format!("the provider's book says {taken} taken and {back} given back, we {payment:?}");
            report.note(Code::ProviderMissing, PaymentId::from(*id), detail);
        }
    }
}

#[derive(Clone, Copy)]
struct PaymentFacts {
    captured: i64,
    refunded: i64,
    capturing: i64,
    refunding: i64,
}

impl PaymentFacts {
    fn of(payment: &PaymentFact) -> Self {
        let &PaymentFact { captured, refunded, capturing, refunding, .. } = payment;
        Self { captured, refunded, capturing, refunding }
    }
}

/// What the provider took and gave back, by payment.
fn sums(page: &Page) -> HashMap<Uuid, (i64, i64)> {
    let mut sums: HashMap<Uuid, (i64, i64)> = HashMap::new();
    for ProviderEntry { payment, operation, amount, .. } in page.entries.iter().filter(|entry| entry.approved)
    {
        match operation {
            Operation::Capture => sums.entry(payment.uuid()).or_default().0 += amount.amount,
            Operation::Refund => sums.entry(payment.uuid()).or_default().1 += amount.amount,
            Operation::Authorize | Operation::Confirm | Operation::Void => {}
        }
    }
    sums
}
