//! What operators see.

use amazoff_supervisor::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The supervision tree of a node.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TreeBody {
    /// The node's name.
    pub node: String,
    /// How long it has been up.
    pub uptime_s: u64,
    /// The root, with everything below: name, kind, status, restarts, last error, children.
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
    #[schema(value_type = Object)]
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
