//! Carts as the API shows them.

use std::collections::BTreeMap;

use amazoff_actors::cart::{self, MergeStrategy};
use amazoff_actors::ids::{CartId, LineId, OrderId, ProductId, VariantId};
use amazoff_actors::money::Currency;
use amazoff_actors::pricing::{CouponOutcome, Destination, PricedCart, Quote, ShippingOption};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MoneyBody, TotalsBody, media_path};
use crate::json::Form;
use crate::problem::FieldError;
use crate::routes::admin::quotes::StepBody;

/// Longest id of a shipping method.
const METHOD_CHARS_MAX: usize = 100;

/// A cart.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Cart)]
pub struct CartBody {
    /// `cart_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: CartId,
    /// `open`, `completing`, `completed`, `merging`, `merged` or `abandoned`.
    pub status: String,
    /// ISO 4217.
    pub currency: String,
    /// What is in it.
    pub lines: Vec<LineBody>,
    /// The codes that were entered, and what each does.
    pub coupons: Vec<CouponBody>,
    /// Where it goes, as far as price and tax depend on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<DestinationBody>,
    /// The id of the shipping method that the totals are made with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_method: Option<String>,
    /// Ways to send it, the cheapest first.
    pub shipping_options: Vec<ShippingBody>,
    /// What it costs today.
    pub totals: TotalsBody,
    /// What is missing before it can be completed. The address may also come with the button.
    pub requirements: Vec<RequirementBody>,
    /// What the shopper should know; it stops nothing by itself.
    pub warnings: Vec<WarningBody>,
    /// The order that it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub order_id: Option<OrderId>,
    /// The cart that has its content, or is about to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub merged_into: Option<CartId>,
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

/// A code and what it does.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CartCoupon)]
pub struct CouponBody {
    /// The code.
    pub code: String,
    /// What it takes off; absent when it does nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount: Option<MoneyBody>,
}

/// Where a cart goes, as far as price and tax depend on it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CartDestination)]
pub struct DestinationBody {
    /// ISO 3166-1.
    pub country: String,
    /// ISO 3166-2, after the hyphen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subdivision: Option<String>,
    /// As written there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
}

/// A way to send a cart.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CartShipping)]
pub struct ShippingBody {
    /// The id of the method.
    pub method: String,
    /// Its name.
    pub title: String,
    /// What it costs.
    pub total: MoneyBody,
}

/// Something that the shopper should know.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Warning)]
pub struct WarningBody {
    /// Stable code, such as `price-changed`.
    pub code: String,
    /// The line that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub line_id: Option<LineId>,
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

/// A cart to open.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCart {
    /// ISO 4217; the shop's first currency when absent.
    #[serde(default)]
    pub currency: Option<String>,
}

impl NewCart {
    /// In which it is paid; `None` for the shop's first currency.
    pub fn currency(&self) -> Option<Currency> {
        self.currency.as_deref().and_then(|code| code.parse().ok())
    }
}

impl Form for NewCart {
    fn check(&self) -> Vec<FieldError> {
        if self.currency.is_some() && self.currency().is_none() {
            return vec![FieldError::new("/currency", "invalid-value", "This is not a currency code.")];
        }
        Vec::new()
    }
}

/// How a cart is sent.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShippingChoice {
    /// The id of one of the cart's `shipping_options`.
    #[schema(min_length = 1, max_length = 100, example = "standard")]
    pub method: String,
}

impl Form for ShippingChoice {
    fn check(&self) -> Vec<FieldError> {
        if (1..=METHOD_CHARS_MAX).contains(&self.method.chars().count()) {
            return Vec::new();
        }
        vec![FieldError::new("/method", "invalid-value", "A method has 1 to 100 characters.")]
    }
}

/// Into which cart another one goes.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeForm {
    /// The cart that takes everything over: one of the person who is logged in, or a guest's with `target_token`.
    #[schema(value_type = String)]
    pub target: CartId,
    /// The secret of a guest's target.
    #[serde(default)]
    pub target_token: Option<String>,
    /// What becomes of things that both carts have: `sum_capped` (the default), `max`, `use_guest` or `use_existing`.
    #[serde(default)]
    #[schema(value_type = crate::views::words::MergeStrategy)]
    pub strategy: MergeStrategy,
}

impl Form for MergeForm {}

/// What a cart costs, to the last step.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CartQuoteBody {
    /// Which cart.
    #[schema(value_type = String)]
    pub cart_id: CartId,
    /// The price, as an order would keep it.
    #[schema(value_type = Object)]
    pub quote: Quote,
    /// Every step in words; the amounts sum to the total.
    pub explanation: Vec<StepBody>,
    /// Variants that are not for sale; not part of the price.
    #[schema(value_type = Vec<String>)]
    pub unavailable: Vec<VariantId>,
}

impl CartQuoteBody {
    /// The price of a cart.
    pub fn of(cart_id: CartId, price: PricedCart) -> Self {
        let explanation = price.quote.steps.iter().map(StepBody::from).collect();
        Self { cart_id, quote: price.quote, explanation, unavailable: price.unavailable }
    }
}

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

/// What a code takes off; `None` when it does nothing.
fn taken_off(outcome: &CouponOutcome) -> Option<MoneyBody> {
    match outcome {
        CouponOutcome::Applied { discount } => Some((*discount).into()),
        CouponOutcome::NotApplied { .. } => None,
    }
}

impl CouponBody {
    /// The codes of a price that do something.
    pub(super) fn that_count(quote: &Quote) -> Vec<Self> {
        let coupons = quote.coupons.iter();
        let counting = coupons.filter_map(|coupon| Some((coupon.code.clone(), taken_off(&coupon.outcome)?)));
        counting.map(|(code, discount)| Self { code, discount: Some(discount) }).collect()
    }
}

impl From<cart::Shown> for CartBody {
    fn from(cart::Shown { view, price }: cart::Shown) -> Self {
        let (quote, options) = price.map(|price| (price.quote, price.shipping_options)).unzip();
        let used = |code: &String| {
            let known = quote.as_ref()?.coupons.iter().find(|coupon| coupon.code == *code)?;
            taken_off(&known.outcome)
        };
        let coupons = view.coupons.iter().map(|code| CouponBody { code: code.clone(), discount: used(code) });
        let coupons = coupons.collect();
        let sent_by = quote.and_then(|quote| quote.shipping.method);
        Self {
            id: view.id,
            status: view.status,
            currency: view.currency.code().to_owned(),
            lines: view.lines.into_iter().map(LineBody::from).collect(),
            coupons,
            destination: view.destination.map(DestinationBody::from),
            shipping_method: sent_by.or(view.shipping_method),
            shipping_options: options.unwrap_or_default().into_iter().map(ShippingBody::from).collect(),
            totals: view.totals.into(),
            requirements: view.requirements.into_iter().map(RequirementBody::from).collect(),
            warnings: view.warnings.iter().map(WarningBody::from).collect(),
            order_id: view.order_id,
            merged_into: view.merged_into,
            version: view.version.0,
        }
    }
}

impl From<Destination> for DestinationBody {
    fn from(Destination { country, subdivision, postal_code }: Destination) -> Self {
        Self { country, subdivision, postal_code }
    }
}

impl From<ShippingOption> for ShippingBody {
    fn from(ShippingOption { method, title, total, .. }: ShippingOption) -> Self {
        Self { method, title, total: total.into() }
    }
}

impl From<&cart::Warning> for WarningBody {
    fn from(warning: &cart::Warning) -> Self {
        Self { code: warning.code().to_owned(), line_id: warning.line(), message: warning.message() }
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
