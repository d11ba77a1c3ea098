//! What waits for a delivery or for a person.

use std::collections::BTreeMap;

use amazoff_supervisor::{SenderStats, Timestamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A page of commands that crashed their entity.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CrashList {
    /// Newest first.
    pub items: Vec<CrashBody>,
    /// Give it as `cursor` for the next page; absent at the end.
    pub next_cursor: Option<String>,
}

/// A command that crashed its entity.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Crash)]
pub struct CrashBody {
    /// Whose command: kind and 32 hex digits.
    pub entity: String,
    /// Which command.
    pub command_id: String,
    /// How often it crashed.
    pub attempts: u32,
    /// Whether it is refused from now on.
    pub quarantined: bool,
    /// Whether a person decided that it stays so.
    pub dismissed: bool,
    /// When it crashed last.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Events behind the state that it was decided on.
    pub on_version: u64,
    /// The panic's text.
    pub cause: String,
    /// The command; what is personal or secret is masked.
    pub command: Value,
    /// Time, asker, ids.
    #[schema(value_type = Object)]
    pub context: Value,
}

/// A crashed command that was given again.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RetriedBody {
    /// Whose command.
    pub entity: String,
    /// Which command.
    pub command_id: String,
    /// What the entity answered; what is personal or secret is masked.
    pub reply: Value,
}

/// What waits for delivery.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OutboxBody {
    /// By kind of sender: waiting, in_flight, dead, behind_dead, oldest_age_ms.
    #[schema(value_type = Object)]
    pub senders: BTreeMap<String, SenderStats>,
    /// Whether that is all: `false` while more waits in the journal than the dispatcher holds in memory.
    pub complete: bool,
}

/// A page of effects.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EffectList {
    /// By sender.
    pub items: Vec<EffectBody>,
    /// Give it as `cursor` for the next page; absent at the end.
    pub next_cursor: Option<String>,
}

/// An effect that is not delivered.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Effect)]
pub struct EffectBody {
    /// Its name: `<sender>.<seq>.<n>`.
    pub key: String,
    /// Where it goes.
    pub destination: String,
    /// The effect; what is personal or secret is masked.
    pub effect: Value,
    /// The first cause.
    pub correlation: String,
    /// When it was decided.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Deliveries that failed.
    pub attempts: u32,
    /// Not tried before.
    #[schema(value_type = String, format = DateTime)]
    pub next_at: Timestamp,
    /// Why the newest delivery failed.
    pub reason: Option<String>,
    /// Since when it needs a person.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub dead_since: Option<Timestamp>,
}
