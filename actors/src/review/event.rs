//! What happens to a review, and what follows outside it.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Reason, Revision};
use crate::ids::{OrderId, ProductId, UserId};
use crate::rating::Delta;

/// Something that happened to a review.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It was handed in.
    Submitted {
        /// Of what.
        product: ProductId,
        /// By whom.
        author: UserId,
        /// What is said.
        revision: Revision,
    },
    /// It was changed.
    Edited {
        /// What is said from then on.
        revision: Revision,
    },
    /// Its author took it back.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
    /// A moderator let everybody see it.
    Published {
        /// When.
        at: Timestamp,
        /// Who.
        by: UserId,
    },
    /// A moderator let nobody see it.
    Rejected {
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
        /// Who.
        by: UserId,
    },
    /// Somebody complained.
    Flagged {
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
        /// Who.
        by: UserId,
    },
    /// A moderator let nobody see it any more.
    Removed {
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
        /// Who.
        by: UserId,
    },
    /// A moderator found nothing wrong with it.
    Restored {
        /// When.
        at: Timestamp,
        /// Who.
        by: UserId,
    },
    /// Somebody found it helpful.
    Voted {
        /// Who.
        by: UserId,
    },
    /// Somebody does so no longer.
    VoteTakenBack {
        /// Who.
        by: UserId,
    },
    /// An order brought the product to the author, or does not stand any more.
    PurchaseNoted {
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
    Counted {
        /// Which change.
        turn: u64,
    },
}

/// What follows outside a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Have a change counted.
    Count {
        /// Of which product.
        product: ProductId,
        /// What changes.
        delta: Delta,
    },
}
