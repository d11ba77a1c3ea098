//! The way to pictures for edges.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use amazoff_supervisor::documents::Blobs;
use amazoff_supervisor::journal::JournalError;
use amazoff_supervisor::{Fault, FaultKind, spawn_guarded};
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::{ImageCodec, ImageError, ImageLimits, ImageType, KeptImage, Rendition};

/// Uploads that are read or decoded at once: each holds its bytes, and its pixels while it is decoded.
const UPLOADS_MAX: usize = 4;

/// Pictures and their renditions. Clones are the same store.
#[derive(Clone)]
pub struct MediaStore(Arc<Inner>);

struct Inner {
    blobs: Arc<dyn Blobs>,
    codec: Arc<dyn ImageCodec>,
    uploads: Arc<Semaphore>,
    /// Renditions that are being made, so that each is made once.
    making: Mutex<HashMap<Key, Making>>,
}

type Key = (String, Rendition);
type Making = Shared<BoxFuture<'static, Result<Arc<[u8]>, MediaError>>>;

/// The right to one upload, until it is dropped.
pub struct UploadPlace {
    _permit: OwnedSemaphorePermit,
}

/// A picture as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
}

/// Why a picture or a rendition cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// There is no picture of this name.
    #[error("there is no image of this name")]
    NotFound,
    /// The store is away.
    #[error("pictures cannot be reached: {0}")]
    Away(String),
    /// What is kept cannot be read.
    #[error("a picture is damaged: {0}")]
    Damaged(String),
    /// The codec does not do it now.
    #[error(transparent)]
    Codec(ImageError),
}

impl Fault for MediaError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotFound => FaultKind::NotFound,
            Self::Away(_) => FaultKind::Unavailable,
            Self::Damaged(_) => FaultKind::Bug,
            Self::Codec(error) => error.kind(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "media-not-found",
            Self::Away(_) => "storage-unavailable",
            Self::Damaged(_) => "internal-error",
            Self::Codec(error) => error.code(),
        }
    }
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Away(_) => Some(Duration::from_secs(1)),
            Self::Codec(error) => error.retry_after(),
            Self::NotFound | Self::Damaged(_) => None,
        }
    }
}

impl From<JournalError> for MediaError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Corrupt { .. } => Self::Damaged(error.to_string()),
            JournalError::Unavailable(_) | JournalError::OutcomeUnknown(_) | JournalError::NotYet => {
                Self::Away(error.to_string())
            }
        }
    }
}

/// Whether a text has the form of a name.
fn is_name(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

impl MediaStore {
    /// A store of these bytes and pixels.
    pub fn new(blobs: Arc<dyn Blobs>, codec: Arc<dyn ImageCodec>) -> Self {
        let uploads = Arc::new(Semaphore::new(UPLOADS_MAX));
        Self(Arc::new(Inner { blobs, codec, uploads, making: Mutex::default() }))
    }

    /// What uploads may be.
    pub fn limits(&self) -> ImageLimits {
        self.0.codec.limits()
    }

    /// A place for an upload; `None` when as many are under way as may. Take it before the first byte is read.
    pub fn enter(&self) -> Option<UploadPlace> {
        let permit = Arc::clone(&self.0.uploads).try_acquire_owned().ok()?;
        Some(UploadPlace { _permit: permit })
    }

    /// Checks an upload and makes of it what can be [kept](Self::keep). Nothing is stored.
    ///
    /// # Errors
    /// What is wrong with it, or that the pool is busy.
    pub async fn take_in(&self, declared: ImageType, bytes: Vec<u8>) -> Result<KeptImage, ImageError> {
        let limit = self.limits().bytes_max;
        if bytes.len() > limit {
            return Err(ImageError::TooManyBytes { limit });
        }
        self.0.codec.take_in(declared, bytes).await
    }

    /// Keeps what was taken in. The same again changes nothing.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn keep(&self, image: &KeptImage) -> Result<(), JournalError> {
        self.0.blobs.put(&image.bytes).await.map(drop)
    }

    /// A picture as it is kept.
    ///
    /// # Errors
    /// [`MediaError::NotFound`], or that it cannot be read.
    pub async fn original(&self, name: &str) -> Result<Original, MediaError> {
        let bytes = self.0.original(name).await?;
        let media_type = ImageType::of(&bytes).map_or("application/octet-stream", ImageType::media_type);
        Ok(Original { bytes, media_type })
    }

    /// A rendition of a picture: as it was made before, or made now.
    ///
    /// It is made to its end also when its caller goes away, so that whoever asks again finds it.
    ///
    /// # Errors
    /// [`MediaError::NotFound`], that the picture cannot be read, or that the pool is busy.
    pub async fn rendition(&self, name: &str, rendition: Rendition) -> Result<Arc<[u8]>, MediaError> {
        if !is_name(name) {
            return Err(MediaError::NotFound);
        }
        match self.0.made(name, rendition).await? {
            Some(bytes) => Ok(bytes),
            None => self.0.join((name.to_owned(), rendition)).await,
        }
    }
}

impl Inner {
    fn making(&self) -> MutexGuard<'_, HashMap<Key, Making>> {
        self.making.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn original(&self, name: &str) -> Result<Vec<u8>, MediaError> {
        self.blobs.get(name).await?.ok_or(MediaError::NotFound)
    }

    async fn made(&self, name: &str, rendition: Rendition) -> Result<Option<Arc<[u8]>>, MediaError> {
        Ok(self.blobs.get_derived(name, &rendition.key()).await?.map(Arc::from))
    }

    /// The making of a rendition: the one that runs, or a new one.
    fn join(self: &Arc<Self>, key: Key) -> Making {
        let mut making = self.making();
        if let Some(running) = making.get(&key) {
            return running.clone();
        }
        let entry = Entry { inner: Arc::clone(self), key: key.clone() };
        let (tell, told) = oneshot::channel();
        let unfinished = || MediaError::Codec(ImageError::Failed("its making ended early".to_owned()));
        let begun = async move { told.await.unwrap_or_else(|_dropped| Err(unfinished())) };
        let begun = begun.boxed().shared();
        making.insert(key, begun.clone());
        // An entry that is dropped takes the lock.
        drop(making);
        spawn_guarded("rendition", async move {
            let made = entry.make().await;
            // Nobody may be waiting any more.
            let _ = tell.send(made);
        });
        begun
    }
}

/// A rendition's place among those that are being made; free again however its making ends.
struct Entry {
    inner: Arc<Inner>,
    key: Key,
}

impl Entry {
    async fn make(&self) -> Result<Arc<[u8]>, MediaError> {
        let (name, rendition) = (&self.key.0, self.key.1);
        // Somebody may have made it between the look and the lock.
        if let Some(bytes) = self.inner.made(name, rendition).await? {
            return Ok(bytes);
        }
        let original = self.inner.original(name).await?;
        let made = self.inner.codec.rendition(original, rendition).await.map_err(|error| match error {
            ImageError::TooManyBytes { .. } | ImageError::TooManyPixels { .. } | ImageError::Flawed(_) => {
                MediaError::Damaged(format!("{name}: {error}"))
            }
            ImageError::Failed(_) | ImageError::Pool(_) => MediaError::Codec(error),
        })?;
        if let Err(error) = self.inner.blobs.put_derived(name, &rendition.key(), &made).await {
            tracing::warn!(%error, name, %rendition, "a rendition could not be kept: it will be made again");
        }
        Ok(made.into())
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.inner.making().remove(&self.key);
    }
}
