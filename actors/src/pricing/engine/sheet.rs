//! The working sheet: what each line costs so far, and how that came about.

use std::collections::BTreeSet;

use crate::ids::PromotionId;
use crate::money::{Money, MoneyError};
use crate::pricebook::{Pricebook, Promotion, Selector};
use crate::pricing::{Basket, BasketLine, Discount, DiscountShare, PriceStep, QuoteError, Step};

/// A line on its way to a price; amounts are minor units of the basket's currency.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    pub(super) line: &'a BasketLine,
    /// Unit price × quantity.
    pub(super) subtotal: i64,
    /// What discounts left of it, from nothing to the subtotal.
    pub(super) left: i64,
}

/// All lines, sorted by id, so that their order in the basket changes nothing (PRICE-3).
pub(super) struct Sheet<'a> {
    pub(super) basket: &'a Basket,
    pub(super) book: &'a Pricebook,
    pub(super) rows: Vec<Row<'a>>,
    pub(super) discounts: Vec<Discount>,
    pub(super) steps: Vec<PriceStep>,
}

/// Whether a promotion takes from lines one by one, or from all of them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taking {
    FromLines,
    FromOrder,
}

impl<'a> Sheet<'a> {
    pub(super) fn open(basket: &'a Basket, book: &'a Pricebook) -> Result<Self, QuoteError> {
        if !book.currencies.contains(&basket.currency) {
            return Err(QuoteError::CurrencyNotSold(basket.currency));
        }
        let mut lines: Vec<&BasketLine> = basket.lines.iter().collect();
        lines.sort_by_key(|line| line.line);
        let (mut rows, mut steps) = (Vec::with_capacity(lines.len()), Vec::new());
        let mut seen = BTreeSet::new();
        for line in lines {
            if !seen.insert(line.line) {
                return Err(QuoteError::LineTwice(line.line));
            }
            if line.unit_price.amount < 0 {
                return Err(QuoteError::NegativePrice(line.variant));
            }
            let subtotal = line.unit_price.checked_mul(line.quantity)?;
            Money::zero(basket.currency).checked_add(subtotal)?; // refuses another currency
            let (quantity, unit_price) = (line.quantity, line.unit_price);
            steps.push(PriceStep {
                step: Step::Pieces { line: line.line, quantity, unit_price },
                amount: subtotal,
            });
            rows.push(Row { line, subtotal: subtotal.amount, left: subtotal.amount });
        }
        Ok(Self { basket, book, rows, discounts: Vec::new(), steps })
    }

    pub(super) fn money(&self, amount: i64) -> Money {
        Money::new(amount, self.basket.currency)
    }

    /// The rows that a selector means.
    pub(super) fn selected(&self, selector: &Selector) -> Vec<usize> {
        let rows = self.rows.iter().enumerate();
        rows.filter(|(_, row)| selector.selects(row.line)).map(|(index, _)| index).collect()
    }

    /// What is left of some rows together.
    pub(super) fn left(&self, rows: &[usize]) -> Result<i64, MoneyError> {
        let left = rows.iter().filter_map(|index| self.rows.get(*index)).map(|row| i128::from(row.left));
        i64::try_from(left.sum::<i128>()).map_err(|_too_large| MoneyError::Overflow)
    }

    /// What is left of all rows together.
    pub(super) fn value(&self) -> Result<i64, MoneyError> {
        let left = self.rows.iter().map(|row| i128::from(row.left));
        i64::try_from(left.sum::<i128>()).map_err(|_too_large| MoneyError::Overflow)
    }

    /// Takes amounts off rows for a promotion; never more than is left (PRICE-2).
    pub(super) fn take(
        &mut self,
        (id, promotion): (PromotionId, &Promotion),
        coupon: Option<&str>,
        off: &[(usize, i64)],
        taking: Taking,
    ) -> Result<(), MoneyError> {
        let mut shares = Vec::new();
        let mut sum = 0_i64;
        let whole: i128 = off.iter().map(|(_, amount)| i128::from(*amount)).sum();
        let whole = self.money(i64::try_from(whole).map_err(|_too_large| MoneyError::Overflow)?);
        for (index, amount) in off {
            let currency = self.basket.currency;
            let Some(row) = self.rows.get_mut(*index) else { continue };
            let amount = (*amount).clamp(0, row.left);
            if amount == 0 {
                continue;
            }
            let (line, before) = (row.line.line, Money::new(row.left, currency));
            row.left -= amount;
            sum = sum.checked_add(amount).ok_or(MoneyError::Overflow)?;
            let step = match taking {
                Taking::FromLines => Step::LineDiscount { line, promotion: id, of: before },
                Taking::FromOrder => Step::OrderDiscount { line, promotion: id, of: whole },
            };
            self.steps.push(PriceStep { step, amount: self.money(-amount) });
            shares.push(DiscountShare { line, amount: self.money(amount) });
        }
        if sum > 0 {
            let (title, coupon) = (promotion.title.clone(), coupon.map(str::to_owned));
            let amount = self.money(sum);
            self.discounts.push(Discount { promotion: id, title, coupon, amount, shares });
        }
        Ok(())
    }
}
