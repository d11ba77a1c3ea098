//! `/v1/me`, `/v1/me/export`, `/v1/me/consents`: what the law gives a person.

use std::sync::Arc;

use amazoff_actors::user::ConsentChange;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::export;
use crate::idempotency::{Asker, Submission};
use crate::identity::Shopper;
use crate::openapi::{
    ArchiveProblems, AskExportProblems, ConsentProblems, ErasureProblems, OwnSessionProblems, SessionProblems,
};
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::views::privacy::{ConsentList, ConsentsForm, ErasureBody, ExportBody};

/// Erases the person who asks, for good. All sessions and API keys end with the answer; what is held is made unreadable
/// after it. It asks for a password that was shown lately, and cannot be taken back.
#[utoipa::path(delete, path = "/v1/me", tag = "auth",
    responses((status = 202, body = ErasureBody, description = "It has begun, and goes on by itself."), ErasureProblems))]
pub(crate) async fn erase(
    State(platform): State<Platform>,
    shopper: Shopper,
) -> Result<(StatusCode, Json<ErasureBody>), Problem> {
    let user = shopper.own_session()?.user;
    platform.shop.users.erase(user).await.map_err(Problem::asked)?;
    Ok((StatusCode::ACCEPTED, Json(ErasureBody::begun())))
}

/// Asks for all that is held about oneself. It can be downloaded for an hour; there are three a day.
#[utoipa::path(post, path = "/v1/me/export", tag = "auth", responses((status = 202, body = ExportBody), AskExportProblems))]
pub(crate) async fn ask_export(
    State(platform): State<Platform>,
    shopper: Shopper,
) -> Result<Reply<ExportBody>, Problem> {
    let user = shopper.own_session()?.user;
    let export = platform.shop.users.ask_export(user).await.map_err(Problem::asked)?;
    Ok(Reply::accepted(Some(export).into(), "/v1/me/export".to_owned(), false))
}

/// Shows whether there is something to download.
#[utoipa::path(get, path = "/v1/me/export", tag = "auth", responses((status = 200, body = ExportBody), OwnSessionProblems))]
pub(crate) async fn export(
    State(platform): State<Platform>,
    shopper: Shopper,
) -> Result<Json<ExportBody>, Problem> {
    let user = shopper.own_session()?.user;
    Ok(Json(platform.shop.users.export(user).await?.into()))
}

/// All that is held about oneself, as one ZIP archive of JSON files. It is made while it is downloaded.
#[utoipa::path(get, path = "/v1/me/export/archive", tag = "auth",
    responses((status = 200, content_type = "application/zip", body = Vec<u8>), ArchiveProblems))]
pub(crate) async fn archive(State(platform): State<Platform>, shopper: Shopper) -> Result<Response, Problem> {
    let user = shopper.own_session()?.user;
    if platform.shop.users.export(user).await?.is_none() {
        return Err(Problem::missing("export-not-found"));
    }
    let permit = Arc::clone(&platform.archives).try_acquire_owned();
    let permit = permit.map_err(|_all_taken| Problem::busy("Too many archives are being made."))?;
    let body = export::archive(platform.shop.clone(), user, permit);
    let head = [
        (CONTENT_TYPE, "application/zip"),
        (CONTENT_DISPOSITION, "attachment; filename=\"export.zip\""),
        (CACHE_CONTROL, "private, no-store"),
    ];
    Ok((head, body).into_response())
}

/// Lists what one has agreed to.
#[utoipa::path(get, path = "/v1/me/consents", tag = "auth", responses((status = 200, body = ConsentList), SessionProblems))]
pub(crate) async fn consents(
    State(platform): State<Platform>,
    shopper: Shopper,
) -> Result<Json<ConsentList>, Problem> {
    let user = shopper.logged_in()?.user();
    Ok(Json(platform.shop.users.consents(user).await?.into()))
}

/// Says what one agrees to, or does no longer. Everything that was ever said stays in the log, with its time.
#[utoipa::path(put, path = "/v1/me/consents", tag = "auth", request_body = ConsentsForm,
    responses((status = 200, body = ConsentList), ConsentProblems))]
pub(crate) async fn set_consents(
    State(platform): State<Platform>,
    shopper: Shopper,
    Submission { form: ConsentsForm { consents }, key }: Submission<ConsentsForm>,
) -> Result<Json<ConsentList>, Problem> {
    let user = shopper.logged_in()?.user();
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let said = consents.into_iter().map(ConsentChange::from).collect();
    platform
        .shop
        .users
        .set_consents(user, said, envelope)
        .await
        .map_err(|error| field(Problem::asked(error)))?;
    Ok(Json(platform.shop.users.consents(user).await?.into()))
}

fn field(problem: Problem) -> Problem {
    match problem.code() {
        "consent-invalid" => problem.at("/consents"),
        _ => problem,
    }
}
