//! What a shopper sees of a cart.

use std::collections::BTreeMap;

use amazoff_supervisor::Version;
use serde::{Deserialize, Serialize};

use super::{Cart, Line, Requirement, Status, Warning, wording};
use crate::ids::{CartId, LineId, OrderId, ProductId, VariantId};
use crate::money::{Currency, Money, MoneyError, Quantity};
use crate::pricing::{Destination, Totals};

/// A cart as its owner sees it. In the answer to a command, prices are those that the lines remember, and the totals are
/// those of the goods alone; [`super::Carts::view`] shows today's prices, discounts, tax and shipping.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Which cart.
    pub id: CartId,
    /// `open`, `completing`, `completed`, `merging`, `merged` or `abandoned`.
    pub status: String,
    /// In which it is paid.
    pub currency: Currency,
    /// What is in it, in the order of coming.
    pub lines: Vec<LineView>,
    /// The codes that were entered.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub coupons: Vec<String>,
    /// Where it goes, as far as that is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub destination: Option<Destination>,
    /// The id of the chosen shipping method.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shipping_method: Option<String>,
    /// What it costs.
    pub totals: Totals,
    /// What is missing before it can be completed.
    pub requirements: Vec<Requirement>,
    /// What the shopper should know.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub warnings: Vec<Warning>,
    /// What it became.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub order_id: Option<OrderId>,
    /// Where its content is, or is going.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub merged_into: Option<CartId>,
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

impl View {
    /// A cart as its owner sees it.
    ///
    /// # Errors
    /// When the totals cannot be computed, which CART-3 rules out for every cart that was ever stored.
    pub fn of(id: CartId, cart: &Cart) -> Result<Self, MoneyError> {
        let subtotal = cart.subtotal()?;
        let (mut order_id, mut merged_into) = (None, None);
        match cart.status {
            Status::Completed { order } => order_id = Some(order),
            Status::Merging { target } | Status::Merged { target } => merged_into = Some(target),
            Status::Absent | Status::Open | Status::Completing { .. } | Status::Abandoned => {}
        }
        Ok(Self {
            id,
            status: cart.status.as_str().to_owned(),
            currency: cart.currency,
            lines: cart.lines.iter().map(LineView::of).collect::<Result<_, _>>()?,
            coupons: cart.coupons.clone(),
            destination: cart.destination.clone(),
            shipping_method: cart.shipping.clone(),
            totals: Totals { subtotal, total: subtotal, ..Totals::zero(cart.currency) },
            requirements: cart.requirements(),
            warnings: cart.merge_warnings.clone(),
            order_id,
            merged_into,
            version: cart.version,
        })
    }
}

impl LineView {
    /// How many bytes its words take in an order.
    pub(super) fn words(&self) -> usize {
        wording::bytes(&self.title, &self.options, self.image.as_deref())
    }

    fn of(line: &Line) -> Result<Self, MoneyError> {
        Ok(Self {
            id: line.id,
            variant_id: line.variant,
            product_id: line.product,
            title: line.wording.title.clone(),
            options: line.wording.options.clone(),
            image: line.wording.image.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            line_total: line.unit_price.checked_mul(line.quantity)?,
        })
    }
}
