//! Pixels of 8 bits a channel: decoded, turned, resized.

use std::io::{BufRead, Cursor, Seek};

use amazoff_actors::media::{Flaw, ImageError, ImageLimits, ImageType};
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageResult, Limits, RgbImage, RgbaImage};

use super::SIDE_MAX;

/// Bytes of a decoded pixel, at most: an image with 16 bits a channel may have half as many pixels.
const PIXEL_BYTES_MAX: u64 = 4;
/// What a decoder of PNG may take for itself, besides what it fills.
const DECODER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// An image.
pub(super) struct Pixels {
    pub(super) width: u32,
    pub(super) height: u32,
    /// 3 or 4 bytes a pixel, row by row.
    pub(super) data: Vec<u8>,
    /// Whether some pixel is not opaque; only then there are 4 bytes.
    pub(super) transparent: bool,
}

impl Pixels {
    /// Decodes an image that was written here.
    pub(super) fn of_kept(bytes: Vec<u8>) -> Result<Self, ImageError> {
        let kind = ImageType::of(&bytes).ok_or(ImageError::Flawed(Flaw::TypeDiffers))?;
        let side = u64::from(SIDE_MAX);
        let limits = ImageLimits { bytes_max: bytes.len(), pixels_max: side * side };
        Self::decoded(kind, Cursor::new(bytes), limits).map(|(pixels, _)| pixels)
    }

    /// Decodes an image within limits; also says how it is to be turned. The head is looked at before any pixel.
    pub(super) fn decoded(
        kind: ImageType,
        bytes: impl BufRead + Seek,
        limits: ImageLimits,
    ) -> Result<(Self, Orientation), ImageError> {
        let pixels_bytes_max = limits.pixels_max.saturating_mul(PIXEL_BYTES_MAX);
        match kind {
            ImageType::Jpeg => read(JpegDecoder::new(bytes), limits),
            ImageType::Png => {
                let mut own = Limits::no_limits();
                own.max_alloc = Some(pixels_bytes_max.saturating_add(DECODER_BYTES_MAX));
                read(PngDecoder::with_limits(bytes, own), limits)
            }
            ImageType::WebP => read(WebPDecoder::new(bytes), limits),
        }
    }

    fn of(image: DynamicImage) -> Self {
        let (width, height) = (image.width(), image.height());
        if !image.color().has_alpha() {
            return Self { width, height, data: image.into_rgb8().into_raw(), transparent: false };
        }
        let data = image.into_rgba8().into_raw();
        if data.chunks_exact(4).any(|pixel| pixel[3] != u8::MAX) {
            return Self { width, height, data, transparent: true };
        }
        let data = data.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        Self { width, height, data, transparent: false }
    }

    /// The same with these sides; what does not fit their proportion is cut off on both sides alike.
    pub(super) fn resized(
        self,
        (width, height): (u32, u32),
        resizer: &mut Resizer,
    ) -> Result<Self, ImageError> {
        if (width, height) == (self.width, self.height) {
            return Ok(self);
        }
        let kind = if self.transparent { PixelType::U8x4 } else { PixelType::U8x3 };
        let failed = |error: String| ImageError::Failed(format!("resizing: {error}"));
        let source = ImageRef::new(self.width, self.height, &self.data, kind)
            .map_err(|error| failed(error.to_string()))?;
        let mut target = Image::new(width, height, kind);
        let options = ResizeOptions::new().fit_into_destination(None);
        resizer.resize(&source, &mut target, &options).map_err(|error| failed(error.to_string()))?;
        Ok(Self { width, height, data: target.into_vec(), transparent: self.transparent })
    }

    /// The same, turned upright.
    pub(super) fn turned(self, orientation: Orientation) -> Result<Self, ImageError> {
        if orientation == Orientation::NoTransforms {
            return Ok(self);
        }
        let Self { width, height, data, transparent } = self;
        let image = if transparent {
            RgbaImage::from_raw(width, height, data).map(DynamicImage::ImageRgba8)
        } else {
            RgbImage::from_raw(width, height, data).map(DynamicImage::ImageRgb8)
        };
        let mut image = image.ok_or_else(|| ImageError::Failed("pixels are missing".to_owned()))?;
        image.apply_orientation(orientation);
        let (width, height) = (image.width(), image.height());
        Ok(Self { width, height, data: image.into_bytes(), transparent })
    }

    /// The same on white.
    pub(super) fn on_white(self) -> Self {
        if !self.transparent {
            return self;
        }
        let data = self.data.chunks_exact(4).flat_map(|pixel| {
            let over = |channel: u8| {
                let alpha = u32::from(pixel[3]);
                let mixed = (u32::from(channel) * alpha + 255 * (255 - alpha) + 127) / 255;
                u8::try_from(mixed).unwrap_or(u8::MAX)
            };
            [over(pixel[0]), over(pixel[1]), over(pixel[2])]
        });
        Self { data: data.collect(), transparent: false, ..self }
    }
}

fn broken(_error: image::ImageError) -> ImageError {
    ImageError::Flawed(Flaw::Broken)
}

/// Decodes, if the head names no more than may be.
fn read(
    decoder: ImageResult<impl ImageDecoder>,
    limits: ImageLimits,
) -> Result<(Pixels, Orientation), ImageError> {
    let mut decoder = decoder.map_err(broken)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(ImageError::Flawed(Flaw::Broken));
    }
    let limit = limits.pixels_max;
    if pixels > limit || decoder.total_bytes() > limit.saturating_mul(PIXEL_BYTES_MAX) {
        return Err(ImageError::TooManyPixels { width, height, limit });
    }
    // What it says of itself may be damaged; the pixels are what counts.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(broken)?;
    Ok((Pixels::of(image), orientation))
}
