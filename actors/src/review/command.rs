//! What may be asked of a review.

use amazoff_supervisor::Sealed;
use serde::{Deserialize, Serialize};

use super::{Reason, Text};
use crate::ids::{OrderId, ProductId, UserId};
use crate::rating::Stars;

/// A command to the review of a product by a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Hands it in.
    Submit(Submission),
    /// Changes it; it is read by a moderator again.
    Edit(Edit),
    /// Takes it back.
    Withdraw,
    /// Finds it helpful.
    Vote {
        /// Who.
        by: UserId,
    },
    /// Does so no longer.
    TakeVoteBack {
        /// Who.
        by: UserId,
    },
    /// Complains.
    Flag {
        /// Who.
        by: UserId,
        /// Why.
        reason: Reason,
    },
    /// Lets everybody see it.
    Approve {
        /// The version that was read.
        revision: u32,
        /// The moderator.
        by: UserId,
    },
    /// Lets nobody see it.
    Reject {
        /// The version that was read.
        revision: u32,
        /// Why.
        reason: Reason,
        /// The moderator.
        by: UserId,
    },
    /// Lets nobody see it any more.
    Remove {
        /// Why.
        reason: Reason,
        /// The moderator.
        by: UserId,
    },
    /// Lets it be seen as before.
    Restore {
        /// The moderator.
        by: UserId,
    },
    /// An order brought the product to the author, or does not stand any more.
    NotePurchase {
        /// Which order.
        order: OrderId,
        /// Whose it is.
        buyer: UserId,
        /// What was bought.
        product: ProductId,
        /// Whether it stands.
        stands: bool,
    },
    /// The rating has counted a change.
    NoteCounted {
        /// Which change.
        turn: u64,
    },
}

/// A new review, sealed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// Of what.
    pub product: ProductId,
    /// By whom.
    pub author: UserId,
    /// How good it is.
    pub stars: Stars,
    /// What is said.
    pub text: Sealed<Text>,
}

/// A change of a review, sealed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// The version that is changed.
    pub revision: u32,
    /// Other stars.
    pub stars: Option<Stars>,
    /// Another text.
    pub text: Option<Sealed<Text>>,
}
