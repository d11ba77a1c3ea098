//! `/admin/v1/orders/{id}/pack|unpack|ship|deliver`: parcels.

use amazoff_actors::ids::OrderId;
use amazoff_actors::order::Tracking;
use axum::extract::State;
use axum::response::Response;

use super::{Desk, changed};
use crate::idempotency::Submission;
use crate::openapi::DeskProblems;
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::views::desk::{DeskOrderBody, PackForm, ParcelForm, ShipForm, portions};

/// Packs pieces into a new parcel.
#[utoipa::path(post, path = "/admin/v1/orders/{order_id}/pack", tag = "admin", request_body = PackForm,
    params(("order_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DeskOrderBody), DeskProblems))]
pub(crate) async fn pack(
    State(platform): State<Platform>,
    desk: Desk,
    Id(id): Id<OrderId>,
    Submission { form, key }: Submission<PackForm>,
) -> Result<Response, Problem> {
    let request = desk.request(&platform, &key);
    let answer = platform.shop.orders.pack(id, portions(&form.lines), request).await;
    changed(&platform, id, answer.map_err(Problem::asked)?.replayed).await
}

/// Takes a parcel apart that was not sent.
#[utoipa::path(post, path = "/admin/v1/orders/{order_id}/unpack", tag = "admin", request_body = ParcelForm,
    params(("order_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DeskOrderBody), DeskProblems))]
pub(crate) async fn unpack(
    State(platform): State<Platform>,
    desk: Desk,
    Id(id): Id<OrderId>,
    Submission { form, key }: Submission<ParcelForm>,
) -> Result<Response, Problem> {
    let request = desk.request(&platform, &key);
    let answer = platform.shop.orders.unpack(id, form.shipment_id, request).await;
    changed(&platform, id, answer.map_err(Problem::asked)?.replayed).await
}

/// Sends a parcel that was packed, or packs pieces and sends them at once. Where money is taken with shipments, its price is
/// asked for.
#[utoipa::path(post, path = "/admin/v1/orders/{order_id}/ship", tag = "admin", request_body = ShipForm,
    params(("order_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DeskOrderBody), DeskProblems))]
pub(crate) async fn ship(
    State(platform): State<Platform>,
    desk: Desk,
    Id(id): Id<OrderId>,
    Submission { form, key }: Submission<ShipForm>,
) -> Result<Response, Problem> {
    let request = desk.request(&platform, &key);
    let parcel = (form.shipment_id, portions(&form.lines));
    let tracking = form.tracking.map(Tracking::from);
    let answer = platform.shop.orders.ship(id, parcel, tracking, request).await;
    changed(&platform, id, answer.map_err(Problem::asked)?.replayed).await
}

/// Notes that a parcel arrived.
#[utoipa::path(post, path = "/admin/v1/orders/{order_id}/deliver", tag = "admin", request_body = ParcelForm,
    params(("order_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DeskOrderBody), DeskProblems))]
pub(crate) async fn deliver(
    State(platform): State<Platform>,
    desk: Desk,
    Id(id): Id<OrderId>,
    Submission { form, key }: Submission<ParcelForm>,
) -> Result<Response, Problem> {
    let request = desk.request(&platform, &key);
    let answer = platform.shop.orders.deliver(id, form.shipment_id, request).await;
    changed(&platform, id, answer.map_err(Problem::asked)?.replayed).await
}
