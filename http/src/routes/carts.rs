//! `/v1/carts`: what a shopper means to buy.

use amazoff_actors::cart::{self, Owner, Shown, View};
use amazoff_actors::ids::{CartId, LineId};
use amazoff_supervisor::{Answer, AskError};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::conditional::{Sharing, tagged};
use crate::idempotency::{Asker, RequestKey, Submission};
use crate::identity::{CartAccess, Shopper};
use crate::openapi::{CartProblems, LineProblems, NewCartProblems};
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::views::carts::{CartBody, CartQuoteBody, LineChange, NewCart, NewCartBody, NewLine};

/// Opens a cart.
///
/// A guest gets the cart's secret with it; the Idempotency-Key needs at least 16 characters.
#[utoipa::path(post, path = "/v1/carts", tag = "carts", request_body = NewCart,
    responses((status = 201, body = NewCartBody), NewCartProblems))]
pub(crate) async fn create(
    State(platform): State<Platform>,
    shopper: Shopper,
    Submission { form, key }: Submission<NewCart>,
) -> Result<Reply<NewCartBody>, Problem> {
    let asker = Asker::of(&shopper);
    key.unguessable()?;
    let envelope = key.envelope(&asker, platform.settings.ask_limit());
    let id = CartId::from(key.created(envelope.command_id, "cart"));
    let owner = shopper.user().map_or(Owner::Guest, Owner::User);
    let opened = platform.shop.carts.create_in(id, owner, form.currency(), envelope).await;
    let answer = opened.map_err(Problem::asked)?;
    let token = shopper.user().is_none().then(|| platform.auth.cart_token(id));
    let cart = platform.shop.carts.priced(answer.reply).await?.into();
    let body = NewCartBody { cart, token };
    Ok(Reply::created(body, format!("/v1/carts/{id}"), answer.replayed))
}

/// Shows a cart.
#[utoipa::path(get, path = "/v1/carts/{cart_id}", tag = "carts",
    params(("cart_id" = String, Path)), responses((status = 200, body = CartBody), CartProblems))]
pub(crate) async fn get_one(
    State(platform): State<Platform>,
    access: CartAccess,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let shown = shown(&platform, access.id).await?;
    Ok(tagged(&headers, &CartBody::from(shown), Sharing::Private))
}

/// Shows what a cart costs, and explains every cent.
#[utoipa::path(get, path = "/v1/carts/{cart_id}/quote", tag = "carts",
    params(("cart_id" = String, Path)), responses((status = 200, body = CartQuoteBody), CartProblems))]
pub(crate) async fn quote(
    State(platform): State<Platform>,
    access: CartAccess,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Shown { view, price } = shown(&platform, access.id).await?;
    match price {
        Some(price) => Ok(tagged(&headers, &CartQuoteBody::of(access.id, price), Sharing::Private)),
        // A cart that is over has no price any more; its order has the frozen one.
        None => Err(over(&view).into()),
    }
}

/// Why a cart has no price.
fn over(view: &View) -> cart::Rejection {
    match (view.order_id, view.merged_into) {
        (Some(_), _) => cart::Rejection::CartCompleted,
        (None, Some(_)) if view.status == "merging" => cart::Rejection::CartLocked,
        (None, Some(_)) => cart::Rejection::CartMerged,
        (None, None) => cart::Rejection::CartAbandoned,
    }
}

/// A cart at today's prices.
pub(super) async fn shown(platform: &Platform, id: CartId) -> Result<Shown, Problem> {
    platform.shop.carts.show(id).await?.ok_or_else(|| Problem::missing("cart-not-found"))
}

/// What a command answered, at today's prices.
pub(super) async fn answered(
    platform: &Platform,
    answer: Result<Answer<View>, AskError<cart::Rejection>>,
) -> Result<Reply<CartBody>, Problem> {
    let Answer { reply, replayed, .. } = answer.map_err(Problem::asked)?;
    Ok(Reply::done(platform.shop.carts.priced(reply).await?.into(), replayed))
}

/// Adds pieces of a variant, or more of them when it is in the cart already.
#[utoipa::path(post, path = "/v1/carts/{cart_id}/lines", tag = "carts", request_body = NewLine,
    params(("cart_id" = String, Path)), responses((status = 200, body = CartBody), LineProblems))]
pub(crate) async fn add_line(
    State(platform): State<Platform>,
    access: CartAccess,
    Submission { form: NewLine { variant_id: variant, quantity }, key }: Submission<NewLine>,
) -> Result<Reply<CartBody>, Problem> {
    let envelope = key.envelope(&Asker::of_cart(&access), platform.settings.ask_limit());
    let new = cart::NewLine { variant, quantity };
    answered(&platform, platform.shop.carts.add_line(access.id, new, envelope).await).await
}

/// Sets how many pieces a line has.
#[utoipa::path(patch, path = "/v1/carts/{cart_id}/lines/{line_id}", tag = "carts", request_body = LineChange,
    params(("cart_id" = String, Path), ("line_id" = String, Path)),
    responses((status = 200, body = CartBody), LineProblems))]
pub(crate) async fn change_line(
    State(platform): State<Platform>,
    access: CartAccess,
    Id(line): Id<LineId>,
    Submission { form: LineChange { quantity }, key }: Submission<LineChange>,
) -> Result<Reply<CartBody>, Problem> {
    let envelope = key.envelope(&Asker::of_cart(&access), platform.settings.ask_limit());
    let changed = platform.shop.carts.set_quantity(access.id, line, quantity, envelope).await;
    answered(&platform, changed).await
}

/// Removes a line; one that is not there is as good as removed.
#[utoipa::path(delete, path = "/v1/carts/{cart_id}/lines/{line_id}", tag = "carts",
    params(("cart_id" = String, Path), ("line_id" = String, Path)),
    responses((status = 200, body = CartBody), CartProblems))]
pub(crate) async fn remove_line(
    State(platform): State<Platform>,
    access: CartAccess,
    Id(line): Id<LineId>,
    key: RequestKey,
) -> Result<Reply<CartBody>, Problem> {
    let envelope = key.envelope(&Asker::of_cart(&access), platform.settings.ask_limit());
    answered(&platform, platform.shop.carts.remove_line(access.id, line, envelope).await).await
}
