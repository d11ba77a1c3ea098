//! What a thread of the pool does with one drawing.

use image::ExtendedColorType;
use image::codecs::webp::WebPEncoder;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use super::{RenderError, Rendered};

/// A drawing and its size in pixels.
pub(super) struct Drawing {
    pub(super) svg: String,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Drawing {
    /// Draws it.
    pub(super) fn draw(self) -> Result<Rendered, RenderError> {
        let Self { svg, width, height } = self;
        let tree = Tree::from_str(&svg, &Options::default())
            .map_err(|error| RenderError::Unreadable(error.to_string()))?;
        let mut pixels =
            Pixmap::new(width, height).ok_or(RenderError::TooLarge { bytes: svg.len(), width, height })?;
        let scale = Transform::from_scale(
            pixels_of(width) / tree.size().width(),
            pixels_of(height) / tree.size().height(),
        );
        resvg::render(&tree, scale, &mut pixels.as_mut());
        encode(&pixels)
    }
}

/// A side as a float; sides are far below where that loses anything.
fn pixels_of(side: u32) -> f32 {
    u16::try_from(side).map_or(f32::from(u16::MAX), f32::from)
}

fn encode(pixels: &Pixmap) -> Result<Rendered, RenderError> {
    let (width, height) = (pixels.width(), pixels.height());
    let straight: Vec<u8> = pixels
        .pixels()
        .iter()
        .flat_map(|pixel| {
            let colour = pixel.demultiply();
            [colour.red(), colour.green(), colour.blue(), colour.alpha()]
        })
        .collect();
    let opaque = straight.chunks_exact(4).all(|pixel| pixel[3] == u8::MAX);
    let mut bytes = Vec::new();
    let encoder = WebPEncoder::new_lossless(&mut bytes);
    let encoded = if opaque {
        let colours: Vec<u8> =
            straight.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        encoder.encode(&colours, width, height, ExtendedColorType::Rgb8)
    } else {
        encoder.encode(&straight, width, height, ExtendedColorType::Rgba8)
    };
    encoded.map_err(|error| RenderError::Unencodable(error.to_string()))?;
    Ok(Rendered { bytes, width, height, content_type: "image/webp" })
}
