//! What operators see. Values with names of the runtime's own are shown as the runtime writes them.

pub mod diff;
mod processes;
mod reconciliations;
mod waiting;

use std::collections::BTreeMap;

use amazoff_supervisor::journal::Standing;
use amazoff_supervisor::{
    CellLimits, CellView, DomainStats, LaneStats, ProjectionStats, RuntimeLimits, Timestamp,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::platform::Platform;
pub use diff::ChangeBody;
pub use processes::*;
pub use reconciliations::*;
pub use waiting::*;

/// The supervision tree of a node.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TreeBody {
    /// The node's name.
    pub node: String,
    /// How long it has been up.
    pub uptime_s: u64,
    /// The root, with everything below: name, kind, status, halted, restarts, budget, last_error, next_restart_in_ms,
    /// children, and stats: of a domain its queues (waiting, oldest_ms, deepest), rate and latencies.
    #[schema(value_type = Object)]
    pub tree: Value,
}

/// An entity as it is, and how it came to be so.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntityBody {
    /// Its domain.
    pub kind: String,
    /// Kind and 32 hex digits.
    pub id: String,
    /// How many events it has.
    pub version: u64,
    /// Its live state; what is personal or secret is masked.
    #[schema(value_type = Object)]
    pub state: Value,
    /// Its cell, when it is in memory: status, depth, oldest_ms, step, activity, restarts, last_error, bytes, quarantined.
    #[schema(value_type = Option<Object>)]
    pub cell: Option<CellView>,
    /// Its events, oldest first.
    pub history: Vec<EventBody>,
    /// Give it as `after` for more history; absent at the end.
    pub next_after: Option<u64>,
}

/// One event of an entity.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventBody {
    /// Its place, from 1.
    pub seq: u64,
    /// When it was decided.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What happened.
    pub r#type: String,
    /// Its content; what is personal or secret is masked.
    pub payload: Value,
    /// The command that it follows from.
    pub command_id: String,
    /// The first cause.
    pub correlation: String,
}

/// Whether the shop is well.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HealthBody {
    /// `ok` or `degraded`.
    pub status: &'static str,
    /// Whether this node owns the data: `owner`; `stale` when it only answers from memory, `fenced` when it does not answer.
    #[schema(value_type = String)]
    pub standing: Standing,
    /// Each domain and service: `running`, `backoff`, `degraded`, …
    #[schema(value_type = Object)]
    pub parts: serde_json::Map<String, Value>,
}

/// A plain yes.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct StatusBody {
    /// `ok`.
    pub status: &'static str,
}

/// An act that was done.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DoneBody {
    /// What was done, as the audit trail names it.
    #[schema(example = "tree-restart")]
    pub action: &'static str,
    /// What it was done to.
    #[schema(example = "shop/cart")]
    pub subject: String,
}

impl DoneBody {
    pub(crate) fn new(action: &'static str, subject: String) -> Self {
        Self { action, subject }
    }
}

/// Cells, the busiest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CellList {
    /// entity, status, depth, oldest_ms, step, activity, restarts, last_error, version, bytes, quarantined, unused_ms.
    #[schema(value_type = Vec<Object>)]
    pub cells: Vec<CellView>,
}

/// An entity as it was.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PastBody {
    /// Its domain.
    pub kind: String,
    /// Kind and 32 hex digits.
    pub id: String,
    /// How many events are behind the state.
    pub version: u64,
    /// When the last of them was decided; absent before the first.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// The state; what is personal or secret is masked.
    #[schema(value_type = Object)]
    pub state: Value,
}

/// What differs between two states of an entity.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DiffBody {
    /// Kind and 32 hex digits.
    pub id: String,
    /// Events behind the one state.
    pub from: u64,
    /// Events behind the other.
    pub to: u64,
    /// The differences, by place.
    pub changes: Vec<ChangeBody>,
    /// Whether these are all; only so many are shown.
    pub complete: bool,
}

/// What today's code would decide.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WhatIfBody {
    /// Events behind the state that it was decided on.
    pub on_version: u64,
    /// The command; what is personal or secret is masked, here and below.
    pub command: Value,
    /// Time, asker, ids.
    #[schema(value_type = Object)]
    pub context: Value,
    /// `accepted` (events, effects, reminders, claims, postings, reply, state), `refused` (code, refusal) or `crashed` (cause).
    pub outcome: Value,
    /// For a stored command: what was answered then.
    #[schema(value_type = Option<Object>)]
    pub stored_outcome: Option<Value>,
    /// For a stored command: whether today's answer and events are those of then.
    pub same_as_stored: Option<bool>,
}

/// A page of a process.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CauseList {
    /// The first cause.
    pub correlation: String,
    /// Its events, in the order in which they were decided.
    pub items: Vec<CauseBody>,
    /// Give it as `after` for the next page; absent at the end.
    pub next_after: Option<String>,
}

/// An event of a process.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Cause)]
pub struct CauseBody {
    /// Whose event: kind and 32 hex digits.
    pub entity: String,
    /// The event.
    #[serde(flatten)]
    pub event: EventBody,
    /// The event whose effect it follows from; absent for what the first request, or a reminder, did itself.
    pub caused_by: Option<SourceBody>,
}

/// An event by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Source)]
pub struct SourceBody {
    /// Kind and 32 hex digits.
    pub entity: String,
    /// Its place.
    pub seq: u64,
}

/// How far the read models are.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProjectionList {
    /// name, generation, version, behind, oldest_unprojected_age_ms, failing (shard, error, times, next_try_in_ms),
    /// rebuilding (generation, version, passed, events, failing).
    #[schema(value_type = Vec<Object>)]
    pub projections: Vec<ProjectionStats>,
}

/// A rebuild that has begun.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RebuildBody {
    /// Of what.
    pub projection: String,
    /// The generation that is being built.
    pub generation: u64,
}

/// The bounds in force; times in milliseconds.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LimitsBody {
    /// Those that all domains share.
    #[schema(value_type = Object)]
    pub runtime: RuntimeLimits,
    /// Those of each domain.
    #[schema(value_type = Object)]
    pub domains: BTreeMap<&'static str, CellLimits>,
}

/// A page of the audit trail.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditList {
    /// Newest first.
    pub items: Vec<AuditBody>,
    /// Give it as `before` for older ones; absent at the end.
    pub next_before: Option<u64>,
}

/// An entry of the audit trail.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct AuditBody {
    /// Its number, from 1.
    pub number: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What was done; with `-failed` at its end: what then was not.
    #[schema(example = "tree-restart")]
    pub action: String,
    /// To what.
    pub subject: String,
    /// More about it.
    pub detail: Value,
    /// SHA-256 over the hash before it and the entry, in hex.
    pub hash: String,
}

/// Whether the audit trail is what was written.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditCheckBody {
    /// Whether every entry follows from the one before it.
    pub intact: bool,
    /// Entries that do.
    pub entries: u64,
    /// The first that does not.
    pub first_broken: Option<u64>,
}

/// The figures of the runtime.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RuntimeBody {
    /// The node's name.
    pub node: String,
    /// How long it has been up.
    pub uptime_s: u64,
    /// Commands queued or running, of all domains.
    pub in_flight: usize,
    /// Estimated bytes of states and queued commands.
    pub memory_bytes: usize,
    /// The budget for them.
    pub memory_bytes_max: usize,
    /// What the journal's writers have done: commits, parts, refused, failures.
    #[schema(value_type = Object)]
    pub lanes: LaneStats,
    /// Each domain: resident, active, waiting_cells, waiting, oldest_ms, deepest, commands.
    #[schema(value_type = Object)]
    pub domains: BTreeMap<&'static str, DomainStats>,
    /// Open WebSockets.
    pub sockets: usize,
    /// Open streams of operators.
    pub streams: usize,
}

impl RuntimeBody {
    pub(crate) fn of(platform: &Platform) -> Self {
        let stats = platform.runtime.stats();
        Self {
            node: platform.node.to_string(),
            uptime_s: platform.uptime().as_secs(),
            in_flight: stats.in_flight,
            memory_bytes: stats.memory_bytes,
            memory_bytes_max: platform.runtime.limits().runtime.memory_bytes_max,
            lanes: stats.lanes,
            domains: stats.domains,
            sockets: platform.realtime.open_sockets(),
            streams: platform.streams.open(),
        }
    }
}
