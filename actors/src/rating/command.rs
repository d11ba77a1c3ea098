//! What may be asked of a rating.

use serde::{Deserialize, Serialize};

use super::Stars;
use crate::ids::ReviewId;

/// A command to the rating of a product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// A review gives other stars, begins to give some, or gives none any more.
    Count(Delta),
}

/// A change of what one review gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delta {
    /// Which review.
    pub review: ReviewId,
    /// Which of its changes.
    pub turn: u64,
    /// What it gave until now.
    pub from: Option<Stars>,
    /// What it gives from now on.
    pub to: Option<Stars>,
}
