//! `/v1/realtime`: a ticket, and the socket that it opens.

use std::convert::Infallible;

use amazoff_actors::ids::OrderId;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::sse::Event;
use axum::response::{Response, Sse};
use futures::Stream;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::Shopper;
use crate::layers::origin::is_trusted;
use crate::limits::client::Client;
use crate::openapi::{OrderProblems, SocketProblems};
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::realtime::TICKET_LIFETIME;
use crate::realtime::events::Following;

/// A ticket for one socket.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TicketBody {
    /// Give it as `ticket` when opening the socket; good once.
    pub ticket: String,
    /// Seconds that it is good for.
    pub expires_in: u64,
}

/// Gives out a ticket for one socket in the asker's name. A guest shows the cart's secret here and needs it no more.
#[utoipa::path(post, path = "/v1/realtime/ticket", tag = "realtime", responses((status = 200, body = TicketBody)))]
pub(crate) async fn ticket(
    State(platform): State<Platform>,
    shopper: Shopper,
) -> Result<Json<TicketBody>, Problem> {
    let ticket =
        platform.realtime.issue(shopper).ok_or_else(|| Problem::busy("Too many tickets are open."))?;
    Ok(Json(TicketBody { ticket, expires_in: TICKET_LIFETIME.as_secs() }))
}

/// Tells an order as it is, and again after each change, as Server-Sent Events: `order` with the order as data, `end` when the
/// session is over. Whoever reconnects with the last id gets only what is new since.
#[utoipa::path(get, path = "/v1/orders/{order_id}/events", tag = "realtime",
    params(("order_id" = String, Path), ("Last-Event-ID" = Option<String>, Header, description = "id of the last event")),
    responses((status = 200, content_type = "text/event-stream", description = "events order and end"),
        OrderProblems))]
pub(crate) async fn events(
    State(platform): State<Platform>,
    shopper: Shopper,
    client: Client,
    Id(order): Id<OrderId>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    if platform.realtime.is_draining() {
        return Err(Problem::not_ready("shutting down"));
    }
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let place = platform.realtime.stream(&shopper, client)?;
    Ok(Sse::new(Following::begin(platform, (shopper, place), order, last).await?.events()))
}

/// The ticket of a socket.
#[derive(Debug, Deserialize)]
pub(crate) struct Opening {
    ticket: Option<String>,
}

/// Opens a WebSocket.
///
/// The server says `hello`, then answers `{"type":"subscribe","topic":"order:<id>"}` with the order as it is, and sends it
/// again after each change. The topic `notifications` is the person's own: a `snapshot`, then each one as an event; with
/// `after` exactly those that came since, or `resync` and a `snapshot` when some of them are gone.
#[utoipa::path(get, path = "/v1/realtime", tag = "realtime",
    params(("ticket" = String, Query, description = "from POST /v1/realtime/ticket")),
    responses((status = 101, description = "the socket is open"), SocketProblems))]
pub(crate) async fn open(
    State(platform): State<Platform>,
    client: Client,
    opening: Result<Query<Opening>, QueryRejection>,
    asked: Parts,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    if !is_trusted(&asked.uri, &asked.headers, &platform.settings) {
        return Err(Problem::cross_origin());
    }
    let upgrade = upgrade.map_err(|_rejected| Problem::upgrade_required())?;
    if platform.realtime.is_draining() {
        return Err(Problem::not_ready("shutting down"));
    }
    if !platform.realtime.has_room() {
        return Err(Problem::busy("Too many sockets are open."));
    }
    let ticket = opening.ok().and_then(|Query(Opening { ticket })| ticket);
    let shopper =
        ticket.and_then(|ticket| platform.realtime.redeem(&ticket)).ok_or_else(Problem::ticket_invalid)?;
    let place = platform.realtime.socket(&shopper, client)?;
    let realtime = platform.realtime.clone();
    Ok(realtime.open(upgrade, platform, (shopper, place)))
}
