//! What a review's effects do: the rating counts, and the review learns that it did.

use amazoff_supervisor::{Deliver, Delivered, Delivery};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::{Command, Effect, Review};
use crate::checkout::Reached;
use crate::rating::Ratings;

/// Delivers the effects of reviews.
pub struct ReviewDelivery {
    /// The ratings.
    pub ratings: Ratings,
}

impl Deliver<Review> for ReviewDelivery {
    fn deliver<'a>(&'a self, sent: Delivery<'a, Effect>) -> BoxFuture<'a, Delivered<Command>> {
        async move {
            let Effect::Count { product, delta } = sent.effect;
            let counted = self.ratings.count(*product, *delta, sent.envelope()).await;
            let reason = match Reached::from(counted) {
                Reached::Accepted(_) => return Delivered::Answer(Command::NoteCounted { turn: delta.turn }),
                Reached::NotNow(reason) => return Delivered::Retry { reason },
                Reached::Refused(refusal) => refusal.to_string(),
                Reached::Poisoned(reason) => reason,
            };
            let review = &sent.key.entity;
            tracing::error!(review.id = %review, %reason, "{review} is not counted: {reason}");
            Delivered::Dead { reason }
        }
        .boxed()
    }
}
