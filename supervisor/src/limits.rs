//! The bounds of the runtime and of each domain: visible, and changeable while it runs.
//!
//! Every limit has one place and one default. Changed values count from the next decision that asks for them; nothing that
//! was admitted is thrown out. Times are written as whole milliseconds.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fault::{Fault, FaultKind};

/// The highest bound of things that are counted.
const COUNT_MAX: usize = 1_000_000_000;

/// The bounds of one domain.
///
/// ```
/// # mod bank { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shared/bank.rs")); }
/// # use bank::*;
/// # run(async {
/// use amazoff_supervisor::{CellLimits, LimitError};
/// use serde_json::json;
///
/// // Before the start: a value.
/// let small = CellLimits { queue_depth_max: 64, resident_max: 1_000, ..CellLimits::default() };
/// assert_eq!(small.validate(), Ok(()));
///
/// // While it runs: the members to replace. What would stop everything is refused, and nothing has changed.
/// # let bank = Bank::open().await;
/// let changed = bank.runtime.change_domain_limits("account", &json!({ "queue_depth_max": 8 })).unwrap();
/// assert_eq!(changed, CellLimits { queue_depth_max: 8, ..CellLimits::default() });
/// let refused = bank.runtime.change_domain_limits("account", &json!({ "active_max": 0 }));
/// assert_eq!(refused, Err(LimitError::Zero("active_max")));
/// assert_eq!(bank.runtime.limits().domains["account"].queue_depth_max, 8);
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellLimits {
    /// Commands waiting for one entity.
    pub queue_depth_max: usize,
    /// Commands of the domain that are queued or running.
    pub in_flight_max: usize,
    /// Cells that hold an actor at the same time; beyond it cells with work wait their turn, first come first served. More
    /// of them commit no faster, as a transaction takes only so many, but make other domains wait longer for a processor.
    pub active_max: usize,
    /// Cells in memory; beyond it the least recently used are passivated.
    pub resident_max: usize,
    /// An idle cell gives up its actor after this.
    #[serde(rename = "hibernate_after_ms", with = "millis")]
    pub hibernate_after: Duration,
    /// A hibernated cell leaves memory after this.
    #[serde(rename = "passivate_after_ms", with = "millis")]
    pub passivate_after: Duration,
    /// A batch that waits for the store for longer than this is given up: its cell is killed and started again.
    #[serde(rename = "frozen_after_ms", with = "millis")]
    pub frozen_after: Duration,
}

impl Default for CellLimits {
    fn default() -> Self {
        Self {
            queue_depth_max: 1_024,
            in_flight_max: 50_000,
            active_max: 256,
            resident_max: 200_000,
            hibernate_after: Duration::from_secs(5),
            passivate_after: Duration::from_mins(30),
            frozen_after: Duration::from_secs(30),
        }
    }
}

/// The bounds that all domains of a node share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuntimeLimits {
    /// Commands of all domains that are queued or running.
    pub in_flight_max: usize,
    /// Estimated bytes of states and queued commands; beyond it unused cells are passivated, least recently used first,
    /// and commands for cells that are not in memory are refused until there is room, in domains that have more than an
    /// equal share of it.
    pub memory_bytes_max: usize,
    /// Entities read from the journal at the same time, so that a restart is not followed by a stampede.
    pub loads_max: usize,
    /// A decision that computes for longer than this is reported.
    #[serde(rename = "decide_report_after_ms", with = "millis")]
    pub decide_report_after: Duration,
    /// A decision that computes for longer than this ends the process: nothing else can stop it.
    #[serde(rename = "decide_end_after_ms", with = "millis")]
    pub decide_end_after: Duration,
}

impl Default for RuntimeLimits {
    fn default() -> Self {
        Self {
            in_flight_max: 100_000,
            memory_bytes_max: 1 << 30,
            loads_max: 64,
            decide_report_after: Duration::from_secs(1),
            decide_end_after: Duration::from_mins(1),
        }
    }
}

/// The bounds in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LimitsView {
    /// Those that all domains share.
    pub runtime: RuntimeLimits,
    /// Those of each domain.
    pub domains: BTreeMap<&'static str, CellLimits>,
}

/// Why limits are refused. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// No domain has that name.
    #[error("there is no domain \"{0}\"")]
    UnknownDomain(String),
    /// What is given is no set of limits.
    #[error("{0}")]
    Unreadable(String),
    /// A name or a value does not fit.
    #[error("the limit {name}: {reason}")]
    Field {
        /// The member.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A bound of nothing would stop everything.
    #[error("the limit {0} must be at least 1")]
    Zero(&'static str),
    /// Two bounds contradict each other.
    #[error("the limit {0} must not be below {1}")]
    Order(&'static str, &'static str),
}

impl Fault for LimitError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::UnknownDomain(_) => FaultKind::NotFound,
            Self::Unreadable(_) | Self::Field { .. } | Self::Zero(_) | Self::Order(..) => FaultKind::Invalid,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownDomain(_) => "domain-not-found",
            Self::Unreadable(_) | Self::Field { .. } | Self::Zero(_) | Self::Order(..) => "limits-invalid",
        }
    }
}

impl LimitError {
    /// The member that is refused, where it is one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::UnknownDomain(_) | Self::Unreadable(_) => None,
            Self::Field { name, .. } => Some(name),
            Self::Zero(name) | Self::Order(name, _) => Some(name),
        }
    }
}

impl CellLimits {
    /// Checks that the domain could still work.
    ///
    /// # Errors
    /// The first bound that makes no sense.
    pub fn validate(&self) -> Result<(), LimitError> {
        count("queue_depth_max", self.queue_depth_max)?;
        count("in_flight_max", self.in_flight_max)?;
        count("active_max", self.active_max)?;
        count("resident_max", self.resident_max)?;
        positive_time("hibernate_after_ms", self.hibernate_after)?;
        positive_time("frozen_after_ms", self.frozen_after)?;
        ordered(("passivate_after_ms", self.passivate_after), ("hibernate_after_ms", self.hibernate_after))
    }

    /// These limits with some members replaced, given as a JSON object.
    ///
    /// # Errors
    /// When a member is unknown or does not fit.
    pub fn changed(&self, change: &Value) -> Result<Self, LimitError> {
        let limits: Self = merged(self, change)?;
        limits.validate().map(|()| limits)
    }
}

impl RuntimeLimits {
    /// Checks that the node could still work.
    ///
    /// # Errors
    /// The first bound that makes no sense.
    pub fn validate(&self) -> Result<(), LimitError> {
        count("in_flight_max", self.in_flight_max)?;
        positive("memory_bytes_max", self.memory_bytes_max)?;
        count("loads_max", self.loads_max)?;
        positive_time("decide_report_after_ms", self.decide_report_after)?;
        ordered(
            ("decide_end_after_ms", self.decide_end_after),
            ("decide_report_after_ms", self.decide_report_after),
        )
    }

    /// These limits with some members replaced, given as a JSON object.
    ///
    /// # Errors
    /// When a member is unknown or does not fit.
    pub fn changed(&self, change: &Value) -> Result<Self, LimitError> {
        let limits: Self = merged(self, change)?;
        limits.validate().map(|()| limits)
    }
}

fn merged<T: Serialize + for<'de> Deserialize<'de>>(current: &T, change: &Value) -> Result<T, LimitError> {
    let unreadable = |error: serde_json::Error| LimitError::Unreadable(error.to_string());
    let mut merged = serde_json::to_value(current).map_err(unreadable)?;
    let Some(changes) = change.as_object() else {
        return Err(LimitError::Unreadable("limits are given as an object".to_owned()));
    };
    // One by one, so that the refusal can name the member.
    for (name, value) in changes {
        let field = |reason: String| LimitError::Field { name: name.clone(), reason };
        let member = merged.get_mut(name).ok_or_else(|| field("there is no such limit".to_owned()))?;
        *member = value.clone();
        T::deserialize(&merged).map_err(|error| field(error.to_string()))?;
    }
    serde_json::from_value(merged).map_err(unreadable)
}

fn positive(name: &'static str, value: usize) -> Result<(), LimitError> {
    if value == 0 { Err(LimitError::Zero(name)) } else { Ok(()) }
}

/// Not beyond what a semaphore holds either, nor near it.
fn count(name: &'static str, value: usize) -> Result<(), LimitError> {
    positive(name, value)?;
    let too_many = || LimitError::Field { name: name.to_owned(), reason: format!("at most {COUNT_MAX}") };
    if value > COUNT_MAX { Err(too_many()) } else { Ok(()) }
}

fn positive_time(name: &'static str, value: Duration) -> Result<(), LimitError> {
    if value.is_zero() { Err(LimitError::Zero(name)) } else { Ok(()) }
}

fn ordered(larger: (&'static str, Duration), smaller: (&'static str, Duration)) -> Result<(), LimitError> {
    if larger.1 < smaller.1 { Err(LimitError::Order(larger.0, smaller.0)) } else { Ok(()) }
}

/// Durations as whole milliseconds.
mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_replaces_only_what_it_names() {
        let changed = CellLimits::default().changed(&json!({"queue_depth_max": 7})).unwrap();
        assert_eq!(changed, CellLimits { queue_depth_max: 7, ..CellLimits::default() });
        let changed = RuntimeLimits::default().changed(&json!({"decide_end_after_ms": 90_000})).unwrap();
        assert_eq!(changed.decide_end_after, Duration::from_secs(90));
    }

    #[test]
    fn a_change_that_would_stop_everything_or_means_nothing_is_refused() {
        let cells = CellLimits::default();
        assert_eq!(cells.changed(&json!({"active_max": 0})), Err(LimitError::Zero("active_max")));
        for (change, name) in [
            (json!({"resident_max": 7, "colour": 1}), "colour"),
            (json!({"active_max": -1}), "active_max"),
            (json!({"frozen_after_ms": null}), "frozen_after_ms"),
        ] {
            let refused = cells.changed(&change).unwrap_err();
            assert!(matches!(refused, LimitError::Field { .. }), "{refused}");
            assert_eq!(refused.field(), Some(name));
        }
        // More than a semaphore can hold: adding its permits would panic, and nothing could be loaded any more.
        for name in ["queue_depth_max", "in_flight_max", "active_max", "resident_max"] {
            let refused = cells.changed(&json!({ name: COUNT_MAX + 1 })).unwrap_err();
            assert_eq!(refused.field(), Some(name));
        }
        let loads = json!({"loads_max": usize::MAX / 2});
        assert_eq!(RuntimeLimits::default().changed(&loads).unwrap_err().field(), Some("loads_max"));
        assert!(matches!(cells.changed(&json!([])), Err(LimitError::Unreadable(_))));
        let shorter = json!({"passivate_after_ms": 1});
        assert!(matches!(cells.changed(&shorter), Err(LimitError::Order("passivate_after_ms", _))));
        let never_reported = json!({"decide_end_after_ms": 10});
        assert!(matches!(RuntimeLimits::default().changed(&never_reported), Err(LimitError::Order(..))));
    }
}
