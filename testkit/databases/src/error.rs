//! What can go wrong with a test's own server.

use std::path::PathBuf;

/// Why a server does not do what the test asked for. The text is meant for the person who reads the test's output.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be made, read or removed.
    #[error("{path}: {source}")]
    File {
        /// Which one.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// A program could not be started. `scripts/setup.sh` installs all of them.
    #[error("cannot run {program} (scripts/setup.sh installs it): {source}")]
    Program {
        /// Which one.
        program: String,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// A program ended with a failure.
    #[error("{program} failed: {output}")]
    Failed {
        /// Which one.
        program: String,
        /// What it said.
        output: String,
    },
    /// A server ended, or did not answer in time, while the test waited for it.
    #[error("{server} {what}\n{log}")]
    NotReady {
        /// Which one.
        server: &'static str,
        /// What was seen.
        what: String,
        /// The last lines of its log.
        log: String,
    },
    /// The server is not running, so that it cannot be paused, killed or stopped.
    #[error("{0} is not running")]
    NotRunning(&'static str),
    /// A signal could not be sent.
    #[error("cannot signal {server}: {source}")]
    Signal {
        /// To which server.
        server: &'static str,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// All ports of the range are taken.
    #[error("no free port from {first} to {last}")]
    NoPort {
        /// Lowest port that is tried.
        first: u16,
        /// Highest port that is tried.
        last: u16,
    },
    /// The address of a server to use is not one.
    #[error("{variable} is not the URL of a server: {reason}")]
    Url {
        /// The environment variable.
        variable: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The connection to a MongoDB server failed.
    #[error("MongoDB at {address}: {source}")]
    Connection {
        /// Host and port.
        address: String,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// A MongoDB server answered with bytes that are no reply.
    #[error("MongoDB at {address} answered with something that is no reply: {reason}")]
    Reply {
        /// Host and port.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A MongoDB server refused a command.
    #[error("MongoDB refused {command}: {reason}")]
    Refused {
        /// Name of the command.
        command: String,
        /// The server's reason.
        reason: String,
    },
    /// The server that the tests of this process share did not start.
    #[error("the shared server did not start: {0}")]
    Shared(String),
    /// Work on another thread panicked.
    #[error("a thread of the harness panicked: {0}")]
    Panicked(String),
}

impl Error {
    /// Turns the operating system's refusal of a file into an error that names it.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    /// Turns the operating system's refusal of a program into an error that names it.
    pub(crate) fn program(program: &str) -> impl FnOnce(std::io::Error) -> Self {
        let program = program.to_owned();
        move |source| Self::Program { program, source }
    }
}
