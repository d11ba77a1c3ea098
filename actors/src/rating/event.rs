//! What happens to a rating.

use serde::{Deserialize, Serialize};

use super::Delta;

/// Something that happened to a rating.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A change of a review was counted.
    Counted(Delta),
}
