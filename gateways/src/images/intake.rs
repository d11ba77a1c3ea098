//! An upload becomes what is kept of it.

use std::time::{Duration, Instant};

use amazoff_actors::media::{Fit, Flaw, ImageError, ImageLimits, ImageType, KeptImage};
use fast_image_resize::Resizer;
use sha2::{Digest, Sha256};

use super::pixels::Pixels;
use super::watched::Watched;
use super::{SIDE_MAX, encode, structure};

/// How long an upload may occupy a thread before it is given up, at the next look at the clock.
const WORK_WITHIN: Duration = Duration::from_secs(10);

/// An upload.
pub(super) struct Intake {
    pub(super) declared: ImageType,
    pub(super) bytes: Vec<u8>,
    pub(super) limits: ImageLimits,
}

impl Intake {
    /// Checks it, decodes it, and writes anew what is kept.
    pub(super) fn keep(self, resizer: &mut Resizer) -> Result<KeptImage, ImageError> {
        self.keep_until(Instant::now() + WORK_WITHIN, resizer)
    }

    /// The same, until a moment.
    pub(super) fn keep_until(self, until: Instant, resizer: &mut Resizer) -> Result<KeptImage, ImageError> {
        let Self { declared, bytes, limits } = self;
        if bytes.len() > limits.bytes_max {
            return Err(ImageError::TooManyBytes { limit: limits.bytes_max });
        }
        let found = structure::walk(declared, bytes).map_err(ImageError::Flawed)?;
        let decoded = Pixels::decoded(declared, Watched::new(found.bytes, until), limits);
        // A decoder says of a reader that ended with the time that the image is broken.
        let in_time = |result| {
            if Instant::now() < until { result } else { Err(ImageError::Flawed(Flaw::TooLaborious)) }
        };
        let (pixels, orientation) = in_time(decoded)?;
        // Smaller first: turning copies all pixels.
        let size = Fit::Within(SIDE_MAX).size((pixels.width, pixels.height));
        let pixels = in_time(pixels.resized(size, resizer).map(|pixels| (pixels, orientation)))?.0;
        let pixels = pixels.turned(orientation)?;
        let (width, height) = (pixels.width, pixels.height);
        let how = (declared == ImageType::Jpeg, found.lossy);
        let bytes = encode::kept(pixels, how, limits.bytes_max)?;
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(KeptImage { sha256, bytes, width, height })
    }
}
