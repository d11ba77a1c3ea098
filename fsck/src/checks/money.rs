//! Captured at the provider = captured in payments = the ledger, each for one order that knows of it and never more than it
//! costs.

use std::collections::{BTreeMap, HashMap};

use amazoff_actors::ids::{OrderId, PaymentId};
use amazoff_actors::order::SALES;
use amazoff_actors::payment::{DISPUTES, Operation};
use uuid::Uuid;

use crate::books::{Page, ProviderEntry};
use crate::facts::{Facts, PaymentFact};
use crate::finding::{Code, Report};
use crate::in_flight::Sums;

pub(super) fn adds_up(facts: &Facts, under_way: &Sums, report: &mut Report) {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for ((_, asset), amount) in &facts.balances {
        *sums.entry(asset).or_default() += amount;
    }
    for (asset, sum) in sums.into_iter().filter(|(_, sum)| *sum != 0) {
        report.note(Code::LedgerUnbalanced, asset, format!("all postings sum to {sum}"));
    }
    per_currency(facts, report);
    per_order(facts, under_way, report);
}

/// What moved, in one currency.
#[derive(Default)]
struct Moved {
    captured: i64,
    refunded: i64,
    disputed: i64,
    sold: i64,
}

/// Taken from providers = captured − refunded − disputed; sold = what orders have and keep. The rest is on its way.
fn per_currency(facts: &Facts, report: &mut Report) {
    let mut sums: BTreeMap<&'static str, Moved> = BTreeMap::new();
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
        let Moved { captured, refunded, disputed, sold } = sums;
        let fits = taken == captured - refunded - disputed && sales == sold && disputes == -disputed;
        if !fits {
            let detail = format!(
                "the ledger says {taken} taken, {sales} sold, {disputes} disputed; payments say {captured} captured, {refunded} refunded, {disputed} disputed, orders say {sold} sold"
            );
            report.note(Code::MoneyDiffers, currency, detail);
        }
    }
}

/// Per order: never more was captured than it costs, and the order knows of it or is about to.
fn per_order(facts: &Facts, under_way: &Sums, report: &mut Report) {
    // What was taken, and what of that was kept.
    let mut sums: HashMap<OrderId, (i64, i64)> = HashMap::new();
    for (id, payment) in facts.payments.iter().filter(|(_, of)| of.captured > 0) {
        let PaymentFact { captured, refunded, .. } = *payment;
        if refunded > captured {
            let detail = format!("{refunded} of {captured} was given back");
            report.note(Code::CapturedTooMuch, PaymentId::from(*id), detail);
        }
        let Some(order) = payment.order else { continue };
        let of = sums.entry(order).or_default();
        *of = (of.0 + captured, of.1 + captured - refunded);
    }
    for (name, (taken, kept)) in &sums {
        let order = facts.orders.get(&name.uuid());
        let total = order.and_then(|order| order.total).map_or(0, |total| total.amount);
        if !(0..=total).contains(kept) {
            let detail = format!("{kept} was captured and not given back, it costs {total}");
            report.note(Code::CapturedTooMuch, name, detail);
        }
        let known = order.map_or(0, |order| order.captured);
        let coming = under_way.to_orders.get(name).copied().unwrap_or(0);
        if known + coming < *taken {
            let detail =
                format!("its payments took {taken}, it knows of {known}, and {coming} are on the way to it");
            report.note(Code::MoneyStranded, name, detail);
        }
    }
    for (id, order) in &facts.orders {
        let (name, known) = (OrderId::from(*id), order.captured);
        let taken = sums.get(&name).map_or(0, |(taken, _)| *taken);
        if known > taken {
            let detail = format!("it counts {known} as taken, but its payments took {taken}");
            report.note(Code::MoneyDiffers, name, detail);
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
