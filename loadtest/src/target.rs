//! What is put under load: an HTTP server, or what stands in for one in a test.

pub(crate) mod http;
mod pump;

use std::time::Duration;

use futures::future::BoxFuture;
use reqwest::Method;
use reqwest::header::HeaderMap;
use tokio::time::Instant;

/// A request.
#[derive(Debug)]
pub(crate) struct Ask {
    /// Its method.
    pub method: Method,
    /// The whole address.
    pub address: String,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body; JSON when it was written as such.
    pub body: Option<Vec<u8>>,
    /// The longest wait for the whole answer.
    pub timeout: Duration,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, at most [`crate::limits::BODY_MAX`] bytes.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    /// It took too long.
    #[error("timeout")]
    Timeout,
    /// Nobody is there.
    #[error("connect: {0}")]
    Connect(String),
    /// The answer broke off.
    #[error("broken: {0}")]
    Broken(String),
    /// The body is longer than allowed.
    #[error("body too long")]
    TooLong,
    /// The socket was closed by the other side.
    #[error("socket closed{}", .0.map_or_else(String::new, |code| format!(" {code}")))]
    Closed(Option<u16>),
    /// No more sockets may be open.
    #[error("too many sockets")]
    TooManySockets,
    /// The step has no socket to work with.
    #[error("no socket is open")]
    NoSocket,
    /// The request cannot be made.
    #[error("request: {0}")]
    Request(String),
}

/// What is put under load.
pub(crate) trait Target: Send + Sync + std::fmt::Debug {
    /// Sends a request and reads the whole answer.
    fn ask(&self, ask: Ask) -> BoxFuture<'_, Result<Reply, Trouble>>;
    /// Opens a WebSocket.
    fn open(&self, ask: Ask) -> BoxFuture<'_, Result<Box<dyn Socket>, Trouble>>;
}

/// A WebSocket of a shopper. Dropping it closes it.
pub(crate) trait Socket: Send {
    /// Sends a text.
    fn send(&mut self, text: String) -> BoxFuture<'_, Result<(), Trouble>>;
    /// The next text and when it came, however long that takes.
    fn next(&mut self) -> BoxFuture<'_, Result<(Instant, String), Trouble>>;
    /// Says goodbye.
    fn close(&mut self) -> BoxFuture<'_, ()>;
}
