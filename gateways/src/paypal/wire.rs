//! The parts of PayPal's objects that the shop reads.

use amazoff_actors::money::Money;
use amazoff_actors::payment::ProviderError;
use amazoff_supervisor::Timestamp;
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::money::Amount;

/// An order.
#[derive(Debug, Deserialize)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) status: String,
    #[serde(default)]
    pub(super) purchase_units: Vec<Unit>,
    #[serde(default)]
    pub(super) links: Vec<Link>,
    pub(super) create_time: Option<String>,
}

/// What an order is about; the shop's have one.
#[derive(Debug, Deserialize)]
pub(super) struct Unit {
    pub(super) custom_id: Option<String>,
    #[serde(default)]
    pub(super) payments: Payments,
}

/// What became of it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Payments {
    #[serde(default)]
    pub(super) authorizations: Vec<Authorization>,
    #[serde(default)]
    pub(super) captures: Vec<Movement>,
    #[serde(default)]
    pub(super) refunds: Vec<Movement>,
}

/// Money set aside.
#[derive(Debug, Deserialize)]
pub(super) struct Authorization {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) amount: Amount,
    pub(super) expiration_time: Option<String>,
}

/// Money taken, or given back.
#[derive(Debug, Deserialize)]
pub(super) struct Movement {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) amount: Amount,
    pub(super) invoice_id: Option<String>,
    pub(super) custom_id: Option<String>,
    pub(super) status_details: Option<Details>,
}

/// Why something is as it is.
#[derive(Debug, Deserialize)]
pub(super) struct Details {
    pub(super) reason: Option<String>,
}

/// Where to go on.
#[derive(Debug, Deserialize)]
pub(super) struct Link {
    pub(super) href: String,
    pub(super) rel: String,
}

/// An amount that the shop cannot read is not taken for another one.
pub(super) fn money(amount: &Amount) -> Result<Money, ProviderError> {
    amount
        .money()
        .ok_or_else(|| ProviderError::Unknown("it speaks of an amount that nobody can read".to_owned()))
}

/// A moment of PayPal's.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Some(Timestamp::from_unix_ms(moment.unix_timestamp().checked_mul(1_000)?))
}

/// A moment as PayPal takes it.
pub(super) fn text(moment: Timestamp) -> String {
    let seconds = moment.unix_ms().div_euclid(1_000);
    let moment = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(&Rfc3339).unwrap_or_default()
}

impl Order {
    pub(super) fn unit(&self) -> Option<&Unit> {
        self.purchase_units.first()
    }
    pub(super) fn authorization(&self) -> Option<&Authorization> {
        self.unit()?.payments.authorizations.first()
    }
    /// Where the shopper acts.
    pub(super) fn approve_url(&self) -> Option<&str> {
        let acts = |link: &&Link| matches!(link.rel.as_str(), "payer-action" | "approve");
        self.links.iter().find(acts).map(|link| link.href.as_str())
    }
    /// The capture or refund that an operation made.
    pub(super) fn made_by<'a>(movements: &'a [Movement], key: &str) -> Option<&'a Movement> {
        movements.iter().find(|movement| movement.invoice_id.as_deref() == Some(key))
    }
}
