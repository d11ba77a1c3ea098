//! Drawings become pixels: SVG text is rasterised to WebP on a CPU pool.
//!
//! The drawings are the program's own. Limits hold all the same: text, pixels and time are bounded, and a drawing reaches
//! neither files nor fonts nor the network.

mod job;
#[cfg(test)]
mod tests;

use std::time::Duration;

use amazoff_supervisor::compute::{ComputeError, ComputePool};
use amazoff_supervisor::tree::ChildSpec;
use tokio::time::Instant;

use job::RenderJob;

/// The longest side of an image.
pub const SIDE_MAX: u32 = 4096;
/// The longest drawing.
pub const SVG_BYTES_MAX: usize = 1024 * 1024;
/// How long an image may take, waiting included.
const WITHIN: Duration = Duration::from_secs(60);

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

/// The pool that rasterises. Clones are the same pool.
#[derive(Clone)]
pub struct Rasteriser {
    pool: ComputePool<RenderJob>,
}

impl Rasteriser {
    /// A pool of so many threads, for which at most `queue_max` drawings wait.
    pub fn new(threads: u32, queue_max: usize) -> Self {
        Self { pool: ComputePool::new(threads, queue_max) }
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
        self.pool.run(RenderJob { svg, width, height }, Instant::now() + WITHIN).await?
    }
}
