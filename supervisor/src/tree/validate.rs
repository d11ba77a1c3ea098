//! Refuses trees that cannot mean what they say.

use std::collections::HashSet;
use std::time::Duration;

use super::policy::{Backoff, Intensity, OnExhausted, Strategy};
use super::spec::{ChildSpec, Start, SupervisorSpec};

/// Longest wait that a backoff may reach.
const BACKOFF_MAX: Duration = Duration::from_secs(30 * 24 * 3_600);

/// Why a tree is refused before anything is started. Paths are relative to the root.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// Names are how operators point at a child.
    #[error("a child of \"{parent}\" has no name")]
    EmptyName {
        /// Whose child.
        parent: String,
    },
    /// Paths are separated by `/`.
    #[error("the name \"{name}\" contains a slash")]
    SlashInName {
        /// Which name.
        name: String,
    },
    /// Siblings must differ.
    #[error("\"{path}\" exists twice")]
    DuplicateName {
        /// Which path.
        path: String,
    },
    /// Within no time nothing can be too often.
    #[error("the intensity period of \"{path}\" is zero")]
    ZeroPeriod {
        /// Which supervisor or domain.
        path: String,
    },
    /// A restart without a wait spins a core.
    #[error("the backoff of \"{path}\" is zero, shrinks, takes off more than all of it, or exceeds 30 days")]
    BadBackoff {
        /// Which child.
        path: String,
    },
    /// A child that comes back alone cannot have siblings that must come back with it.
    #[error("\"{path}\" degrades, so its supervisor must be one-for-one")]
    DegradeNeedsOneForOne {
        /// Which child.
        path: String,
    },
}

impl SupervisorSpec {
    /// Checks this supervisor and everything below it.
    ///
    /// # Errors
    /// The first rule that is broken, in declaration order.
    pub fn validate(&self) -> Result<(), SpecError> {
        if self.name.is_empty() {
            return Err(SpecError::EmptyName { parent: String::new() });
        }
        self.validate_below("")
    }

    fn validate_below(&self, path: &str) -> Result<(), SpecError> {
        period(self.intensity, path)?;
        let mut names = HashSet::new();
        for child in &self.children {
            if child.name.is_empty() {
                return Err(SpecError::EmptyName { parent: path.to_owned() });
            }
            if child.name.contains('/') {
                return Err(SpecError::SlashInName { name: child.name.clone() });
            }
            let below = join(path, &child.name);
            if !names.insert(child.name.as_str()) {
                return Err(SpecError::DuplicateName { path: below });
            }
            self.validate_child(child, &below)?;
        }
        Ok(())
    }

    fn validate_child(&self, child: &ChildSpec, path: &str) -> Result<(), SpecError> {
        backoff(child.backoff, path)?;
        if child.on_exhausted == OnExhausted::Degrade && self.strategy != Strategy::OneForOne {
            return Err(SpecError::DegradeNeedsOneForOne { path: path.to_owned() });
        }
        match &child.start {
            Start::Task(_) => Ok(()),
            Start::Supervisor(spec) => spec.validate_below(path),
            Start::Cells(cells) => {
                period(cells.intensity, path)?;
                backoff(cells.backoff, path)
            }
        }
    }
}

/// The path of a child.
pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

fn period(intensity: Intensity, path: &str) -> Result<(), SpecError> {
    if intensity.period.is_zero() { Err(SpecError::ZeroPeriod { path: path.to_owned() }) } else { Ok(()) }
}

fn backoff(backoff: Backoff, path: &str) -> Result<(), SpecError> {
    let waits = !backoff.first.is_zero() && backoff.first <= backoff.max && backoff.max <= BACKOFF_MAX;
    let fine = waits && backoff.jitter_percent < 100;
    if fine { Ok(()) } else { Err(SpecError::BadBackoff { path: path.to_owned() }) }
}
