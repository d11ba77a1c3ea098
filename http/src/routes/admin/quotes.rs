//! `/admin/v1/quotes`: what a basket would cost, and why; nothing is changed.

use amazoff_actors::ids::{PromotionId, VariantId};
use amazoff_actors::money::{Currency, Quantity};
use amazoff_actors::pricebook::Promotion;
use amazoff_actors::pricing::{Asked, Destination, PriceStep, PricedCart, Quote, ShippingOption};
use amazoff_supervisor::Timestamp;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::promotions::PromotionForm;
use crate::json::{Exactly, Valid};
use crate::openapi::QuoteProblems;
use crate::platform::Platform;
use crate::problem::{FieldError, Problem};

/// The most lines of a basket that is tried out.
const LINES_MAX: usize = 100;
/// The most codes.
const COUPONS_MAX: usize = 20;

/// A basket to try out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BasketForm {
    /// What is bought; each variant once.
    #[schema(max_items = 100)]
    lines: Vec<BasketLineForm>,
    /// ISO 4217; the shop's default one when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "EUR")]
    currency: Option<Currency>,
    /// `country` (ISO 3166-1), `subdivision`, `postal_code`.
    #[serde(default)]
    #[schema(value_type = Option<super::schemas::DestinationShape>)]
    destination: Option<Destination>,
    /// The id of a shipping method; the cheapest when absent.
    #[serde(default)]
    shipping_method: Option<String>,
    /// Codes.
    #[serde(default)]
    #[schema(max_items = 20)]
    coupons: Vec<String>,
    /// The moment at which promotions and codes must be open; now when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// A promotion that is not there yet, tried out as if it were there and needed no code.
    #[serde(default)]
    promotion: Option<PromotionForm>,
}

/// Pieces of a variant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BasketLineForm {
    #[schema(value_type = String)]
    variant_id: VariantId,
    /// 1 to 99.
    #[schema(value_type = u32, minimum = 1, maximum = 99)]
    quantity: Quantity,
}

/// What it costs and why.
#[derive(Serialize, ToSchema)]
pub(crate) struct PricedBody {
    /// The price, as an order would keep it.
    #[schema(value_type = Object)]
    quote: Quote,
    /// Every step in words; the amounts sum to the total.
    explanation: Vec<StepBody>,
    /// Variants that are not for sale in this currency; not part of the price.
    #[schema(value_type = Vec<String>)]
    unavailable: Vec<VariantId>,
    /// Ways to send it, the cheapest first.
    #[schema(value_type = Vec<Object>)]
    shipping_options: Vec<ShippingOption>,
    /// The wished method does not serve the destination, and another one was taken.
    method_unavailable: bool,
    /// It is too much for one order, and has no price.
    too_large: bool,
    /// The id of the tried promotion in this quote.
    #[schema(value_type = Option<String>)]
    tried_promotion_id: Option<PromotionId>,
}

/// A step in words.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StepBody {
    text: String,
    /// What it added to the total, in minor units.
    amount: i64,
}

impl From<&PriceStep> for StepBody {
    fn from(step: &PriceStep) -> Self {
        Self { text: step.step.to_string(), amount: step.amount.amount }
    }
}

/// Prices a basket and explains every cent; with a promotion in it, as if that were there already. For admins and support.
#[utoipa::path(post, path = "/admin/v1/quotes", tag = "admin", request_body = BasketForm,
    responses((status = 200, body = PricedBody), QuoteProblems))]
pub(crate) async fn price(
    State(platform): State<Platform>,
    Valid(form): Valid<Exactly<BasketForm>>,
) -> Result<Json<PricedBody>, Problem> {
    let mut form = form.get()?;
    let draft = form.promotion.take().map(Promotion::from);
    check(&form)?;
    // What could not be added later is not tried out either.
    draft.as_ref().map_or(Ok(()), Promotion::check)?;
    let (asked, unknown) = asked(&platform, form).await?;
    let tried = draft.is_some().then(|| PromotionId::from(uuid::Uuid::nil()));
    let priced = match (draft, tried) {
        (Some(draft), Some(id)) => platform.shop.prices.try_out(&asked, id, draft).await?,
        _ => platform.shop.prices.quote(&asked).await?,
    };
    let PricedCart { quote, mut unavailable, shipping_options, method_unavailable, too_large, capture: _ } =
        priced;
    unavailable.extend(unknown);
    let explanation = quote.steps.iter().map(StepBody::from).collect();
    Ok(Json(PricedBody {
        quote,
        explanation,
        unavailable,
        shipping_options,
        method_unavailable,
        too_large,
        tried_promotion_id: tried,
    }))
}

fn check(form: &BasketForm) -> Result<(), Problem> {
    let refused = |pointer: &str, code: &str, detail: &str| {
        Err(Problem::fields(vec![FieldError::new(pointer, code, detail)]))
    };
    let mut variants: Vec<_> = form.lines.iter().map(|line| line.variant_id).collect();
    variants.sort_unstable();
    variants.dedup();
    if variants.len() < form.lines.len() {
        return refused("/lines", "invalid-value", "Name each variant once.");
    }
    if form.lines.len() > LINES_MAX {
        return refused("/lines", "too-many", "A basket has at most 100 lines.");
    }
    if form.coupons.len() > COUPONS_MAX {
        return refused("/coupons", "too-many", "A basket has at most 20 codes.");
    }
    Ok(())
}

/// The question, and the variants that the shop does not keep.
async fn asked(platform: &Platform, form: BasketForm) -> Result<(Asked, Vec<VariantId>), Problem> {
    let (mut lines, mut unknown) = (Vec::with_capacity(form.lines.len()), Vec::new());
    for BasketLineForm { variant_id, quantity } in form.lines {
        match platform.shop.prices.line_of(variant_id, quantity).await? {
            Some(line) => lines.push(line),
            None => unknown.push(variant_id),
        }
    }
    let currency = match form.currency {
        Some(currency) => currency,
        None => platform.shop.pricebooks.current().await?.state.default_currency(),
    };
    let at = form.at.unwrap_or_else(|| platform.shop.clock.now());
    let BasketForm { destination, shipping_method, coupons, .. } = form;
    // Lines of the desk have no words of their own.
    Ok((Asked { currency, lines, destination, shipping_method, coupons, words: 0, at }, unknown))
}
