//! The engine: one file per step.

mod discounts;
mod selection;
mod sheet;
mod shipping;
mod tax;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use self::sheet::Sheet;
use super::{Basket, Quote, QuoteError, Totals};
use crate::money::Money;
use crate::pricebook::Pricebook;

/// A way to send a basket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingOption {
    /// The id of the method.
    pub method: String,
    /// Its name.
    pub title: String,
    /// Before discounts.
    pub price: Money,
    /// What the shopper pays for it: less discounts, with tax that is added.
    pub total: Money,
}

/// A quote, and what else could be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Priced {
    pub(super) quote: Quote,
    /// The cheapest first.
    pub(super) options: Vec<ShippingOption>,
    /// The chosen method does not serve the destination, and the quote is made with another one or none.
    pub(super) method_unavailable: bool,
}

/// Prices a basket by a pricebook. Pure: the same basket and book give the same quote.
///
/// A shipping method that does not serve the destination is replaced by the cheapest that does; when there is none, the
/// quote is not [deliverable](Quote::is_deliverable), and must not become an order.
///
/// # Errors
/// When the basket is not one that the shop could have made: another currency, a negative price, a line twice, sums that
/// have no room. Anything that a shopper can do has a price.
pub fn quote(basket: &Basket, book: &Pricebook) -> Result<Quote, QuoteError> {
    priced(basket, book).map(|priced| priced.quote)
}

pub(super) fn priced(basket: &Basket, book: &Pricebook) -> Result<Priced, QuoteError> {
    let destination = basket.destination.clone().or_else(|| book.assumed_destination());
    let region = book.region(destination.as_ref()).ok_or(QuoteError::NoRegion)?;
    let mut sheet = Sheet::open(basket, book)?;
    let selection = selection::choose(&sheet);
    discounts::apply(&mut sheet, &selection)?;
    let (lines, mut taxes) = tax::lines(&mut sheet, region)?;
    let sending = shipping::choose(&sheet, &selection, region, destination.as_ref())?;
    let shipping::Sending { shipping, class, free, options, method_unavailable } = sending;
    shipping::explain(&mut sheet, &shipping, free)?;
    if let Some(class) = class {
        tax::of_shipping(&mut sheet, &mut taxes, region, (&class, &shipping))?;
    }
    let totals = totals(&sheet, &lines, &shipping)?;
    let coupons = selection.coupons(&sheet);
    let by_input = |line: &super::QuotedLine| basket.lines.iter().position(|wanted| wanted.line == line.line);
    let mut lines = lines;
    lines.sort_by_key(by_input);
    let quote = Quote {
        currency: basket.currency,
        rounding: book.rounding,
        book_version: book.version,
        region: region.id.clone(),
        lines,
        shipping,
        discounts: sheet.discounts,
        taxes: taxes.into_lines(basket.currency),
        totals,
        coupons,
        steps: sheet.steps,
    };
    Ok(Priced { quote, options, method_unavailable })
}

/// PRICE-1.
fn totals(
    sheet: &Sheet<'_>,
    lines: &[super::QuotedLine],
    shipping: &super::QuotedShipping,
) -> Result<Totals, QuoteError> {
    let mut sums = Totals::zero(sheet.basket.currency);
    for line in lines {
        sums.subtotal = sums.subtotal.checked_add(line.subtotal)?;
        sums.discount = sums.discount.checked_add(line.discount)?;
        sums.tax = sums.tax.checked_add(line.tax)?;
        sums.total = sums.total.checked_add(line.total)?;
    }
    sums.shipping = shipping.total;
    sums.tax = sums.tax.checked_add(shipping.tax)?;
    sums.total = sums.total.checked_add(shipping.total)?;
    Ok(sums)
}
