//! Reviews: what people say of products. One entity per person and product, [`crate::ids::ReviewId::of`].
//!
//! Owns the stars, the sealed text and its earlier versions, who found it helpful, who complained, and which orders brought the
//! product to its author. A moderator reads every text before others do.
//!
//! | status    | Submit           | Edit             | Withdraw         | Approve     | Reject      | Remove    | Restore     | Vote, Flag |
//! |-----------|------------------|------------------|------------------|-------------|-------------|-----------|-------------|------------|
//! | absent    | → submitted      | not found        | not found        | not found   | not found   | not found | not found   | not found  |
//! | submitted | `review-exists`  | → submitted      | → withdrawn      | → published | → rejected  | not open  | not open    | not found  |
//! | published | `review-exists`  | → submitted      | → withdrawn      | no-op       | not open    | → removed | no-op       | yes; Flag → flagged |
//! | flagged   | `review-exists`  | → submitted      | → withdrawn      | not open    | not open    | → removed | → published | yes        |
//! | rejected  | `review-exists`  | → submitted      | → withdrawn      | → published | no-op       | not open  | not open    | not found  |
//! | removed   | `review-removed` | `review-removed` | `review-removed` | not open    | not open    | no-op     | → published | not found  |
//! | withdrawn | → submitted      | not found        | no-op            | not found   | not found   | not found | not found   | not found  |
//!
//! An edit that changes nothing is a no-op. Approve and Reject name the version that was read: a text that was edited
//! meanwhile is refused as `review-changed`. A flagged review stays where it is until a moderator has looked at it.
//! NotePurchase comes from orders, also before there is a review; NoteCounted is the answer of the rating.
//!
//! Invariants:
//! - REV-1: a person has one review of a product, however often they submit (T-R2): the id follows from both.
//! - REV-2: what is shown was counted before, and is counted until it is no longer shown (T-R1): each change of what a review
//!   gives is an effect on the product's rating, in order; the review is shown once the newest of them is answered, with the
//!   text that was approved.
//! - REV-3: nobody reads a text that no moderator approved, but its author and the moderators.
//! - REV-4: it is verified exactly while an order that brought the product stands; a full refund ends that.
//! - REV-5: a person finds a review helpful once, complains once per text, and never does so about their own.
//! - REV-6: at most [`REVISIONS_MAX`] versions, [`VOTES_MAX`] votes, [`FLAGS_MAX`] complaints and [`PURCHASES_MAX`] orders.
//!
//! It deliberately counts nothing over all reviews (that is `rating`), knows no names (the author chooses one with the text),
//! and does not ask whether the product is for sale: the edge does.
//!
//! Called by the edges through [`Reviews`], and by orders. Title, text and chosen name are one sealed value.

mod command;
mod deliver;
mod event;
mod form;
mod handle;
mod list;
mod projection;
mod reason;
mod rejection;
mod rules;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use command::{Command, Edit, Submission};
pub use deliver::ReviewDelivery;
pub use event::{Effect, Event};
pub use form::{BODY_CHARS_MAX, Change, NAME_CHARS_MAX, TITLE_CHARS_MAX, Text};
pub use handle::{Judgement, Reviews};
pub use list::{ListedPage, ListedReview, Listing, ReviewPage, Sorting};
pub use projection::{REVIEWS, ReviewProjection};
pub use reason::Reason;
pub use rejection::Rejection;
pub use state::{FLAGS_MAX, PURCHASES_MAX, REVISIONS_MAX, Review, Revision, Shown, Status, VOTES_MAX};
pub use view::{Receipt, ReviewView};
