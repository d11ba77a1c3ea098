//! `/ops/v1/quarantine`: commands that crashed their entity, and what a person decides about them.

use amazoff_supervisor::journal::{CrashFilter, CrashPosition, CrashRecord};
use amazoff_supervisor::{CommandId, EntityId};
use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::acting::Actor;
use super::subject::named;
use super::{Asked, limit, parsed};
use crate::idempotency::RequestKey;
use crate::openapi::{ListProblems, QuarantineProblems};
use crate::path::parameter;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::redact::redacted;
use crate::reply::Reply;
use crate::views::ops::{CrashBody, CrashList, DoneBody, RetriedBody};

/// Which commands to list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CrashPage {
    cursor: Option<String>,
    #[serde(default)]
    all: bool,
    limit: Option<usize>,
}

/// Lists commands that are refused because they crashed their entity, newest first; with `all`, also those that may still
/// be given and those that were dismissed.
#[utoipa::path(get, path = "/ops/v1/quarantine", tag = "ops",
    params(("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
        ("all" = Option<bool>, Query, description = "true: every command that ever crashed"),
        ("limit" = Option<u8>, Query, description = "1 to 100, by default 50")),
    responses((status = 200, body = CrashList), ListProblems))]
pub(crate) async fn list(
    State(platform): State<Platform>,
    Asked(page): Asked<CrashPage>,
) -> Result<Json<CrashList>, Problem> {
    let scope = format!("ops quarantine {}", page.all);
    let after: Option<CrashPosition> =
        page.cursor.as_deref().map(|cursor| platform.auth.position(&scope, cursor)).transpose()?;
    let wanted = limit(page.limit)?;
    let filter = if page.all { CrashFilter::All } else { CrashFilter::Open };
    let crashes = platform.runtime.journal().crashes(filter, after.as_ref(), wanted + 1).await;
    let mut crashes = crashes.map_err(|error| Problem::not_ready(&error.to_string()))?;
    let more = crashes.len() > wanted;
    crashes.truncate(wanted);
    let next_cursor = match crashes.last().filter(|_| more) {
        Some(last) => Some(platform.auth.cursor(&scope, &last.position())?),
        None => None,
    };
    Ok(Json(CrashList { items: crashes.into_iter().map(CrashBody::from).collect(), next_cursor }))
}

/// A command of a path.
pub(crate) struct Crashed {
    entity: EntityId,
    command: CommandId,
}

impl FromRequestParts<Platform> for Crashed {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        let entity = parameter(parts, platform, "entity").await.as_deref().and_then(named);
        let command = parameter(parts, platform, "command_id").await;
        let command = command.and_then(|text| Uuid::try_parse(&text).ok()).map(CommandId);
        let crashed = entity.zip(command).map(|(entity, command)| Self { entity, command });
        crashed.ok_or_else(|| Problem::missing("command-not-found"))
    }
}

/// Takes a command out of quarantine and gives it to its entity once more, as it was asked then. Answers with its reply.
#[utoipa::path(post, path = "/ops/v1/quarantine/{entity}/{command_id}/retry", tag = "ops",
    params(("entity" = String, Path), ("command_id" = String, Path)),
    responses((status = 200, body = RetriedBody), QuarantineProblems))]
pub(crate) async fn retry(
    State(platform): State<Platform>,
    actor: Actor,
    Crashed { entity, command }: Crashed,
    key: RequestKey,
) -> Result<Reply<Value>, Problem> {
    let act = move |operator: amazoff_supervisor::Operator| async move {
        let reply = operator.retry_command(&entity, command).await?;
        Ok(RetriedBody {
            entity: entity.to_string(),
            command_id: command.to_string(),
            reply: redacted(reply),
        })
    };
    actor.act(&platform, &key, act).await
}

/// Keeps a command refused for ever and takes it off the list.
#[utoipa::path(post, path = "/ops/v1/quarantine/{entity}/{command_id}/dismiss", tag = "ops",
    params(("entity" = String, Path), ("command_id" = String, Path)),
    responses((status = 200, body = DoneBody), QuarantineProblems))]
pub(crate) async fn dismiss(
    State(platform): State<Platform>,
    actor: Actor,
    Crashed { entity, command }: Crashed,
    key: RequestKey,
) -> Result<Reply<Value>, Problem> {
    let act = move |operator: amazoff_supervisor::Operator| async move {
        operator.dismiss_command(&entity, command).await?;
        Ok(DoneBody::new("command-dismiss", entity.to_string()))
    };
    actor.act(&platform, &key, act).await
}

impl From<CrashRecord> for CrashBody {
    fn from(record: CrashRecord) -> Self {
        let crash = record.crash;
        Self {
            entity: crash.entity.to_string(),
            command_id: crash.command_id.to_string(),
            attempts: record.attempts,
            quarantined: record.quarantined,
            dismissed: record.dismissed,
            at: crash.at,
            on_version: crash.seq.0,
            cause: crash.cause,
            command: redacted(parsed(&crash.sealed_command)),
            context: redacted(parsed(&crash.context)),
        }
    }
}
