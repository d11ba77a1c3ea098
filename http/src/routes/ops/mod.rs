//! `/ops/v1`: how the machinery is, and how an entity came to be what it is.

use std::sync::Arc;

use amazoff_actors::ids::{CartId, OrderId, PaymentId, ProductId, UserId, VariantId};
use amazoff_supervisor::journal::StoredEvent;
use amazoff_supervisor::{EntityId, Version};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::openapi::EntityProblems;
use crate::path::Name;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::redact::redacted;
use crate::views::ops::{EntityBody, EventBody, TreeBody};

/// Events of one answer.
const HISTORY_MAX: usize = 200;

/// Shows the supervision tree of this node.
#[utoipa::path(get, path = "/ops/v1/tree", tag = "ops", responses((status = 200, body = TreeBody)))]
pub(crate) async fn tree(State(platform): State<Platform>) -> Result<Json<TreeBody>, Problem> {
    let tree = platform.tree()?.snapshot();
    let tree = serde_json::to_value(tree).map_err(|error| Problem::bug(error.to_string()))?;
    Ok(Json(TreeBody { node: platform.node.to_string(), uptime_s: platform.uptime().as_secs(), tree }))
}

/// Where to go on in a history.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HistoryPage {
    after: Option<u64>,
}

/// Shows an entity's live state and its events. The id is `<kind>_<32 hex digits>`, or an id as shoppers see it.
#[utoipa::path(get, path = "/ops/v1/entities/{id}", tag = "ops",
    params(("id" = String, Path, description = "such as payment_… or pay_…"),
        ("after" = Option<u64>, Query, description = "events after this sequence number")),
    responses((status = 200, body = EntityBody), EntityProblems))]
pub(crate) async fn entity(
    State(platform): State<Platform>,
    Name(text): Name,
    page: Result<Query<HistoryPage>, QueryRejection>,
) -> Result<Json<EntityBody>, Problem> {
    let missing = || Problem::missing("entity-not-found");
    let Query(HistoryPage { after }) =
        page.map_err(|_rejected| Problem::query("after", "A sequence number."))?;
    let entity = named(&text).ok_or_else(missing)?;
    let member = platform.runtime.member(entity.kind.as_str()).ok_or_else(missing)?;
    let (version, state) = member.inspect(entity.id).await?.ok_or_else(missing)?;
    let after = Version(after.unwrap_or(0));
    let events = Arc::clone(&platform.shop.journal).history(&entity, after, HISTORY_MAX).await;
    let events = events.map_err(|error| Problem::not_ready(&error.to_string()))?;
    let last = events.last().map_or(after, |event| event.seq);
    Ok(Json(EntityBody {
        kind: entity.kind.to_string(),
        id: entity.to_string(),
        version: version.0,
        state: redacted(state),
        history: events.into_iter().map(EventBody::from).collect(),
        next_after: (last < version).then_some(last.0),
    }))
}

/// The entity that a text names.
pub(super) fn named(text: &str) -> Option<EntityId> {
    let shopper_id = text
        .parse::<CartId>()
        .map(|id| EntityId::new("cart", id.uuid()))
        .or_else(|_| text.parse::<OrderId>().map(|id| EntityId::new("order", id.uuid())))
        .or_else(|_| text.parse::<PaymentId>().map(|id| EntityId::new("payment", id.uuid())))
        .or_else(|_| text.parse::<ProductId>().map(|id| EntityId::new("product", id.uuid())))
        .or_else(|_| text.parse::<VariantId>().map(|id| EntityId::new("stock", id.uuid())))
        .or_else(|_| text.parse::<UserId>().map(|id| EntityId::new("user", id.uuid())));
    shopper_id.ok().or_else(|| {
        let (kind, hex) = text.rsplit_once('_').filter(|(_, hex)| hex.len() == 32)?;
        let kind = amazoff_actors::tree::DOMAINS.into_iter().find(|known| *known == kind)?;
        Some(EntityId::new(kind, Uuid::try_parse(hex).ok()?))
    })
}

impl From<StoredEvent> for EventBody {
    fn from(stored: StoredEvent) -> Self {
        let payload = serde_json::from_str(&stored.event.payload).unwrap_or(Value::Null);
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
    fn an_entity_is_named_by_its_kind_or_as_shoppers_name_it() {
        let hex = "0123456789abcdef0123456789abcdef";
        let expected = |kind: &'static str| Some(EntityId::new(kind, Uuid::try_parse(hex).unwrap()));
        assert_eq!(named(&format!("pay_{hex}")), expected("payment"));
        assert_eq!(named(&format!("payment_{hex}")), expected("payment"));
        assert_eq!(named(&format!("var_{hex}")), expected("stock"));
        assert_eq!(named(&format!("checkout_{hex}")), expected("checkout"));
        for unknown in ["", "pay_", "robot_0123456789abcdef0123456789abcdef", hex, "pay_../../etc"] {
            assert_eq!(named(unknown), None, "{unknown}");
        }
    }

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
