//! Live orders and notifications over WebSocket, and as Server-Sent Events.
//!
//! A socket is opened with a ticket (browsers cannot send headers with it), subscribes to topics such as `order:<id>`, and
//! gets the order as it is at once, then after each change. What is sent is always the newest state, read when there is
//! room to send it: a slow reader skips states instead of filling a queue. Whoever comes back says what they saw last, and
//! is told whether anything is new since.
//!
//! The topic `notifications` is the person's own inbox. There nothing is skipped: each notice is told once and in order, see
//! `notices`.

pub(crate) mod events;
mod frames;
pub(crate) mod notices;
mod retelling;
pub(crate) mod session;
mod socket;
mod subscriptions;
mod tickets;
mod watching;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use amazoff_supervisor::Aside;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::identity::Shopper;
use crate::limits::client::Client;
use crate::limits::seats::{Seat, Seats, SocketLimits};
use crate::platform::Platform;
use crate::problem::Problem;
use retelling::Retelling;
use tickets::Tickets;

/// How long a ticket is good for.
pub const TICKET_LIFETIME: Duration = Duration::from_secs(30);
/// Streams of events at once.
const STREAMS_MAX: usize = 4_000;
/// Largest frame and message that a client may send.
const FRAME_BYTES_MAX: usize = 4096;
/// Bytes that are read at once, kept by each socket: what clients say is mostly shorter.
const READ_BYTES: usize = 512;
/// Bytes that wait for a slow reader before its socket is given up.
const WRITE_BYTES_MAX: usize = 256 * 1024;

/// Every open socket of this node, and the tickets for more. Cheap to clone.
#[derive(Clone)]
pub struct Realtime {
    seats: Seats,
    sockets_max: usize,
    streams: Arc<Semaphore>,
    tickets: Arc<Tickets>,
    retelling: Retelling,
    drain: CancellationToken,
    sockets: TaskTracker,
    aside: Arc<Aside>,
}

/// What lets somebody hold a socket or a stream; given up with it.
pub(crate) struct Place {
    _seat: Seat,
    _stream: Option<OwnedSemaphorePermit>,
}

/// What somebody saw of a topic: the history that it belongs to, and how far they got in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seen {
    /// The history; another one has other numbers.
    pub(crate) epoch: String,
    /// The number of the newest event.
    pub(crate) seq: u64,
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.seq)
    }
}

impl Platform {
    /// A version of a topic as its readers name it.
    pub(crate) fn seen(&self, seq: u64) -> Seen {
        Seen { epoch: self.auth.epoch().to_owned(), seq }
    }
}

impl Realtime {
    /// Sockets within these limits, on so many threads of their own: hundreds that are told the same at once would stand before
    /// whoever buys meanwhile.
    pub(crate) fn new(limits: SocketLimits, threads: usize) -> Self {
        let aside = Aside::threads("sockets", threads).unwrap_or_else(|error| {
            tracing::warn!(%error, "sockets have no threads of their own: {error}");
            Aside::none()
        });
        Self {
            seats: Seats::new(limits),
            sockets_max: limits.node(),
            streams: Arc::new(Semaphore::new(STREAMS_MAX)),
            tickets: Arc::default(),
            retelling: Retelling::default(),
            drain: CancellationToken::new(),
            sockets: TaskTracker::new(),
            aside: Arc::new(aside),
        }
    }
    /// A seat for what somebody holds open.
    ///
    /// # Errors
    /// `rate-limited` when they have too many.
    pub(crate) fn seat(&self, shopper: &Shopper, client: Client) -> Result<Seat, Problem> {
        self.seats.take(shopper.user(), client.network())
    }
    /// A place for a stream of events.
    ///
    /// # Errors
    /// `rate-limited` when the reader has too many; `overloaded` when all together have.
    pub(crate) fn stream(&self, shopper: &Shopper, client: Client) -> Result<Place, Problem> {
        let stream = Arc::clone(&self.streams).try_acquire_owned();
        let stream = stream.map_err(|_full| Problem::busy("Too many streams are open."))?;
        Ok(Place { _seat: self.seat(shopper, client)?, _stream: Some(stream) })
    }
    /// A place for a socket.
    ///
    /// # Errors
    /// `rate-limited` when its owner has too many.
    pub(crate) fn socket(&self, shopper: &Shopper, client: Client) -> Result<Place, Problem> {
        Ok(Place { _seat: self.seat(shopper, client)?, _stream: None })
    }
    /// A ticket for one socket in the asker's name; `None` when too many are open already.
    pub fn issue(&self, shopper: Shopper) -> Option<String> {
        self.tickets.issue(shopper, TICKET_LIFETIME)
    }
    /// Whose ticket it is; good once.
    pub fn redeem(&self, ticket: &str) -> Option<Shopper> {
        self.tickets.redeem(ticket)
    }
    /// Turns a request into a socket, which keeps its place.
    pub(crate) fn open(
        &self,
        upgrade: WebSocketUpgrade,
        platform: Platform,
        (shopper, place): (Shopper, Place),
    ) -> Response {
        let drain = self.drain.clone();
        let (sockets, threads) = (self.sockets.clone(), self.aside.place());
        upgrade
            .read_buffer_size(READ_BYTES)
            .max_frame_size(FRAME_BYTES_MAX)
            .max_message_size(FRAME_BYTES_MAX)
            .max_write_buffer_size(WRITE_BYTES_MAX)
            .on_upgrade(move |socket| {
                let serving = sockets.track_future(async move {
                    socket::serve(socket, platform, shopper, drain).await;
                    drop(place);
                });
                // Its end, even by panic, is reported there; nobody waits for it, and the task of the upgrade is over.
                drop(threads.run("websocket", serving));
                std::future::ready(())
            })
    }
    /// Whether one more socket may be opened.
    pub fn has_room(&self) -> bool {
        self.open_sockets() < self.sockets_max
    }
    /// How many sockets are open.
    pub fn open_sockets(&self) -> usize {
        self.sockets.len()
    }
    /// Whether shutdown has begun.
    pub fn is_draining(&self) -> bool {
        self.drain.is_cancelled()
    }
    /// Tells every socket that the server is going away, and waits for them within a limit.
    pub async fn close(&self, within: Duration) {
        self.drain.cancel();
        self.sockets.close();
        if tokio::time::timeout(within, self.sockets.wait()).await.is_err() {
            tracing::warn!(
                sockets = self.sockets.len(),
                "sockets were still open at the end of the drain limit"
            );
        }
    }
}
