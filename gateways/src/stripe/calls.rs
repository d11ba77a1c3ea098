//! The calls that move money.

use amazoff_actors::payment::{Confirmation, Found, Intent, ProviderAnswer, ProviderError};
use serde::de::DeserializeOwned;

use super::Stripe;
use super::money::units;
use super::wire::{CardError, KEY, ORDER, PAYMENT, PaymentIntent, Refund, amount, capture_mark};
use crate::remote::Heard;

type Answered = Result<ProviderAnswer, ProviderError>;

/// What a call came to: an object, or a refusal.
pub(super) enum Outcome<T> {
    /// It is done.
    Done(Box<T>),
    /// It is refused, finally.
    Refused { code: String },
}

/// The name that a refusal has when its object is not in the state for it.
const UNEXPECTED_STATE: &str = "payment_intent_unexpected_state";

/// Reads an answer to a call that moves money.
pub(super) fn outcome<T: DeserializeOwned>(heard: Heard) -> Result<Outcome<T>, ProviderError> {
    if heard.status.is_success() {
        let read = serde_json::from_value(heard.body);
        return read.map(|object| Outcome::Done(Box::new(object))).map_err(|error| unreadable(&error));
    }
    let (kind, code) = (heard.text("/error/type").unwrap_or_default(), heard.text("/error/code"));
    // The key is in use, or did something else before: what became of that has to be looked up.
    if kind == "idempotency_error" || heard.status == reqwest::StatusCode::CONFLICT {
        return Err(ProviderError::Unknown("it knows the key from another request".to_owned()));
    }
    if kind == "card_error" {
        let decline_code = heard.text("/error/decline_code").map(str::to_owned);
        let code = CardError { code: code.map(str::to_owned), decline_code }.best();
        return Ok(Outcome::Refused { code });
    }
    let code = code.or(Some(kind).filter(|kind| !kind.is_empty())).unwrap_or("invalid_request_error");
    let param = heard.text("/error/param").unwrap_or_default();
    if code != UNEXPECTED_STATE {
        tracing::error!(%code, %param, "Stripe does not take what the shop asks: {code} {param}");
    }
    Ok(Outcome::Refused { code: code.to_owned() })
}

pub(super) fn unreadable(error: &serde_json::Error) -> ProviderError {
    ProviderError::Unknown(format!("its answer is not what it documents: {error}"))
}

/// The answer that a state is; one that is not final yet is looked up later.
fn settled(found: Found) -> Answered {
    match found {
        Found::Answered(answer) => Ok(answer),
        Found::Pending | Found::Nothing => Err(ProviderError::Unknown("it is still at it".to_owned())),
    }
}

fn no_such_amount() -> Answered {
    Ok(ProviderAnswer::declined("amount_not_at_provider"))
}

fn no_reference() -> Answered {
    Ok(ProviderAnswer::declined("reference_missing"))
}

impl Stripe {
    pub(super) async fn reserve(&self, intent: &Intent, token: &str) -> Answered {
        let Some(units) = units(intent.amount) else { return no_such_amount() };
        let order = intent.order.map(|order| order.to_string()).unwrap_or_default();
        let form = [
            ("amount", units.to_string()),
            ("currency", intent.amount.currency.code().to_ascii_lowercase()),
            ("capture_method", "manual".to_owned()),
            ("confirm", "true".to_owned()),
            ("payment_method", token.to_owned()),
            ("payment_method_types[]", "card".to_owned()),
            ("payment_method_options[card][request_multicapture]", "if_available".to_owned()),
            ("return_url", format!("{}/orders/{order}", self.shop_url)),
            ("description", format!("Order {order}")),
            ("metadata[amazoff_payment]", intent.payment.to_string()),
            ("metadata[amazoff_order]", order),
            ("metadata[amazoff_key]", intent.key.to_string()),
            ("expand[]", "latest_charge".to_owned()),
        ];
        match outcome::<PaymentIntent>(self.post("payment_intents", intent.key.as_str(), &form).await?)? {
            Outcome::Done(made) => settled(made.standing()?),
            Outcome::Refused { code } => Ok(ProviderAnswer::declined(code)),
        }
    }

    /// Looks what the shopper did at the bank. One who refuses here gives the intent up, so that the bank cannot approve later.
    pub(super) async fn look_again(&self, intent: &Intent, result: Confirmation) -> Answered {
        let Some(reference) = &intent.reference else { return no_reference() };
        let standing = self.retrieve(reference).await?.standing()?;
        let waits = matches!(standing, Found::Answered(ProviderAnswer::ActionRequired { .. }));
        if !(waits && result == Confirmation::Decline) {
            return settled(standing);
        }
        match self.cancel(reference, intent.key.as_str()).await? {
            Outcome::Done(_) => Ok(ProviderAnswer::declined("authentication_failed")),
            Outcome::Refused { .. } => settled(self.retrieve(reference).await?.standing()?),
        }
    }

    /// Takes money. The intent remembers each capture in its metadata, which says more than an idempotency key that Stripe may
    /// have forgotten. Where a payment can be captured only once, a part of it is refused, because the rest would be given up.
    pub(super) async fn take(&self, intent: &Intent) -> Answered {
        let Some(units) = units(intent.amount) else { return no_such_amount() };
        let Some(reference) = &intent.reference else { return no_reference() };
        let before = self.retrieve(reference).await?;
        if before.remembers(&intent.key) {
            return taken(&before, intent);
        }
        let several = before.has_multicapture();
        if !several && before.status == "requires_capture" && units < before.amount_capturable {
            return Ok(ProviderAnswer::declined("partial_capture_unavailable"));
        }
        let mut form = vec![
            ("amount_to_capture".to_owned(), units.to_string()),
            (format!("metadata[{}]", capture_mark(&intent.key)), units.to_string()),
            ("expand[]".to_owned(), "latest_charge".to_owned()),
        ];
        if several {
            form.push(("final_capture".to_owned(), "false".to_owned()));
        }
        let path = format!("payment_intents/{reference}/capture");
        match outcome::<PaymentIntent>(self.post(&path, intent.key.as_str(), &form).await?)? {
            Outcome::Done(after) => taken(&after, intent),
            Outcome::Refused { code } => Ok(ProviderAnswer::declined(code)),
        }
    }

    /// Gives up what is not taken. Stripe cancels an untouched intent, and lets go of the rest of one that was captured in part.
    pub(super) async fn give_up(&self, intent: &Intent) -> Answered {
        let Some(reference) = &intent.reference else { return no_reference() };
        let code = match self.cancel(reference, intent.key.as_str()).await? {
            Outcome::Done(canceled) => return given_up(&canceled),
            Outcome::Refused { code } => code,
        };
        let now = self.retrieve(reference).await?;
        match now.status.as_str() {
            "canceled" => given_up(&now),
            "succeeded" if now.amount_received < now.amount => given_up(&now),
            "requires_capture" if now.amount_received > 0 => self.release_rest(reference, intent).await,
            _ => Ok(ProviderAnswer::declined(code)),
        }
    }

    async fn release_rest(&self, reference: &str, intent: &Intent) -> Answered {
        let form = [("amount_to_capture", "0"), ("final_capture", "true")];
        let path = format!("payment_intents/{reference}/capture");
        // A key belongs to one address, and this one's was used to cancel.
        let key = format!("{}-rest", intent.key);
        match outcome::<PaymentIntent>(self.post(&path, &key, &form).await?)? {
            Outcome::Done(released) => given_up(&released),
            Outcome::Refused { code } => Ok(ProviderAnswer::declined(code)),
        }
    }

    async fn cancel(&self, reference: &str, key: &str) -> Result<Outcome<PaymentIntent>, ProviderError> {
        let form = [("cancellation_reason", "requested_by_customer")];
        outcome(self.post(&format!("payment_intents/{reference}/cancel"), key, &form).await?)
    }

    pub(super) async fn give_back(&self, intent: &Intent) -> Answered {
        let Some(units) = units(intent.amount) else { return no_such_amount() };
        let Some(reference) = &intent.reference else { return no_reference() };
        let form = [
            ("payment_intent".to_owned(), reference.clone()),
            ("amount".to_owned(), units.to_string()),
            (format!("metadata[{PAYMENT}]"), intent.payment.to_string()),
            (format!("metadata[{ORDER}]"), intent.order.map(|order| order.to_string()).unwrap_or_default()),
            (format!("metadata[{KEY}]"), intent.key.to_string()),
        ];
        match outcome::<Refund>(self.post("refunds", intent.key.as_str(), &form).await?)? {
            Outcome::Done(refund) => settled(refund.standing()?),
            Outcome::Refused { code } => Ok(ProviderAnswer::declined(code)),
        }
    }
}

impl Refund {
    /// How the refund stands.
    pub(super) fn standing(&self) -> Result<Found, ProviderError> {
        Ok(match self.status.as_deref() {
            Some("succeeded") => {
                let amount = amount(self.amount, &self.currency)?;
                Found::Answered(ProviderAnswer::approved(self.id.clone(), amount))
            }
            Some("failed" | "canceled") => {
                let code = self.failure_reason.clone().unwrap_or_else(|| "refund_failed".to_owned());
                Found::Answered(ProviderAnswer::declined(code))
            }
            Some(_) | None => Found::Pending,
        })
    }
}

/// What a capture came to.
pub(super) fn taken(after: &PaymentIntent, intent: &Intent) -> Answered {
    Ok(ProviderAnswer::approved(after.id.clone(), after.taken_by(&intent.key)?))
}

/// What giving up came to: all that was not taken.
pub(super) fn given_up(after: &PaymentIntent) -> Answered {
    let rest = after.amount.saturating_sub(after.amount_received);
    Ok(ProviderAnswer::approved(after.id.clone(), amount(rest, &after.currency)?))
}
