//! What makes things cheaper, when, and beside what else.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{ProductId, VariantId};
use crate::money::{Currency, Money};
use crate::pricing::{BasketLine, Rate};

/// A promotion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    /// Its name, as shoppers see it.
    pub title: String,
    /// Whether it takes part at all; one that is off keeps its id and its coupons.
    pub enabled: bool,
    /// Whether a code must be entered.
    pub trigger: Trigger,
    /// What it takes off.
    pub kind: Kind,
    /// Off what, and what its condition counts.
    pub selector: Selector,
    /// What the basket must hold.
    pub condition: Condition,
    /// The higher comes first; equal ones by id.
    pub priority: i32,
    /// Beside what else.
    pub stacking: Stacking,
    /// When it is open.
    pub window: Window,
}

/// What starts a promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The basket alone.
    Automatic,
    /// A coupon of it.
    Coupon,
}

/// What a promotion takes off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A part of each selected line, rounded per line.
    Percentage {
        /// Which part.
        rate: Rate,
    },
    /// A part of the sum of the selected lines, rounded once and shared out over them.
    OrderPercentage {
        /// Which part.
        rate: Rate,
    },
    /// An amount off each selected piece, at most what it costs.
    FixedPerPiece {
        /// One amount per currency.
        amounts: Vec<Money>,
    },
    /// An amount off the selected lines together, at most what they cost, shared out over them.
    FixedPerOrder {
        /// One amount per currency.
        amounts: Vec<Money>,
    },
    /// Of every `buy + get` selected pieces, `get` are cheaper: always the cheapest of all selected pieces.
    BuyXGetY {
        /// Pieces at full price.
        buy: u32,
        /// Pieces that are cheaper.
        get: u32,
        /// By which part.
        off: Rate,
    },
    /// Sending costs nothing.
    FreeShipping {
        /// By which methods; all of them when empty.
        methods: Vec<String>,
    },
}

/// What a promotion is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selector {
    /// Everything.
    All,
    /// Products of these categories, by slug.
    Categories(Vec<String>),
    /// Products of these brands.
    Brands(Vec<String>),
    /// These products.
    Products(Vec<ProductId>),
    /// These variants.
    Variants(Vec<VariantId>),
}

/// What the selected lines must come to, before any discount.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// At least this value, one amount per currency. When there are any, but none in the basket's currency, it is not met.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub min_subtotal: Vec<Money>,
    /// At least this many pieces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_quantity: Option<u32>,
}

/// Beside what else a promotion takes part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stacking {
    /// Beside all that do not object.
    Combine,
    /// Alone: only if nothing came before it, and nothing comes after it.
    Exclusive,
    /// Beside others, but only the first of its group takes part.
    OneOf(String),
}

/// When something is open: from `from` on, and before `until`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Without one, since ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Without one, for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Window {
    /// Whether it is open at a moment.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }

    /// Whether there is any moment at which it is open.
    pub(crate) fn is_sound(&self) -> bool {
        self.from.is_none_or(|from| self.until.is_none_or(|until| from < until))
    }
}

impl Selector {
    /// Whether a line is meant.
    pub fn selects(&self, line: &BasketLine) -> bool {
        match self {
            Self::All => true,
            Self::Categories(slugs) => slugs.contains(&line.category),
            Self::Brands(brands) => brands.contains(&line.brand),
            Self::Products(products) => products.contains(&line.product),
            Self::Variants(variants) => variants.contains(&line.variant),
        }
    }
}

/// The amount of a currency.
pub(crate) fn in_currency(amounts: &[Money], currency: Currency) -> Option<Money> {
    amounts.iter().copied().find(|amount| amount.currency == currency)
}
