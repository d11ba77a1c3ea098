//! The port to receivers of webhooks.

use futures::future::BoxFuture;

/// One request to a receiver.
#[derive(Clone)]
pub struct CallRequest {
    /// Where to.
    pub url: String,
    /// The message's id, the same at every attempt.
    pub id: String,
    /// When the attempt is made, in seconds since the Unix epoch.
    pub timestamp_s: i64,
    /// The body, as it is signed.
    pub body: String,
    /// What signs it: the newest secret first.
    pub secrets: Vec<[u8; 32]>,
}

/// What came of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// The answer's status; absent when there was none.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub latency_ms: u32,
    /// The beginning of the answer's body, on one line; why there was no answer, when there was none.
    pub excerpt: String,
    /// How long the receiver wants to be left alone, in seconds.
    pub retry_after_s: Option<u32>,
}

/// Why an address is not called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TargetRefused(pub String);

/// Calls receivers, within 15 s, and only those that are out in the world.
pub trait Caller: Send + Sync + 'static {
    /// Whether an address may be called at all, as far as that is known now.
    fn check<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<(), TargetRefused>>;
    /// Makes a request. Whatever happens is an outcome.
    fn call<'a>(&'a self, request: &'a CallRequest) -> BoxFuture<'a, Heard>;
}
