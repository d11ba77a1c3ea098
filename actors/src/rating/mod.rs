//! Ratings: how many stars the shown reviews of a product give. One entity per product, with the product's UUID.
//!
//! Owns a number per star, and nothing else. What reviews show is theirs; they ask for each change, and show it only after it
//! was counted here, so that a list of reviews never knows more than the number beside it (T-R1).
//!
//! | Count                                   | what follows                        |
//! |-----------------------------------------|-------------------------------------|
//! | from nothing to some stars              | one more                            |
//! | from some stars to others, or to nothing | one less, and one more of the others |
//! | from stars that nobody gives            | `rating-not-counted`                |
//! | from anything to the same               | no-op                               |
//!
//! Invariants:
//! - RATING-1: count and sum follow from the histogram; they are never stored beside it, so they cannot disagree.
//! - RATING-2: no number of stars is ever less than nothing.
//! - RATING-3: each change of a review is counted once: changes are effects of the review, which the runtime hands over in
//!   order and whose repeats it knows.
//!
//! It deliberately does not know who wrote what, and stores no average: that is a quotient, made where it is shown.
//!
//! Called by reviews; read by the product's page, its list of reviews, and the projection for search.

mod command;
mod event;
mod handle;
mod rejection;
mod stars;
mod state;
mod tally;
#[cfg(test)]
mod tests;

pub use command::{Command, Delta};
pub use event::Event;
pub use handle::Ratings;
pub use rejection::Rejection;
pub use stars::{NoStars, Stars};
pub use state::Rating;
pub use tally::Tally;
