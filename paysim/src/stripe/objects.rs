//! Stripe's objects, and how they are written.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::card::Card;

/// Where a PaymentIntent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    RequiresCapture,
    Succeeded,
    Canceled,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresConfirmation => "requires_confirmation",
            Self::RequiresAction => "requires_action",
            Self::RequiresCapture => "requires_capture",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

/// Why a bank refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CardError {
    pub(crate) code: &'static str,
    pub(crate) decline_code: Option<&'static str>,
}

/// Money set aside on a card.
#[derive(Clone, Debug)]
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) capture_before_s: i64,
    pub(crate) refunded: i64,
    pub(crate) disputed: bool,
}

/// A PaymentIntent.
#[derive(Clone, Debug)]
pub(crate) struct Intent {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: Status,
    pub(crate) manual: bool,
    pub(crate) capturable: i64,
    pub(crate) received: i64,
    pub(crate) multicapture: bool,
    pub(crate) method: Option<(String, Card)>,
    pub(crate) charge: Option<Charge>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) description: Option<String>,
    pub(crate) return_url: Option<String>,
    pub(crate) created_s: i64,
    pub(crate) canceled: Option<(i64, String)>,
    pub(crate) last_error: Option<CardError>,
    pub(crate) action_url: Option<String>,
}

impl Intent {
    /// What the shop named the payment.
    pub(crate) fn payment(&self) -> Option<String> {
        self.metadata.get("amazoff_payment").cloned()
    }

    /// As Stripe writes it; `expand_charge` puts the charge in place of its id.
    pub(crate) fn json(&self, expand_charge: bool) -> Value {
        let charge = self
            .charge
            .as_ref()
            .map(|charge| if expand_charge { self.charge_json(charge) } else { json!(charge.id) });
        let error = self.last_error.as_ref().map(|error| {
            json!({
                "type": "card_error", "code": error.code, "decline_code": error.decline_code,
                "message": "The card was refused.",
            })
        });
        let action = self.action_url.as_ref().map(|url| {
            json!({
                "type": "redirect_to_url",
                "redirect_to_url": { "url": url, "return_url": self.return_url },
            })
        });
        json!({
            "id": self.id, "object": "payment_intent", "amount": self.amount,
            "amount_capturable": self.capturable, "amount_received": self.received,
            "canceled_at": self.canceled.as_ref().map(|(at, _)| at),
            "cancellation_reason": self.canceled.as_ref().map(|(_, why)| why),
            "capture_method": if self.manual { "manual" } else { "automatic" },
            "client_secret": format!("{}_secret_paysim", self.id), "confirmation_method": "automatic",
            "created": self.created_s, "currency": self.currency, "customer": null,
            "description": self.description, "last_payment_error": error, "latest_charge": charge,
            "livemode": false, "metadata": self.metadata, "next_action": action,
            "payment_method": self.method.as_ref().map(|(id, _)| id),
            "payment_method_types": ["card"], "status": self.status.name(),
        })
    }

    pub(crate) fn charge_json(&self, charge: &Charge) -> Value {
        let multicapture = if self.multicapture { "available" } else { "unavailable" };
        json!({
            "id": charge.id, "object": "charge", "amount": self.amount, "amount_captured": self.received,
            "amount_refunded": charge.refunded, "captured": self.received > 0, "created": self.created_s,
            "currency": self.currency, "disputed": charge.disputed, "livemode": false,
            "metadata": self.metadata, "paid": true, "payment_intent": self.id,
            "payment_method": self.method.as_ref().map(|(id, _)| id),
            "payment_method_details": {
                "type": "card",
                "card": {
                    "brand": "visa", "last4": "4242", "capture_before": charge.capture_before_s,
                    "multicapture": { "status": multicapture },
                },
            },
            "refunded": charge.refunded > 0 && charge.refunded == self.received,
            "status": "succeeded",
        })
    }
}

/// A refund.
#[derive(Clone, Debug)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) intent: String,
    pub(crate) charge: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: &'static str,
    pub(crate) failure: Option<&'static str>,
    pub(crate) reason: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) created_s: i64,
}

impl Refund {
    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id, "object": "refund", "amount": self.amount, "charge": self.charge,
            "created": self.created_s, "currency": self.currency, "failure_reason": self.failure,
            "metadata": self.metadata, "payment_intent": self.intent, "reason": self.reason,
            "status": self.status,
        })
    }
}

/// A dispute.
#[derive(Clone, Debug)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    pub(crate) intent: String,
    pub(crate) charge: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: &'static str,
    pub(crate) created_s: i64,
}

impl Dispute {
    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id, "object": "dispute", "amount": self.amount, "charge": self.charge,
            "created": self.created_s, "currency": self.currency, "livemode": false, "metadata": {},
            "payment_intent": self.intent, "reason": "fraudulent", "status": self.status,
        })
    }
}
