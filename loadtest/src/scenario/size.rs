//! How big a run is at most.

use std::time::Duration;

use super::{Executor, Model, Scenario, Step};
use crate::engine::profile::Profile;

/// Most journeys of an open executor at once, unless it says otherwise.
pub(crate) const USERS_USUAL: u32 = 1_000;

/// What all executors come to at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Totals {
    /// Arrivals per second.
    pub rate: f64,
    /// Shoppers at once.
    pub users: u64,
    /// From the beginning to the last stage's end.
    pub duration: Duration,
}

impl Scenario {
    /// What all executors come to at most.
    pub(crate) fn totals(&self) -> Totals {
        let mut totals = Totals { rate: 0.0, users: 0, duration: Duration::ZERO };
        for executor in &self.executors {
            if executor.model == Model::Open {
                totals.rate += Profile::of(executor).most();
            }
            totals.users += u64::from(executor.users_most());
            totals.duration = totals.duration.max(executor.start.0.saturating_add(executor.length()));
        }
        totals
    }

    /// The steps of all journeys.
    pub(crate) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.journeys.iter().flat_map(|journey| &journey.steps)
    }

    /// The steps of journeys, and those that are done once.
    pub(crate) fn steps_of_all(&self) -> impl Iterator<Item = &Step> {
        let after = self.invariants.iter().flat_map(|invariant| &invariant.steps).chain(&self.teardown);
        self.setup.iter().chain(self.steps()).chain(after)
    }
}

impl Executor {
    /// Whether its shoppers make this journey.
    pub(crate) fn makes(&self, journey: &str) -> bool {
        self.journeys.is_empty() || self.journeys.iter().any(|name| name == journey)
    }

    /// Most shoppers at once.
    pub(crate) fn users_most(&self) -> u32 {
        match self.model {
            Model::Open => self.users_max.unwrap_or(USERS_USUAL).max(1),
            Model::Closed => self.stages.iter().filter_map(|stage| stage.users).max().unwrap_or(0),
        }
    }

    /// All stages together.
    pub(crate) fn length(&self) -> Duration {
        self.stages.iter().fold(Duration::ZERO, |sum, stage| sum.saturating_add(stage.duration.0))
    }
}
