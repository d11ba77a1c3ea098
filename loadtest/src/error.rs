//! Why a run cannot begin, or ended early.

use std::fmt;

/// Something in a scenario that cannot be used, with its place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Line and column, both from 1, where they are known.
    pub at: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
    /// What to do about it; may be empty.
    pub hint: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.at {
            write!(f, "{line}:{column}: ")?;
        }
        f.write_str(&self.message)?;
        if !self.hint.is_empty() {
            write!(f, "\n    hint: {}", self.hint)?;
        }
        Ok(())
    }
}

/// A scenario that cannot be used: everything that was found at once.
#[derive(Debug, thiserror::Error)]
#[error("{}", .findings.iter().map(|finding| format!("{name}:{finding}")).collect::<Vec<_>>().join("\n"))]
pub struct BadScenario {
    /// The file, or the name of a shipped scenario.
    pub name: String,
    /// At least one.
    pub findings: Vec<Finding>,
}

/// Why a command failed; each leads to one exit code.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The scenario is wrong. Exit code 2.
    #[error(transparent)]
    Script(#[from] BadScenario),
    /// The scenario, or something that it names, cannot be read. Exit code 2.
    #[error("{what} cannot be read: {why}")]
    Unreadable {
        /// The file or name.
        what: String,
        /// The system's words.
        why: String,
    },
    /// What was asked for is refused by a safety limit. Exit code 2.
    #[error("{0}")]
    Refused(String),
    /// The preparation failed, so there was no run. Exit code 1.
    #[error(
        "setup failed at step `{step}`: {why}. Nothing was measured; is the target prepared as the scenario says?{taken}"
    )]
    Setup {
        /// The step's name.
        step: String,
        /// What was wrong.
        why: String,
        /// What the scenario takes from the environment, in words.
        taken: String,
    },
    /// A process that shares the run was lost. Exit code 1.
    #[error(
        "agent {address} was lost: {why}. Start it again, or accept what the others measured with --allow-lost-agents"
    )]
    AgentLost {
        /// Where it listened.
        address: String,
        /// The system's words.
        why: String,
    },
    /// Something of this machine failed. Exit code 1.
    #[error("{what}: {why}")]
    Failed {
        /// What was being done.
        what: String,
        /// The system's words.
        why: String,
    },
}

impl LoadError {
    /// An error of this machine.
    pub(crate) fn failed(what: impl Into<String>, why: impl fmt::Display) -> Self {
        Self::Failed { what: what.into(), why: why.to_string() }
    }

    /// 2 when the script or the command is wrong, 1 when the run failed.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Script(_) | Self::Unreadable { .. } | Self::Refused(_) => 2,
            Self::Setup { .. } | Self::AgentLost { .. } | Self::Failed { .. } => 1,
        }
    }
}
