//! `/v1/orders`: what was bought.

use amazoff_actors::checkout::Outcome;
use amazoff_actors::ids::{OrderId, ReturnId};
use amazoff_actors::order::CancelReason;
use amazoff_supervisor::{AskError, EntityId, Envelope};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::catalogue::limit;
use super::checkout::{is_known, show};
use crate::conditional::{Sharing, tagged};
use crate::idempotency::{Asker, RequestKey, Submission};
use crate::identity::{CartAccess, Shopper};
use crate::openapi::{ListProblems, OrderProblems, PayProblems, ShopperProblems};
use crate::path::Id;
use crate::platform::Platform;
use crate::prefer::Wishes;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::views::checkout::{CheckoutPending, PaymentMeans};
use crate::views::desk::{Nothing, ReturnForm, portions};
use crate::views::orders::{OrderBody, OrderCardBody, OrderList};

/// Which page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paging {
    pub(super) cursor: Option<String>,
    pub(super) limit: Option<usize>,
}

/// Lists one's own placed orders, newest first.
#[utoipa::path(get, path = "/v1/orders", tag = "orders",
    params(("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
        ("limit" = Option<u8>, Query, description = "1 to 100")),
    responses((status = 200, body = OrderList), ListProblems))]
pub(crate) async fn list(
    State(platform): State<Platform>,
    shopper: Shopper,
    paging: Result<Query<Paging>, QueryRejection>,
) -> Result<axum::Json<OrderList>, Problem> {
    let user = shopper.logged_in()?.user();
    let Query(paging) =
        paging.map_err(|_rejected| Problem::query("", "A parameter is unknown or has the wrong form."))?;
    let scope = format!("orders {user}");
    let after = paging.cursor.as_deref().map(|cursor| platform.auth.position(&scope, cursor)).transpose()?;
    let page = platform.shop.orders.list_of_user(user, after, limit(paging.limit)?).await?;
    let next_cursor = page.next.map(|next| platform.auth.cursor(&scope, &next)).transpose()?;
    Ok(axum::Json(OrderList {
        items: page.items.into_iter().map(OrderCardBody::from).collect(),
        next_cursor,
    }))
}

/// Shows an order to its owner, or to whoever holds the secret of the guest's cart that it was.
#[utoipa::path(get, path = "/v1/orders/{order_id}", tag = "orders", params(("order_id" = String, Path)),
    responses((status = 200, body = OrderBody), OrderProblems))]
pub(crate) async fn get_one(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<OrderId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let view = shopper.order(&platform, id).await?;
    Ok(tagged(&headers, &OrderBody::from(view), Sharing::Private))
}

/// What a shopper asks of an order of theirs.
async fn asked(
    platform: &Platform,
    shopper: Shopper,
    id: OrderId,
    key: &RequestKey,
) -> Result<Envelope, Problem> {
    let order = shopper.order(platform, id).await?;
    let access = CartAccess { id: order.cart_id, shopper };
    Ok(key.envelope(&Asker::of_cart(&access), platform.settings.ask_limit()))
}

/// The order after something was done to it.
async fn changed(platform: &Platform, id: OrderId, replayed: bool) -> Result<Reply<OrderBody>, Problem> {
    let view = platform.shop.orders.get(id).await?.ok_or_else(|| Problem::missing("order-not-found"))?;
    Ok(Reply::done(view.into(), replayed))
}

/// Gives an order up while nothing of it is packed: its money goes back.
#[utoipa::path(post, path = "/v1/orders/{order_id}/cancel", tag = "orders", request_body = Nothing,
    params(("order_id" = String, Path)), responses((status = 200, body = OrderBody), ShopperProblems))]
pub(crate) async fn cancel(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<OrderId>,
    Submission { form: Nothing {}, key }: Submission<Nothing>,
) -> Result<Reply<OrderBody>, Problem> {
    let envelope = asked(&platform, shopper, id, &key).await?;
    let answer = platform.shop.orders.cancel(id, CancelReason::Shopper, envelope).await;
    changed(&platform, id, answer.map_err(Problem::asked)?.replayed).await
}

/// Begins another payment over what is still owed, because the payment that placed the order did not take it all.
///
/// Answers 200 with the order once the money is reserved or taken, or 202 while the shopper must act or the outcome is open:
/// then follow `status_url`. A payment that failed leaves the order as it was; try again with a new key.
#[utoipa::path(post, path = "/v1/orders/{order_id}/payments", tag = "orders", request_body = PaymentMeans,
    params(("order_id" = String, Path)),
    responses((status = 200, body = OrderBody), (status = 202, body = CheckoutPending), PayProblems))]
pub(crate) async fn pay(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<OrderId>,
    wishes: Wishes,
    Submission { form, key }: Submission<PaymentMeans>,
) -> Result<Response, Problem> {
    let envelope = asked(&platform, shopper, id, &key).await?;
    let order = EntityId::new("order", id.uuid());
    let replayed = is_known(&platform, &order, envelope.command_id).await?;
    let wait = wishes.patience(platform.settings.checkout_wait);
    let outcome = match platform.shop.orders.pay(id, form.choice(), envelope, wait).await {
        // It may have begun; whoever follows the order learns it.
        Err(AskError::NoAnswer) => Outcome::Processing { order: id },
        outcome => outcome.map_err(Problem::asked)?,
    };
    show(&platform, outcome, replayed).await
}

/// Asks to send pieces back that arrived.
#[utoipa::path(post, path = "/v1/orders/{order_id}/returns", tag = "orders", request_body = ReturnForm,
    params(("order_id" = String, Path)), responses((status = 200, body = OrderBody), ShopperProblems))]
pub(crate) async fn request_return(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<OrderId>,
    Submission { form, key }: Submission<ReturnForm>,
) -> Result<Reply<OrderBody>, Problem> {
    let envelope = asked(&platform, shopper, id, &key).await?;
    let wanted = (portions(&form.lines), form.reason);
    let answer = platform.shop.orders.request_return(id, wanted, envelope.into()).await;
    changed(&platform, id, answer.map_err(Problem::asked)?.replayed).await
}

/// Gives a return up that was not received yet.
#[utoipa::path(post, path = "/v1/orders/{order_id}/returns/{return_id}/cancel", tag = "orders",
    request_body = Nothing, params(("order_id" = String, Path), ("return_id" = String, Path)),
    responses((status = 200, body = OrderBody), ShopperProblems))]
pub(crate) async fn cancel_return(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<OrderId>,
    Id(back): Id<ReturnId>,
    Submission { form: Nothing {}, key }: Submission<Nothing>,
) -> Result<Reply<OrderBody>, Problem> {
    let envelope = asked(&platform, shopper, id, &key).await?;
    let answer = platform.shop.orders.cancel_return(id, back, envelope.into()).await;
    changed(&platform, id, answer.map_err(Problem::asked)?.replayed).await
}
