//! When a long answer should look whether its reader may still have it.

use amazoff_supervisor::Version;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::WatchStream;

use crate::identity::Shopper;
use crate::platform::Platform;

/// Tells of each change of the person behind a socket or stream, such as the end of a session.
pub(crate) struct SessionChanges(Option<WatchStream<Version>>);

impl SessionChanges {
    /// From now on. Guests have nothing that could change.
    pub(crate) fn of(platform: &Platform, shopper: &Shopper) -> Self {
        Self(shopper.user().map(|user| WatchStream::from_changes(platform.shop.users.watch(user))))
    }

    /// Waits for the next change; for ever where none can come.
    pub(crate) async fn next(&mut self) {
        let told = match &mut self.0 {
            Some(versions) => versions.next().await.is_some(),
            None => false,
        };
        if !told {
            std::future::pending::<()>().await;
        }
    }
}
