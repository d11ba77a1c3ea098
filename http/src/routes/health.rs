//! `/health`: for load balancers and people with a bad feeling.

use amazoff_supervisor::journal::Standing;
use amazoff_supervisor::tree::{Status, TreeView};
use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value};

use crate::openapi::ReadyProblems;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::views::ops::{HealthBody, StatusBody};

/// The branch of the tree that everything stands on, and the children of it that no request can do without. Read models
/// that lag make the shop degraded, not unready.
const FOUNDATION: &str = "persistence";
const LANES: &str = "lane-";

/// The state of each part, from the supervision tree.
#[utoipa::path(get, path = "/health", tag = "health", responses((status = 200, body = HealthBody), ReadyProblems))]
pub(crate) async fn health(State(platform): State<Platform>) -> Result<Json<HealthBody>, Problem> {
    let tree = platform.tree()?.snapshot();
    let mut parts = Map::new();
    for group in &tree.children {
        let of_group: Map<String, Value> =
            group.children.iter().map(|part| (part.name.clone(), status(part))).collect();
        parts.insert(group.name.clone(), Value::Object(of_group));
    }
    let standing = platform.runtime.standing();
    let well = tree.children.iter().all(is_well) && standing == Standing::Owner;
    Ok(Json(HealthBody { status: if well { "ok" } else { "degraded" }, standing, parts }))
}

/// The process answers.
#[utoipa::path(get, path = "/health/live", tag = "health", responses((status = 200, body = StatusBody)))]
pub(crate) async fn live() -> Json<StatusBody> {
    Json(StatusBody { status: "ok" })
}

/// Requests may be sent here: the journal is being written, no other node may own it, and nobody is shutting down.
#[utoipa::path(get, path = "/health/ready", tag = "health", responses((status = 200, body = StatusBody), ReadyProblems))]
pub(crate) async fn ready(State(platform): State<Platform>) -> Result<Json<StatusBody>, Problem> {
    if platform.intake.is_closed() {
        return Err(Problem::not_ready("shutting down"));
    }
    if platform.runtime.standing() == Standing::Fenced {
        return Err(Problem::not_ready("another node may own the shards"));
    }
    let tree = platform.tree()?.snapshot();
    match tree.at(FOUNDATION) {
        Some(foundation)
            if foundation.children.iter().filter(|part| part.name.starts_with(LANES)).all(is_well) =>
        {
            Ok(Json(StatusBody { status: "ok" }))
        }
        Some(_) | None => Err(Problem::not_ready("persistence is not running")),
    }
}

fn is_well(node: &TreeView) -> bool {
    node.status == Status::Running && node.children.iter().all(is_well)
}

fn status(node: &TreeView) -> Value {
    serde_json::to_value(node.status).unwrap_or(Value::Null)
}
