//! `/admin/v1/promotions`: what makes things cheaper.

use amazoff_actors::ids::PromotionId;
use amazoff_actors::pricebook::{Change, Condition, Kind, Promotion, Selector, Stacking, Trigger, Window};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Editor;
use super::schemas::{ConditionShape, KindShape, SelectorShape, StackingShape, WindowShape};
use crate::idempotency::{Asker, Submission};
use crate::json::{self, Exactly, Form};
use crate::openapi::{PricebookProblems, PromotionProblems};
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;

/// A promotion. What is left out: enabled, automatic, about everything, unconditional, priority 0, combined with others,
/// always open.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PromotionForm {
    /// Its name, as shoppers see it.
    #[schema(max_length = 200, format = "readable", example = "Ten percent off")]
    title: String,
    #[serde(default = "yes")]
    enabled: bool,
    /// `automatic` or `coupon`.
    #[serde(default = "automatic")]
    #[schema(value_type = crate::views::words::Trigger)]
    trigger: Trigger,
    /// One of `percentage`, `order_percentage`, `fixed_per_piece`, `fixed_per_order`, `buy_x_get_y`, `free_shipping`.
    #[schema(value_type = KindShape, example = json!({"percentage": {"rate": 100_000}}))]
    kind: Kind,
    /// `all`, or one of `categories`, `brands`, `products`, `variants` with a list.
    #[serde(default = "all")]
    #[schema(value_type = SelectorShape, example = json!({"categories": ["books"]}))]
    selector: Selector,
    /// `min_subtotal` (an amount per currency), `min_quantity`.
    #[serde(default)]
    #[schema(value_type = ConditionShape)]
    condition: Condition,
    /// The higher comes first.
    #[serde(default)]
    priority: i32,
    /// `combine`, `exclusive`, or `one_of` with the name of a group.
    #[serde(default = "combine")]
    #[schema(value_type = StackingShape, example = json!({"one_of": "season"}))]
    stacking: Stacking,
    /// `from` and `until`, each optional.
    #[serde(default)]
    #[schema(value_type = WindowShape)]
    window: Window,
}

fn yes() -> bool {
    true
}
fn automatic() -> Trigger {
    Trigger::Automatic
}
fn all() -> Selector {
    Selector::All
}
fn combine() -> Stacking {
    Stacking::Combine
}

impl From<PromotionForm> for Promotion {
    fn from(form: PromotionForm) -> Self {
        let PromotionForm { title, enabled, trigger, kind, selector, condition, priority, stacking, window } =
            form;
        Self { title, enabled, trigger, kind, selector, condition, priority, stacking, window }
    }
}

impl From<Promotion> for PromotionForm {
    fn from(promotion: Promotion) -> Self {
        let Promotion { title, enabled, trigger, kind, selector, condition, priority, stacking, window } =
            promotion;
        Self { title, enabled, trigger, kind, selector, condition, priority, stacking, window }
    }
}

/// A promotion with its id.
#[derive(Serialize, ToSchema)]
#[schema(as = Promotion)]
pub(crate) struct PromotionBody {
    /// Coupons name it.
    #[schema(value_type = String, example = "promo_0123456789abcdef0123456789abcdef")]
    id: PromotionId,
    #[serde(flatten)]
    promotion: PromotionForm,
}

/// All promotions.
#[derive(Serialize, ToSchema)]
pub(crate) struct PromotionList {
    /// The version of the pricebook; `If-Match` takes it in double quotes.
    version: u64,
    /// In the order in which they are tried.
    promotions: Vec<PromotionBody>,
}

/// What became of a promotion.
#[derive(Serialize, ToSchema)]
pub(crate) struct PromotionVersion {
    /// Which.
    #[schema(value_type = String)]
    id: PromotionId,
    /// The pricebook's version now.
    version: u64,
}

/// Lists the promotions, also those that are switched off. For admins and support.
#[utoipa::path(get, path = "/admin/v1/promotions", tag = "admin", responses((status = 200, body = PromotionList)))]
pub(crate) async fn list(State(platform): State<Platform>) -> Result<Json<PromotionList>, Problem> {
    let book = platform.shop.pricebooks.current().await?;
    let mut promotions: Vec<_> =
        book.state.promotions.iter().map(|(id, promotion)| (*id, promotion.clone())).collect();
    promotions.sort_by_key(|(id, promotion)| (std::cmp::Reverse(promotion.priority), *id));
    let body = |(id, promotion): (PromotionId, Promotion)| PromotionBody { id, promotion: promotion.into() };
    let promotions = promotions.into_iter().map(body).collect();
    Ok(Json(PromotionList { version: book.state.version, promotions }))
}

/// Adds a promotion. For admins.
#[utoipa::path(post, path = "/admin/v1/promotions", tag = "admin", request_body = PromotionForm,
    params(("If-Match" = Option<String>, Header)),
    responses((status = 201, body = PromotionVersion), PricebookProblems))]
pub(crate) async fn create(
    State(platform): State<Platform>,
    editor: Editor,
    Submission { form, key }: Submission<Exactly<PromotionForm>>,
) -> Result<Reply<PromotionVersion>, Problem> {
    let envelope = key.envelope(&Asker::of(&editor.shopper), platform.settings.ask_limit());
    let id = PromotionId::from(envelope.command_id.derive("promotion"));
    let change = Change::CreatePromotion { id, promotion: Box::new(form.get()?.into()) };
    let answer = editor.change(&platform, &key, change, None).await?;
    let body = PromotionVersion { id, version: answer.reply.version };
    Ok(Reply::created(body, format!("/admin/v1/promotions/{id}"), answer.replayed))
}

/// Members of a promotion to replace, each as a whole.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Members(Map<String, Value>);

impl Form for Members {}

/// Replaces members of a promotion, each as a whole; `{"enabled": false}` switches it off. For admins.
#[utoipa::path(patch, path = "/admin/v1/promotions/{promotion_id}", tag = "admin",
    request_body(content = PromotionForm), params(("promotion_id" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = PromotionVersion), PromotionProblems))]
pub(crate) async fn change(
    State(platform): State<Platform>,
    editor: Editor,
    Id(id): Id<PromotionId>,
    Submission { form: Members(members), key }: Submission<Members>,
) -> Result<Reply<PromotionVersion>, Problem> {
    let book = platform.shop.pricebooks.current().await?;
    let known = book.state.promotions.get(&id).ok_or_else(|| Problem::missing("promotion-not-found"))?;
    let whole = serde_json::to_value(PromotionForm::from(known.clone()));
    let mut whole = whole.map_err(|error| Problem::bug(error.to_string()))?;
    if let Value::Object(whole) = &mut whole {
        whole.extend(members);
    }
    let form: Exactly<PromotionForm> = json::typed(whole)?;
    let change = Change::ChangePromotion { id, promotion: Box::new(form.get()?.into()) };
    // What it was merged with must still be there when it is written.
    let answer = editor.change(&platform, &key, change, Some(book.state.version)).await?;
    let body = PromotionVersion { id, version: answer.reply.version };
    Ok(Reply::done(body, answer.replayed))
}
