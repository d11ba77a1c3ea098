//! The sums of a cart or an order.

use serde::{Deserialize, Serialize};

use crate::money::{Currency, Money};

/// The sums of a cart or an order.
///
/// `total` is what is paid: all line totals and the shipping total. What is zero of `discount` and `tax` is not stored, and
/// sums that were stored before these two existed have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredTotals")]
pub struct Totals {
    /// All lines, before discounts.
    pub subtotal: Money,
    /// What the lines' discounts take off; not that of shipping. From nothing to the subtotal.
    #[serde(skip_serializing_if = "Money::is_zero")]
    pub discount: Money,
    /// Sending them: its price, less its discount, with tax that is added to it.
    pub shipping: Money,
    /// All tax, whether prices include it or it is added, also of shipping.
    #[serde(skip_serializing_if = "Money::is_zero")]
    pub tax: Money,
    /// What is paid.
    pub total: Money,
}

impl Totals {
    /// Whether tax is added to the lines' prices (or part of them).
    pub fn is_tax_added(&self) -> bool {
        let with_tax_included = self.subtotal.amount - self.discount.amount + self.shipping.amount;
        self.total.amount > with_tax_included
    }

    /// The sums of nothing at all.
    pub const fn zero(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self { subtotal: zero, discount: zero, shipping: zero, tax: zero, total: zero }
    }
}

/// Every form in which sums were ever stored.
#[derive(Deserialize)]
struct StoredTotals {
    subtotal: Money,
    discount: Option<Money>,
    shipping: Money,
    tax: Option<Money>,
    total: Money,
}

impl From<StoredTotals> for Totals {
    fn from(stored: StoredTotals) -> Self {
        let StoredTotals { subtotal, discount, shipping, tax, total } = stored;
        let zero = Money::zero(total.currency);
        Self { subtotal, discount: discount.unwrap_or(zero), shipping, tax: tax.unwrap_or(zero), total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sums_without_discount_and_tax_are_read() {
        let money = |cents: i64| json!({ "amount": cents, "currency": "EUR" });
        let old = json!({ "subtotal": money(1999), "shipping": money(490), "total": money(2489) });
        let read: Totals = serde_json::from_value(old.clone()).unwrap();
        let (subtotal, shipping, total) = (Money::eur(1999), Money::eur(490), Money::eur(2489));
        assert_eq!(read, Totals { subtotal, shipping, total, ..Totals::zero(Currency::EUR) });
        assert_eq!(serde_json::to_value(read).unwrap(), old);
    }

    #[test]
    fn discount_and_tax_are_kept() {
        let sums = Totals { discount: Money::eur(5), tax: Money::eur(7), ..Totals::zero(Currency::EUR) };
        let json = serde_json::to_string(&sums).unwrap();
        assert_eq!(serde_json::from_str::<Totals>(&json).unwrap(), sums);
    }
}
