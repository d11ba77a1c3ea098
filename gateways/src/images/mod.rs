//! Everything that is done with pixels, on one CPU pool: the program's own drawings become pictures, uploads become what is
//! kept of them, and that becomes renditions.
//!
//! An upload is not trusted. Before anything is decoded, its structure is walked (`structure`): the kind, what follows the
//! image, whether it moves, and how often a decoder would go over it. Then the head must name no more pixels than may be, and
//! the decoder reads through a reader that ends with the time (`watched`). What is kept is written anew from pixels alone.
//!
//! The drawings are the program's own. Limits hold all the same: text, pixels and time are bounded, and a drawing reaches
//! neither files nor fonts nor the network.

mod drawing;
mod encode;
mod intake;
mod job;
mod pixels;
mod structure;
#[cfg(test)]
mod tests;
mod watched;

use std::time::Duration;

use amazoff_actors::media::{Flaw, ImageCodec, ImageError, ImageLimits, ImageType, KeptImage, Rendition};
use amazoff_supervisor::compute::{ComputeError, ComputePool};
use amazoff_supervisor::tree::ChildSpec;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::time::Instant;

use drawing::Drawing;
use intake::Intake;
use job::{Done, ImageJob};

/// The longest side of an image.
pub const SIDE_MAX: u32 = 4096;
/// The longest drawing.
pub const SVG_BYTES_MAX: usize = 1024 * 1024;
/// How long a drawing may take, waiting included.
const DRAWN_WITHIN: Duration = Duration::from_secs(60);
/// How long an upload or a rendition may take, waiting included.
const WITHIN: Duration = Duration::from_secs(20);

/// Rasterised bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The encoded image.
    pub bytes: Vec<u8>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Its media type.
    pub content_type: &'static str,
}

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The text or the size is out of bounds.
    #[error("the drawing has {bytes} bytes for {width} × {height} pixels, over the limit")]
    TooLarge {
        /// Of text.
        bytes: usize,
        /// Wanted.
        width: u32,
        /// Wanted.
        height: u32,
    },
    /// The text is no SVG, or has no size.
    #[error("the drawing cannot be read: {0}")]
    Unreadable(String),
    /// The pixels could not be encoded.
    #[error("the image cannot be encoded: {0}")]
    Unencodable(String),
    /// The pool did not do it.
    #[error(transparent)]
    Pool(#[from] ComputeError),
}

/// The pool that works on images. Clones are the same pool.
#[derive(Clone)]
pub struct ImagePool {
    pool: ComputePool<ImageJob>,
    limits: ImageLimits,
}

impl ImagePool {
    /// A pool of so many threads, for which at most `queue_max` images wait. A thread takes up to 10 bytes of memory for each
    /// pixel of an upload, while it has one.
    pub fn new(threads: u32, queue_max: usize, limits: ImageLimits) -> Self {
        Self { pool: ComputePool::new(threads, queue_max), limits }
    }

    /// The pool's place in the supervision tree.
    pub fn supervise(&self) -> ChildSpec {
        self.pool.supervise()
    }

    /// Draws SVG text into `width` × `height` pixels, stretched to fill them, as lossless WebP.
    ///
    /// # Errors
    /// [`RenderError::TooLarge`], [`RenderError::Unreadable`], or that the pool is busy or closed.
    pub async fn render(&self, svg: String, width: u32, height: u32) -> Result<Rendered, RenderError> {
        let sides = 1..=SIDE_MAX;
        if svg.len() > SVG_BYTES_MAX || !sides.contains(&width) || !sides.contains(&height) {
            return Err(RenderError::TooLarge { bytes: svg.len(), width, height });
        }
        let job = ImageJob::Draw(Drawing { svg, width, height });
        match self.pool.run(job, Instant::now() + DRAWN_WITHIN).await? {
            Done::Drawn(drawn) => drawn,
            Done::Kept(_) | Done::Made(_) => Err(RenderError::Unencodable("another job's output".to_owned())),
        }
    }
}

/// A job was answered with what another one makes: a defect.
fn mistaken() -> ImageError {
    ImageError::Failed("another job's output".to_owned())
}

impl ImageCodec for ImagePool {
    fn limits(&self) -> ImageLimits {
        self.limits
    }

    fn take_in(&self, declared: ImageType, bytes: Vec<u8>) -> BoxFuture<'_, Result<KeptImage, ImageError>> {
        let job = ImageJob::TakeIn(Intake { declared, bytes, limits: self.limits });
        async move {
            match self.pool.run(job, Instant::now() + WITHIN).await {
                Ok(Done::Kept(kept)) => kept,
                Ok(Done::Drawn(_) | Done::Made(_)) => Err(mistaken()),
                // A decoder stumbled over it. The pool has told the log, and goes on.
                Err(ComputeError::Panicked { .. }) => Err(ImageError::Flawed(Flaw::Broken)),
                Err(error) => Err(error.into()),
            }
        }
        .boxed()
    }

    fn rendition(&self, image: Vec<u8>, rendition: Rendition) -> BoxFuture<'_, Result<Vec<u8>, ImageError>> {
        let job = ImageJob::Make { image, rendition };
        async move {
            match self.pool.run(job, Instant::now() + WITHIN).await? {
                Done::Made(made) => made,
                Done::Drawn(_) | Done::Kept(_) => Err(mistaken()),
            }
        }
        .boxed()
    }
}
