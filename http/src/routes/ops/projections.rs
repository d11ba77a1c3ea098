//! `/ops/v1/projections`: how far the read models are, and building them anew.

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use super::acting::Actor;
use crate::idempotency::RequestKey;
use crate::openapi::{LagProblems, RebuildProblems};
use crate::path::Name;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::views::ops::{ProjectionList, RebuildBody};

/// Shows for each projection how far it is behind the journal, which shards fail, and how far a rebuild is.
#[utoipa::path(get, path = "/ops/v1/projections", tag = "ops",
    responses((status = 200, body = ProjectionList), LagProblems))]
pub(crate) async fn list(State(platform): State<Platform>) -> Result<Json<ProjectionList>, Problem> {
    let projections = platform.runtime.projection_stats().await;
    let projections = projections.map_err(|error| Problem::not_ready(&error.to_string()))?;
    Ok(Json(ProjectionList { projections }))
}

/// Has a projection built anew from the journal, beside what serves; readers change over when it has caught up.
#[utoipa::path(post, path = "/ops/v1/projections/{name}/rebuild", tag = "ops", params(("name" = String, Path)),
    responses((status = 200, body = RebuildBody), RebuildProblems))]
pub(crate) async fn rebuild(
    State(platform): State<Platform>,
    actor: Actor,
    Name(name): Name,
    key: RequestKey,
) -> Result<Reply<Value>, Problem> {
    let act = move |operator: amazoff_supervisor::Operator| async move {
        let generation = operator.rebuild(&name).await?;
        Ok(RebuildBody { projection: name, generation })
    };
    actor.act(&platform, &key, act).await
}
