//! How it is sent, and for how much.

use super::selection::{Chosen, Selection};
use super::sheet::Sheet;
use super::{ShippingOption, tax};
use crate::money::{Money, MoneyError};
use crate::pricebook::{Kind, Parcel, ShippingMethod, TaxRegion};
use crate::pricing::{Destination, Discount, PriceStep, QuotedShipping, Step, TaxClass};

/// How a basket is sent.
pub(super) struct Sending<'a, 'b> {
    pub(super) shipping: QuotedShipping,
    /// How sending is taxed, if there is any.
    pub(super) class: Option<TaxClass>,
    /// What takes its price off.
    pub(super) free: Option<&'a Chosen<'b>>,
    /// Every way, the cheapest first.
    pub(super) options: Vec<ShippingOption>,
    /// The wished method does not serve the destination.
    pub(super) method_unavailable: bool,
}

/// One way to send it, priced.
struct Way<'a, 'b> {
    method: &'a ShippingMethod,
    quoted: QuotedShipping,
    free: Option<&'a Chosen<'b>>,
}

/// The wished method, or else the cheapest for the shopper, the first by id among equals.
pub(super) fn choose<'a, 'b>(
    sheet: &Sheet<'a>,
    selection: &'a Selection<'b>,
    region: &TaxRegion,
    destination: Option<&Destination>,
) -> Result<Sending<'a, 'b>, MoneyError> {
    let zero = QuotedShipping::none(sheet.basket.currency);
    if sheet.rows.is_empty() {
        let (options, method_unavailable) = (Vec::new(), false);
        return Ok(Sending { shipping: zero, class: None, free: None, options, method_unavailable });
    }
    let mut ways = ways(sheet, selection, region, &parcel(sheet, destination)?)?;
    ways.sort_by_key(|way| way.quoted.total.amount); // stable, and the methods come by id
    let options = ways.iter().map(option).collect();
    let wished = sheet.basket.shipping_method.as_ref();
    let position = wished.and_then(|id| ways.iter().position(|way| way.method.id == *id));
    let method_unavailable = wished.is_some() && position.is_none();
    let mut ways = ways.into_iter();
    let Some(Way { method, quoted, free }) = ways.nth(position.unwrap_or(0)) else {
        return Ok(Sending { shipping: zero, class: None, free: None, options, method_unavailable });
    };
    let class = Some(method.tax_class.clone());
    Ok(Sending { shipping: quoted, class, free, options, method_unavailable })
}

fn parcel<'a>(sheet: &Sheet<'_>, destination: Option<&'a Destination>) -> Result<Parcel<'a>, MoneyError> {
    let lines = sheet.rows.iter().map(|row| row.line);
    let weight_g = lines.map(|line| u64::from(line.weight_g) * u64::from(line.quantity.get())).sum();
    let value = u64::try_from(sheet.value()?).map_err(|_negative| MoneyError::Overflow)?;
    Ok(Parcel { currency: sheet.basket.currency, destination, weight_g, value })
}

fn ways<'a, 'b>(
    sheet: &Sheet<'a>,
    selection: &'a Selection<'b>,
    region: &TaxRegion,
    parcel: &Parcel<'_>,
) -> Result<Vec<Way<'a, 'b>>, MoneyError> {
    let mut ways = Vec::new();
    for method in sheet.book.shipping.values() {
        let Some(price) = method.price(parcel) else { continue };
        let free = selection.chosen.iter().find(|chosen| frees(chosen, method) && price.amount > 0);
        let left = if free.is_some() { 0 } else { price.amount };
        let included = region.prices_include_tax;
        let tax = tax::of(left, region.rate(&method.tax_class), included, sheet.book.rounding)?;
        let (_, gross) = tax::net_and_gross(left, tax, included)?;
        let quoted = QuotedShipping {
            method: Some(method.id.clone()),
            title: method.title.clone(),
            price,
            discount: sheet.money(price.amount - left),
            tax: sheet.money(tax),
            total: sheet.money(gross),
        };
        ways.push(Way { method, quoted, free });
    }
    Ok(ways)
}

fn frees(chosen: &Chosen<'_>, method: &ShippingMethod) -> bool {
    matches!(&chosen.promotion.kind, Kind::FreeShipping { methods } if methods.is_empty() || methods.contains(&method.id))
}

fn option(way: &Way<'_, '_>) -> ShippingOption {
    ShippingOption {
        method: way.method.id.clone(),
        title: way.method.title.clone(),
        price: way.quoted.price,
        total: way.quoted.total,
    }
}

/// Notes the price of sending, and what takes it off. The tax comes after.
pub(super) fn explain(
    sheet: &mut Sheet<'_>,
    shipping: &QuotedShipping,
    free: Option<&Chosen<'_>>,
) -> Result<(), MoneyError> {
    let QuotedShipping { method: Some(method), price, discount, .. } = shipping else { return Ok(()) };
    sheet.steps.push(PriceStep { step: Step::Shipping { method: method.clone() }, amount: *price });
    if let Some(Chosen { id, promotion, coupon }) = free {
        let nothing = Money::zero(sheet.basket.currency);
        let step = Step::ShippingDiscount { promotion: *id };
        sheet.steps.push(PriceStep { step, amount: nothing.checked_sub(*discount)? });
        sheet.discounts.push(Discount {
            promotion: *id,
            title: promotion.title.clone(),
            coupon: coupon.map(str::to_owned),
            amount: *discount,
            shares: Vec::new(),
        });
    }
    Ok(())
}
