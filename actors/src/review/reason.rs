//! Why somebody complains, and why a moderator refuses.

use serde::{Deserialize, Serialize};

/// What is wrong with a review. There is no free text: it would be one more thing to read before others may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It advertises something.
    Spam,
    /// It insults somebody.
    Offensive,
    /// It is not about the product.
    OffTopic,
    /// It says something about a person that is nobody's business.
    PersonalData,
    /// Whoever wrote it does not mean it.
    Fake,
    /// Something else.
    Other,
}
