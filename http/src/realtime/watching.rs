//! What streams of events share: they wait for a change of what they are about, say now and then that they live, and end with
//! the session of their reader.

use amazoff_supervisor::Version;
use axum::response::sse::Event;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::Place;
use super::session::SessionChanges;
use crate::identity::Shopper;
use crate::platform::Platform;

/// A reader, and the changes that are waited for.
pub(super) struct Watching {
    pub(super) platform: Platform,
    pub(super) shopper: Shopper,
    versions: watch::Receiver<Version>,
    beats: Interval,
    session: SessionChanges,
    over: bool,
    _place: Place,
}

/// Why a stream goes on.
pub(super) enum Woken {
    /// Something has changed.
    Changed,
    /// The reader is told this.
    Tell(Event),
}

impl Watching {
    /// Waits for what the receiver has not seen. That is to be made before the first read: no change falls between.
    pub(super) fn begin(
        platform: Platform,
        (shopper, place): (Shopper, Place),
        versions: watch::Receiver<Version>,
    ) -> Self {
        let session = SessionChanges::of(&platform, &shopper);
        let mut beats = interval(platform.settings.heartbeat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { platform, shopper, versions, beats, session, over: false, _place: place }
    }

    /// Whether the reader was told that it ends.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    /// Waits until there is something to do; `None` when nothing changes any more.
    pub(super) async fn next(&mut self) -> Option<Woken> {
        tokio::select! {
            changed = self.versions.changed() => changed.ok().map(|()| Woken::Changed),
            _ = self.beats.tick() => Some(Woken::Tell(self.beat().await)),
            () = self.session.next() => Some(Woken::Tell(self.beat().await)),
        }
    }

    /// A comment that keeps the connection, or the end when the session is gone. While nobody knows, it goes on.
    async fn beat(&mut self) -> Event {
        self.over = self.shopper.login_is_over(&self.platform).await;
        match self.over {
            true => Event::default().event("end").data(r#"{"reason":"the session has ended"}"#),
            false => Event::default().comment(""),
        }
    }
}
