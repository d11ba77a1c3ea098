//! The wish to stop.

use std::io;

use amazoff_supervisor::spawn_guarded;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Exit code when a second signal asks for the end at once.
const EXIT_AT_ONCE: i32 = 130;

/// The wish to stop, from a terminal or a service manager.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for the first; from then on a second one ends the process at once, which loses nothing that was acknowledged.
    pub(crate) async fn first(mut self) {
        self.next().await;
        spawn_guarded("second signal", async move {
            self.next().await;
            std::process::exit(EXIT_AT_ONCE);
        });
    }

    /// Waits for the next.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
