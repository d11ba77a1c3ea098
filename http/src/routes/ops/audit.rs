//! `/ops/v1/audit`: what operators did.

use amazoff_supervisor::{AuditEntry, AuditError};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::{Asked, limit, parsed};
use crate::openapi::AuditProblems;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::redact::redacted;
use crate::views::ops::{AuditBody, AuditCheckBody, AuditList};

/// Where to go on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditPage {
    before: Option<u64>,
    limit: Option<usize>,
}

/// Lists what operators did, newest first. What then failed has a second entry that says so.
#[utoipa::path(get, path = "/ops/v1/audit", tag = "ops",
    params(("before" = Option<u64>, Query, description = "entries with a lower number"),
        ("limit" = Option<u8>, Query, description = "1 to 100, by default 50")),
    responses((status = 200, body = AuditList), AuditProblems))]
pub(crate) async fn list(
    State(platform): State<Platform>,
    Asked(page): Asked<AuditPage>,
) -> Result<Json<AuditList>, Problem> {
    let entries = platform.runtime.audit().page(page.before, limit(page.limit)?).await;
    let entries = entries.map_err(|error| Problem::not_ready(&error.to_string()))?;
    let next_before = entries.last().map(|entry| entry.number).filter(|number| *number > 1);
    Ok(Json(AuditList { items: entries.into_iter().map(AuditBody::from).collect(), next_before }))
}

/// Checks the chain of hashes from the first entry to the newest.
#[utoipa::path(get, path = "/ops/v1/audit/verify", tag = "ops",
    responses((status = 200, body = AuditCheckBody), AuditProblems))]
pub(crate) async fn verify(State(platform): State<Platform>) -> Result<Json<AuditCheckBody>, Problem> {
    match platform.runtime.audit().verify().await {
        Ok(entries) => Ok(Json(AuditCheckBody { intact: true, entries, first_broken: None })),
        Err(AuditError::Broken { number }) => {
            let (entries, first_broken) = (number.saturating_sub(1), Some(number));
            Ok(Json(AuditCheckBody { intact: false, entries, first_broken }))
        }
        Err(AuditError::Journal(error)) => Err(Problem::not_ready(&error.to_string())),
    }
}

impl From<AuditEntry> for AuditBody {
    fn from(entry: AuditEntry) -> Self {
        Self {
            number: entry.number,
            at: entry.at,
            actor: entry.actor,
            action: entry.action,
            subject: entry.subject,
            detail: redacted(parsed(&entry.detail)),
            hash: entry.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}
