//! The parts of Stripe's objects that the shop reads.

use std::collections::BTreeMap;

use amazoff_actors::ids::PaymentId;
use amazoff_actors::money::Money;
use amazoff_actors::payment::{Found, IntentKey, ProviderAnswer, ProviderError};
use amazoff_supervisor::Timestamp;
use serde::Deserialize;

use super::money::money;

/// What the shop adds to Stripe's objects, so that they lead back to it.
pub(super) type Metadata = BTreeMap<String, String>;

/// The payment.
pub(super) const PAYMENT: &str = "amazoff_payment";
/// The order.
pub(super) const ORDER: &str = "amazoff_order";
/// The key of the operation that made the object.
pub(super) const KEY: &str = "amazoff_key";

/// Where an intent remembers a capture: 40 letters, the most that Stripe takes.
pub(super) fn capture_mark(key: &IntentKey) -> String {
    format!("{CAPTURE}{key}")
}
const CAPTURE: &str = "capture_";

/// The payment that metadata names.
pub(super) fn payment_of(metadata: &Metadata) -> Option<PaymentId> {
    metadata.get(PAYMENT)?.parse().ok()
}

/// A page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
    pub(super) has_more: bool,
}

/// A PaymentIntent.
#[derive(Debug, Deserialize)]
pub(super) struct PaymentIntent {
    pub(super) id: String,
    pub(super) amount: i64,
    #[serde(default)]
    pub(super) amount_capturable: i64,
    #[serde(default)]
    pub(super) amount_received: i64,
    pub(super) currency: String,
    pub(super) status: String,
    pub(super) created: i64,
    #[serde(default)]
    pub(super) metadata: Metadata,
    pub(super) cancellation_reason: Option<String>,
    pub(super) last_payment_error: Option<CardError>,
    pub(super) next_action: Option<NextAction>,
    pub(super) latest_charge: Option<ChargeOrId>,
}

/// Why a card was refused.
#[derive(Debug, Deserialize)]
pub(super) struct CardError {
    pub(super) code: Option<String>,
    pub(super) decline_code: Option<String>,
}

impl CardError {
    /// The more telling of the two codes.
    pub(super) fn best(&self) -> String {
        self.decline_code.as_ref().or(self.code.as_ref()).map_or("card_declined", String::as_str).to_owned()
    }
}

/// What the shopper has to do.
#[derive(Debug, Deserialize)]
pub(super) struct NextAction {
    redirect_to_url: Option<Redirect>,
}

#[derive(Debug, Deserialize)]
struct Redirect {
    url: Option<String>,
}

/// A charge, or only its id where it was not asked for.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum ChargeOrId {
    /// All of it.
    Charge(Box<Charge>),
    /// Its id.
    Id(#[expect(dead_code, reason = "the shape is what counts")] String),
}

/// A charge.
#[derive(Debug, Deserialize)]
pub(super) struct Charge {
    #[serde(default)]
    pub(super) amount_refunded: i64,
    payment_method_details: Option<MethodDetails>,
}

#[derive(Debug, Deserialize)]
struct MethodDetails {
    card: Option<CardDetails>,
}

#[derive(Debug, Deserialize)]
struct CardDetails {
    capture_before: Option<i64>,
    multicapture: Option<Availability>,
}

#[derive(Debug, Deserialize)]
struct Availability {
    status: String,
}

/// A refund.
#[derive(Debug, Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) status: Option<String>,
    pub(super) failure_reason: Option<String>,
    #[serde(default)]
    pub(super) metadata: Metadata,
}

/// An amount that the shop cannot read is not taken for another one.
pub(super) fn amount(units: i64, currency: &str) -> Result<Money, ProviderError> {
    money(units, currency)
        .ok_or_else(|| ProviderError::Unknown(format!("it speaks of {units} units of {currency}")))
}

impl PaymentIntent {
    pub(super) fn charge(&self) -> Option<&Charge> {
        match &self.latest_charge {
            Some(ChargeOrId::Charge(charge)) => Some(charge),
            Some(ChargeOrId::Id(_)) | None => None,
        }
    }
    fn card(&self) -> Option<&CardDetails> {
        self.charge()?.payment_method_details.as_ref()?.card.as_ref()
    }
    /// Whether it may be captured more than once.
    pub(super) fn has_multicapture(&self) -> bool {
        let available =
            |card: &CardDetails| card.multicapture.as_ref().is_some_and(|one| one.status == "available");
        self.card().is_some_and(available)
    }
    /// Whether that capture was made, as the intent remembers it.
    pub(super) fn remembers(&self, key: &IntentKey) -> bool {
        self.metadata.contains_key(&capture_mark(key))
    }

    /// What a capture that the intent remembers has taken: all that was taken, without what the others say that they took.
    pub(super) fn taken_by(&self, key: &IntentKey) -> Result<Money, ProviderError> {
        let mine = capture_mark(key);
        let mut others = self.metadata.iter().filter(|(name, _)| name.starts_with(CAPTURE) && **name != mine);
        let others = others.try_fold(0_i64, |sum, (_, units)| sum.checked_add(units.parse().ok()?));
        let taken = others.and_then(|others| self.amount_received.checked_sub(others));
        let taken = taken
            .ok_or_else(|| ProviderError::Unknown("it remembers captures that are no amounts".to_owned()))?;
        amount(taken, &self.currency)
    }

    /// How the authorization stands.
    pub(super) fn standing(&self) -> Result<Found, ProviderError> {
        Ok(Found::Answered(match self.status.as_str() {
            "requires_capture" | "succeeded" => ProviderAnswer::Approved {
                reference: self.id.clone(),
                amount: amount(self.amount, &self.currency)?,
                expires_at: self.expires_at(),
                capture_reference: None,
            },
            "processing" => return Ok(Found::Pending),
            "requires_action" => {
                let url =
                    self.next_action.as_ref().and_then(|action| action.redirect_to_url.as_ref()?.url.clone());
                match url {
                    Some(url) => ProviderAnswer::ActionRequired { reference: self.id.clone(), url },
                    None => ProviderAnswer::declined("action_without_address"),
                }
            }
            "canceled" if self.cancellation_reason.as_deref() == Some("automatic") => {
                ProviderAnswer::declined("expired")
            }
            "canceled" => ProviderAnswer::declined("canceled"),
            "requires_payment_method" | "requires_confirmation" => {
                let code = self.last_payment_error.as_ref().map(CardError::best);
                ProviderAnswer::declined(code.unwrap_or_else(|| "not_confirmed".to_owned()))
            }
            other => {
                return Err(ProviderError::Unknown(format!("it names a status that nobody knows: {other}")));
            }
        }))
    }

    /// Until when it can be captured.
    fn expires_at(&self) -> Option<Timestamp> {
        if self.amount_capturable == 0 {
            return None;
        }
        let seconds = self.card()?.capture_before?;
        Some(Timestamp::from_unix_ms(seconds.checked_mul(1_000)?))
    }
}
