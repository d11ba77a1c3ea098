//! The sandbox's books as other providers show theirs: one record per payment.

use std::collections::HashMap;

use amazoff_actors::ids::PaymentId;
use amazoff_actors::money::Money;
use amazoff_actors::payment::{Operation, ProviderRecord, RecordPage, RecordState};
use amazoff_supervisor::Timestamp;

use super::ledger::{Entry, Ledger, Outcome};

/// Records on one page.
const PAGE: usize = 100;

/// The page of records made since then that follows the cursor.
pub(super) fn page(ledger: &Ledger, since: Timestamp, cursor: Option<&str>, now: Timestamp) -> RecordPage {
    let mut asked: Vec<_> = ledger
        .all()
        .filter(|entry| entry.operation == Operation::Authorize && entry.at >= since)
        .map(|entry| (place(entry), entry))
        .filter(|(place, _)| cursor.is_none_or(|cursor| place.as_str() > cursor))
        .collect();
    asked.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
    let more = asked.len() > PAGE;
    asked.truncate(PAGE);
    let next = more.then(|| asked.last().map(|(place, _)| place.clone())).flatten();
    let mut of_payment: HashMap<PaymentId, Vec<&Entry>> = HashMap::new();
    for entry in ledger.all() {
        of_payment.entry(entry.payment).or_default().push(entry);
    }
    let records = asked.iter().map(|(_, entry)| {
        let entries = of_payment.get(&entry.payment).map(Vec::as_slice).unwrap_or_default();
        record(entry, entries, now)
    });
    RecordPage { records: records.collect(), next }
}

/// Where an authorization stands in the order of all: texts that sort like the moments do.
fn place(entry: &Entry) -> String {
    format!("{:020}-{}", entry.at.unix_ms().max(0), entry.key)
}

fn record(asked: &Entry, entries: &[&Entry], now: Timestamp) -> ProviderRecord {
    let done = |operation| entries.iter().filter(move |entry| entry.did(operation));
    let sum = |operation| {
        let amount = done(operation).map(|entry| entry.amount).fold(0_i64, i64::saturating_add);
        Money::new(amount, asked.currency)
    };
    let captured = sum(Operation::Capture);
    let confirmed = entries.iter().find(|entry| entry.operation == Operation::Confirm);
    let reserved = confirmed.copied().unwrap_or(asked);
    let authorized = match reserved.outcome {
        Outcome::Approved => Money::new(reserved.amount, asked.currency),
        Outcome::ActionRequired | Outcome::Declined => Money::zero(asked.currency),
    };
    let over =
        done(Operation::Void).next().is_some() || reserved.valid_until().is_some_and(|until| until <= now);
    let state = match reserved.outcome {
        Outcome::Declined => RecordState::Failed,
        Outcome::ActionRequired if over => RecordState::Voided,
        Outcome::ActionRequired => RecordState::RequiresAction,
        Outcome::Approved if captured.amount > 0 && (over || captured.amount >= authorized.amount) => {
            RecordState::Captured
        }
        Outcome::Approved if over => RecordState::Voided,
        Outcome::Approved => RecordState::Authorized,
    };
    ProviderRecord {
        reference: asked.reference(),
        payment: Some(asked.payment),
        state,
        authorized,
        captured,
        refunded: sum(Operation::Refund),
        created_at: asked.at,
    }
}
