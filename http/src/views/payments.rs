//! Payments as the API shows them.

use amazoff_actors::ids::{OrderId, PaymentId};
use amazoff_actors::order::{Further, FurtherState};
use amazoff_actors::payment::{self, Confirmation};
use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::MoneyBody;
use crate::json::Form;

/// A payment.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Payment)]
pub struct PaymentBody {
    /// `pay_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: PaymentId,
    /// What it pays.
    #[schema(value_type = String)]
    pub order_id: OrderId,
    /// `created`, `authorizing`, `requires_action`, `authorized`, `capturing`, `captured`, `voiding`, `voided`, `expired`,
    /// `failed`, `unknown` or `integrity_failure`.
    #[schema(value_type = String)]
    pub status: payment::Status,
    /// How much.
    pub amount: MoneyBody,
    /// How much of it was taken, once some was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captured: Option<MoneyBody>,
    /// How much of that was given back, once some was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refunded: Option<MoneyBody>,
    /// Where the shopper must act, while they must.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_url: Option<String>,
    /// Why the provider refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decline_code: Option<String>,
}

/// A payment of an order that was begun after it was placed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FurtherPayment)]
pub struct FurtherPaymentBody {
    /// `pay_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: PaymentId,
    /// Over how much.
    pub amount: MoneyBody,
    /// Through whom.
    pub provider: String,
    /// `pending`, `requires_action`, `authorized`, `captured`, `voided`, `expired` or `failed`.
    pub status: &'static str,
    /// Where the shopper must act, while they must.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_url: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decline_code: Option<String>,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

impl From<Further> for FurtherPaymentBody {
    fn from(further: Further) -> Self {
        let status = further.state.name();
        let (action_url, decline_code) = match further.state {
            FurtherState::RequiresAction { url } => (Some(url), None),
            FurtherState::Failed { code } => (None, Some(code)),
            FurtherState::Pending
            | FurtherState::Authorized
            | FurtherState::Captured
            | FurtherState::Voided
            | FurtherState::Expired => (None, None),
        };
        let Further { payment: id, amount, provider, at, .. } = further;
        Self { id, amount: amount.into(), provider, status, action_url, decline_code, at }
    }
}

/// How the shopper answered the bank's question.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmPayment {
    /// `approve` or `decline`.
    #[schema(value_type = crate::views::words::Confirmation)]
    pub result: Confirmation,
}

impl Form for ConfirmPayment {}

impl From<payment::View> for PaymentBody {
    fn from(view: payment::View) -> Self {
        Self {
            id: view.id,
            order_id: view.order_id,
            status: view.status,
            amount: view.amount.into(),
            captured: view.captured.map(Into::into),
            refunded: view.refunded.map(Into::into),
            action_url: view.action_url,
            decline_code: view.decline_code,
        }
    }
}
