//! `/v1/orders`: what was bought.

use amazoff_actors::ids::OrderId;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::catalogue::limit;
use crate::conditional::{Sharing, tagged};
use crate::identity::Shopper;
use crate::openapi::{ListProblems, OrderProblems};
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::views::orders::{OrderBody, OrderCardBody, OrderList};

/// Which page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paging {
    cursor: Option<String>,
    limit: Option<usize>,
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
    let user = shopper.logged_in()?.user;
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
