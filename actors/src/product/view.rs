//! What a product answers.

use serde::{Deserialize, Serialize};

use super::Status;
use crate::ids::ProductId;

/// The answer to an accepted command: what came of the product. Its content is read from its published state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Which product.
    pub id: ProductId,
    /// Its name in links.
    pub slug: String,
    /// Where it is in its life now.
    pub status: Status,
}
