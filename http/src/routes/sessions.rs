//! `/v1/me/sessions`: where one is logged in.

use amazoff_actors::ids::SessionId;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use crate::auth::SessionRef;
use crate::identity::{Login, Shopper};
use crate::openapi::{EndSessionProblems, OwnSessionProblems, SessionProblems};
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::routes::ops::Asked;
use crate::views::account::{SessionBody, SessionList};

/// Lists one's sessions that are open.
#[utoipa::path(get, path = "/v1/me/sessions", tag = "auth", responses((status = 200, body = SessionList), SessionProblems))]
pub(crate) async fn list(
    State(platform): State<Platform>,
    shopper: Shopper,
) -> Result<Json<SessionList>, Problem> {
    let login = shopper.logged_in()?;
    let current = match login {
        Login::Session(session) => Some(session.session),
        Login::Key(_) => None,
    };
    let sessions = platform.shop.users.sessions(login.user()).await?;
    Ok(Json(SessionList { items: sessions.iter().map(|view| SessionBody::of(view, current)).collect() }))
}

/// Ends one of one's sessions, and what it has open.
#[utoipa::path(delete, path = "/v1/me/sessions/{session_id}", tag = "auth", params(("session_id" = String, Path)),
    responses((status = 204), EndSessionProblems))]
pub(crate) async fn end(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(session): Id<SessionId>,
) -> Result<StatusCode, Problem> {
    let user = shopper.own_session()?.user;
    platform.shop.users.end_session(user, session).await.map_err(Problem::asked)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which sessions to end.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ending {
    #[serde(default)]
    all: bool,
}

/// Ends all of one's sessions but the one that asks; with `all`, that one too.
#[utoipa::path(delete, path = "/v1/me/sessions", tag = "auth",
    params(("all" = Option<bool>, Query, description = "true: also the session that asks")),
    responses((status = 204), OwnSessionProblems))]
pub(crate) async fn end_others(
    State(platform): State<Platform>,
    shopper: Shopper,
    Asked(Ending { all }): Asked<Ending>,
) -> Result<StatusCode, Problem> {
    let SessionRef { user, session } = shopper.own_session()?;
    let users = &platform.shop.users;
    let ended = if all { users.logout_all(user).await } else { users.logout_others(user, session).await };
    ended.map_err(Problem::asked)?;
    Ok(StatusCode::NO_CONTENT)
}
