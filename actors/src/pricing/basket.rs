//! What a price is asked for.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::TaxClass;
use crate::ids::{LineId, ProductId, PromotionId, VariantId};
use crate::money::{Currency, Money, Quantity};

/// Where goods go, as far as price and tax depend on it. Not personal: a country and a part of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Destination {
    /// ISO 3166-1 alpha-2, upper case: `DE`.
    pub country: String,
    /// The part after the hyphen of ISO 3166-2, upper case: `NY` of `US-NY`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subdivision: Option<String>,
    /// As written there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
}

/// Pieces of one variant, with all of it that its price depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasketLine {
    /// The line of the cart.
    pub line: LineId,
    /// What is bought.
    pub variant: VariantId,
    /// The product that the variant belongs to.
    pub product: ProductId,
    /// The category's slug.
    pub category: String,
    /// Who makes it.
    pub brand: String,
    /// How it is taxed.
    pub tax_class: TaxClass,
    /// Of one piece, in grams.
    pub weight_g: u32,
    /// Of one piece, in the basket's currency; with or without tax, as the destination's region says.
    pub unit_price: Money,
    /// How many.
    pub quantity: Quantity,
}

/// A code that the shopper entered, and the promotion that it opens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AppliedCoupon {
    /// As it is kept: upper case.
    pub code: String,
    /// What it opens.
    pub promotion: PromotionId,
}

/// All that a quote depends on, besides the pricebook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basket {
    /// In which everything is priced.
    pub currency: Currency,
    /// What is bought. Their order changes nothing but the order of the answer.
    pub lines: Vec<BasketLine>,
    /// Where it goes; without one, prices and tax are those of the default region.
    pub destination: Option<Destination>,
    /// The id of a shipping method; without one, the cheapest that serves the destination.
    pub shipping_method: Option<String>,
    /// Codes that the shopper entered.
    pub coupons: Vec<AppliedCoupon>,
    /// The moment at which promotions must be open.
    pub at: Timestamp,
}
