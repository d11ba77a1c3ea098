//! Money that goes back: refunds, which the shop asks for, and disputes, which nobody asks for.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Stripe;
use super::card::Card;
use super::failure::Failure;
use super::form::{Form, merge};
use super::intents::note;
use super::objects::{Dispute, Intent, Refund};
use crate::ledger::Kind;
use crate::world::{OBJECTS_MAX, Office, Step};

type Done = Result<Value, Failure>;

/// What may still be given back.
fn refundable(intent: &Intent) -> i64 {
    intent.charge.as_ref().map_or(0, |charge| intent.received - charge.refunded)
}

impl Stripe {
    pub(super) fn refund(&mut self, office: &mut Office, mut form: Form, key: Option<&str>) -> Done {
        if self.refunds.len() >= OBJECTS_MAX || office.is_full() {
            return Err(Failure::full());
        }
        let id = form.needed("payment_intent")?;
        let asked = form.integer("amount")?;
        let reason = form.text("reason");
        let metadata = merge(&BTreeMap::new(), form.metadata()?)?;
        form.done()?;
        let (refund, created_s) = (office.ids.stripe("re"), office.clock.now_s());
        let intent = self.intent(&id)?;
        let left = refundable(intent);
        let waits = matches!(intent.method, Some((_, Card::RefundWaits)));
        let Some(charge) = intent.charge.as_mut().filter(|_| intent.received > 0) else {
            return Err(Failure::state("charge_not_refundable", "This payment has nothing to refund."));
        };
        if charge.disputed {
            return Err(Failure::state("charge_disputed", "This charge is disputed."));
        }
        if left == 0 {
            return Err(Failure::state("charge_already_refunded", "This charge is refunded already."));
        }
        let amount = asked.unwrap_or(left);
        if amount <= 0 {
            return Err(Failure::param("parameter_invalid_integer", "amount", "Too small."));
        }
        if amount > left {
            let message = format!("The refund is greater than what is left of the charge ({left}).");
            return Err(Failure::state("amount_too_large", message));
        }
        charge.refunded += amount;
        let made = Refund {
            id: refund.clone(),
            intent: id.clone(),
            charge: charge.id.clone(),
            amount,
            currency: intent.currency.clone(),
            status: if waits { "pending" } else { "succeeded" },
            failure: None,
            reason,
            metadata,
            created_s,
        };
        let shown = made.json();
        note(office, intent, Step { kind: Kind::Refunded, id: &refund, amount, key });
        self.refund_order.push(refund.clone());
        self.refunds.insert(refund, made);
        self.tell_charge(office, &id, "charge.refunded", key);
        self.tell(office, "refund.created", shown.clone(), key);
        Ok(shown)
    }

    pub(super) fn show_refund(&self, id: &str) -> Done {
        self.refunds.get(id).map(Refund::json).ok_or_else(|| Failure::missing("refund", id))
    }

    /// A refund that waits ends, or one that was done comes back.
    pub(crate) fn end_refund(&mut self, office: &mut Office, id: &str, fails: bool) -> Done {
        let refund = self.refunds.get_mut(id).ok_or_else(|| Failure::missing("refund", id))?;
        if refund.status == "failed" || (refund.status == "succeeded" && !fails) {
            return Err(Failure::state("refund_ended", "This refund has ended."));
        }
        refund.status = if fails { "failed" } else { "succeeded" };
        refund.failure = fails.then_some("lost_or_stolen_card");
        let (shown, intent, amount) = (refund.json(), refund.intent.clone(), refund.amount);
        if fails {
            let intent = self.intent(&intent)?;
            if let Some(charge) = intent.charge.as_mut() {
                charge.refunded -= amount;
            }
            note(office, intent, Step { kind: Kind::RefundFailed, id, amount, key: None });
            self.tell(office, "refund.failed", shown.clone(), None);
        } else {
            self.tell(office, "refund.updated", shown.clone(), None);
        }
        Ok(shown)
    }

    /// The card's owner takes money back: all that is left, or this much of it.
    pub(crate) fn dispute(&mut self, office: &mut Office, id: &str, amount: Option<i64>) -> Done {
        let (dispute, created_s) = (office.ids.stripe("dp"), office.clock.now_s());
        let intent = self.intent(id)?;
        let left = refundable(intent);
        let amount = amount.unwrap_or(left);
        let Some(charge) = intent.charge.as_mut().filter(|charge| !charge.disputed) else {
            return Err(Failure::state("charge_disputed", "There is no charge, or it is disputed."));
        };
        if amount <= 0 || amount > left {
            return Err(Failure::state("amount_too_large", "There is not so much to dispute."));
        }
        charge.disputed = true;
        let made = Dispute {
            id: dispute.clone(),
            intent: id.to_owned(),
            charge: charge.id.clone(),
            amount,
            currency: intent.currency.clone(),
            status: "needs_response",
            created_s,
        };
        let shown = made.json();
        note(office, intent, Step { kind: Kind::Disputed, id: &dispute, amount, key: None });
        self.disputes.insert(dispute, made);
        self.tell(office, "charge.dispute.created", shown.clone(), None);
        Ok(shown)
    }

    /// A dispute ends.
    pub(crate) fn close_dispute(&mut self, office: &mut Office, id: &str, won: bool) -> Done {
        let dispute = self.disputes.get_mut(id).ok_or_else(|| Failure::missing("dispute", id))?;
        if dispute.status != "needs_response" {
            return Err(Failure::state("dispute_closed", "This dispute is over."));
        }
        dispute.status = if won { "won" } else { "lost" };
        let (shown, intent, amount) = (dispute.json(), dispute.intent.clone(), dispute.amount);
        if won {
            let intent = self.intent(&intent)?;
            if let Some(charge) = intent.charge.as_mut() {
                charge.disputed = false;
            }
            note(office, intent, Step { kind: Kind::DisputeWon, id, amount, key: None });
        }
        self.tell(office, "charge.dispute.closed", shown.clone(), None);
        Ok(shown)
    }
}
