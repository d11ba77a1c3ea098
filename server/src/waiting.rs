//! While the database is away, or another node owns the shards: the process lives, says so, and tries again.

use std::time::Duration;

use amazoff_http::server::{Limits, Listener, serve};
use amazoff_http::{HttpSettings, WaitingFor, waiting_room};
use rand::Rng as _;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::shutdown::Door;

/// The first pause before another attempt, and the longest; each is up to a quarter longer by chance, so that many
/// processes do not come back at the same moment.
const PAUSE: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// A listener that answers `/health/live`, and 503 to all else.
pub(crate) struct WaitingRoom {
    reason: watch::Sender<WaitingFor>,
    closing: CancellationToken,
    serving: JoinHandle<()>,
}

impl WaitingRoom {
    /// Opens it on the door of the shop, which stays open when the room is closed again.
    ///
    /// # Errors
    /// When the socket cannot be used.
    pub(crate) fn open(door: &Door, settings: &HttpSettings) -> std::io::Result<Self> {
        let (reason, heard) = watch::channel(WaitingFor::Start);
        let router = waiting_room(heard, settings);
        let closing = CancellationToken::new();
        let until = closing.clone();
        let listener = door.handle().transpose()?.map(TcpListener::from_std).transpose()?;
        let (tls, proxies) = (door.tls(), settings.limits.proxies.clone());
        let serving = amazoff_supervisor::spawn_guarded("waiting room", async move {
            if let Some(listener) = listener {
                let listener = Listener::new(listener, tls).behind(&proxies);
                serve(listener, router, Limits::default(), until).await;
            }
        });
        Ok(Self { reason, closing, serving })
    }

    /// Says why it waits. The log hears of it once per reason.
    pub(crate) fn tell(&self, reason: WaitingFor, cause: &dyn std::fmt::Display) {
        self.reason.send_if_modified(|known| {
            let news = *known != reason;
            if news {
                tracing::warn!(?reason, %cause, "not serving yet: {cause}");
                *known = reason;
            }
            news
        });
    }

    /// Ends it; whoever waits at the door is served by the shop.
    pub(crate) async fn close(self) {
        self.closing.cancel();
        if let Err(error) = self.serving.await {
            tracing::error!(%error, "the waiting room did not close well");
        }
    }
}

/// The pauses between attempts.
#[derive(Debug)]
pub(crate) struct Pauses(Duration);

impl Default for Pauses {
    fn default() -> Self {
        Self(PAUSE)
    }
}

impl Pauses {
    /// Waits; longer each time.
    pub(crate) async fn pause(&mut self) {
        let jitter = rand::rng().random_range(1.0..1.25);
        tokio::time::sleep(self.0.mul_f64(jitter)).await;
        self.0 = (self.0 * 2).min(PAUSE_MAX);
    }
}
