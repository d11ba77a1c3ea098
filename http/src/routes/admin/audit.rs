//! `/admin/v1/audit`: who did what.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use crate::openapi::TrailProblems;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::routes::catalogue::limit;
use crate::routes::ops::Asked;
use crate::views::ops::AuditBody;
use crate::views::reports::AuditTrail;

/// Entries that are looked at for one page, and at once.
const LOOKED_AT_MAX: usize = 2_000;
const PAGE: usize = 100;
/// Longest name to look for, in characters.
const NAME_CHARS_MAX: usize = 200;

/// Which entries, and which page of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chosen {
    actor: Option<String>,
    action: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// Lists who did what, newest first, personal and secret values masked. Every filter must fit as a whole.
#[utoipa::path(get, path = "/admin/v1/audit", tag = "admin",
    params(("actor" = Option<String>, Query, description = "as entries name it", max_length = 200),
        ("action" = Option<String>, Query, description = "as entries name it", max_length = 200),
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
        ("limit" = Option<u8>, Query, description = "1 to 100")),
    responses((status = 200, body = AuditTrail), TrailProblems))]
pub(crate) async fn list(
    State(platform): State<Platform>,
    Asked(chosen): Asked<Chosen>,
) -> Result<Json<AuditTrail>, Problem> {
    let Chosen { actor, action, cursor, limit: wanted } = chosen;
    for (name, text) in [("actor", &actor), ("action", &action)] {
        if text.as_ref().is_some_and(|text| text.chars().count() > NAME_CHARS_MAX) {
            return Err(Problem::query(name, "At most 200 characters."));
        }
    }
    let most = limit(wanted)?;
    let scope = format!("audit {actor:?} {action:?}");
    let mut before = cursor.as_deref().map(|cursor| platform.auth.position(&scope, cursor)).transpose()?;
    let (mut items, mut looked_at) = (Vec::new(), 0);
    let fits = |wanted: &Option<String>, text: &str| wanted.as_deref().is_none_or(|wanted| wanted == text);
    let next: Option<u64> = 'read: loop {
        let entries = platform.runtime.audit().page(before, PAGE).await;
        let entries = entries.map_err(|error| Problem::not_ready(&error.to_string()))?;
        let is_all = entries.len() < PAGE;
        for entry in entries {
            let number = entry.number;
            before = Some(number);
            looked_at += 1;
            if fits(&actor, &entry.actor) && fits(&action, &entry.action) {
                items.push(AuditBody::from(entry));
            }
            if items.len() >= most || looked_at >= LOOKED_AT_MAX {
                break 'read Some(number).filter(|number| *number > 1);
            }
        }
        if is_all {
            break None;
        }
    };
    let next_cursor = next.map(|next| platform.auth.cursor(&scope, &next)).transpose()?;
    Ok(Json(AuditTrail { items, next_cursor }))
}
