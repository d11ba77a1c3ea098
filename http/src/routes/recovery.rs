//! Links from mails, passwords and e-mail addresses.

use amazoff_actors::user::LinkUse;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::SessionRef;
use crate::identity::Shopper;
use crate::json::Valid;
use crate::limits::client::Client;
use crate::openapi::{EmailProblems, LinkProblems, PasswordProblems, ResetProblems, SessionProblems};
use crate::platform::Platform;
use crate::problem::Problem;
use crate::views::account::{
    EmailForm, FollowedBody, ForgottenForm, LinkForm, MailAskedBody, PasswordForm, ResetForm,
};

const ASKED: &str = "If there is something to send, a mail is on its way.";

/// Follows a link that confirms an e-mail address, or the change to another one. It works once.
#[utoipa::path(post, path = "/v1/auth/verify-email", tag = "auth", request_body = LinkForm,
    responses((status = 200, body = FollowedBody), LinkProblems))]
pub(crate) async fn verify_email(
    State(platform): State<Platform>,
    Valid(LinkForm { token }): Valid<LinkForm>,
) -> Result<Json<FollowedBody>, Problem> {
    let followed = platform.shop.users.follow(&token).await;
    let outcome = match followed.map_err(|error| field(Problem::asked(error)))? {
        LinkUse::Verified => "verified",
        LinkUse::Changed => "changed",
    };
    Ok(Json(FollowedBody { outcome }))
}

/// Sends the link that confirms one's e-mail address again. Nothing is sent where it is confirmed, or where a link has just
/// left.
#[utoipa::path(post, path = "/v1/auth/verify-email/resend", tag = "auth",
    responses((status = 202, body = MailAskedBody), SessionProblems))]
pub(crate) async fn resend(
    State(platform): State<Platform>,
    shopper: Shopper,
    client: Client,
) -> Result<(StatusCode, Json<MailAskedBody>), Problem> {
    let user = shopper.logged_in()?.user();
    platform.may_write(&user.to_string(), client)?;
    platform.shop.users.ask_verification(user).await.map_err(Problem::asked)?;
    Ok((StatusCode::ACCEPTED, Json(MailAskedBody { detail: ASKED })))
}

/// Sends a link that replaces a forgotten password. The answer and the work are the same whether or not there is an account.
#[utoipa::path(post, path = "/v1/auth/password-reset", tag = "auth", request_body = ForgottenForm,
    responses((status = 202, body = MailAskedBody)))]
pub(crate) async fn ask_reset(
    State(platform): State<Platform>,
    client: Client,
    Valid(ForgottenForm { email }): Valid<ForgottenForm>,
) -> Result<(StatusCode, Json<MailAskedBody>), Problem> {
    platform.may_write(&email, client)?;
    platform.ask_reset(&email).await?;
    Ok((StatusCode::ACCEPTED, Json(MailAskedBody { detail: ASKED })))
}

/// Takes another password with a link from a mail. It works once; all sessions and API keys of the person end.
#[utoipa::path(post, path = "/v1/auth/password-reset/confirm", tag = "auth", request_body = ResetForm,
    responses((status = 204), ResetProblems))]
pub(crate) async fn reset(
    State(platform): State<Platform>,
    Valid(ResetForm { token, password }): Valid<ResetForm>,
) -> Result<StatusCode, Problem> {
    let taken = platform.shop.users.reset_password(&token, &password).await;
    taken.map_err(|error| field(Problem::asked(error)))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes another password; asks for the old one. All other sessions end.
#[utoipa::path(post, path = "/v1/me/password", tag = "auth", request_body = PasswordForm,
    responses((status = 204), PasswordProblems))]
pub(crate) async fn change_password(
    State(platform): State<Platform>,
    shopper: Shopper,
    client: Client,
    Valid(PasswordForm { old_password, password }): Valid<PasswordForm>,
) -> Result<StatusCode, Problem> {
    let SessionRef { user, session } = shopper.own_session()?;
    platform.confirm(user, &old_password, client).await?;
    let changed = platform.shop.users.change_password(user, session, &password).await;
    changed.map_err(|error| field(Problem::asked(error)))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Names another e-mail address. Both addresses are told; it counts when the link is followed that goes to the other one.
#[utoipa::path(post, path = "/v1/me/email", tag = "auth", request_body = EmailForm,
    responses((status = 202, body = MailAskedBody), EmailProblems))]
pub(crate) async fn change_email(
    State(platform): State<Platform>,
    shopper: Shopper,
    client: Client,
    Valid(EmailForm { email }): Valid<EmailForm>,
) -> Result<(StatusCode, Json<MailAskedBody>), Problem> {
    let user = shopper.own_session()?.user;
    platform.may_write(&email, client)?;
    let asked = platform.shop.users.ask_email_change(user, &email).await;
    asked.map_err(|error| field(Problem::asked(error)))?;
    Ok((StatusCode::ACCEPTED, Json(MailAskedBody { detail: ASKED })))
}

/// Names the field that a refusal is about.
fn field(problem: Problem) -> Problem {
    match problem.code() {
        "link-invalid" => problem.at("/token"),
        "email-invalid" => problem.at("/email"),
        code if code.starts_with("password-") => problem.at("/password"),
        _ => problem,
    }
}
