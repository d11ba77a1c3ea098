//! `/admin/v1/orders/{id}/returns/{return_id}`: goods that come back.

use amazoff_actors::ids::{OrderId, ReturnId};
use axum::extract::State;
use axum::response::Response;

use super::{Desk, changed};
use crate::idempotency::Submission;
use crate::openapi::DeskProblems;
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::views::desk::{DeskOrderBody, Nothing, ReceiptForm};

/// Agrees to a return.
#[utoipa::path(post, path = "/admin/v1/orders/{order_id}/returns/{return_id}/approve", tag = "admin",
    request_body = Nothing,
    params(("order_id" = String, Path), ("return_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DeskOrderBody), DeskProblems))]
pub(crate) async fn approve(
    State(platform): State<Platform>,
    desk: Desk,
    Id(id): Id<OrderId>,
    Id(back): Id<ReturnId>,
    Submission { form: Nothing {}, key }: Submission<Nothing>,
) -> Result<Response, Problem> {
    let request = desk.request(&platform, &key);
    let answer = platform.shop.orders.approve_return(id, back, request).await;
    changed(&platform, id, answer.map_err(Problem::asked)?.replayed).await
}

/// Refuses a return.
#[utoipa::path(post, path = "/admin/v1/orders/{order_id}/returns/{return_id}/reject", tag = "admin",
    request_body = Nothing,
    params(("order_id" = String, Path), ("return_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DeskOrderBody), DeskProblems))]
pub(crate) async fn reject(
    State(platform): State<Platform>,
    desk: Desk,
    Id(id): Id<OrderId>,
    Id(back): Id<ReturnId>,
    Submission { form: Nothing {}, key }: Submission<Nothing>,
) -> Result<Response, Problem> {
    let request = desk.request(&platform, &key);
    let answer = platform.shop.orders.reject_return(id, back, request).await;
    changed(&platform, id, answer.map_err(Problem::asked)?.replayed).await
}

/// Notes what of a return arrived: what can be sold goes back to the shelf, and its price to the payer.
#[utoipa::path(post, path = "/admin/v1/orders/{order_id}/returns/{return_id}/receive", tag = "admin",
    request_body = ReceiptForm,
    params(("order_id" = String, Path), ("return_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DeskOrderBody), DeskProblems))]
pub(crate) async fn receive(
    State(platform): State<Platform>,
    desk: Desk,
    Id(id): Id<OrderId>,
    Id(back): Id<ReturnId>,
    Submission { form, key }: Submission<ReceiptForm>,
) -> Result<Response, Problem> {
    let request = desk.request(&platform, &key);
    let lines = form.lines.into_iter().map(Into::into).collect();
    let answer = platform.shop.orders.receive_return(id, (back, lines), request).await;
    changed(&platform, id, answer.map_err(Problem::asked)?.replayed).await
}
