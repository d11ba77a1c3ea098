//! `/ops/v1/processes`: the checkouts that run, and what each waits for.

use std::collections::BTreeMap;

use amazoff_actors::checkout::{Phase, Process};
use amazoff_supervisor::journal::{JournalError, OutboxRow};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use uuid::Uuid;

use super::{Asked, limit};
use crate::openapi::ProcessProblems;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::views::ops::{EffectBody, ProcessBody, ProcessList};

/// How many dead effects are read at once.
const PAGE: usize = 100;

/// Which to show.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    phase: Option<String>,
    limit: Option<usize>,
}

/// Lists the checkouts that run, the stuck ones first. One that began or ended just now may be missing.
#[utoipa::path(get, path = "/ops/v1/processes", tag = "ops",
    params(("phase" = Option<String>, Query, description = "only this phase, such as `paying`"),
        ("limit" = Option<u8>, Query, description = "1 to 100, by default 50")),
    responses((status = 200, body = ProcessList), ProcessProblems))]
pub(crate) async fn list(
    State(platform): State<Platform>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<ProcessList>, Problem> {
    let most = limit(wanted.limit)?;
    let phase = wanted.phase.as_deref();
    if phase.is_some_and(|phase| !Phase::NAMES.contains(&phase)) {
        return Err(Problem::query("phase", "This is not a phase of a checkout."));
    }
    let running = platform.shop.processes.running().await?;
    let dead = dead(&platform).await.map_err(|error| Problem::not_ready(&error.to_string()))?;
    let now = platform.shop.clock.now();
    let mut items: Vec<ProcessBody> = running
        .into_iter()
        .filter(|process| phase.is_none_or(|phase| process.phase == phase))
        .map(|process| {
            let effects = of_process(&dead, &process);
            ProcessBody::of(process, effects, now)
        })
        .collect();
    items.sort_by_key(|process| (!process.stuck, process.since));
    let (total, stuck) = (items.len(), items.iter().filter(|process| process.stuck).count());
    items.truncate(most);
    Ok(Json(ProcessList { items, total, stuck }))
}

/// Every effect that needs a person, by the UUID of its sender.
async fn dead(platform: &Platform) -> Result<BTreeMap<Uuid, Vec<OutboxRow>>, JournalError> {
    let mut found: BTreeMap<Uuid, Vec<OutboxRow>> = BTreeMap::new();
    let mut after = None;
    loop {
        let page = platform.runtime.dead_letters(after.as_ref(), PAGE).await?;
        let full = page.len() == PAGE;
        after = page.last().map(|last| last.key.clone());
        for row in page {
            found.entry(row.key.entity.id).or_default().push(row);
        }
        if !full {
            return Ok(found);
        }
    }
}

/// Those of the checkout and its cart (which share a UUID), its payment and its order.
fn of_process(dead: &BTreeMap<Uuid, Vec<OutboxRow>>, process: &Process) -> Vec<EffectBody> {
    let senders = [process.cart.uuid(), process.payment.uuid(), process.order.uuid()];
    let rows = senders.iter().filter_map(|sender| dead.get(sender)).flatten();
    rows.cloned().map(EffectBody::from).collect()
}
