//! The port to password hashing.

use amazoff_supervisor::{Fault, FaultKind};
use futures::future::BoxFuture;
use std::time::Duration;

/// Hashes and verifies passwords. Both are meant to be slow, so they run elsewhere, with a bound on how many at once.
pub trait PasswordHasher: Send + Sync + 'static {
    /// Hashes a password with a fresh salt.
    fn hash<'a>(&'a self, password: &'a str) -> BoxFuture<'a, Result<String, PasswordError>>;
    /// Whether a hash is that of a password. Costs the same as [`PasswordHasher::hash`].
    fn verify<'a>(&'a self, password: &'a str, hash: &'a str) -> BoxFuture<'a, Result<bool, PasswordError>>;
}

/// Why a password could not be hashed or verified. It says nothing about the password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too many are being hashed.
    #[error("too many passwords are being checked")]
    Busy,
    /// The hasher failed, or a stored hash is none.
    #[error("passwords cannot be checked: {0}")]
    Failed(String),
}

impl Fault for PasswordError {
    fn kind(&self) -> FaultKind {
        FaultKind::Unavailable
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Busy => "overloaded",
            Self::Failed(_) => "not-committed",
        }
    }
    fn retry_after(&self) -> Option<Duration> {
        Some(Duration::from_secs(1))
    }
}
