//! What the sandbox provider did, by its own account: the only witness that the shop cannot talk into anything.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::stored::Stored;
use crate::kill::notes::Notes;

/// One operation of the provider.
#[derive(Debug, serde::Deserialize)]
struct Entry {
    key: String,
    operation: String,
    payment: String,
    amount: i64,
    currency: String,
    outcome: String,
}

impl Entry {
    /// Whether money was taken.
    fn is_capture(&self) -> bool {
        self.operation == "capture" && self.outcome == "approved"
    }
    /// Whether money was given back.
    fn is_refund(&self) -> bool {
        self.operation == "refund" && self.outcome == "approved"
    }
}

/// Compares the ledger with the orders.
pub(super) fn agrees(data: &Path, stored: &Stored, notes: &Notes) -> Vec<String> {
    let text = match std::fs::read_to_string(data.join("sandbox-ledger.jsonl")) {
        Ok(text) => text,
        Err(error) => return vec![format!("the provider's ledger cannot be read: {error}")],
    };
    let mut violations = Vec::new();
    let mut entries = Vec::new();
    let lines: Vec<_> = text.lines().filter(|line| !line.is_empty()).collect();
    for line in &lines {
        match serde_json::from_str::<Entry>(line) {
            Ok(entry) => entries.push(entry),
            // A line that a kill cut in two says nothing; the operation was done again under the same key.
            Err(_) if serde_json::from_str::<Value>(line).is_err() => {}
            Err(error) => violations.push(format!("the provider's ledger has an odd line: {error}: {line}")),
        }
    }
    violations.extend(no_doubles(&entries));
    violations.extend(captures_are_orders(&entries, stored, notes));
    violations.extend(refunds_were_asked_for(&entries, stored, notes));
    violations
}

/// No key is used twice, no payment authorised or captured twice, and the two amounts agree.
fn no_doubles(entries: &[Entry]) -> Vec<String> {
    let (mut violations, mut keys) = (Vec::new(), BTreeSet::new());
    let mut amounts: BTreeMap<(&str, &str), Vec<i64>> = BTreeMap::new();
    for entry in entries {
        if !keys.insert(&entry.key) {
            violations.push(format!("the provider acted twice on one key: {entry:?}"));
        }
        if entry.currency != "EUR" {
            violations.push(format!("the provider acted in another currency: {entry:?}"));
        }
        amounts.entry((&entry.payment, &entry.operation)).or_default().push(entry.amount);
    }
    for ((payment, operation), sums) in &amounts {
        if sums.len() > 1 && *operation != "refund" {
            violations.push(format!("payment {payment} has {} operations {operation}", sums.len()));
        }
        if *operation == "capture" && amounts.get(&(payment, "authorize")) != Some(sums) {
            violations.push(format!("payment {payment} captured {sums:?}, which is not what was authorised"));
        }
    }
    violations
}

/// Each placed order is captured once, in full, and nothing else is.
fn captures_are_orders(entries: &[Entry], stored: &Stored, notes: &Notes) -> Vec<String> {
    let mut captured: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    let mut violations = Vec::new();
    for entry in entries.iter().filter(|entry| entry.is_capture()) {
        match stored.payments.get(&entry.payment) {
            Some(order) => captured.entry(order).or_default().push(entry.amount),
            None => violations.push(format!("the provider captured for no payment of ours: {entry:?}")),
        }
    }
    let carts = notes.carts();
    let orders = carts.iter().filter_map(|cart| cart.order.as_ref());
    for order in orders {
        let amounts = captured.get(order.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        if amounts != [order.total] {
            violations.push(format!("order {} costs {}, captured was {amounts:?}", order.id, order.total));
        }
    }
    let placed = stored.placed();
    for order in captured.keys().filter(|order| !placed.contains(*order)) {
        violations.push(format!("money was captured for {order}, which is not placed"));
    }
    violations
}

/// Each order has back what it was promised, and nothing else (T-Y2, T-Y3).
fn refunds_were_asked_for(entries: &[Entry], stored: &Stored, notes: &Notes) -> Vec<String> {
    let mut back: BTreeMap<&str, i64> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.is_refund()) {
        let order = stored.payments.get(&entry.payment).map_or("nobody", String::as_str);
        *back.entry(order).or_default() += entry.amount;
    }
    let mut violations = Vec::new();
    for order in notes.orders() {
        let given = back.remove(order.id.as_str()).unwrap_or(0);
        if given != order.refunded {
            violations.push(format!(
                "{given} was given back for an order that should have {}: {order:?}",
                order.refunded
            ));
        }
    }
    violations.extend(
        back.into_iter().map(|(order, sum)| format!("{sum} was given back for {order}, which nobody knows")),
    );
    violations
}
