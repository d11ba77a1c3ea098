//! Orders.

use amazoff_actors::ids::OrderId;
use amazoff_actors::order::{OrderDetails, PaymentStatus, View};
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::pages::markup::order::{OrdersPage, Progress};
use crate::pages::page::Page;
use crate::pages::present::orders as present;
use crate::pages::visit::Visit;
use crate::path::Id;
use crate::problem::Problem;

/// How many orders a page lists.
const PAGE: usize = 20;

/// What the address of the list says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    cursor: String,
}

/// A person's orders, or those that this browser made as a guest.
pub(crate) async fn list(visit: Visit, Query(asked): Query<Asked>) -> Result<Page<OrdersPage>, Problem> {
    let frame = visit.frame("Your orders");
    let Some(user) = visit.shopper.user() else {
        return Ok(Page::ok(OrdersPage { frame, orders: held(&visit).await?, more: None }));
    };
    let auth = &visit.platform.auth;
    let scope = format!("pages/orders/{user}");
    let after = match asked.cursor.as_str() {
        "" => None,
        cursor => Some(auth.position(&scope, cursor)?),
    };
    let page = visit.platform.shop.orders.list_of_user(user, after, PAGE).await?;
    let more = match &page.next {
        Some(position) => Some(format!("/orders?cursor={}", auth.cursor(&scope, position)?)),
        None => None,
    };
    Ok(Page::ok(OrdersPage { frame, orders: page.items.iter().map(present::row).collect(), more }))
}

/// The orders of the bags whose secrets this browser holds.
async fn held(visit: &Visit) -> Result<Vec<crate::pages::markup::order::OrderRow>, Problem> {
    let mut rows = Vec::new();
    for held in visit.platform.settings.cookies().carts(&visit.headers) {
        match visit.shopper.order(&visit.platform, OrderId::of_cart(held.cart)).await {
            Ok(view) => rows.extend(present::row_of(&view)),
            Err(problem) if problem.code() == "order-not-found" => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(rows)
}

/// An order.
pub(crate) async fn show(visit: Visit, Id(id): Id<OrderId>) -> Result<Response, Problem> {
    let view = visit.shopper.order(&visit.platform, id).await?;
    let contact = visit.platform.shop.orders.contact(id).await?;
    let action_url = action_url(&visit, &view).await?;
    let details = OrderDetails { view, contact };
    Ok(Page::ok(present::page(visit.frame(""), &details, action_url)).into_response())
}

/// The part of an order's page that moves.
pub(crate) async fn progress(visit: Visit, Id(id): Id<OrderId>) -> Result<Page<Progress>, Problem> {
    let view = visit.shopper.order(&visit.platform, id).await?;
    let action_url = action_url(&visit, &view).await?;
    Ok(Page::ok(present::progress(&view, action_url)))
}

async fn action_url(visit: &Visit, view: &View) -> Result<Option<String>, Problem> {
    match view.payment_id {
        Some(payment) if view.payment_status == PaymentStatus::RequiresAction => {
            let payment = visit.platform.shop.payments.get(payment).await?;
            Ok(payment.and_then(|payment| payment.action_url))
        }
        Some(_) | None => Ok(None),
    }
}
