//! What a shopper sees of a cart.

use std::collections::BTreeMap;

use amazoff_supervisor::Version;
use serde::{Deserialize, Serialize};

use super::{Cart, Line, Status};
use crate::ids::{CartId, LineId, OrderId, ProductId, VariantId};
use crate::money::{Currency, Money, MoneyError, Quantity};
use crate::pricing::Totals;

/// A cart as its owner sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Which cart.
    pub id: CartId,
    /// `open`, `completing` or `completed`.
    pub status: String,
    /// In which it is paid.
    pub currency: Currency,
    /// What is in it, in the order of coming.
    pub lines: Vec<LineView>,
    /// What it costs.
    pub totals: Totals,
    /// What is missing before it can be completed.
    pub requirements: Vec<Requirement>,
    /// What it became.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub order_id: Option<OrderId>,
    /// How many events it has.
    pub version: Version,
}

/// A line as its owner sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineView {
    /// Which line.
    pub id: LineId,
    /// What is bought.
    pub variant_id: VariantId,
    /// Of which product.
    pub product_id: ProductId,
    /// The product's name.
    pub title: String,
    /// What makes the variant differ from others.
    pub options: BTreeMap<String, String>,
    /// The name of a picture's bytes.
    pub image: Option<String>,
    /// How many pieces.
    pub quantity: Quantity,
    /// Of one piece.
    pub unit_price: Money,
    /// Of all of them.
    pub line_total: Money,
}

/// Something that is missing before a cart can be completed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// The step of the checkout that it belongs to.
    pub step: String,
    /// The field that it is about.
    pub field: String,
    /// A stable code.
    pub code: String,
    /// A sentence for the shopper.
    pub message: String,
}

impl View {
    /// A cart as its owner sees it.
    ///
    /// # Errors
    /// When the totals cannot be computed, which CART-3 rules out for every cart that was ever stored.
    pub fn of(id: CartId, cart: &Cart) -> Result<Self, MoneyError> {
        Ok(Self {
            id,
            status: cart.status.as_str().to_owned(),
            currency: cart.currency,
            lines: cart.lines.iter().map(LineView::of).collect::<Result<_, _>>()?,
            totals: cart.totals()?,
            requirements: cart.requirements(),
            order_id: match cart.status {
                Status::Completed { order } => Some(order),
                Status::Absent | Status::Open | Status::Completing { .. } => None,
            },
            version: cart.version,
        })
    }
}

impl LineView {
    fn of(line: &Line) -> Result<Self, MoneyError> {
        Ok(Self {
            id: line.id,
            variant_id: line.variant,
            product_id: line.product,
            title: line.title.clone(),
            options: line.options.clone(),
            image: line.image.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            line_total: line.unit_price.checked_mul(line.quantity)?,
        })
    }
}
