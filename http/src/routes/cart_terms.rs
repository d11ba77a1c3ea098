//! `/v1/carts/{cart_id}/…`: what a cart's price depends on besides its lines, and which cart it is.

use std::convert::Infallible;

use amazoff_actors::cart::Merging;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::carts::{answered, shown};
use crate::idempotency::{Asker, RequestKey, Submission};
use crate::identity::{CartAccess, Shopper};
use crate::openapi::{
    AddressProblems, CartProblems, CodeProblems, MergeProblems, OwnCartProblems, ShippingProblems,
};
use crate::path::parameter;
use crate::platform::Platform;
use crate::prefer::Wishes;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::views::address::Recipient;
use crate::views::carts::{CartBody, MergeForm, ShippingChoice};

/// The code of a path; text that cannot be read is a code that nobody knows.
pub(crate) struct Code(String);

impl FromRequestParts<Platform> for Code {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Infallible> {
        Ok(Self(parameter(parts, platform, "code").await.unwrap_or_default()))
    }
}

/// Says where a cart goes. Prices, tax and shipping follow.
#[utoipa::path(put, path = "/v1/carts/{cart_id}/address", tag = "carts", request_body = Recipient,
    params(("cart_id" = String, Path)), responses((status = 200, body = CartBody), AddressProblems))]
pub(crate) async fn set_address(
    State(platform): State<Platform>,
    access: CartAccess,
    Submission { form, key }: Submission<Recipient>,
) -> Result<Reply<CartBody>, Problem> {
    let envelope = key.envelope(&Asker::of_cart(&access), platform.settings.ask_limit());
    let set = platform.shop.carts.set_address(access.id, form.to_contact(), envelope).await;
    answered(&platform, set).await
}

/// Says how a cart is sent: by one of its `shipping_options`.
#[utoipa::path(put, path = "/v1/carts/{cart_id}/shipping", tag = "carts", request_body = ShippingChoice,
    params(("cart_id" = String, Path)), responses((status = 200, body = CartBody), ShippingProblems))]
pub(crate) async fn set_shipping(
    State(platform): State<Platform>,
    access: CartAccess,
    Submission { form: ShippingChoice { method }, key }: Submission<ShippingChoice>,
) -> Result<Reply<CartBody>, Problem> {
    let envelope = key.envelope(&Asker::of_cart(&access), platform.settings.ask_limit());
    let set = platform.shop.carts.set_shipping(access.id, method, envelope).await;
    answered(&platform, set).await
}

/// Enters a code. One that does nothing yet is kept; `warnings` says why.
#[utoipa::path(put, path = "/v1/carts/{cart_id}/coupons/{code}", tag = "carts",
    params(("cart_id" = String, Path), ("code" = String, Path)),
    responses((status = 200, body = CartBody), CodeProblems))]
pub(crate) async fn apply_coupon(
    State(platform): State<Platform>,
    access: CartAccess,
    Code(code): Code,
    key: RequestKey,
) -> Result<Reply<CartBody>, Problem> {
    let envelope = key.envelope(&Asker::of_cart(&access), platform.settings.ask_limit());
    let applied = platform.shop.carts.apply_coupon(access.id, &code, envelope).await;
    answered(&platform, applied).await
}

/// Takes a code out; one that is not there is as good as taken out.
#[utoipa::path(delete, path = "/v1/carts/{cart_id}/coupons/{code}", tag = "carts",
    params(("cart_id" = String, Path), ("code" = String, Path)),
    responses((status = 200, body = CartBody), CartProblems))]
pub(crate) async fn remove_coupon(
    State(platform): State<Platform>,
    access: CartAccess,
    Code(code): Code,
    key: RequestKey,
) -> Result<Reply<CartBody>, Problem> {
    let envelope = key.envelope(&Asker::of_cart(&access), platform.settings.ask_limit());
    let removed = platform.shop.carts.remove_coupon(access.id, &code, envelope).await;
    answered(&platform, removed).await
}

/// Moves what is in this cart into another one, and ends this one.
///
/// Answers 200 with the other cart, or 202 with this one while it is under way: it goes on by itself. A repeat changes
/// nothing. A refusal leaves both carts as they were.
#[utoipa::path(post, path = "/v1/carts/{cart_id}/merge", tag = "carts", request_body = MergeForm,
    params(("cart_id" = String, Path)),
    responses((status = 200, body = CartBody), (status = 202, body = CartBody), MergeProblems))]
pub(crate) async fn merge(
    State(platform): State<Platform>,
    access: CartAccess,
    wishes: Wishes,
    Submission { form, key }: Submission<MergeForm>,
) -> Result<Response, Problem> {
    let MergeForm { target, target_token, strategy } = form;
    // Whose cart it is counts at each repeat: a secret says nothing any more once the cart is a person's.
    CartAccess::check(&platform, access.shopper.clone().holding(target, target_token), target).await?;
    let envelope = key.envelope(&Asker::of_cart(&access), platform.settings.ask_limit());
    let wait = wishes.patience(platform.settings.ask_limit());
    let merging = platform.shop.carts.merge(access.id, (target, strategy), envelope, wait).await;
    match merging.map_err(Problem::asked)? {
        Merging::Done { warnings } => {
            let mut other = shown(&platform, target).await?;
            other.view.warnings.extend(warnings);
            Ok(Reply::done(CartBody::from(other), false).into_response())
        }
        Merging::UnderWay => {
            let this = shown(&platform, access.id).await?;
            let path = format!("/v1/carts/{}", access.id);
            Ok(Reply::accepted(CartBody::from(this), path, false).into_response())
        }
    }
}

/// Shows the newest open cart of the person who is logged in, wherever it was filled.
#[utoipa::path(get, path = "/v1/me/cart", tag = "carts",
    responses((status = 200, body = CartBody), OwnCartProblems))]
pub(crate) async fn own(
    State(platform): State<Platform>,
    shopper: Shopper,
) -> Result<axum::Json<CartBody>, Problem> {
    let user = shopper.logged_in()?.user();
    let cart = platform.shop.carts.of_person(user).await?;
    let cart = cart.ok_or_else(|| Problem::missing("cart-not-found"))?;
    Ok(axum::Json(shown(&platform, cart).await?.into()))
}
