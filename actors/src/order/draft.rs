//! What an order is about, frozen when it is placed.

use std::collections::BTreeMap;

use amazoff_supervisor::sealing::Sealed;
use serde::{Deserialize, Serialize};

use super::contact::Contact;
use crate::cart::Owner;
use crate::ids::{CartId, LineId, ProductId, VariantId};
use crate::money::{Money, Quantity};
use crate::pricebook::CapturePolicy;
use crate::pricing::{Quote, Totals};

/// A line as it was bought: later edits of the product do not reach it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The cart's line that it was.
    pub id: LineId,
    /// What was bought.
    pub variant_id: VariantId,
    /// The product that it is a variant of.
    pub product_id: ProductId,
    /// The product's title then.
    pub title: String,
    /// The variant's options then.
    pub options: BTreeMap<String, String>,
    /// The product's image then: the name of a blob.
    pub image: Option<String>,
    /// How many.
    pub quantity: Quantity,
    /// What one piece cost.
    pub unit_price: Money,
    /// What the line cost: what the shopper pays for it, with its share of discounts and its tax.
    pub line_total: Money,
}

/// What an order is about; frozen when it is placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The cart that it was.
    pub cart: CartId,
    /// Whose it is.
    pub owner: Owner,
    /// What is bought.
    pub lines: Vec<Line>,
    /// What it costs.
    pub totals: Totals,
    /// Who receives it.
    pub contact: Sealed<Contact>,
    /// How the price was made, to the last step; absent in orders from before there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Box<Quote>>,
    /// When its money is taken.
    #[serde(default)]
    pub capture: CapturePolicy,
}

impl Draft {
    /// What the shopper pays for a line, in minor units: its frozen share of discounts and tax included (ORDER-5).
    pub fn line_price(&self, line: &Line) -> i64 {
        let quoted = self.quote.as_ref().and_then(|quote| quote.line(line.id));
        quoted.map_or(line.line_total, |quoted| quoted.total).amount
    }

    /// What the shopper pays for sending, in minor units: what the lines leave of the total.
    pub fn shipping_price(&self) -> i64 {
        let lines: i64 = self.lines.iter().map(|line| self.line_price(line)).fold(0, i64::saturating_add);
        self.totals.total.amount.saturating_sub(lines).max(0)
    }

    /// A line.
    pub fn line(&self, id: LineId) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id)
    }

    /// An amount in the order's currency.
    pub fn money(&self, amount: i64) -> Money {
        Money::new(amount, self.totals.total.currency)
    }
}
