//! The calls that move money.

use amazoff_actors::money::Money;
use amazoff_actors::payment::{Confirmation, Found, Intent, ProviderAnswer, ProviderError};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::PayPal;
use super::money::Amount;
use super::wire::{Authorization, Movement, Order, moment, money};
use crate::remote::Heard;

type Answered = Result<ProviderAnswer, ProviderError>;

/// What shoppers pay by when they pay by PayPal; nothing else is a token of PayPal's.
pub const TOKEN: &str = "paypal";

/// What a call came to.
pub(super) enum Outcome<T> {
    /// It is done.
    Done(T),
    /// It is refused; the name of the rule.
    Refused { issue: String },
}

/// Refusals that come with the trade; any other is a mistake of the shop's.
const USUAL: &[&str] = &[
    "INSTRUMENT_DECLINED",
    "TRANSACTION_REFUSED",
    "PAYER_CANNOT_PAY",
    "PAYER_ACTION_REQUIRED",
    "ORDER_NOT_APPROVED",
    "ORDER_ALREADY_AUTHORIZED",
    "AUTHORIZATION_VOIDED",
    "AUTHORIZATION_EXPIRED",
    "AUTHORIZATION_ALREADY_CAPTURED",
    "PREVIOUSLY_VOIDED",
    "PREVIOUSLY_CAPTURED",
    "CAPTURE_FULLY_REFUNDED",
    "PAYER_ACCOUNT_RESTRICTED",
];

/// Reads an answer to a call that moves money.
fn outcome<T: DeserializeOwned>(heard: Heard) -> Result<Outcome<T>, ProviderError> {
    if heard.status.is_success() {
        let unreadable =
            |error| ProviderError::Unknown(format!("its answer is not what it documents: {error}"));
        return serde_json::from_value(heard.body).map(Outcome::Done).map_err(unreadable);
    }
    let issue = heard.text("/details/0/issue").or_else(|| heard.text("/name")).unwrap_or("INVALID_REQUEST");
    // The request id is in use, or did something else before: what became of that has to be looked up.
    if heard.status == reqwest::StatusCode::CONFLICT || issue == "DUPLICATE_REQUEST_ID" {
        return Err(ProviderError::Unknown("it knows the request id from another request".to_owned()));
    }
    if !USUAL.contains(&issue) {
        let field = heard.text("/details/0/field").unwrap_or_default();
        tracing::error!(%issue, %field, "PayPal does not take what the shop asks: {issue} {field}");
    }
    Ok(Outcome::Refused { issue: issue.to_owned() })
}

fn declined(issue: &str) -> ProviderAnswer {
    ProviderAnswer::declined(issue.to_ascii_lowercase())
}

fn no_such_amount() -> Answered {
    Ok(ProviderAnswer::declined("amount_not_at_provider"))
}

impl PayPal {
    /// Makes an order, which the shopper approves at PayPal. Nothing is reserved before.
    pub(super) async fn create(&self, intent: &Intent, token: &str) -> Answered {
        if token != TOKEN {
            return Ok(ProviderAnswer::declined("unknown_token"));
        }
        let Some(amount) = Amount::of(intent.amount) else { return no_such_amount() };
        let order = intent.order.map(|order| order.to_string()).unwrap_or_default();
        let back = format!("{}/orders/{order}", self.shop_url);
        let body = json!({
            "intent": "AUTHORIZE",
            "purchase_units": [{
                "reference_id": intent.key.as_str(), "amount": amount, "custom_id": intent.payment.to_string(),
                "invoice_id": intent.key.as_str(), "description": format!("Order {order}"),
            }],
            "payment_source": { "paypal": { "experience_context": {
                "return_url": back, "cancel_url": back, "user_action": "PAY_NOW",
                "shipping_preference": "NO_SHIPPING",
            } } },
        });
        match outcome::<Order>(self.post("v2/checkout/orders", intent.key.as_str(), &body).await?)? {
            Outcome::Done(order) => settled(self.standing(&order)?),
            Outcome::Refused { issue } => Ok(declined(&issue)),
        }
    }

    /// The shopper came back: an approved order is authorized. One that is not approved reserves nothing, and never will once
    /// the shopper has refused here, because only the shop can take that step.
    pub(super) async fn look_again(&self, intent: &Intent, result: Confirmation) -> Answered {
        let Some(reference) = &intent.reference else { return Ok(declined("reference_missing")) };
        match settled(self.finish(reference).await?)? {
            ProviderAnswer::ActionRequired { .. } if result == Confirmation::Decline => {
                Ok(declined("payer_declined"))
            }
            answer => Ok(answer),
        }
    }

    /// How an order stands, after taking the step that is the shop's: authorizing what the shopper has approved. Its request id
    /// is the order's, so that whoever takes it takes it once.
    pub(super) async fn finish(&self, reference: &str) -> Result<Found, ProviderError> {
        let order = self.order(reference).await?;
        if order.status != "APPROVED" || order.authorization().is_some() {
            return self.standing(&order);
        }
        let path = format!("v2/checkout/orders/{reference}/authorize");
        match outcome::<Order>(self.post(&path, &format!("authorize-{reference}"), &json!({})).await?)? {
            // The answer may be the one from the first time; the order says how it stands now.
            Outcome::Done(done) if done.authorization().is_some() => self.standing(&done),
            Outcome::Done(_) => self.standing(&self.order(reference).await?),
            Outcome::Refused { issue } if issue == "ORDER_ALREADY_AUTHORIZED" => {
                self.standing(&self.order(reference).await?)
            }
            Outcome::Refused { issue } => Ok(Found::Answered(declined(&issue))),
        }
    }

    /// How an order stands.
    pub(super) fn standing(&self, order: &Order) -> Result<Found, ProviderError> {
        if let Some(authorization) = order.authorization() {
            return self.authorized(order, authorization);
        }
        Ok(match order.status.as_str() {
            "CREATED" | "PAYER_ACTION_REQUIRED" | "SAVED" => match order.approve_url() {
                Some(url) => Found::Answered(ProviderAnswer::ActionRequired {
                    reference: order.id.clone(),
                    url: url.to_owned(),
                }),
                None => Found::Answered(declined("ACTION_WITHOUT_ADDRESS")),
            },
            "APPROVED" => Found::Pending,
            "VOIDED" => Found::Answered(ProviderAnswer::declined("expired")),
            other => {
                return Err(ProviderError::Unknown(format!("it names a status that nobody knows: {other}")));
            }
        })
    }

    fn authorized(&self, order: &Order, authorization: &Authorization) -> Result<Found, ProviderError> {
        let expires_at = authorization.expiration_time.as_deref().and_then(moment);
        let approved = |expires_at| {
            Ok(Found::Answered(ProviderAnswer::Approved {
                reference: order.id.clone(),
                amount: money(&authorization.amount)?,
                expires_at,
                capture_reference: None,
            }))
        };
        match authorization.status.as_str() {
            "CREATED" | "PARTIALLY_CAPTURED" => approved(expires_at),
            "CAPTURED" => approved(None),
            "PENDING" => Ok(Found::Pending),
            "DENIED" => Ok(Found::Answered(declined("AUTHORIZATION_DENIED"))),
            "EXPIRED" => Ok(Found::Answered(ProviderAnswer::declined("expired"))),
            "VOIDED" => {
                // PayPal has one word for what was given up and for what ran out; the clock tells them apart.
                let over = expires_at.is_some_and(|at| at <= self.clock.now());
                Ok(Found::Answered(ProviderAnswer::declined(if over { "expired" } else { "canceled" })))
            }
            other => Err(ProviderError::Unknown(format!("it names a status that nobody knows: {other}"))),
        }
    }

    /// Takes money. The invoice number of a capture is its key, which says more than a request id that PayPal may have forgotten.
    pub(super) async fn take(&self, intent: &Intent) -> Answered {
        let Some(amount) = Amount::of(intent.amount) else { return no_such_amount() };
        let Some(reference) = &intent.reference else { return Ok(declined("reference_missing")) };
        let order = self.order(reference).await?;
        let Some(unit) = order.unit() else { return Ok(declined("order_empty")) };
        if let Some(made) = Order::made_by(&unit.payments.captures, intent.key.as_str()) {
            return captured(&order.id, made);
        }
        let Some(authorization) = order.authorization() else { return Ok(declined("not_authorized")) };
        let path = format!("v2/payments/authorizations/{}/capture", authorization.id);
        let body = json!({ "amount": amount, "invoice_id": intent.key.as_str(), "final_capture": false });
        match outcome::<Movement>(self.post(&path, intent.key.as_str(), &body).await?)? {
            Outcome::Done(made) => captured(&order.id, &made),
            Outcome::Refused { issue } => Ok(declined(&issue)),
        }
    }

    /// Gives up what is not taken. An order that is not authorized reserves nothing.
    pub(super) async fn give_up(&self, intent: &Intent) -> Answered {
        let Some(reference) = &intent.reference else { return Ok(declined("reference_missing")) };
        let order = self.order(reference).await?;
        let Some(authorization) = order.authorization() else {
            return Ok(ProviderAnswer::approved(order.id.clone(), intent.amount));
        };
        let path = format!("v2/payments/authorizations/{}/void", authorization.id);
        match outcome::<Value>(self.post(&path, intent.key.as_str(), &json!({})).await?)? {
            Outcome::Done(_) => given_up(&order, intent.amount),
            Outcome::Refused { issue }
                if matches!(issue.as_str(), "PREVIOUSLY_VOIDED" | "AUTHORIZATION_EXPIRED") =>
            {
                given_up(&order, intent.amount)
            }
            Outcome::Refused { issue } => Ok(declined(&issue)),
        }
    }

    pub(super) async fn give_back(&self, intent: &Intent) -> Answered {
        let Some(amount) = Amount::of(intent.amount) else { return no_such_amount() };
        let Some(capture) = &intent.capture_reference else {
            return Ok(declined("capture_reference_missing"));
        };
        let path = format!("v2/payments/captures/{capture}/refund");
        let body = json!({
            "amount": amount, "invoice_id": intent.key.as_str(), "custom_id": intent.payment.to_string(),
        });
        match outcome::<Movement>(self.post(&path, intent.key.as_str(), &body).await?)? {
            Outcome::Done(made) => settled(made.standing(None)?),
            Outcome::Refused { issue } => Ok(declined(&issue)),
        }
    }

    pub(super) async fn order(&self, reference: &str) -> Result<Order, ProviderError> {
        match outcome(self.get(&format!("v2/checkout/orders/{reference}"), &[]).await?)? {
            Outcome::Done(order) => Ok(order),
            Outcome::Refused { issue } => {
                Err(ProviderError::Unknown(format!("it does not show {reference}: {issue}")))
            }
        }
    }

    /// Reads an object that only informs.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<T, ProviderError> {
        match outcome(self.get(path, query).await?)? {
            Outcome::Done(object) => Ok(object),
            Outcome::Refused { issue } => {
                Err(ProviderError::Unknown(format!("it does not show {path}: {issue}")))
            }
        }
    }
}

impl Movement {
    /// How a capture or a refund stands; a capture names its order.
    pub(super) fn standing(&self, capture_of: Option<&str>) -> Result<Found, ProviderError> {
        match self.status.as_str() {
            "COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED" => {
                Ok(Found::Answered(ProviderAnswer::Approved {
                    reference: capture_of.unwrap_or(&self.id).to_owned(),
                    amount: money(&self.amount)?,
                    expires_at: None,
                    capture_reference: capture_of.map(|_| self.id.clone()),
                }))
            }
            "PENDING" => Ok(Found::Pending),
            other => {
                let reason = self.status_details.as_ref().and_then(|details| details.reason.clone());
                Ok(Found::Answered(declined(reason.as_deref().unwrap_or(other))))
            }
        }
    }
}

fn captured(order: &str, made: &Movement) -> Answered {
    settled(made.standing(Some(order))?)
}

/// What giving up came to: all that was not taken.
pub(super) fn given_up(order: &Order, rest: Money) -> Answered {
    Ok(ProviderAnswer::approved(order.id.clone(), rest))
}

/// The answer that a state is; one that is not final yet is looked up later.
fn settled(found: Found) -> Answered {
    match found {
        Found::Answered(answer) => Ok(answer),
        Found::Pending | Found::Nothing => Err(ProviderError::Unknown("it is still at it".to_owned())),
    }
}
