//! `/admin/v1/coupons`: codes.

use amazoff_actors::coupon::{CouponView, Issue};
use amazoff_actors::ids::PromotionId;
use amazoff_actors::pricebook::Window;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::idempotency::{Asker, RequestKey, Submission};
use crate::identity::Shopper;
use crate::json::Exactly;
use crate::openapi::{CouponProblems, IssueProblems};
use crate::path::Name;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;

/// A new code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCoupon {
    /// 3 to 40 letters, digits, hyphens and underscores; case does not matter.
    #[schema(example = "WELCOME10", min_length = 3, max_length = 40, pattern = "^[A-Za-z0-9_-]+$")]
    code: String,
    /// The promotion that it opens.
    #[schema(value_type = String, example = "promo_0123456789abcdef0123456789abcdef")]
    promotion_id: PromotionId,
    /// How many orders may use it; as many as like when absent.
    #[serde(default)]
    #[schema(minimum = 1)]
    total_limit: Option<u32>,
    /// How many orders of one customer may use it; as many as like when absent.
    #[serde(default)]
    #[schema(minimum = 1)]
    per_customer_limit: Option<u32>,
    /// `from` and `until`, each optional.
    #[serde(default)]
    #[schema(value_type = super::schemas::WindowShape)]
    window: Window,
}

/// A code.
#[derive(Serialize, ToSchema)]
#[schema(as = Coupon)]
pub(crate) struct CouponBody {
    code: String,
    /// The promotion that it opens.
    #[schema(value_type = String)]
    promotion_id: PromotionId,
    total_limit: Option<u32>,
    per_customer_limit: Option<u32>,
    #[schema(value_type = super::schemas::WindowShape)]
    window: Window,
    /// Whether it was taken back.
    withdrawn: bool,
    /// How many orders use it, paid or about to be.
    redeemed: u32,
}

impl From<CouponView> for CouponBody {
    fn from(view: CouponView) -> Self {
        let CouponView { code, promotion, total_limit, per_customer_limit, window, withdrawn, redeemed } =
            view;
        Self { code, promotion_id: promotion, total_limit, per_customer_limit, window, withdrawn, redeemed }
    }
}

/// Issues a code for a promotion. For admins.
#[utoipa::path(post, path = "/admin/v1/coupons", tag = "admin", request_body = NewCoupon,
    responses((status = 201, body = CouponBody), IssueProblems))]
pub(crate) async fn issue(
    State(platform): State<Platform>,
    shopper: Shopper,
    Submission { form, key }: Submission<Exactly<NewCoupon>>,
) -> Result<Reply<CouponBody>, Problem> {
    let NewCoupon { code, promotion_id: promotion, total_limit, per_customer_limit, window } = form.get()?;
    let book = platform.shop.pricebooks.current().await?;
    if !book.state.promotions.contains_key(&promotion) {
        return Err(Problem::missing("promotion-not-found").at("/promotion_id"));
    }
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let new = Issue { code, promotion, total_limit, per_customer_limit, window };
    let answer = platform.shop.coupons.issue(new, envelope).await.map_err(Problem::asked)?;
    let place = format!("/admin/v1/coupons/{}", answer.reply.code);
    Ok(Reply::created(answer.reply.into(), place, answer.replayed))
}

/// Shows a code and how many orders use it. For admins and support.
#[utoipa::path(get, path = "/admin/v1/coupons/{code}", tag = "admin", params(("code" = String, Path)),
    responses((status = 200, body = CouponBody), CouponProblems))]
pub(crate) async fn show(
    State(platform): State<Platform>,
    Name(code): Name,
) -> Result<Json<CouponBody>, Problem> {
    let known = platform.shop.coupons.look_up(&code).await?;
    known.map(|view| Json(view.into())).ok_or_else(|| Problem::missing("coupon-unknown"))
}

/// Takes a code back; orders that use it keep that. For admins.
#[utoipa::path(delete, path = "/admin/v1/coupons/{code}", tag = "admin", params(("code" = String, Path)),
    responses((status = 200, body = CouponBody), CouponProblems))]
pub(crate) async fn withdraw(
    State(platform): State<Platform>,
    shopper: Shopper,
    Name(code): Name,
    key: RequestKey,
) -> Result<Reply<CouponBody>, Problem> {
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let answer = platform.shop.coupons.withdraw(&code, envelope).await.map_err(Problem::asked)?;
    Ok(Reply::answered(answer))
}
