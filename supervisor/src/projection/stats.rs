//! How far each projection is, for introspection.

use std::collections::BTreeMap;

use serde::Serialize;
use tokio::time::Instant;

use super::feed::Feed;
use super::track::Track;
use crate::clock::Timestamp;
use crate::ids::ShardId;

/// How far a projection is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProjectionStats {
    /// Its name.
    pub name: &'static str,
    /// The generation that readers see.
    pub generation: u64,
    /// The version of the projection that built it.
    pub version: u32,
    /// Events in the shards that it has still to look at; also those of kinds that it does not follow.
    pub behind: u64,
    /// For how long the oldest of them has waited, in milliseconds; 0 when nothing waits.
    pub oldest_unprojected_age_ms: u64,
    /// Shards that fail.
    pub failing: Vec<FailingShard>,
    /// The rebuild that is going on.
    pub rebuilding: Option<Rebuilding>,
}

/// A shard that cannot be projected now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailingShard {
    /// Its number.
    pub shard: u16,
    /// The newest error.
    pub error: String,
    /// Failures in a row.
    pub times: u32,
    /// When it is tried again, in milliseconds from now.
    pub next_try_in_ms: u64,
}

/// How far a rebuild is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rebuilding {
    /// The generation that is being built.
    pub generation: u64,
    /// The version that builds it.
    pub version: u32,
    /// Events that it has passed.
    pub passed: u64,
    /// Events in the journal now.
    pub events: u64,
    /// Shards that fail; it serves only when none does.
    pub failing: Vec<FailingShard>,
}

/// Describes a projection, given the journal's newest position in each shard.
pub(crate) fn of(feed: &Feed, heads: &BTreeMap<ShardId, u64>, now: Timestamp) -> Option<ProjectionStats> {
    let (serving, building) = {
        let tracks = feed.tracks();
        (tracks.serving.clone()?, tracks.building.clone())
    };
    let head = |shard: &ShardId| heads.get(shard).copied().unwrap_or_default();
    let pending = serving.pending();
    let left = |shard: &ShardId| head(shard).saturating_sub(serving.position(*shard));
    let oldest = pending.iter().filter(|(shard, _)| left(shard) > 0).map(|(_, since)| *since).min();
    let age = oldest.map_or(0, |oldest| now.since(oldest).as_millis());
    Some(ProjectionStats {
        name: feed.name(),
        generation: serving.built.generation,
        version: serving.built.version,
        behind: pending.keys().map(left).sum(),
        oldest_unprojected_age_ms: u64::try_from(age).unwrap_or(u64::MAX),
        failing: failing(&serving),
        rebuilding: building.map(|building| Rebuilding {
            generation: building.built.generation,
            version: building.built.version,
            passed: building.standing().positions().map(|(_, at)| at).sum(),
            events: heads.values().sum(),
            failing: failing(&building),
        }),
    })
}

fn failing(track: &Track) -> Vec<FailingShard> {
    let describe = |(shard, failure): (ShardId, super::track::Failure)| {
        let pause = failure.again_at.saturating_duration_since(Instant::now());
        FailingShard {
            shard: shard.number(),
            error: failure.error,
            times: failure.times,
            next_try_in_ms: u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
        }
    };
    track.failing().into_iter().map(describe).collect()
}
