//! The port to pixels.

use std::time::Duration;

use amazoff_supervisor::compute::ComputeError;
use amazoff_supervisor::{Fault, FaultKind};
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::Rendition;

/// What an upload may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageLimits {
    /// Of a file.
    pub bytes_max: usize,
    /// Width times height, as the file's head says.
    pub pixels_max: u64,
}

impl Default for ImageLimits {
    fn default() -> Self {
        Self { bytes_max: 10 * 1024 * 1024, pixels_max: 40_000_000 }
    }
}

/// Kinds of images that are taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageType {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
}

impl ImageType {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Jpeg, Self::Png, Self::WebP];

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }

    /// The kind that a media type without parameters names.
    pub fn named(media_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.media_type().eq_ignore_ascii_case(media_type))
    }

    /// The kind that the first bytes of a file tell.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::WebP)
        } else {
            None
        }
    }
}

/// What is kept of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptImage {
    /// Its name: the hex SHA-256 of the bytes.
    pub sha256: String,
    /// Upright, without metadata, written by the codec.
    pub bytes: Vec<u8>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// Decodes and encodes images, off the event loop and with a bound on how many at once.
pub trait ImageCodec: Send + Sync + 'static {
    /// What uploads may be.
    fn limits(&self) -> ImageLimits;
    /// Checks an upload and makes of it what is kept. Nothing is stored.
    fn take_in(&self, declared: ImageType, bytes: Vec<u8>) -> BoxFuture<'_, Result<KeptImage, ImageError>>;
    /// Makes a rendition of an image that was kept.
    fn rendition(&self, image: Vec<u8>, rendition: Rendition) -> BoxFuture<'_, Result<Vec<u8>, ImageError>>;
}

/// What is wrong with an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The content is none of the kinds, or another one than was declared.
    TypeDiffers,
    /// It cannot be decoded, or ends too early.
    Broken,
    /// It moves.
    Animated,
    /// Something follows the image in the file.
    TrailingData,
    /// It is made so that decoding takes long.
    TooLaborious,
}

impl Flaw {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::TypeDiffers, Self::Broken, Self::Animated, Self::TrailingData, Self::TooLaborious];

    /// Its name for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TypeDiffers => "type_differs",
            Self::Broken => "broken",
            Self::Animated => "animated",
            Self::TrailingData => "trailing_data",
            Self::TooLaborious => "too_laborious",
        }
    }

    fn told(self) -> &'static str {
        match self {
            Self::TypeDiffers => "the content is not of the declared type",
            Self::Broken => "the image is broken or incomplete",
            Self::Animated => "the image moves: send one that stands still",
            Self::TrailingData => "something follows the image in the file",
            Self::TooLaborious => "the image takes too long to decode",
        }
    }
}

/// Why an image was not taken in, or a rendition not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// Too many bytes.
    #[error("an image may have at most {limit} bytes")]
    TooManyBytes {
        /// Allowed.
        limit: usize,
    },
    /// Too many pixels, or too many bytes for them once decoded.
    #[error(
        "an image of {width} × {height} pixels is larger than the shop takes: at most {limit} pixels of 8 bits a channel"
    )]
    TooManyPixels {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
        /// Allowed.
        limit: u64,
    },
    /// Something is wrong with it.
    #[error("{}", .0.told())]
    Flawed(Flaw),
    /// A defect of the codec's.
    #[error("the codec failed: {0}")]
    Failed(String),
    /// The pool did not do it.
    #[error(transparent)]
    Pool(#[from] ComputeError),
}

impl Fault for ImageError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::TooManyBytes { .. } | Self::TooManyPixels { .. } => FaultKind::TooLarge,
            Self::Flawed(_) => FaultKind::Invalid,
            Self::Failed(_) => FaultKind::Bug,
            Self::Pool(error) => error.kind(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::TooManyBytes { .. } => "payload-too-large",
            Self::TooManyPixels { .. } => "image-too-large",
            Self::Flawed(_) => "image-invalid",
            Self::Failed(_) => "internal-error",
            Self::Pool(error) => error.code(),
        }
    }
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Pool(error) => error.retry_after(),
            Self::TooManyBytes { .. } | Self::TooManyPixels { .. } | Self::Flawed(_) | Self::Failed(_) => {
                None
            }
        }
    }
    fn facts(&self) -> Value {
        match self {
            Self::TooManyBytes { limit } => json!({ "limit": limit }),
            Self::TooManyPixels { width, height, limit } => {
                json!({ "width": width, "height": height, "limit": limit })
            }
            Self::Flawed(flaw) => json!({ "reason": flaw.as_str() }),
            Self::Failed(_) | Self::Pool(_) => Value::Null,
        }
    }
}
