//! The defects that a test build may switch on, to prove that the tests would notice them.

use amazoff_supervisor::faults::planted;

/// Which rules of the journal are switched off; none, unless the build has fault points.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bugs {
    /// Repeated commands and effects are stored again.
    pub(crate) no_dedupe: bool,
    /// Events are numbered from the head instead of from what the writer saw.
    pub(crate) no_version_check: bool,
    /// A claimed key changes hands.
    pub(crate) claim_not_unique: bool,
}

impl Bugs {
    /// What is switched on in this process.
    pub(crate) fn planted() -> Self {
        Self {
            no_dedupe: planted("no-dedupe"),
            no_version_check: planted("no-version-check"),
            claim_not_unique: planted("claim-not-unique"),
        }
    }
}
