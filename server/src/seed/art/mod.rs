//! The shop's pictures: flat vector still lifes, drawn from a product's motif and a seed of its slug.
//!
//! Pure: the same slug and motif give the same SVG. [`canvas`] holds the few strokes that keep the style one (soft
//! background, halo, ground shadow, light from the left), the other modules draw things, one file per category.

mod audio;
mod bags;
mod books;
mod canvas;
mod furniture;
mod kitchen;
mod lighting;
mod motif;
mod palette;
mod plants;
#[cfg(test)]
mod tests;
mod tools;

use canvas::Canvas;
pub(super) use motif::Motif;

/// Width and height of a picture, in pixels.
pub(super) const SIDE: u32 = 640;

/// Draws a product's picture.
pub(super) fn draw(slug: &str, motif: Motif) -> String {
    let mut canvas = Canvas::new(slug);
    motif.draw(&mut canvas);
    canvas.finish()
}
