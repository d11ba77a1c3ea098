//! `/ops/v1/runtime` and `/ops/v1/limits`: the figures of the whole runtime, and the bounds that it keeps.

use amazoff_supervisor::{LimitsView, Operator};
use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use serde_json::Value;
use utoipa::ToSchema;

use super::acting::Actor;
use crate::idempotency::{RequestKey, Submission};
use crate::json::Form;
use crate::openapi::LimitProblems;
use crate::path::Name;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::views::ops::{LimitsBody, RuntimeBody};

/// Shows what the runtime holds and has done: memory, commands in flight, lanes, domains.
#[utoipa::path(get, path = "/ops/v1/runtime", tag = "ops", responses((status = 200, body = RuntimeBody)))]
pub(crate) async fn runtime(State(platform): State<Platform>) -> Json<RuntimeBody> {
    Json(RuntimeBody::of(&platform))
}

/// Shows the bounds in force.
#[utoipa::path(get, path = "/ops/v1/limits", tag = "ops", responses((status = 200, body = LimitsBody)))]
pub(crate) async fn show(State(platform): State<Platform>) -> Json<LimitsBody> {
    Json(platform.runtime.limits().into())
}

/// The members to replace. Which there are, the runtime says.
#[derive(serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Change(Value);

impl Form for Change {}

/// Bounds of one domain to replace, for the document: the values go to the runtime, which knows them.
#[derive(ToSchema)]
#[allow(dead_code, reason = "a shape for the document")]
struct CellPatch {
    /// Commands waiting for one entity.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    queue_depth_max: Option<u64>,
    /// Commands of the domain that are queued or running.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    in_flight_max: Option<u64>,
    /// Cells that hold an actor at the same time.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    active_max: Option<u64>,
    /// Cells in memory.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    resident_max: Option<u64>,
    /// An idle cell gives up its actor after this.
    #[schema(minimum = 1)]
    hibernate_after_ms: Option<u64>,
    /// A hibernated cell leaves memory after this; not below `hibernate_after_ms`.
    #[schema(minimum = 1)]
    passivate_after_ms: Option<u64>,
    /// A batch that waits for the store for longer than this is given up.
    #[schema(minimum = 1)]
    frozen_after_ms: Option<u64>,
}

/// Bounds of the runtime to replace, for the document.
#[derive(ToSchema)]
#[allow(dead_code, reason = "a shape for the document")]
struct RuntimePatch {
    /// Commands of all domains that are queued or running.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    in_flight_max: Option<u64>,
    /// Estimated bytes of states and queued commands.
    #[schema(minimum = 1)]
    memory_bytes_max: Option<u64>,
    /// Entities read from the journal at the same time.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    loads_max: Option<u64>,
    /// A decision that computes for longer than this is reported.
    #[schema(minimum = 1)]
    decide_report_after_ms: Option<u64>,
    /// A decision that computes for longer than this ends the process; not below `decide_report_after_ms`.
    #[schema(minimum = 1)]
    decide_end_after_ms: Option<u64>,
}

/// A JSON merge patch (RFC 7396), also when it says that it is plain JSON.
pub(crate) struct Patch {
    change: Value,
    key: RequestKey,
}

impl FromRequest<Platform> for Patch {
    type Rejection = Problem;
    async fn from_request(mut request: Request, platform: &Platform) -> Result<Self, Problem> {
        let headers = request.headers_mut();
        if headers.get_all(CONTENT_TYPE).iter().eq(["application/merge-patch+json"]) {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let Submission { form: Change(change), key } = Submission::from_request(request, platform).await?;
        Ok(Self { change, key })
    }
}

/// Replaces bounds that all domains share. They count from the next decision on; nothing is thrown out. For admins.
#[utoipa::path(patch, path = "/ops/v1/limits/runtime", tag = "ops",
    request_body(content = RuntimePatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = LimitsBody), LimitProblems))]
pub(crate) async fn change_runtime(
    State(platform): State<Platform>,
    actor: Actor,
    patch: Patch,
) -> Result<Reply<Value>, Problem> {
    change(&platform, actor, None, patch).await
}

/// Replaces bounds of one domain. They count from the next decision on; nothing is thrown out. For admins.
#[utoipa::path(patch, path = "/ops/v1/limits/domains/{kind}", tag = "ops", params(("kind" = String, Path)),
    request_body(content = CellPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = LimitsBody), LimitProblems))]
pub(crate) async fn change_domain(
    State(platform): State<Platform>,
    actor: Actor,
    Name(kind): Name,
    patch: Patch,
) -> Result<Reply<Value>, Problem> {
    change(&platform, actor, Some(kind), patch).await
}

async fn change(
    platform: &Platform,
    actor: Actor,
    domain: Option<String>,
    Patch { change, key }: Patch,
) -> Result<Reply<Value>, Problem> {
    let act = move |operator: Operator| async move {
        operator.change_limits(domain.as_deref(), &change).await.map(LimitsBody::from)
    };
    actor.act(platform, &key, act).await
}

impl From<LimitsView> for LimitsBody {
    fn from(limits: LimitsView) -> Self {
        Self { runtime: limits.runtime, domains: limits.domains }
    }
}
