//! `/v1/auth` and `/v1/me`: people and their sessions.

use amazoff_actors::user::{RegisterForm, Role};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::{ACCESS_LIFETIME, RefreshGrant, SessionRef};
use crate::idempotency::{Asker, Submission};
use crate::identity::Shopper;
use crate::json::Valid;
use crate::openapi::{LoginProblems, RefreshProblems, RegisterProblems, SessionProblems};
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::views::users::{Login, Refresh, Register, SignedIn, TokensBody, UserBody};

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
    key.unguessable(&asker)?;
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
    let grant = grant(&platform, &email, &password).await?;
    let body = SignedIn { user: answer.reply.into(), tokens: tokens(&platform, grant)? };
    Ok(Reply::created(body, "/v1/me".to_owned(), answer.replayed))
}

/// Opens a session. Unknown address and wrong password are one answer, after the same work.
#[utoipa::path(post, path = "/v1/auth/login", tag = "auth", request_body = Login,
    responses((status = 200, body = SignedIn), LoginProblems))]
pub(crate) async fn login(
    State(platform): State<Platform>,
    Valid(Login { email, password }): Valid<Login>,
) -> Result<Json<SignedIn>, Problem> {
    let grant = grant(&platform, &email, &password).await?;
    let user = person(&platform, grant.of).await?;
    Ok(Json(SignedIn { user, tokens: tokens(&platform, grant)? }))
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
    Ok(Json(tokens(&platform, RefreshGrant { generation: renewed.generation, ..shown })?))
}

/// Ends the session.
#[utoipa::path(post, path = "/v1/auth/logout", tag = "auth", responses((status = 204), SessionProblems))]
pub(crate) async fn logout(
    State(platform): State<Platform>,
    shopper: Shopper,
) -> Result<StatusCode, Problem> {
    let SessionRef { user, session } = shopper.logged_in()?;
    platform.shop.users.logout(user, session).await.map_err(Problem::asked)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows oneself.
#[utoipa::path(get, path = "/v1/me", tag = "auth", responses((status = 200, body = UserBody), SessionProblems))]
pub(crate) async fn me(
    State(platform): State<Platform>,
    shopper: Shopper,
) -> Result<Json<UserBody>, Problem> {
    Ok(Json(person(&platform, shopper.logged_in()?).await?))
}

async fn grant(platform: &Platform, email: &str, password: &str) -> Result<RefreshGrant, Problem> {
    let (user, opened) = platform.shop.users.login(email, password).await.map_err(Problem::asked)?;
    Ok(RefreshGrant { of: SessionRef { user, session: opened.session }, generation: opened.generation })
}

fn tokens(platform: &Platform, grant: RefreshGrant) -> Result<TokensBody, Problem> {
    Ok(TokensBody::new(platform.session_cookie(grant)?, ACCESS_LIFETIME))
}

async fn person(platform: &Platform, of: SessionRef) -> Result<UserBody, Problem> {
    let known = platform.shop.users.get(of.user).await?;
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
