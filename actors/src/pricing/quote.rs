//! What a price is made of: the answer, with every step that led to it.

use std::fmt;

use amazoff_supervisor::{Fault, FaultKind};
use serde::{Deserialize, Serialize};

use super::{Rate, Rounding, TaxClass, Totals};
use crate::ids::{LineId, PromotionId, VariantId};
use crate::money::{Currency, Money, MoneyError, Quantity};
use crate::pricebook::Pricebook;

/// The price of a basket, to the last minor unit. Frozen onto the order that is made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Of every amount in it.
    pub currency: Currency,
    /// How every division was rounded.
    pub rounding: Rounding,
    /// The version of the pricebook by which it was made.
    pub book_version: u64,
    /// The tax region by which it was made.
    pub region: String,
    /// The lines, in the basket's order.
    pub lines: Vec<QuotedLine>,
    /// Sending them.
    pub shipping: QuotedShipping,
    /// What promotions took off, in the order in which they did.
    pub discounts: Vec<Discount>,
    /// Tax by class and rate; the sum of their `tax` is that of the totals.
    pub taxes: Vec<TaxLine>,
    /// The sums.
    pub totals: Totals,
    /// What became of each code, sorted by code.
    pub coupons: Vec<CouponUse>,
    /// Every step; their amounts sum to the total.
    pub steps: Vec<PriceStep>,
}

impl Quote {
    /// The price of nothing by a pricebook.
    pub fn of_nothing(currency: Currency, book: &Pricebook) -> Self {
        Self {
            currency,
            rounding: book.rounding,
            book_version: book.version,
            region: book.default_region.clone(),
            lines: Vec::new(),
            shipping: QuotedShipping::none(currency),
            discounts: Vec::new(),
            taxes: Vec::new(),
            totals: Totals::zero(currency),
            coupons: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// Whether there is a way to send it; there always is for nothing.
    pub fn is_deliverable(&self) -> bool {
        self.lines.is_empty() || self.shipping.method.is_some()
    }

    /// The codes that took something off, with their promotions: those that an order uses up.
    pub fn used_coupons(&self) -> impl Iterator<Item = &CouponUse> {
        self.coupons.iter().filter(|coupon| matches!(coupon.outcome, CouponOutcome::Applied { .. }))
    }

    /// The price of a line.
    pub fn line(&self, id: LineId) -> Option<&QuotedLine> {
        self.lines.iter().find(|line| line.line == id)
    }
}

/// The price of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotedLine {
    /// The line of the cart.
    pub line: LineId,
    /// What is bought.
    pub variant: VariantId,
    /// How many.
    pub quantity: Quantity,
    /// Of one piece.
    pub unit_price: Money,
    /// `unit_price` × `quantity`.
    pub subtotal: Money,
    /// What discounts take off, with the line's share of those of the whole order. From nothing to the subtotal.
    pub discount: Money,
    /// The tax of what is left.
    pub tax: Money,
    /// Its rate.
    pub tax_rate: Rate,
    /// Whether the tax is part of the price (or added to it).
    pub tax_included: bool,
    /// What the shopper pays for this line, tax included.
    pub total: Money,
}

/// The price of sending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotedShipping {
    /// The id of the method; `None` when none serves the destination, or nothing is sent.
    pub method: Option<String>,
    /// Its name.
    pub title: String,
    /// Before discounts.
    pub price: Money,
    /// What discounts take off. From nothing to the price.
    pub discount: Money,
    /// The tax of what is left, included or added like that of the lines.
    pub tax: Money,
    /// What the shopper pays for it, tax included.
    pub total: Money,
}

impl QuotedShipping {
    /// Nothing is sent, or there is no way to send it.
    pub const fn none(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self { method: None, title: String::new(), price: zero, discount: zero, tax: zero, total: zero }
    }
}

/// What a promotion took off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discount {
    /// Which promotion.
    pub promotion: PromotionId,
    /// Its name.
    pub title: String,
    /// The code that opened it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon: Option<String>,
    /// All that it took off: the sum of the shares, or the part of shipping.
    pub amount: Money,
    /// What it took off each line, in the basket's order; none for a discount on shipping.
    pub shares: Vec<DiscountShare>,
}

/// What a promotion took off a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscountShare {
    /// Which line.
    pub line: LineId,
    /// More than nothing.
    pub amount: Money,
}

/// Tax of one class and rate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxLine {
    /// Of which goods.
    pub class: TaxClass,
    /// At which rate.
    pub rate: Rate,
    /// Whether it is part of the prices (or added to them).
    pub included: bool,
    /// What is taxed, without the tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
}

/// What became of a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponUse {
    /// Which code.
    pub code: String,
    /// What it opens; `None` when the shop does not know the code.
    pub promotion: Option<PromotionId>,
    /// What came of it.
    pub outcome: CouponOutcome,
}

/// What came of a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponOutcome {
    /// It took something off.
    Applied {
        /// How much.
        discount: Money,
    },
    /// It did nothing, and an order does not use it up.
    NotApplied {
        /// Why.
        reason: CouponReason,
    },
}

/// Why a code does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponReason {
    /// The shop does not know the code, or no longer what it opens.
    Unknown,
    /// It is not valid yet, or no longer.
    Expired,
    /// The shop took it back.
    Withdrawn,
    /// It was used as often as it may be.
    Exhausted,
    /// Nothing in the basket is what it is for.
    NothingMatches,
    /// The basket has too few pieces or too little value of what it is for.
    ConditionNotMet,
    /// Its promotion knows no amount in the basket's currency.
    OtherCurrency,
    /// Another promotion, or another code of the same one, keeps it out.
    Excluded,
    /// There is nothing left to take off.
    NothingLeft,
}

/// One step of a price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceStep {
    /// What was done.
    pub step: Step,
    /// What that added to the total; less than nothing for a discount, nothing for tax that the price includes.
    pub amount: Money,
}

/// What a step does. Written for people by `Display`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Pieces at their price.
    Pieces {
        /// Which line.
        line: LineId,
        /// How many.
        quantity: Quantity,
        /// Of one piece.
        unit_price: Money,
    },
    /// A promotion of the line itself.
    LineDiscount {
        /// Which line.
        line: LineId,
        /// Which promotion.
        promotion: PromotionId,
        /// What the line cost before it.
        of: Money,
    },
    /// A line's share of a promotion of the whole order.
    OrderDiscount {
        /// Which line.
        line: LineId,
        /// Which promotion.
        promotion: PromotionId,
        /// All that it takes off the order.
        of: Money,
    },
    /// Sending at the price of a method.
    Shipping {
        /// Which method.
        method: String,
    },
    /// A promotion of sending.
    ShippingDiscount {
        /// Which promotion.
        promotion: PromotionId,
    },
    /// Tax that is part of a price: nothing is added.
    TaxIncluded {
        /// Of which line; `None` for shipping.
        line: Option<LineId>,
        /// At which rate.
        rate: Rate,
        /// The price that includes it.
        of: Money,
        /// The tax in it.
        tax: Money,
    },
    /// Tax that is added to a price.
    TaxAdded {
        /// To which line; `None` for shipping.
        line: Option<LineId>,
        /// At which rate.
        rate: Rate,
        /// The price to which it is added.
        of: Money,
    },
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pieces { quantity, unit_price, .. } => write!(f, "{quantity} × {unit_price}"),
            Self::LineDiscount { promotion, of, .. } => write!(f, "{promotion} off {of} of this line"),
            Self::OrderDiscount { promotion, of, .. } => {
                write!(f, "this line's share of {of}, which {promotion} takes off the order")
            }
            Self::Shipping { method } => write!(f, "shipping: {method}"),
            Self::ShippingDiscount { promotion } => write!(f, "{promotion} off shipping"),
            Self::TaxIncluded { rate, of, tax, .. } => write!(f, "{of} includes {tax} of tax ({rate})"),
            Self::TaxAdded { rate, of, .. } => write!(f, "{rate} tax on {of}"),
        }
    }
}

/// Why there is no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuoteError {
    /// The shop does not sell in this currency.
    #[error("the shop does not sell in {0}")]
    CurrencyNotSold(Currency),
    /// A piece costs less than nothing.
    #[error("a piece of {0} costs less than nothing")]
    NegativePrice(VariantId),
    /// Two lines have the same id.
    #[error("there are two lines {0}")]
    LineTwice(LineId),
    /// The pricebook has no default region; it never lets that happen.
    #[error("the pricebook has no region for this basket")]
    NoRegion,
    /// The sums are too large, or a price is in another currency than the basket.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Fault for QuoteError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NoRegion => FaultKind::Bug,
            Self::CurrencyNotSold(_) | Self::NegativePrice(_) | Self::LineTwice(_) | Self::Money(_) => {
                FaultKind::Invalid
            }
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NoRegion => "internal-error",
            Self::CurrencyNotSold(_) | Self::Money(MoneyError::CurrencyMismatch { .. }) => {
                "currency-mismatch"
            }
            Self::NegativePrice(_) | Self::LineTwice(_) => "basket-invalid",
            Self::Money(MoneyError::Overflow) => "total-too-large",
        }
    }
}
