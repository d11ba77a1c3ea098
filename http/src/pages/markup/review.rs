//! What people say of a product.

use super::catalogue::SortChoice;
use super::order::Moment;

/// The reviews of a product.
#[derive(Clone, Debug)]
pub(crate) struct Reviews {
    /// What they give on average; `None` while there are none.
    pub rating: Option<Rating>,
    /// How many give how many stars, five stars first.
    pub bars: Vec<Bar>,
    /// Those of this page.
    pub shown: Vec<Review>,
    /// Where the next page is.
    pub more: Option<String>,
    /// The orders to choose from; none where there is nothing to order.
    pub sorts: Vec<SortChoice>,
    /// Where all are shown, when these are only some of them.
    pub whole: Option<String>,
}

/// How good something is, in short.
#[derive(Clone, Debug)]
pub(crate) struct Rating {
    /// `4.3`
    pub average: String,
    /// `12 reviews`
    pub count: String,
}

/// How many give so many stars.
#[derive(Clone, Debug)]
pub(crate) struct Bar {
    /// So many.
    pub stars: u8,
    /// How many reviews.
    pub count: u32,
    /// Of how many.
    pub all: u64,
    /// Where only these are shown; none where there are none.
    pub href: Option<String>,
}

/// A review.
#[derive(Clone, Debug)]
pub(crate) struct Review {
    /// Its id.
    pub id: String,
    /// How many stars it gives.
    pub stars: u8,
    /// In one line.
    pub title: String,
    /// At length, one text per paragraph.
    pub paragraphs: Vec<String>,
    /// Who wrote it.
    pub author: String,
    /// Whether the author bought it here.
    pub verified: bool,
    /// Whether it was changed.
    pub edited: bool,
    /// How many found it helpful.
    pub helpful: u32,
    /// Since when it is seen.
    pub at: Moment,
}

impl Review {
    /// The stars as a picture.
    pub(crate) fn drawn(&self) -> String {
        (1..=5).map(|place| if place <= self.stars { '★' } else { '☆' }).collect()
    }
}
