//! Which names have a value at a place of a scenario.

use std::collections::BTreeSet;

/// The names that templates may use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// Variables, and what earlier steps extract.
    pub names: BTreeSet<String>,
    /// Feeders; their columns are known only at the run.
    pub feeders: BTreeSet<String>,
}

impl Known {
    /// Whether a template may use it.
    pub(crate) fn has(&self, name: &str) -> bool {
        match name.split_once('.') {
            Some((of, _)) => self.feeders.contains(of) || self.names.contains(of),
            None => self.names.contains(name),
        }
    }

    /// All of them, for hints.
    pub(crate) fn all(&self) -> Vec<&str> {
        self.names.iter().chain(&self.feeders).map(String::as_str).collect()
    }
}
