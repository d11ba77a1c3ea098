//! `/ops/v1/causes`: everything that followed from one request, across entities.

use std::collections::HashMap;

use amazoff_supervisor::journal::{EventPosition, OutboxKey, StoredEvent};
use amazoff_supervisor::{CommandId, Version};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use uuid::Uuid;

use super::{Asked, limit};
use crate::openapi::CauseProblems;
use crate::path::Name;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::views::ops::{CauseBody, CauseList, EventBody, SourceBody};

/// Events among which causes are looked for; a process has some twenty.
const PROCESS_MAX: usize = 500;
/// Effects of one commit among which causes are looked for.
const EFFECTS_MAX: u16 = 16;

/// Where to go on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CausePage {
    after: Option<String>,
    limit: Option<usize>,
}

/// Shows the events of all entities that go back to one first cause (the `correlation` of any of them), in the order in
/// which they were decided (of the same millisecond in either order), and for each the event whose effect it follows from.
#[utoipa::path(get, path = "/ops/v1/causes/{correlation}", tag = "ops",
    params(("correlation" = String, Path, description = "of an event"),
        ("after" = Option<String>, Query, description = "next_after of the page before"),
        ("limit" = Option<u8>, Query, description = "1 to 100, by default 50")),
    responses((status = 200, body = CauseList), CauseProblems))]
pub(crate) async fn list(
    State(platform): State<Platform>,
    Name(text): Name,
    Asked(page): Asked<CausePage>,
) -> Result<Json<CauseList>, Problem> {
    let missing = || Problem::missing("correlation-not-found");
    let correlation = Uuid::try_parse(&text).map(CommandId).map_err(|_no_id| missing())?;
    let scope = format!("ops causes {correlation}");
    let after: Option<EventPosition> =
        page.after.as_deref().map(|after| platform.auth.position(&scope, after)).transpose()?;
    let wanted = limit(page.limit)?;
    let journal = platform.runtime.journal();
    let away = |error: amazoff_supervisor::journal::JournalError| Problem::not_ready(&error.to_string());
    let mut events = journal.correlated(correlation, after.as_ref(), wanted + 1).await.map_err(away)?;
    if events.is_empty() && after.is_none() {
        return Err(missing());
    }
    let more = events.len() > wanted;
    events.truncate(wanted);
    let next_after = match events.last().filter(|_| more) {
        Some(last) => Some(platform.auth.cursor(&scope, &last.position())?),
        None => None,
    };
    // A cause may stand on an earlier page.
    let process = journal.correlated(correlation, None, PROCESS_MAX).await.map_err(away)?;
    let sources = sources(process.iter().chain(&events));
    let items = events.into_iter().map(|event| CauseBody {
        entity: event.entity.to_string(),
        caused_by: event.event.causation.and_then(|cause| sources.get(&cause).cloned()),
        event: EventBody::from(event),
    });
    Ok(Json(CauseList { correlation: correlation.to_string(), items: items.collect(), next_after }))
}

/// The events after which effects were sent, by the causation that such an effect gives.
fn sources<'a>(events: impl Iterator<Item = &'a StoredEvent>) -> HashMap<CommandId, SourceBody> {
    let mut sources = HashMap::new();
    for StoredEvent { entity, seq: Version(seq), .. } in events {
        for n in 0..EFFECTS_MAX {
            let key = OutboxKey { entity: entity.clone(), seq: Version(*seq), n };
            sources.insert(key.cause(), SourceBody { entity: entity.to_string(), seq: *seq });
        }
    }
    sources
}
