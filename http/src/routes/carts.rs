//! `/v1/carts`: what a shopper means to buy.

use amazoff_actors::cart::{self, Owner};
use amazoff_actors::ids::{CartId, LineId};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::conditional::{Sharing, tagged};
use crate::idempotency::{Asker, RequestKey, Submission};
use crate::identity::{CartAccess, Shopper};
use crate::openapi::{CartProblems, LineProblems};
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::views::carts::{CartBody, LineChange, NewCart, NewCartBody, NewLine};

/// Opens a cart.
///
/// A guest gets the cart's secret with it; without a login the Idempotency-Key needs at least 16 characters.
#[utoipa::path(post, path = "/v1/carts", tag = "carts", request_body = NewCart,
    responses((status = 201, body = NewCartBody)))]
pub(crate) async fn create(
    State(platform): State<Platform>,
    shopper: Shopper,
    Submission { form: NewCart {}, key }: Submission<NewCart>,
) -> Result<Reply<NewCartBody>, Problem> {
    let asker = Asker::of(&shopper);
    key.unguessable(&asker)?;
    let envelope = key.envelope(&asker, platform.settings.ask_limit());
    let id = CartId::from(envelope.command_id.derive("cart"));
    let owner = shopper.user().map_or(Owner::Guest, Owner::User);
    let answer = platform.shop.carts.create(id, owner, envelope).await.map_err(Problem::asked)?;
    let token = shopper.user().is_none().then(|| platform.auth.cart_token(id));
    let body = NewCartBody { cart: answer.reply.into(), token };
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
    let view =
        platform.shop.carts.view(access.id).await?.ok_or_else(|| Problem::missing("cart-not-found"))?;
    Ok(tagged(&headers, &CartBody::from(view), Sharing::Private))
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
    let answer = platform.shop.carts.add_line(access.id, new, envelope).await.map_err(Problem::asked)?;
    Ok(Reply::answered(answer))
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
    Ok(Reply::answered(changed.map_err(Problem::asked)?))
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
    let answer = platform.shop.carts.remove_line(access.id, line, envelope).await.map_err(Problem::asked)?;
    Ok(Reply::answered(answer))
}
