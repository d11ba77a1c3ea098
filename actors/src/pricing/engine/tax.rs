//! Tax of lines and of shipping.

use std::collections::BTreeMap;

use super::sheet::Sheet;
use crate::ids::LineId;
use crate::money::{Currency, Money, MoneyError};
use crate::pricebook::TaxRegion;
use crate::pricing::{PriceStep, QuotedLine, QuotedShipping, Rate, Rounding, Step, TaxClass, TaxLine};

/// Net amounts and tax by class, rate and whether prices include it.
#[derive(Default)]
pub(super) struct Taxes(BTreeMap<(TaxClass, Rate, bool), (i64, i64)>);

impl Taxes {
    fn add(&mut self, key: (TaxClass, Rate, bool), net: i64, tax: i64) -> Result<(), MoneyError> {
        let (nets, taxes) = self.0.entry(key).or_default();
        *nets = nets.checked_add(net).ok_or(MoneyError::Overflow)?;
        *taxes = taxes.checked_add(tax).ok_or(MoneyError::Overflow)?;
        Ok(())
    }

    pub(super) fn into_lines(self, currency: Currency) -> Vec<TaxLine> {
        let lines = self.0.into_iter().map(|((class, rate, included), (net, tax))| TaxLine {
            class,
            rate,
            included,
            net: Money::new(net, currency),
            tax: Money::new(tax, currency),
        });
        lines.collect()
    }
}

/// The tax of a price, by whether the price includes it.
pub(super) fn of(amount: i64, rate: Rate, included: bool, rounding: Rounding) -> Result<i64, MoneyError> {
    let whole = Rate::WHOLE.parts();
    let base = if included { whole + rate.parts() } else { whole };
    rounding.share(amount, rate.parts(), base)
}

/// Every line with its tax and total, in the sheet's order.
pub(super) fn lines(
    sheet: &mut Sheet<'_>,
    region: &TaxRegion,
) -> Result<(Vec<QuotedLine>, Taxes), MoneyError> {
    let included = region.prices_include_tax;
    let (mut lines, mut taxes) = (Vec::with_capacity(sheet.rows.len()), Taxes::default());
    for row in sheet.rows.clone() {
        let class = &row.line.tax_class;
        let rate = region.rate(class);
        let tax = of(row.left, rate, included, sheet.book.rounding)?;
        let (net, gross) = net_and_gross(row.left, tax, included)?;
        taxes.add((class.clone(), rate, included), net, tax)?;
        explain(sheet, Some(row.line.line), rate, (row.left, tax, included));
        lines.push(QuotedLine {
            line: row.line.line,
            variant: row.line.variant,
            quantity: row.line.quantity,
            unit_price: row.line.unit_price,
            subtotal: sheet.money(row.subtotal),
            discount: sheet.money(row.subtotal - row.left),
            tax: sheet.money(tax),
            tax_rate: rate,
            tax_included: included,
            total: sheet.money(gross),
        });
    }
    Ok((lines, taxes))
}

/// Notes the tax of shipping of a class.
pub(super) fn of_shipping(
    sheet: &mut Sheet<'_>,
    taxes: &mut Taxes,
    region: &TaxRegion,
    (class, shipping): (&TaxClass, &QuotedShipping),
) -> Result<(), MoneyError> {
    let price = shipping.price.checked_sub(shipping.discount)?.amount;
    let (rate, included, tax) = (region.rate(class), region.prices_include_tax, shipping.tax.amount);
    if price > 0 {
        let (net, _) = net_and_gross(price, tax, included)?;
        taxes.add((class.clone(), rate, included), net, tax)?;
    }
    explain(sheet, None, rate, (price, tax, included));
    Ok(())
}

/// PRICE-4.
pub(super) fn net_and_gross(price: i64, tax: i64, included: bool) -> Result<(i64, i64), MoneyError> {
    if included {
        return Ok((price - tax, price)); // the tax is a part of the price
    }
    Ok((price, price.checked_add(tax).ok_or(MoneyError::Overflow)?))
}

fn explain(sheet: &mut Sheet<'_>, line: Option<LineId>, rate: Rate, (of, tax, included): (i64, i64, bool)) {
    if rate == Rate::ZERO || of == 0 {
        return;
    }
    let (of, tax) = (sheet.money(of), sheet.money(tax));
    let (step, amount) = if included {
        (Step::TaxIncluded { line, rate, of, tax }, sheet.money(0))
    } else {
        (Step::TaxAdded { line, rate, of }, tax)
    };
    sheet.steps.push(PriceStep { step, amount });
}
