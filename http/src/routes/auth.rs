//! `/v1/auth` and `/v1/me`: people and their sessions.

use amazoff_actors::ids::UserId;
use amazoff_actors::user::{RegisterForm, Role, SessionGrant};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;

use crate::auth::{ACCESS_LIFETIME, JwkSet, RefreshGrant, SessionRef, Shown};
use crate::idempotency::{Asker, Submission};
use crate::identity::Shopper;
use crate::json::Valid;
use crate::limits::client::Client;
use crate::openapi::{LoginProblems, RefreshProblems, RegisterProblems, SessionProblems, StepUpProblems};
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::views::users::{ConfirmedBody, Login, Refresh, Register, SignedIn, StepUp, TokensBody, UserBody};

/// Registers a person and opens a session.
///
/// A repeat with the same key registers nobody twice; it opens a session of its own.
#[utoipa::path(post, path = "/v1/auth/register", tag = "auth", request_body = Register,
    responses((status = 201, body = SignedIn), RegisterProblems))]
pub(crate) async fn register(
    State(platform): State<Platform>,
    shopper: Shopper,
    Submission { form, key }: Submission<Register>,
) -> Result<Reply<SignedIn>, Problem> {
    let asker = Asker::of(&shopper);
    key.unguessable()?;
    let Register { email, password, name } = form;
    let envelope = key.envelope(&asker, platform.settings.ask_limit());
    let asked = RegisterForm {
        email: email.clone(),
        password: password.clone(),
        name,
        roles: [Role::Shopper].into(),
    };
    let answer =
        platform.shop.users.register(asked, envelope).await.map_err(|error| field(Problem::asked(error)))?;
    let opened = platform.shop.users.login(&email, &password).await.map_err(Problem::asked)?;
    let grant = granted(opened);
    let body = SignedIn { user: answer.reply.into(), tokens: tokens(&platform, grant, Shown::Password)? };
    Ok(Reply::created(body, "/v1/me".to_owned(), answer.replayed))
}

/// Opens a session. Unknown address and wrong password are one answer, after the same work.
#[utoipa::path(post, path = "/v1/auth/login", tag = "auth", request_body = Login,
    responses((status = 200, body = SignedIn), LoginProblems))]
pub(crate) async fn login(
    State(platform): State<Platform>,
    client: Client,
    Valid(Login { email, password }): Valid<Login>,
) -> Result<Json<SignedIn>, Problem> {
    let grant = granted(platform.log_in(&email, &password, client).await?);
    let user = person(&platform, grant.of.user).await?;
    Ok(Json(SignedIn { user, tokens: tokens(&platform, grant, Shown::Password)? }))
}

/// Exchanges a refresh token for new tokens. An old one that comes back ends the session: somebody copied it.
#[utoipa::path(post, path = "/v1/auth/refresh", tag = "auth", request_body = Refresh,
    responses((status = 200, body = TokensBody), RefreshProblems))]
pub(crate) async fn refresh(
    State(platform): State<Platform>,
    Valid(Refresh { refresh_token }): Valid<Refresh>,
) -> Result<Json<TokensBody>, Problem> {
    let shown = platform.auth.verify_refresh(&refresh_token).ok_or_else(Problem::token_invalid)?;
    let SessionRef { user, session } = shown.of;
    let renewed =
        platform.shop.users.refresh(user, session, shown.generation).await.map_err(Problem::asked)?;
    let grant = RefreshGrant { generation: renewed.generation, ..shown };
    Ok(Json(tokens(&platform, grant, Shown::RefreshToken)?))
}

/// Shows the password again, for what cannot be undone: the new access token may do it for as long as it is good. The session
/// and its refresh token stay as they are.
#[utoipa::path(post, path = "/v1/auth/step-up", tag = "auth", request_body = StepUp,
    responses((status = 200, body = ConfirmedBody), StepUpProblems))]
pub(crate) async fn step_up(
    State(platform): State<Platform>,
    shopper: Shopper,
    client: Client,
    Valid(StepUp { password }): Valid<StepUp>,
) -> Result<Json<ConfirmedBody>, Problem> {
    let of = shopper.own_session()?;
    platform.confirm(of.user, &password, client).await?;
    let access_token = platform.auth.access_token(of, Shown::Password)?;
    Ok(Json(ConfirmedBody { access_token, expires_in: ACCESS_LIFETIME.as_secs(), token_type: "Bearer" }))
}

/// Ends the session.
#[utoipa::path(post, path = "/v1/auth/logout", tag = "auth", responses((status = 204), SessionProblems))]
pub(crate) async fn logout(
    State(platform): State<Platform>,
    shopper: Shopper,
) -> Result<StatusCode, Problem> {
    let SessionRef { user, session } = shopper.own_session()?;
    platform.shop.users.logout(user, session).await.map_err(Problem::asked)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The public keys that check access tokens (RFC 7517): the last, the present and the next one. A key signs for thirty days;
/// keep the list for an hour at most, and ask again when a token names a key that is not in it.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "auth", responses((status = 200, body = JwkSet)))]
pub(crate) async fn public_keys(State(platform): State<Platform>) -> Result<impl IntoResponse, Problem> {
    let keys = platform.auth.public_keys()?;
    Ok(([(CACHE_CONTROL, "public, max-age=3600")], Json(keys)))
}

/// Shows oneself.
#[utoipa::path(get, path = "/v1/me", tag = "auth", responses((status = 200, body = UserBody), SessionProblems))]
pub(crate) async fn me(
    State(platform): State<Platform>,
    shopper: Shopper,
) -> Result<Json<UserBody>, Problem> {
    Ok(Json(person(&platform, shopper.logged_in()?.user()).await?))
}

fn granted((user, opened): (UserId, SessionGrant)) -> RefreshGrant {
    RefreshGrant { of: SessionRef { user, session: opened.session }, generation: opened.generation }
}

fn tokens(platform: &Platform, grant: RefreshGrant, shown: Shown) -> Result<TokensBody, Problem> {
    Ok(TokensBody::new(platform.session_cookie(grant, shown)?, ACCESS_LIFETIME))
}

pub(super) async fn person(platform: &Platform, user: UserId) -> Result<UserBody, Problem> {
    let known = platform.shop.users.get(user).await?;
    known.map(UserBody::from).ok_or_else(Problem::token_invalid)
}

/// Names the field that a refused registration is about.
fn field(problem: Problem) -> Problem {
    match problem.code() {
        "email-invalid" | "email-taken" => problem.at("/email"),
        "name-invalid" => problem.at("/name"),
        code if code.starts_with("password-") => problem.at("/password"),
        _ => problem,
    }
}
