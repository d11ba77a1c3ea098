//! What a basket costs. One pure function, [`quote`], used by the cart's view, by the checkout and by the back office's
//! dry run, so that no two of them can ever disagree.
//!
//! The order of steps is fixed, and each rounds at most once, by the pricebook's [`Rounding`]:
//!
//! 1. Line subtotal: unit price × quantity.
//! 2. Which promotions take part: open at the basket's moment, their code entered if they need one, their condition met by
//!    the subtotals; in order of priority (highest first, then by id), as their stacking allows.
//! 3. Discounts of lines, promotion by promotion in that order; each works on what the ones before it left.
//! 4. Discounts of the whole order, in the same order, shared out over the lines by largest remainder ([`prorate`]).
//! 5. Tax per line, of what is left: contained in it or added to it, as the destination's region says.
//! 6. Shipping: the chosen method, or the cheapest that serves the destination, by weight or by the value of the goods
//!    after discounts; less what promotions take off; then its tax.
//! 7. Total: all line totals and the shipping total.
//!
//! Invariants:
//! - PRICE-1: Σ line totals + shipping total = total, exactly (T-P1), and so do the amounts of the steps.
//! - PRICE-2: nothing in a quote is negative but the steps of discounts; a discount is at most what it is taken off (T-P3).
//! - PRICE-3: the order of lines, promotions and codes in the input changes no amount.
//! - PRICE-4: where prices include tax, net + tax = gross in every tax line.
//!
//! It deliberately reads nothing: [`Prices`] gathers what it needs from catalogue, pricebook and coupons. It knows no
//! customer: who may use a code how often is the coupon's own rule.

mod basket;
mod engine;
#[cfg(test)]
mod flat;
mod handle;
mod price;
mod prorate;
mod quote;
mod rate;
mod rounding;
mod totals;

pub use basket::{AppliedCoupon, Basket, BasketLine, Destination};
pub use engine::{ShippingOption, quote};
#[cfg(test)]
pub(crate) use flat::totals;
#[cfg(test)]
pub(crate) use handle::answer;
pub use handle::{Asked, AskedLine, PricedCart, Prices};
pub use price::{PRICE_MAX, SHOP_CURRENCY, is_price};
pub use prorate::prorate;
pub use quote::{
    CouponOutcome, CouponReason, CouponUse, Discount, DiscountShare, PriceStep, Quote, QuoteError,
    QuotedLine, QuotedShipping, Step, TaxLine,
};
pub(crate) use rate::is_slug;
pub use rate::{InvalidTaxClass, Rate, RateOutOfRange, TaxClass};
pub use rounding::Rounding;
pub use totals::Totals;
