//! What a review answers, and what others see of one.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Reason, Status, Text};
use crate::ids::{ProductId, ReviewId, UserId};
use crate::rating::Stars;

/// The answer to an accepted command, without what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Where it is in its life.
    pub status: Status,
    /// The number of its newest version; 0 before the first.
    pub revision: u32,
    /// How good the product is.
    pub stars: Option<Stars>,
    /// Whether the author has the product from here.
    pub verified: bool,
    /// How many found it helpful.
    pub helpful: u32,
    /// When the newest version was written.
    pub written_at: Timestamp,
    /// When it was handed in first.
    pub created_at: Timestamp,
}

/// A review, opened for its author or a moderator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewView {
    /// Which.
    pub id: ReviewId,
    /// Of what.
    pub product: ProductId,
    /// By whom.
    pub author: UserId,
    /// How it stands.
    pub receipt: Receipt,
    /// What is said; gone when its author was erased.
    pub text: Option<Text>,
    /// Why a moderator refused it.
    pub refused: Option<Reason>,
    /// Complaints that no moderator has looked at.
    pub flags: Vec<Reason>,
    /// Whether everybody sees it.
    pub shown: bool,
}
