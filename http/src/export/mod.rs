//! All that is held about a person, as one archive: made while it is downloaded, and kept nowhere.
//!
//! At most a page of a list and what the reader has not taken yet are in memory. [`parts`] says what is in which file.

mod parts;
mod zipped;

use std::io;

use amazoff_actors::Shop;
use amazoff_actors::ids::UserId;
use amazoff_supervisor::{ReadError, spawn_guarded};
use axum::body::{Body, Bytes};
use futures::stream;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use parts::Parts;
use zipped::Archive;

/// Archives that are made at once.
pub(crate) const ARCHIVES_MAX: usize = 4;
/// Pieces that wait for a reader.
const PIECES: usize = 2;

/// Why an archive ends too early. Its reader sees that it is not whole.
#[derive(Debug, thiserror::Error)]
enum Cut {
    /// Nobody reads it any more.
    #[error("nobody reads it any more")]
    Gone,
    /// Something cannot be read now.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It cannot be written down.
    #[error(transparent)]
    Written(#[from] io::Error),
}

impl From<serde_json::Error> for Cut {
    fn from(error: serde_json::Error) -> Self {
        Self::Written(error.into())
    }
}

/// The archive of a person, as it is made. The permit goes back at its end.
pub(crate) fn archive(shop: Shop, user: UserId, permit: OwnedSemaphorePermit) -> Body {
    let (to, mut pieces) = mpsc::channel::<Result<Bytes, io::Error>>(PIECES);
    spawn_guarded("export", async move {
        let _until_the_end = permit;
        let parts = Parts { shop, user };
        match Box::pin(parts.write(Archive::new(to.clone()))).await {
            Ok(()) | Err(Cut::Gone) => {}
            Err(error) => {
                tracing::warn!(user.id = %user, %error, "the export of {user} was cut off: {error}");
                // The reader may have gone meanwhile.
                drop(to.send(Err(io::Error::other("the export was cut off"))).await);
            }
        }
    });
    Body::from_stream(stream::poll_fn(move |context| pieces.poll_recv(context)))
}
