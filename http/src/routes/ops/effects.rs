//! `/ops/v1/outbox` and `/ops/v1/dead-letters`: effects that are not delivered yet, and those that need a person.

use amazoff_supervisor::Version;
use amazoff_supervisor::journal::{JournalError, OutboxKey, OutboxRow};
use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use serde::Deserialize;
use serde_json::Value;

use super::acting::Actor;
use super::subject::named;
use super::{Asked, limit, parsed};
use crate::idempotency::RequestKey;
use crate::openapi::{EffectProblems, ListProblems};
use crate::path::parameter;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::redact::redacted;
use crate::reply::Reply;
use crate::views::ops::{DoneBody, EffectBody, EffectList, OutboxBody};

/// Shows how much waits for delivery, by kind of sender, as far as the dispatcher holds it in memory.
#[utoipa::path(get, path = "/ops/v1/outbox", tag = "ops", responses((status = 200, body = OutboxBody)))]
pub(crate) async fn outbox(State(platform): State<Platform>) -> Json<OutboxBody> {
    let stats = platform.runtime.outbox_stats();
    Json(OutboxBody { senders: stats.senders, complete: stats.complete })
}

/// Where to go on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EffectPage {
    cursor: Option<String>,
    limit: Option<usize>,
}

/// Lists effects that need a person, by sender. Each holds back the later ones of its stream.
#[utoipa::path(get, path = "/ops/v1/dead-letters", tag = "ops",
    params(("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
        ("limit" = Option<u8>, Query, description = "1 to 100, by default 50")),
    responses((status = 200, body = EffectList), ListProblems))]
pub(crate) async fn dead(
    State(platform): State<Platform>,
    Asked(page): Asked<EffectPage>,
) -> Result<Json<EffectList>, Problem> {
    let (after, wanted) = begin(&platform, "ops dead-letters", &page)?;
    let rows = platform.runtime.dead_letters(after.as_ref(), wanted + 1).await;
    shown(&platform, "ops dead-letters", rows, wanted)
}

/// Lists effects that a person gave up, by sender.
#[utoipa::path(get, path = "/ops/v1/dead-letters/discarded", tag = "ops",
    params(("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
        ("limit" = Option<u8>, Query, description = "1 to 100, by default 50")),
    responses((status = 200, body = EffectList), ListProblems))]
pub(crate) async fn discarded(
    State(platform): State<Platform>,
    Asked(page): Asked<EffectPage>,
) -> Result<Json<EffectList>, Problem> {
    let (after, wanted) = begin(&platform, "ops discarded", &page)?;
    let rows = platform.runtime.journal().discarded(after.as_ref(), wanted + 1).await;
    shown(&platform, "ops discarded", rows, wanted)
}

fn begin(platform: &Platform, scope: &str, page: &EffectPage) -> Result<(Option<OutboxKey>, usize), Problem> {
    let after = page.cursor.as_deref().map(|cursor| platform.auth.position(scope, cursor)).transpose()?;
    Ok((after, limit(page.limit)?))
}

fn shown(
    platform: &Platform,
    scope: &str,
    rows: Result<Vec<OutboxRow>, JournalError>,
    wanted: usize,
) -> Result<Json<EffectList>, Problem> {
    let mut rows = rows.map_err(|error| Problem::not_ready(&error.to_string()))?;
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    let next_cursor = match rows.last().filter(|_| more) {
        Some(last) => Some(platform.auth.cursor(scope, &last.key)?),
        None => None,
    };
    Ok(Json(EffectList { items: rows.into_iter().map(EffectBody::from).collect(), next_cursor }))
}

/// The effect of a path.
pub(crate) struct Effect(OutboxKey);

impl FromRequestParts<Platform> for Effect {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        let text = parameter(parts, platform, "key").await;
        text.as_deref().and_then(key_of).map(Self).ok_or_else(|| Problem::missing("effect-not-found"))
    }
}

/// Has an effect tried at once, whatever pause it is in.
#[utoipa::path(post, path = "/ops/v1/dead-letters/{key}/retry", tag = "ops",
    params(("key" = String, Path, description = "<kind>_<hex>.<seq>.<n>, as listed")),
    responses((status = 200, body = DoneBody), EffectProblems))]
pub(crate) async fn retry(
    State(platform): State<Platform>,
    actor: Actor,
    Effect(effect): Effect,
    key: RequestKey,
) -> Result<Reply<Value>, Problem> {
    let act = move |operator: amazoff_supervisor::Operator| async move {
        operator.retry_effect(&effect).await?;
        Ok(DoneBody::new("effect-retry", text_of(&effect)))
    };
    actor.act(&platform, &key, act).await
}

/// Gives up an effect that needs a person, so that its stream goes on. Final. For admins.
#[utoipa::path(post, path = "/ops/v1/dead-letters/{key}/discard", tag = "ops",
    params(("key" = String, Path, description = "<kind>_<hex>.<seq>.<n>, as listed")),
    responses((status = 200, body = DoneBody), EffectProblems))]
pub(crate) async fn discard(
    State(platform): State<Platform>,
    actor: Actor,
    Effect(effect): Effect,
    key: RequestKey,
) -> Result<Reply<Value>, Problem> {
    let act = move |operator: amazoff_supervisor::Operator| async move {
        operator.discard_effect(&effect).await?;
        Ok(DoneBody::new("effect-discard", text_of(&effect)))
    };
    actor.act(&platform, &key, act).await
}

fn text_of(key: &OutboxKey) -> String {
    format!("{}.{}.{}", key.entity, key.seq, key.n)
}

fn key_of(text: &str) -> Option<OutboxKey> {
    let mut parts = text.split('.');
    let (entity, seq, n) = (named(parts.next()?)?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some(OutboxKey { entity, seq: Version(seq), n })
}

impl From<OutboxRow> for EffectBody {
    fn from(row: OutboxRow) -> Self {
        Self {
            key: text_of(&row.key),
            destination: row.destination,
            effect: redacted(parsed(&row.payload)),
            correlation: row.correlation.to_string(),
            at: row.at,
            attempts: row.attempts,
            next_at: row.next_at,
            reason: row.reason,
            dead_since: row.dead_since,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_effect_is_named_as_it_is_listed() {
        let text = "payment_0123456789abcdef0123456789abcdef.12.3";
        let key = key_of(text).unwrap();
        assert_eq!((key.seq, key.n), (Version(12), 3));
        assert_eq!(text_of(&key), text);
        let hex = "payment_0123456789abcdef0123456789abcdef";
        for wrong in [
            "",
            ".1.1",
            &format!("{hex}.1"),
            &format!("{hex}.1.2.3"),
            &format!("{hex}.-1.2"),
            &format!("{hex}.1.65536"),
            "robot_0123456789abcdef0123456789abcdef.1.2",
        ] {
            assert!(key_of(wrong).is_none(), "{wrong}");
        }
    }
}
