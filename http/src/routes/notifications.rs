//! `/v1/me/notifications`: what a person is told, and which letters they want.

use std::convert::Infallible;

use amazoff_actors::inbox::{Inbox, Notice, Preferences, Unsubscribe};
use amazoff_supervisor::{CommandId, Envelope, Principal};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Sse;
use axum::response::sse::Event;
use futures::Stream;
use serde::Deserialize;

use super::catalogue::limit;
use crate::idempotency::{Asker, Submission};
use crate::identity::Shopper;
use crate::limits::client::Client;
use crate::openapi::{
    NotificationsProblems, PreferencesProblems, ReadMarkProblems, SessionProblems, UnsubscribeProblems,
};
use crate::path::Name;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::realtime::notices::Reading;
use crate::reply::Reply;
use crate::routes::ops::Asked;
use crate::views::notices::{NotificationList, NotificationPreferences, ReadForm, ReadMarkBody};

/// Which notifications.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    after: Option<u64>,
    before: Option<u64>,
    limit: Option<usize>,
}

/// Lists one's notifications, the oldest first: the newest ones, those `after` a number that was seen, or the newest ones
/// `before` a number. The newest 500 are kept; whoever missed one that is gone gets the newest, with `resync`.
#[utoipa::path(get, path = "/v1/me/notifications", tag = "notifications",
    params(("after" = Option<u64>, Query, description = "the number of the newest that was seen"),
        ("before" = Option<u64>, Query, description = "the number of the oldest that was seen; not together with after"),
        ("limit" = Option<u8>, Query, description = "1 to 100")),
    responses((status = 200, body = NotificationList), NotificationsProblems))]
pub(crate) async fn list(
    State(platform): State<Platform>,
    shopper: Shopper,
    Asked(Wanted { after, before, limit: most }): Asked<Wanted>,
) -> Result<Json<NotificationList>, Problem> {
    let user = shopper.logged_in()?.user();
    let most = limit(most)?;
    let inbox = platform.shop.inboxes.get(user).await?;
    Ok(Json(match (after, before) {
        (None, None) => NotificationList::newest(&inbox, most, false),
        (Some(after), None) => newer(&inbox, after, most),
        (None, Some(before)) => NotificationList::of(&inbox, &inbox.before(before, most), false),
        (Some(_), Some(_)) => return Err(Problem::query("before", "Say after or before, not both.")),
    }))
}

fn newer(inbox: &Inbox, after: u64, most: usize) -> NotificationList {
    let Some(since) = inbox.since(after) else { return NotificationList::newest(inbox, most, true) };
    let notices: Vec<&Notice> = since.take(most).collect();
    NotificationList::of(inbox, notices, false)
}

/// Marks one's notifications as read, up to a number.
#[utoipa::path(post, path = "/v1/me/notifications/read", tag = "notifications", request_body = ReadForm,
    responses((status = 200, body = ReadMarkBody), ReadMarkProblems))]
pub(crate) async fn mark_read(
    State(platform): State<Platform>,
    shopper: Shopper,
    Submission { form: ReadForm { upto }, key }: Submission<ReadForm>,
) -> Result<Reply<ReadMarkBody>, Problem> {
    let user = shopper.logged_in()?.user();
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let answer = platform.shop.inboxes.mark_read(user, upto, envelope).await;
    Ok(Reply::answered(answer.map_err(Problem::asked)?))
}

/// Tells one's notifications live, as Server-Sent Events: `snapshot` with the newest, then `notification` for each one, `read`
/// when they are marked as read, `resync` (and a `snapshot`) when some were missed that are gone, `end` when the session is
/// over. Whoever reconnects with the last id gets exactly what came since.
#[utoipa::path(get, path = "/v1/me/notifications/events", tag = "notifications",
    params(("Last-Event-ID" = Option<String>, Header, description = "id of the last event")),
    responses((status = 200, content_type = "text/event-stream", description = "events snapshot, notification, read, resync and end"),
        SessionProblems))]
pub(crate) async fn events(
    State(platform): State<Platform>,
    shopper: Shopper,
    client: Client,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let user = shopper.logged_in()?.user();
    if platform.realtime.is_draining() {
        return Err(Problem::not_ready("shutting down"));
    }
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let place = platform.realtime.stream(&shopper, client)?;
    Ok(Sse::new(Reading::begin(platform, (shopper, user, place), last.as_deref()).await?.events()))
}

/// Shows which letters one gets.
#[utoipa::path(get, path = "/v1/me/notification-preferences", tag = "notifications",
    responses((status = 200, body = NotificationPreferences), SessionProblems))]
pub(crate) async fn preferences(
    State(platform): State<Platform>,
    shopper: Shopper,
) -> Result<Json<NotificationPreferences>, Problem> {
    let inbox = platform.shop.inboxes.get(shopper.logged_in()?.user()).await?;
    Ok(Json((&inbox.preferences).into()))
}

/// Says which letters one gets. What is shown in the shop is not changed by it.
#[utoipa::path(put, path = "/v1/me/notification-preferences", tag = "notifications",
    request_body = NotificationPreferences,
    responses((status = 200, body = NotificationPreferences), PreferencesProblems))]
pub(crate) async fn prefer(
    State(platform): State<Platform>,
    shopper: Shopper,
    Submission { form, key }: Submission<NotificationPreferences>,
) -> Result<Json<NotificationPreferences>, Problem> {
    let user = shopper.logged_in()?.user();
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let inboxes = &platform.shop.inboxes;
    inboxes.prefer(user, Preferences::from(form), envelope).await.map_err(Problem::asked)?;
    let inbox = inboxes.get(user).await?;
    Ok(Json((&inbox.preferences).into()))
}

/// Sends no more letters of the kind that carried the token, as mail programs ask with one request (RFC 8058). Whatever the
/// body says is ignored, and so is a repeat.
#[utoipa::path(post, path = "/v1/unsubscribe/{token}", tag = "notifications",
    params(("token" = String, Path, description = "from the letter")),
    responses((status = 204), UnsubscribeProblems))]
pub(crate) async fn unsubscribe(
    State(platform): State<Platform>,
    Name(token): Name,
) -> Result<StatusCode, Problem> {
    let of = Unsubscribe::read(&platform.shop.vault, &token);
    let of = of.ok_or_else(|| Problem::missing("unsubscribe-token-unknown"))?;
    let envelope =
        Envelope::new(CommandId::new(), Principal::User(of.user.uuid()), platform.settings.ask_limit());
    platform.shop.inboxes.unsubscribe(of, envelope).await.map_err(Problem::asked)?;
    Ok(StatusCode::NO_CONTENT)
}
