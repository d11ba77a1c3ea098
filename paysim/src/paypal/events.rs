//! What PayPal tells, and disputes, which only it knows of first.

use serde_json::{Value, json};

use super::PayPal;
use super::failure::Failure;
use crate::clock::rfc3339;
use crate::ledger::{Desk, Kind};
use crate::world::{Office, Step};

/// Tells of a change.
pub(super) fn tell(office: &mut Office, kind: &str, resource_type: &str, resource: Value) {
    let id = format!("WH-{}", office.ids.paypal());
    let event = json!({
        "id": id, "event_version": "1.0", "create_time": rfc3339(office.clock.now_s()),
        "resource_type": resource_type, "event_type": kind, "summary": kind, "resource": resource, "links": [],
    });
    office.messages.tell(Desk::PayPal, &id, kind, &event);
}

/// A dispute about a capture.
#[derive(Clone, Debug)]
pub(crate) struct Dispute {
    capture: String,
    units: i64,
    open: bool,
}

impl PayPal {
    /// The shopper takes money of an order back: all that is left of its first capture, or this much of it.
    pub(crate) fn dispute(
        &mut self,
        office: &mut Office,
        order: &str,
        units: Option<i64>,
    ) -> Result<Value, Failure> {
        let id = format!("PP-D-{}", office.ids.paypal());
        let capture = self.captures.values_mut().find(|capture| capture.order == order);
        let capture = capture.ok_or_else(Failure::missing)?;
        let left = capture.amount.units - capture.refunded - capture.disputed;
        let units = units.unwrap_or(left);
        if units <= 0 || units > left {
            return Err(Failure::rule("DISPUTE_AMOUNT_EXCEEDED"));
        }
        capture.disputed += units;
        let (capture, amount) = (capture.id.clone(), capture.amount.of(units));
        self.disputes.insert(id.clone(), Dispute { capture: capture.clone(), units, open: true });
        self.moved(
            office,
            order,
            &amount.currency,
            Step { kind: Kind::Disputed, id: &id, amount: amount.units, key: None },
        );
        let shown = self.dispute_json(&id, "OPEN", None)?;
        tell(office, "CUSTOMER.DISPUTE.CREATED", "dispute", shown.clone());
        Ok(shown)
    }

    /// A dispute ends.
    pub(crate) fn close_dispute(
        &mut self,
        office: &mut Office,
        id: &str,
        won: bool,
    ) -> Result<Value, Failure> {
        let dispute =
            self.disputes.get_mut(id).filter(|dispute| dispute.open).ok_or_else(Failure::missing)?;
        dispute.open = false;
        let (capture, units) = (dispute.capture.clone(), dispute.units);
        let capture = self.captures.get_mut(&capture).ok_or_else(Failure::missing)?;
        let (order, amount) = (capture.order.clone(), capture.amount.of(units));
        if won {
            capture.disputed -= units;
            self.moved(
                office,
                &order,
                &amount.currency,
                Step { kind: Kind::DisputeWon, id, amount: amount.units, key: None },
            );
        }
        let outcome = if won { "RESOLVED_SELLER_FAVOUR" } else { "RESOLVED_BUYER_FAVOUR" };
        let shown = self.dispute_json(id, "RESOLVED", Some(outcome))?;
        tell(office, "CUSTOMER.DISPUTE.RESOLVED", "dispute", shown.clone());
        Ok(shown)
    }

    pub(crate) fn has_dispute(&self, id: &str) -> bool {
        self.disputes.contains_key(id)
    }

    fn dispute_json(&self, id: &str, status: &str, outcome: Option<&str>) -> Result<Value, Failure> {
        let dispute = self.disputes.get(id).ok_or_else(Failure::missing)?;
        let capture = self.captures.get(&dispute.capture).ok_or_else(Failure::missing)?;
        Ok(json!({
            "dispute_id": id, "status": status, "reason": "UNAUTHORISED",
            "dispute_amount": capture.amount.of(dispute.units).json(),
            "dispute_outcome": outcome.map(|code| json!({ "outcome_code": code })),
            "disputed_transactions": [{
                "seller_transaction_id": capture.id, "custom": capture.custom_id,
                "invoice_number": capture.invoice_id,
            }],
        }))
    }
}
