//! The jobs of the pool.

use amazoff_actors::media::{ImageError, KeptImage, Rendition};
use amazoff_supervisor::compute::Job;
use fast_image_resize::Resizer;

use super::drawing::Drawing;
use super::intake::Intake;
use super::pixels::Pixels;
use super::{RenderError, Rendered, encode};

/// Working memory that a thread keeps from one image to the next.
const SCRATCH_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What is done with one image.
pub(super) enum ImageJob {
    /// A drawing becomes pixels.
    Draw(Drawing),
    /// An upload becomes what is kept of it.
    TakeIn(Intake),
    /// What was kept becomes a rendition.
    Make {
        /// Its bytes.
        image: Vec<u8>,
        /// Which.
        rendition: Rendition,
    },
}

/// What comes out, by the kind of job.
pub(super) enum Done {
    Drawn(Result<Rendered, RenderError>),
    Kept(Result<KeptImage, ImageError>),
    Made(Result<Vec<u8>, ImageError>),
}

impl Job for ImageJob {
    type Output = Done;
    type Scratch = Resizer;
    const POOL: &'static str = "images";

    fn run(self, resizer: &mut Resizer) -> Done {
        let done = match self {
            Self::Draw(drawing) => Done::Drawn(drawing.draw()),
            Self::TakeIn(intake) => Done::Kept(intake.keep(resizer)),
            Self::Make { image, rendition } => Done::Made(make(image, rendition, resizer)),
        };
        if resizer.size_of_internal_buffers() > SCRATCH_BYTES_MAX {
            resizer.reset_internal_buffers();
        }
        done
    }
}

/// Makes a rendition of an image that was written here.
fn make(image: Vec<u8>, rendition: Rendition, resizer: &mut Resizer) -> Result<Vec<u8>, ImageError> {
    let pixels = Pixels::of_kept(image)?;
    let size = rendition.preset.size((pixels.width, pixels.height));
    encode::rendition(pixels.resized(size, resizer)?, rendition.encoding)
}
