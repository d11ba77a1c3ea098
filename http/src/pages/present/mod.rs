//! From what the shop knows to what a page shows.

pub(super) mod bag;
pub(super) mod catalogue;
pub(super) mod departments;
pub(super) mod facets;
pub(super) mod orders;
pub(super) mod reviews;
pub(super) mod shown;
pub(super) mod structured;

use std::collections::BTreeMap;

use amazoff_actors::media::{Encoding, Preset};
use amazoff_actors::pricing::Totals;
use amazoff_supervisor::Timestamp;
use time::OffsetDateTime;
use time::macros::format_description;

use super::markup::order::Moment;
use super::markup::{Picture, Price, Sums};
use crate::views::media::rendition_path;

/// The side of a picture whose true size a list does not know: every picture in a list is shown as a square.
const LIST_PICTURE: u32 = 800;

/// Where pictures stand: the sizes that browsers choose among, the one for those that choose nothing, and how wide it is there.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// In the grid of products.
    Grid,
    /// On the product's own page.
    Gallery,
    /// In a line of a bag or an order.
    Line,
}

impl Place {
    fn presets(self) -> (&'static [Preset], Preset, &'static str) {
        match self {
            Self::Grid => {
                (&[Preset::Thumb, Preset::Card, Preset::Page], Preset::Card, "(max-width: 36rem) 46vw, 18rem")
            }
            Self::Gallery => {
                (&[Preset::Card, Preset::Page, Preset::Zoom], Preset::Page, "(max-width: 56rem) 100vw, 50vw")
            }
            Self::Line => (&[Preset::Thumb, Preset::Card], Preset::Thumb, "7rem"),
        }
    }
}

/// A picture of known sides in a place.
pub(super) fn picture(blob: &str, (width, height): (u32, u32), alt: String, place: Place) -> Picture {
    let (presets, usual, sizes) = place.presets();
    let choices = |encoding| {
        let mut last = 0;
        let mut choices = Vec::new();
        for preset in presets {
            let (wide, _) = preset.size((width, height));
            // A small picture is not enlarged: its larger renditions are all the same.
            if wide > last {
                choices.push(format!("{} {wide}w", rendition_path(blob, *preset, encoding)));
            }
            last = wide;
        }
        choices.join(", ")
    };
    Picture {
        url: rendition_path(blob, usual, Encoding::Jpeg),
        webp: choices(Encoding::WebP),
        jpeg: choices(Encoding::Jpeg),
        sizes,
        thumb: rendition_path(blob, Preset::Thumb, Encoding::Jpeg),
        alt,
        width,
        height,
    }
}

/// The picture of something in a line. Its name stands beside it, so it says nothing itself.
pub(super) fn thumbnail(blob: Option<&str>) -> Option<Picture> {
    blob.map(|blob| listed(blob, String::new(), Place::Line))
}

/// A picture of whose sides a list knows nothing: shown as a square, and chosen by the longer side.
pub(super) fn listed(blob: &str, alt: String, place: Place) -> Picture {
    picture(blob, (LIST_PICTURE, LIST_PICTURE), alt, place)
}

/// `Cream, 1.5 l`
pub(super) fn options(options: &BTreeMap<String, String>) -> String {
    options.values().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// The sums under a bag or an order.
pub(super) fn sums(totals: &Totals) -> Sums {
    Sums {
        subtotal: Price::of(totals.subtotal),
        discount: (totals.discount.amount != 0).then(|| Price::of(totals.discount)),
        shipping: Price::of(totals.shipping),
        shipping_free: totals.shipping.amount == 0,
        tax: (totals.tax.amount != 0).then(|| Price::of(totals.tax)),
        tax_added: totals.is_tax_added(),
        total: Price::of(totals.total),
    }
}

/// `23 November 2026, 07:30 UTC`
pub(super) fn moment(at: Timestamp) -> Moment {
    let format = format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC");
    let words = OffsetDateTime::from_unix_timestamp(at.unix_ms().div_euclid(1000))
        .ok()
        .and_then(|at| at.format(&format).ok());
    Moment { machine: at.to_string(), words: words.unwrap_or_else(|| at.to_string()) }
}

/// `23 November 2026`
pub(super) fn day(at: Timestamp) -> String {
    let words = moment(at).words;
    words.split(',').next().unwrap_or(&words).to_owned()
}

/// `1 product`, `2 products`
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_to_machines_and_to_people() {
        let told = moment(Timestamp::from_unix_ms(1_795_419_000_000));
        assert_eq!(told.machine, "2026-11-23T07:30:00Z");
        assert_eq!(told.words, "23 November 2026, 07:30 UTC");
        assert_eq!(day(Timestamp::from_unix_ms(1_795_419_000_000)), "23 November 2026");
    }

    #[test]
    fn a_browser_chooses_among_sizes_that_differ() {
        let large = picture("00", (4000, 2000), "A jug".to_owned(), Place::Gallery);
        assert_eq!(
            large.webp,
            "/v1/media/00/card.webp 400w, /v1/media/00/page.webp 800w, /v1/media/00/zoom.webp 1600w"
        );
        assert_eq!((large.url.as_str(), large.width, large.height), ("/v1/media/00/page.jpg", 4000, 2000));
        let small = picture("00", (500, 250), String::new(), Place::Gallery);
        assert_eq!(small.jpeg, "/v1/media/00/card.jpg 400w, /v1/media/00/page.jpg 500w");
        let tall = picture("00", (200, 400), String::new(), Place::Line);
        assert_eq!(tall.jpeg, "/v1/media/00/thumb.jpg 80w, /v1/media/00/card.jpg 200w");
    }

    #[test]
    fn one_thing_is_not_many() {
        assert_eq!(counted(1, "product", "products"), "1 product");
        assert_eq!(counted(0, "product", "products"), "0 products");
    }
}
