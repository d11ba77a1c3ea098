//! From what the shop knows to what a page shows.

pub(super) mod bag;
pub(super) mod catalogue;
pub(super) mod orders;

use std::collections::BTreeMap;

use amazoff_actors::pricing::Totals;
use amazoff_supervisor::Timestamp;
use time::OffsetDateTime;
use time::macros::format_description;

use super::markup::order::Moment;
use super::markup::{Picture, Price, Sums};

/// The side of a picture whose true size a list does not know: every picture in a list is shown as a square.
const LIST_PICTURE: u32 = 800;

/// Where the bytes of a picture are.
pub(super) fn media_url(blob: &str) -> String {
    format!("/v1/media/{blob}")
}

/// The picture of something in a list. Its name stands beside it, so it says nothing itself.
pub(super) fn thumbnail(blob: Option<&str>) -> Option<Picture> {
    blob.map(|blob| Picture {
        url: media_url(blob),
        alt: String::new(),
        width: LIST_PICTURE,
        height: LIST_PICTURE,
    })
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
    fn one_thing_is_not_many() {
        assert_eq!(counted(1, "product", "products"), "1 product");
        assert_eq!(counted(0, "product", "products"), "0 products");
    }
}
