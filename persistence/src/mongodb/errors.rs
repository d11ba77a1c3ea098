//! MongoDB's errors in the words of the ports.

use amazoff_supervisor::journal::JournalError;
use mongodb::error::{Error, ErrorKind, GridFsErrorKind};

/// What a member says while another becomes primary, or while the network between them fails.
const PASSING: &[i32] = &[6, 7, 89, 91, 134, 189, 262, 9001, 10058, 10107, 11600, 11602, 13388, 13435, 13436];
/// The server refuses a command as a whole, before it does anything.
const REFUSED: &[i32] = &[13, 18, 59, 72, 73, 211, 322, 323];

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The driver failed, or the server refused the command.
    #[error("{}", .0.kind)]
    Driver(#[from] Error),
    /// The command was answered, but some statement, or the wait for the majority, failed.
    #[error("{message} (code {code})")]
    Reply {
        /// The server's code.
        code: i32,
        /// The server's words.
        message: String,
    },
    /// There was no answer in time.
    #[error("no answer in time")]
    Elapsed,
}

impl Failure {
    /// Whether the same may work at once, perhaps on another member.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Driver(error) => match &*error.kind {
                ErrorKind::Io(_) | ErrorKind::ConnectionPoolCleared { .. } => true,
                ErrorKind::Command(command) => PASSING.contains(&command.code),
                _ => false,
            },
            Self::Reply { code, .. } => PASSING.contains(code),
            Self::Elapsed => false,
        }
    }

    /// Whether the server certainly did nothing. A cleared pool does not say so: commands on their way are cut off too.
    pub(super) fn is_without_effect(&self) -> bool {
        match self {
            Self::Driver(error) => match &*error.kind {
                ErrorKind::ServerSelection { .. }
                | ErrorKind::Authentication { .. }
                | ErrorKind::DnsResolve { .. }
                | ErrorKind::InvalidArgument { .. }
                | ErrorKind::InvalidTlsConfig { .. }
                | ErrorKind::IncompatibleServer { .. }
                | ErrorKind::SessionsNotSupported
                | ErrorKind::Shutdown
                | ErrorKind::BsonSerialization(_) => true,
                ErrorKind::Command(command) => REFUSED.contains(&command.code),
                _ => false,
            },
            Self::Reply { .. } | Self::Elapsed => false,
        }
    }

    /// Whether no server answers, as opposed to one that says no.
    pub(super) fn is_unreachable(&self) -> bool {
        match self {
            Self::Driver(error) => matches!(
                &*error.kind,
                ErrorKind::ServerSelection { .. }
                    | ErrorKind::ConnectionPoolCleared { .. }
                    | ErrorKind::DnsResolve { .. }
                    | ErrorKind::Io(_)
            ),
            Self::Reply { .. } => false,
            Self::Elapsed => true,
        }
    }

    /// As the failure of something that changes nothing.
    pub(super) fn of_read(&self) -> JournalError {
        JournalError::Unavailable(self.to_string())
    }

    /// As the failure of something that may have changed something.
    pub(super) fn of_write(&self) -> JournalError {
        if self.is_without_effect() {
            JournalError::Unavailable(self.to_string())
        } else {
            JournalError::OutcomeUnknown(self.to_string())
        }
    }

    /// What is wrong with a file of GridFS, when that is what failed.
    pub(super) fn damage(&self) -> Option<Damage> {
        let Self::Driver(error) = self else { return None };
        match &*error.kind {
            ErrorKind::GridFs(GridFsErrorKind::FileNotFound { .. }) => Some(Damage::Missing),
            ErrorKind::GridFs(_) | ErrorKind::BsonDeserialization(_) => {
                Some(Damage::Broken(self.to_string()))
            }
            _ => None,
        }
    }
}

/// What is wrong with a file of GridFS.
pub(super) enum Damage {
    /// There is none of that name.
    Missing,
    /// Its parts do not belong together.
    Broken(String),
}

/// What cannot be said to MongoDB at all.
pub(super) fn unsayable(reason: impl Into<String>) -> JournalError {
    JournalError::Unavailable(reason.into())
}
