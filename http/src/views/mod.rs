//! What the API shows: plain data, each field put there on purpose, described for OpenAPI.

pub mod account;
pub mod address;
pub mod carts;
pub mod catalogue;
pub mod check;
pub mod checkout;
pub mod desk;
pub mod endpoints;
pub mod fulfillment;
pub mod media;
pub mod notices;
pub mod ops;
pub mod orders;
pub mod payments;
pub mod privacy;
pub mod products;
pub mod recommendations;
pub mod reports;
pub mod reviews;
pub mod stock;
pub mod users;
pub(crate) mod words;

use amazoff_actors::money::Money;
use amazoff_actors::pricing::Totals;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount in minor units: `{"amount": 1999, "currency": "EUR"}` is €19.99.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Money)]
pub struct MoneyBody {
    /// Minor units, such as cents.
    #[schema(example = 1999)]
    pub amount: i64,
    /// ISO 4217.
    #[schema(example = "EUR")]
    pub currency: String,
}

impl From<Money> for MoneyBody {
    fn from(money: Money) -> Self {
        Self { amount: money.amount, currency: money.currency.code().to_owned() }
    }
}

/// The sums of a cart or an order.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Totals)]
pub struct TotalsBody {
    /// All lines, before discounts.
    pub subtotal: MoneyBody,
    /// What discounts take off the lines.
    pub discount: MoneyBody,
    /// Sending them, less its discounts.
    pub shipping: MoneyBody,
    /// All tax, whether prices include it or it is added.
    pub tax: MoneyBody,
    /// What is paid.
    pub total: MoneyBody,
}

impl From<Totals> for TotalsBody {
    fn from(totals: Totals) -> Self {
        Self {
            subtotal: totals.subtotal.into(),
            discount: totals.discount.into(),
            shipping: totals.shipping.into(),
            tax: totals.tax.into(),
            total: totals.total.into(),
        }
    }
}

/// Where images are.
const MEDIA: &str = "/v1/media/";

/// The path of an image's bytes.
pub fn media_path(blob: &str) -> String {
    [MEDIA, blob].concat()
}
