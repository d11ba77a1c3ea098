//! The strokes every picture is made of.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::SIDE;
use super::palette::{PALETTES, Palette};

/// A picture in the making. Coordinates run from 0 to 640, things stand on y = 500.
pub(super) struct Canvas {
    /// The colours of this picture.
    pub(super) palette: Palette,
    dice: [u8; 32],
    rolls: usize,
    clips: usize,
    body: String,
}

impl Canvas {
    /// An empty picture; its colours and rolls follow from the seed.
    pub(super) fn new(seed: &str) -> Self {
        let dice: [u8; 32] = Sha256::digest(seed).into();
        let palette = PALETTES[usize::from(dice[0]) % PALETTES.len()];
        Self { palette, dice, rolls: 0, clips: 0, body: String::new() }
    }

    /// A number below `sides`, drawn from the seed. `sides` must not be 0.
    pub(super) fn roll(&mut self, sides: u8) -> u8 {
        self.rolls += 1;
        self.dice[self.rolls % self.dice.len()] % sides
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a `String` cannot fail.
        let _ = self.body.write_fmt(element);
    }

    /// A soft shadow on the ground: centre and half width.
    pub(super) fn shadow(&mut self, cx: i32, half_width: i32) {
        let ink = self.palette.ink;
        self.add(format_args!(
            r#"<ellipse cx="{cx}" cy="504" rx="{half_width}" ry="17" fill="{ink}" opacity="0.10"/><ellipse cx="{cx}" cy="503" rx="{}" ry="10" fill="{ink}" opacity="0.14"/>"#,
            half_width * 4 / 5,
        ));
    }

    /// A flat shape.
    pub(super) fn flat(&mut self, fill: &str, path: &str) {
        self.add(format_args!(r#"<path d="{path}" fill="{fill}"/>"#));
    }

    /// A shape with light from the left: darker right of `edge`.
    pub(super) fn solid(&mut self, fill: &str, edge: i32, path: &str) {
        self.clips += 1;
        let (clip, ink) = (self.clips, self.palette.ink);
        self.add(format_args!(
            r#"<clipPath id="c{clip}"><path d="{path}"/></clipPath><path d="{path}" fill="{fill}"/><g clip-path="url(#c{clip})"><rect x="{edge}" y="0" width="640" height="640" fill="{ink}" opacity="0.13"/></g>"#
        ));
    }

    /// A line with round ends.
    pub(super) fn line(&mut self, stroke: &str, width: i32, path: &str) {
        self.add(format_args!(
            r#"<path d="{path}" fill="none" stroke="{stroke}" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round"/>"#
        ));
    }

    /// A flat rectangle: x, y, width, height, corner radius.
    pub(super) fn slab(&mut self, fill: &str, [x, y, width, height, radius]: [i32; 5]) {
        self.add(format_args!(
            r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}" fill="{fill}"/>"#
        ));
    }

    /// A rectangle with light from the left: x, y, width, height, corner radius.
    pub(super) fn block(&mut self, fill: &str, [x, y, width, height, radius]: [i32; 5]) {
        let (right, bottom, r) = (x + width, y + height, radius);
        let path = format!(
            "M{} {y}H{}a{r} {r} 0 0 1 {r} {r}V{}a{r} {r} 0 0 1 -{r} {r}H{}a{r} {r} 0 0 1 -{r} -{r}V{}a{r} {r} 0 0 1 {r} -{r}Z",
            x + r,
            right - r,
            bottom - r,
            x + r,
            y + r,
        );
        self.solid(fill, x + width * 3 / 5, &path);
    }

    /// A flat ellipse: centre x, centre y, half width, half height.
    pub(super) fn oval(&mut self, fill: &str, [cx, cy, rx, ry]: [i32; 4]) {
        self.add(format_args!(r#"<ellipse cx="{cx}" cy="{cy}" rx="{rx}" ry="{ry}" fill="{fill}"/>"#));
    }

    /// An ellipse with light from the left.
    pub(super) fn ball(&mut self, fill: &str, [cx, cy, rx, ry]: [i32; 4]) {
        let path = format!("M{} {cy}a{rx} {ry} 0 1 0 {} 0a{rx} {ry} 0 1 0 -{} 0Z", cx - rx, rx * 2, rx * 2);
        self.solid(fill, cx + rx / 4, &path);
    }

    /// Something see-through in the given colour: opacity in percent.
    pub(super) fn glass(&mut self, fill: &str, percent: u8, path: &str) {
        self.add(format_args!(r#"<path d="{path}" fill="{fill}" opacity="0.{percent:02}"/>"#));
    }

    /// A reflection: a thin white line, half transparent.
    pub(super) fn shine(&mut self, width: i32, path: &str) {
        self.add(format_args!(
            r##"<path d="{path}" fill="none" stroke="#ffffff" stroke-opacity="0.45" stroke-width="{width}" stroke-linecap="round"/>"##
        ));
    }

    /// Draws with everything turned by some degrees around a point.
    pub(super) fn turned(&mut self, degrees: i32, [cx, cy]: [i32; 2], draw: impl FnOnce(&mut Self)) {
        self.add(format_args!(r#"<g transform="rotate({degrees} {cx} {cy})">"#));
        draw(self);
        self.add(format_args!("</g>"));
    }

    /// Draws the same mirrored at the middle of the picture.
    pub(super) fn mirrored(&mut self, draw: impl FnOnce(&mut Self)) {
        self.add(format_args!(r#"<g transform="translate(640 0) scale(-1 1)">"#));
        draw(self);
        self.add(format_args!("</g>"));
    }

    /// The finished SVG.
    pub(super) fn finish(self) -> String {
        let Palette { sky, ground, .. } = self.palette;
        let (halo_x, halo_y) = (300 + i32::from(self.dice[1] % 40), 280 + i32::from(self.dice[2] % 30));
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 640" width="{SIDE}" height="{SIDE}"><defs><linearGradient id="sky" x1="0" y1="0" x2="0.35" y2="1"><stop offset="0" stop-color="{sky}"/><stop offset="1" stop-color="{ground}"/></linearGradient><radialGradient id="halo"><stop offset="0" stop-color="#ffffff" stop-opacity="0.85"/><stop offset="0.75" stop-color="#ffffff" stop-opacity="0.55"/><stop offset="1" stop-color="#ffffff" stop-opacity="0.35"/></radialGradient></defs><rect width="640" height="640" fill="url(#sky)"/><circle cx="{halo_x}" cy="{halo_y}" r="222" fill="url(#halo)"/>{}</svg>"##,
            self.body
        )
    }
}
