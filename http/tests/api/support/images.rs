//! Pixels, and how much is done with them.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use amazoff_actors::media::{ImageCodec, ImageError, ImageLimits, ImageType, KeptImage, Rendition};
use amazoff_gateways::images::ImagePool;
use amazoff_supervisor::compute::ComputeError;
use futures::FutureExt;
use futures::future::BoxFuture;

/// What the tests' shop takes: less than a real one, so that the files of its tests are small.
pub(crate) const LIMITS: ImageLimits = ImageLimits { bytes_max: 200_000, pixels_max: 1_000_000 };

/// The real codec; refuses while it is told to be busy, and counts the renditions that it is asked for.
pub(crate) struct CountedImages {
    pool: ImagePool,
    pub busy: AtomicBool,
    pub renditions: AtomicUsize,
}

impl Default for CountedImages {
    fn default() -> Self {
        let pool = ImagePool::new(1, 64, LIMITS);
        Self { pool, busy: AtomicBool::new(false), renditions: AtomicUsize::new(0) }
    }
}

impl CountedImages {
    fn refusal(&self) -> Option<ImageError> {
        let retry_after = Duration::from_secs(3);
        self.busy.load(Ordering::SeqCst).then_some(ImageError::Pool(ComputeError::Busy { retry_after }))
    }
}

impl ImageCodec for CountedImages {
    fn limits(&self) -> ImageLimits {
        LIMITS
    }
    fn take_in(&self, declared: ImageType, bytes: Vec<u8>) -> BoxFuture<'_, Result<KeptImage, ImageError>> {
        match self.refusal() {
            Some(refusal) => async { Err(refusal) }.boxed(),
            None => self.pool.take_in(declared, bytes),
        }
    }
    fn rendition(&self, image: Vec<u8>, rendition: Rendition) -> BoxFuture<'_, Result<Vec<u8>, ImageError>> {
        self.renditions.fetch_add(1, Ordering::SeqCst);
        match self.refusal() {
            Some(refusal) => async { Err(refusal) }.boxed(),
            None => self.pool.rendition(image, rendition),
        }
    }
}
