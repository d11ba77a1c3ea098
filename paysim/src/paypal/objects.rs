//! PayPal's objects, and how they are written.

use serde_json::{Value, json};

use super::money::Amount;
use crate::clock::rfc3339;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OrderStatus {
    Created,
    PayerActionRequired,
    Approved,
    Completed,
    Voided,
}

impl OrderStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::PayerActionRequired => "PAYER_ACTION_REQUIRED",
            Self::Approved => "APPROVED",
            Self::Completed => "COMPLETED",
            Self::Voided => "VOIDED",
        }
    }
}

/// An order.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) status: OrderStatus,
    pub(crate) amount: Amount,
    pub(crate) reference_id: String,
    pub(crate) custom_id: Option<String>,
    pub(crate) invoice_id: Option<String>,
    pub(crate) return_url: Option<String>,
    pub(crate) cancel_url: Option<String>,
    /// The shopper's bank will refuse.
    pub(crate) declines: bool,
    pub(crate) authorization: Option<String>,
    pub(crate) created_s: i64,
    pub(crate) updated_s: i64,
}

/// Where an authorization stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthorizationStatus {
    Created,
    PartiallyCaptured,
    Captured,
    Voided,
    Expired,
}

impl AuthorizationStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::PartiallyCaptured => "PARTIALLY_CAPTURED",
            Self::Captured => "CAPTURED",
            Self::Voided => "VOIDED",
            // PayPal has no status of its own for it.
            Self::Expired => "VOIDED",
        }
    }
}

/// Money set aside.
#[derive(Clone, Debug)]
pub(crate) struct Authorization {
    pub(crate) id: String,
    pub(crate) order: String,
    pub(crate) status: AuthorizationStatus,
    pub(crate) amount: Amount,
    pub(crate) captured: i64,
    pub(crate) custom_id: Option<String>,
    pub(crate) invoice_id: Option<String>,
    pub(crate) expires_s: i64,
    pub(crate) created_s: i64,
    pub(crate) updated_s: i64,
}

impl Authorization {
    pub(crate) fn left(&self) -> i64 {
        self.amount.units - self.captured
    }
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.status, AuthorizationStatus::Created | AuthorizationStatus::PartiallyCaptured)
    }
    pub(crate) fn json(&self, url: &str) -> Value {
        let at = format!("{url}/v2/payments/authorizations/{}", self.id);
        json!({
            "id": self.id, "status": self.status.name(), "amount": self.amount.json(),
            "custom_id": self.custom_id, "invoice_id": self.invoice_id,
            "expiration_time": rfc3339(self.expires_s), "create_time": rfc3339(self.created_s),
            "update_time": rfc3339(self.updated_s),
            "supplementary_data": { "related_ids": { "order_id": self.order } },
            "links": [
                link(&at, "self", "GET"),
                link(&format!("{at}/capture"), "capture", "POST"),
                link(&format!("{at}/void"), "void", "POST"),
            ],
        })
    }
}

/// Money taken.
#[derive(Clone, Debug)]
pub(crate) struct Capture {
    pub(crate) id: String,
    pub(crate) order: String,
    pub(crate) authorization: String,
    pub(crate) amount: Amount,
    pub(crate) refunded: i64,
    pub(crate) disputed: i64,
    pub(crate) last: bool,
    pub(crate) custom_id: Option<String>,
    pub(crate) invoice_id: Option<String>,
    pub(crate) created_s: i64,
}

impl Capture {
    pub(crate) fn json(&self, url: &str) -> Value {
        let at = format!("{url}/v2/payments/captures/{}", self.id);
        let status = match self.refunded {
            0 => "COMPLETED",
            refunded if refunded < self.amount.units => "PARTIALLY_REFUNDED",
            _ => "REFUNDED",
        };
        json!({
            "id": self.id, "status": status, "amount": self.amount.json(), "final_capture": self.last,
            "custom_id": self.custom_id, "invoice_id": self.invoice_id,
            "create_time": rfc3339(self.created_s), "update_time": rfc3339(self.created_s),
            "supplementary_data": {
                "related_ids": { "order_id": self.order, "authorization_id": self.authorization },
            },
            "links": [link(&at, "self", "GET"), link(&format!("{at}/refund"), "refund", "POST")],
        })
    }
}

/// Money given back.
#[derive(Clone, Debug)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) order: String,
    pub(crate) capture: String,
    pub(crate) amount: Amount,
    pub(crate) status: &'static str,
    pub(crate) custom_id: Option<String>,
    pub(crate) invoice_id: Option<String>,
    pub(crate) created_s: i64,
}

impl Refund {
    pub(crate) fn json(&self, url: &str) -> Value {
        json!({
            "id": self.id, "status": self.status, "amount": self.amount.json(),
            "custom_id": self.custom_id, "invoice_id": self.invoice_id,
            "create_time": rfc3339(self.created_s), "update_time": rfc3339(self.created_s),
            "links": [
                link(&format!("{url}/v2/payments/refunds/{}", self.id), "self", "GET"),
                link(&format!("{url}/v2/payments/captures/{}", self.capture), "up", "GET"),
            ],
        })
    }
}

pub(crate) fn link(href: &str, rel: &str, method: &str) -> Value {
    json!({ "href": href, "rel": rel, "method": method })
}
