//! Carts as the API shows them.

use std::collections::BTreeMap;

use amazoff_actors::cart;
use amazoff_actors::ids::{CartId, LineId, OrderId, ProductId, VariantId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MoneyBody, TotalsBody, media_path};
use crate::json::Form;

/// A cart.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Cart)]
pub struct CartBody {
    /// `cart_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: CartId,
    /// `open`, `completing` or `completed`.
    pub status: String,
    /// ISO 4217.
    pub currency: String,
    /// What is in it.
    pub lines: Vec<LineBody>,
    /// What it costs.
    pub totals: TotalsBody,
    /// What is missing before it can be completed.
    pub requirements: Vec<RequirementBody>,
    /// The order that it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub order_id: Option<OrderId>,
    /// Grows with every change.
    pub version: u64,
}

/// A line of a cart or an order.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Line)]
pub struct LineBody {
    /// `line_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: LineId,
    /// What is bought.
    #[schema(value_type = String)]
    pub variant_id: VariantId,
    /// Of which product.
    #[schema(value_type = String)]
    pub product_id: ProductId,
    /// The product's name.
    pub title: String,
    /// What makes the variant differ from others.
    pub options: BTreeMap<String, String>,
    /// Where its picture is.
    pub image: Option<String>,
    /// How many pieces.
    pub quantity: u32,
    /// Of one piece.
    pub unit_price: MoneyBody,
    /// Of all of them.
    pub line_total: MoneyBody,
}

/// Something that is missing before a cart can be completed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Requirement)]
pub struct RequirementBody {
    /// The step of the checkout that it belongs to.
    pub step: String,
    /// The field that it is about.
    pub field: String,
    /// Stable code.
    pub code: String,
    /// A sentence for the shopper.
    pub message: String,
}

/// A new cart and, for a guest, its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NewCartBody {
    /// The cart.
    pub cart: CartBody,
    /// Send it as `X-Cart-Token`; whoever has it has the cart. Absent when a person is logged in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// Nothing needs to be said to open a cart.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCart {}

impl Form for NewCart {}

/// What to add.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    /// `var_` and 32 hex digits.
    #[schema(value_type = String)]
    pub variant_id: VariantId,
    /// How many more, from 1 to 99.
    #[schema(value_type = u32, minimum = 1, maximum = 99)]
    pub quantity: amazoff_actors::money::Quantity,
}

impl Form for NewLine {}

/// How many pieces a line should have.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineChange {
    /// From 1 to 99; to have none, delete the line.
    #[schema(value_type = u32, minimum = 1, maximum = 99)]
    pub quantity: amazoff_actors::money::Quantity,
}

impl Form for LineChange {}

impl From<cart::View> for CartBody {
    fn from(view: cart::View) -> Self {
        Self {
            id: view.id,
            status: view.status,
            currency: view.currency.code().to_owned(),
            lines: view.lines.into_iter().map(LineBody::from).collect(),
            totals: view.totals.into(),
            requirements: view.requirements.into_iter().map(RequirementBody::from).collect(),
            order_id: view.order_id,
            version: view.version.0,
        }
    }
}

impl From<cart::LineView> for LineBody {
    fn from(line: cart::LineView) -> Self {
        Self {
            id: line.id,
            variant_id: line.variant_id,
            product_id: line.product_id,
            title: line.title,
            options: line.options,
            image: line.image.as_deref().map(media_path),
            quantity: line.quantity.get(),
            unit_price: line.unit_price.into(),
            line_total: line.line_total.into(),
        }
    }
}

impl From<cart::Requirement> for RequirementBody {
    fn from(cart::Requirement { step, field, code, message }: cart::Requirement) -> Self {
        Self { step, field, code, message }
    }
}
