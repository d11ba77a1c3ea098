//! Pixels become files. Nothing but pixels is in them.

use amazoff_actors::media::{Encoding, ImageError};
use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;

use super::pixels::Pixels;

/// Qualities from 1 to 100: of what is kept, of which renditions are made, and of renditions. Those of WebP and JPEG look alike.
const KEPT_JPEG: u8 = 92;
const KEPT_WEBP: f32 = 92.0;
const RENDITION_JPEG: u8 = 82;
const RENDITION_WEBP: f32 = 78.0;

/// What is kept of an upload: JPEG stays JPEG, everything else becomes WebP, without loss where nothing was lost yet and the
/// result has at most `bytes_max` bytes.
pub(super) fn kept(
    pixels: Pixels,
    (is_jpeg, lossy): (bool, bool),
    bytes_max: usize,
) -> Result<Vec<u8>, ImageError> {
    if is_jpeg {
        return jpeg(pixels, KEPT_JPEG);
    }
    if !lossy {
        let bytes = lossless(&pixels)?;
        if bytes.len() <= bytes_max {
            return Ok(bytes);
        }
    }
    webp(&pixels, KEPT_WEBP)
}

/// A rendition.
pub(super) fn rendition(pixels: Pixels, encoding: Encoding) -> Result<Vec<u8>, ImageError> {
    match encoding {
        Encoding::WebP => webp(&pixels, RENDITION_WEBP),
        Encoding::Jpeg => jpeg(pixels, RENDITION_JPEG),
    }
}

fn failed(error: impl std::fmt::Display) -> ImageError {
    ImageError::Failed(format!("encoding: {error}"))
}

fn jpeg(pixels: Pixels, quality: u8) -> Result<Vec<u8>, ImageError> {
    let Pixels { width, height, data, .. } = pixels.on_white();
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode(&data, width, height, ExtendedColorType::Rgb8)
        .map_err(failed)?;
    Ok(bytes)
}

fn lossless(pixels: &Pixels) -> Result<Vec<u8>, ImageError> {
    let colours = if pixels.transparent { ExtendedColorType::Rgba8 } else { ExtendedColorType::Rgb8 };
    let mut bytes = Vec::new();
    WebPEncoder::new_lossless(&mut bytes)
        .encode(&pixels.data, pixels.width, pixels.height, colours)
        .map_err(failed)?;
    Ok(bytes)
}

fn webp(pixels: &Pixels, quality: f32) -> Result<Vec<u8>, ImageError> {
    let Pixels { width, height, data, transparent } = pixels;
    let encoder = if *transparent {
        webp::Encoder::from_rgba(data, *width, *height)
    } else {
        webp::Encoder::from_rgb(data, *width, *height)
    };
    let encoded = encoder.encode_simple(false, quality);
    Ok(encoded.map_err(|error| failed(format!("{error:?}")))?.to_vec())
}
