//! `/ops/v1/entities` and `/ops/v1/cells`: one entity now and then, and what its cell is busy with.

use amazoff_supervisor::journal::StoredEvent;
use amazoff_supervisor::{CommandId, PastState, Principal, Version, WhatCommand, WhatIf};
use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::acting::Actor;
use super::subject::Subject;
use super::{Asked, limit, parsed};
use crate::idempotency::RequestKey;
use crate::json::{Form, Valid};
use crate::openapi::{CellProblems, DomainProblems, EntityProblems, PastProblems, WhatIfProblems};
use crate::path::parameter;
use crate::platform::Platform;
use crate::problem::{FieldError, Problem};
use crate::redact::redacted;
use crate::reply::Reply;
use crate::views::ops::{CellList, DiffBody, DoneBody, EntityBody, EventBody, PastBody, WhatIfBody, diff};

/// Events of one answer.
const HISTORY_MAX: usize = 200;

/// Which cells to show.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CellPage {
    kind: Option<String>,
    limit: Option<usize>,
}

/// Shows the cells that have an actor or have crashed, the longest queue first, then the most restarts.
#[utoipa::path(get, path = "/ops/v1/cells", tag = "ops",
    params(("kind" = Option<String>, Query, description = "one domain, such as cart; else all"),
        ("limit" = Option<u8>, Query, description = "1 to 100, by default 50")),
    responses((status = 200, body = CellList), DomainProblems))]
pub(crate) async fn cells(
    State(platform): State<Platform>,
    Asked(CellPage { kind, limit: wanted }): Asked<CellPage>,
) -> Result<Json<CellList>, Problem> {
    let wanted = limit(wanted)?;
    let kinds = match &kind {
        Some(kind) => vec![kind.as_str()],
        None => platform.runtime.kinds(),
    };
    let mut cells = Vec::new();
    for kind in kinds {
        let member = platform.runtime.member(kind).ok_or_else(|| Problem::missing("domain-not-found"))?;
        cells.extend(member.cells(wanted));
    }
    cells.sort_by(|a, b| (b.depth, b.restarts, &a.entity).cmp(&(a.depth, a.restarts, &b.entity)));
    cells.truncate(wanted);
    Ok(Json(CellList { cells }))
}

/// Where to go on in a history.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HistoryPage {
    after: Option<u64>,
}

/// Shows an entity's live state, its cell and its events. The id is `<kind>_<32 hex digits>`, or an id as shoppers see it.
#[utoipa::path(get, path = "/ops/v1/entities/{id}", tag = "ops",
    params(("id" = String, Path, description = "such as payment_… or pay_…"),
        ("after" = Option<u64>, Query, description = "events after this sequence number")),
    responses((status = 200, body = EntityBody), EntityProblems))]
pub(crate) async fn show(
    State(platform): State<Platform>,
    Subject { entity, member }: Subject,
    Asked(HistoryPage { after }): Asked<HistoryPage>,
) -> Result<Json<EntityBody>, Problem> {
    let cell = member.cell(entity.id);
    let inspected = member.inspect(entity.id).await?;
    let (version, state) = inspected.ok_or_else(|| Problem::missing("entity-not-found"))?;
    let after = Version(after.unwrap_or(0));
    let events = platform.runtime.journal().history(&entity, after, HISTORY_MAX).await;
    let events = events.map_err(|error| Problem::not_ready(&error.to_string()))?;
    let last = events.last().map_or(after, |event| event.seq);
    Ok(Json(EntityBody {
        kind: entity.kind.to_string(),
        id: entity.to_string(),
        version: version.0,
        state: redacted(state),
        cell,
        history: events.into_iter().map(EventBody::from).collect(),
        next_after: (last < version).then_some(last.0),
    }))
}

/// The number of an event in a path.
pub(crate) struct Seq(u64);

impl FromRequestParts<Platform> for Seq {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        let seq = parameter(parts, platform, "seq").await.and_then(|text| text.parse().ok());
        seq.map(Self).ok_or_else(|| Problem::missing("version-not-found"))
    }
}

/// Shows an entity's state as it was after so many events, made by today's code. 0 is the state before the first.
#[utoipa::path(get, path = "/ops/v1/entities/{id}/at/{seq}", tag = "ops",
    params(("id" = String, Path), ("seq" = u64, Path, description = "how many events")),
    responses((status = 200, body = PastBody), PastProblems))]
pub(crate) async fn at(
    State(platform): State<Platform>,
    subject: Subject,
    Seq(seq): Seq,
) -> Result<Json<PastBody>, Problem> {
    let PastState { version, at, state } = past(&platform, &subject, seq).await?;
    let kind = subject.entity.kind.to_string();
    Ok(Json(PastBody { kind, id: subject.entity.to_string(), version, at, state: redacted(state) }))
}

/// Which two states to compare.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Between {
    from: u64,
    to: u64,
}

/// Compares an entity's state after `from` events with that after `to`: what differs, by JSON pointer.
#[utoipa::path(get, path = "/ops/v1/entities/{id}/diff", tag = "ops",
    params(("id" = String, Path), ("from" = u64, Query, description = "how many events"),
        ("to" = u64, Query, description = "how many events")),
    responses((status = 200, body = DiffBody), PastProblems))]
pub(crate) async fn compare(
    State(platform): State<Platform>,
    subject: Subject,
    Asked(Between { from, to }): Asked<Between>,
) -> Result<Json<DiffBody>, Problem> {
    let (before, after) = (past(&platform, &subject, from).await?, past(&platform, &subject, to).await?);
    let (changes, complete) = diff::between(&before.state, &after.state);
    Ok(Json(DiffBody { id: subject.entity.to_string(), from, to, changes, complete }))
}

async fn past(platform: &Platform, subject: &Subject, seq: u64) -> Result<PastState, Problem> {
    let past = subject.member.past(subject.entity.id, Version(seq)).await?;
    match past {
        Some(past) if seq > 0 => Ok(past),
        nothing_yet => {
            // Every id has a state before its first event; one that never had any names nothing.
            let first = platform.runtime.journal().history(&subject.entity, Version(0), 1).await;
            let first = first.map_err(|error| Problem::not_ready(&error.to_string()))?;
            let code = if first.is_empty() { "entity-not-found" } else { "version-not-found" };
            nothing_yet.filter(|_| !first.is_empty()).ok_or_else(|| Problem::missing(code))
        }
    }
}

/// A question: one of the commands that were given, or a new one.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhatIfForm {
    /// One that was given before, with its context.
    #[schema(value_type = Option<String>, format = "any-uuid")]
    command_id: Option<Uuid>,
    /// One that was never given, as its domain writes it.
    #[schema(value_type = Option<Object>)]
    command: Option<Value>,
    /// Who would ask: `system` (by default), `guest` or `{"user": "<uuid>"}`. Only with `command`.
    #[schema(value_type = Option<crate::views::words::Principal>)]
    principal: Option<Principal>,
    /// On the state after so many events; by default where a stored command was decided, or on the newest.
    at: Option<u64>,
}

impl Form for WhatIfForm {
    fn check(&self) -> Vec<FieldError> {
        let one = self.command_id.is_some() != self.command.is_some();
        let asker = self.principal.is_none() || self.command.is_some();
        let rules = [
            (one, "/command_id", "Give either command_id or command."),
            (asker, "/principal", "A stored command has its own asker."),
        ];
        let broken = rules.into_iter().filter(|(holds, ..)| !holds);
        broken.map(|(_, pointer, detail)| FieldError::new(pointer, "invalid-value", detail)).collect()
    }
}

/// Says what a command would do with today's code, on the newest or an earlier state. Nothing of it is stored.
#[utoipa::path(post, path = "/ops/v1/entities/{id}/what-if", tag = "ops", request_body = WhatIfForm,
    params(("id" = String, Path)), responses((status = 200, body = WhatIfBody), WhatIfProblems))]
pub(crate) async fn what_if(
    Subject { entity, member }: Subject,
    Valid(form): Valid<WhatIfForm>,
) -> Result<Json<WhatIfBody>, Problem> {
    let command = match (form.command_id, form.command) {
        (Some(stored), _) => WhatCommand::Stored(CommandId(stored)),
        (None, command) => WhatCommand::Given {
            command: command.unwrap_or_default(),
            principal: form.principal.unwrap_or(Principal::System),
        },
    };
    let answer = member.what_if(entity.id, WhatIf { command, at: form.at.map(Version) }).await?;
    let outcome = serde_json::to_value(&answer.outcome).map_err(|error| Problem::bug(error.to_string()))?;
    Ok(Json(WhatIfBody {
        on_version: answer.on_version,
        command: redacted(answer.command),
        context: redacted(answer.context),
        outcome: redacted(outcome),
        stored_outcome: answer.stored_outcome.map(redacted),
        same_as_stored: answer.same_as_stored,
    }))
}

/// Has an entity that nobody uses leave memory. It is read from the journal when it is asked again.
#[utoipa::path(post, path = "/ops/v1/entities/{id}/passivate", tag = "ops", params(("id" = String, Path)),
    responses((status = 200, body = DoneBody), CellProblems))]
pub(crate) async fn passivate(
    State(platform): State<Platform>,
    actor: Actor,
    Subject { entity, .. }: Subject,
    key: RequestKey,
) -> Result<Reply<Value>, Problem> {
    let act = move |operator: amazoff_supervisor::Operator| async move {
        operator.passivate(&entity).await?;
        Ok(DoneBody::new("entity-passivate", entity.to_string()))
    };
    actor.act(&platform, &key, act).await
}

/// Ends an entity's actor as a crash would; its queue is kept, and it is started again. For admins.
#[utoipa::path(post, path = "/ops/v1/entities/{id}/kill", tag = "ops", params(("id" = String, Path)),
    responses((status = 200, body = DoneBody), CellProblems))]
pub(crate) async fn kill(
    State(platform): State<Platform>,
    actor: Actor,
    Subject { entity, .. }: Subject,
    key: RequestKey,
) -> Result<Reply<Value>, Problem> {
    let act = move |operator: amazoff_supervisor::Operator| async move {
        operator.kill_cell(&entity).await?;
        Ok(DoneBody::new("entity-kill", entity.to_string()))
    };
    actor.act(&platform, &key, act).await
}

impl From<StoredEvent> for EventBody {
    fn from(stored: StoredEvent) -> Self {
        let payload = parsed(&stored.event.payload);
        Self {
            seq: stored.seq.0,
            at: stored.at,
            r#type: event_type(&payload),
            payload: redacted(payload),
            command_id: stored.event.command_id.to_string(),
            correlation: stored.event.correlation.to_string(),
        }
    }
}

/// Events are enums: a bare name, one member named after the variant, or a `type` member.
fn event_type(payload: &Value) -> String {
    match payload {
        Value::String(name) => name.clone(),
        Value::Object(members) => match (members.get("type"), members.keys().next()) {
            (Some(Value::String(name)), _) => name.clone(),
            (_, Some(name)) if members.len() == 1 => name.clone(),
            _ => "unnamed".to_owned(),
        },
        _ => "unnamed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_named_by_its_variant() {
        for payload in [
            serde_json::json!("placed"),
            serde_json::json!({"placed": {"at": 1}}),
            serde_json::json!({"type": "placed", "at": 1}),
        ] {
            assert_eq!(event_type(&payload), "placed");
        }
    }
}
