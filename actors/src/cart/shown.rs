//! A cart at today's prices.

use super::{LineView, Requirement, View, Warning};
use crate::ids::VariantId;
use crate::money::Money;
use crate::pricing::{CouponOutcome, PricedCart};

/// A cart at today's prices.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The cart; lines and totals are those of the price, where there is one.
    pub view: View,
    /// What it costs now, to the last step, and how it can be sent; `None` for a cart that is over.
    pub price: Option<PricedCart>,
}

impl Shown {
    /// A cart whose prices nobody asks for any more.
    pub(super) fn over(view: View) -> Self {
        Self { view, price: None }
    }

    /// Puts today's prices on a cart, and says what the shopper should know. `stock` says what can be had.
    pub(super) fn new(mut view: View, price: PricedCart, stock: &[(VariantId, u32)]) -> Self {
        let PricedCart { quote, unavailable, too_large, method_unavailable, .. } = &price;
        let mut warnings = Vec::new();
        for line in &mut view.lines {
            if unavailable.contains(&line.variant_id) {
                warnings.push(Warning::ProductUnavailable { line: line.id, variant: line.variant_id });
                continue;
            }
            let Some(quoted) = quote.line(line.id) else { continue };
            warnings.extend(changed(line, quoted.unit_price));
            (line.unit_price, line.line_total) = (quoted.unit_price, quoted.subtotal);
            let available = stock.iter().find(|(variant, _)| *variant == line.variant_id);
            warnings.extend(available.and_then(|(_, available)| scarce(line, *available)));
        }
        for coupon in &quote.coupons {
            if let CouponOutcome::NotApplied { reason } = coupon.outcome {
                warnings.push(Warning::CouponNotApplied { code: coupon.code.clone(), reason });
            }
        }
        if let Some(method) = view.shipping_method.clone().filter(|_| *method_unavailable) {
            warnings.push(Warning::ShippingMethodUnavailable { method });
        }
        view.warnings.extend(warnings);
        view.requirements.extend(Requirement::of_price(quote, unavailable, *too_large));
        view.totals = quote.totals;
        Self { view, price: Some(price) }
    }
}

fn changed(line: &LineView, to: Money) -> Option<Warning> {
    let from = line.unit_price;
    (from != to).then_some(Warning::PriceChanged { line: line.id, from, to })
}

fn scarce(line: &LineView, available: u32) -> Option<Warning> {
    (available < line.quantity.get()).then_some(Warning::InsufficientStock { line: line.id, available })
}
