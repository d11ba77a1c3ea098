//! What a cart asks of others.

use amazoff_supervisor::{Principal, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Line, MergeStrategy};
use crate::ids::CartId;
use crate::money::Currency;

/// What a cart asks of others, at least once, so that a repeat changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Have another cart take over what is in this one.
    MergeInto(Box<Handover>),
    /// Destroy the cart's own key: what it sealed for a guest is of no use any more.
    ForgetGuest {
        /// When the cart was over.
        at: Timestamp,
    },
}

/// What is handed over to another cart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handover {
    /// To which.
    pub target: CartId,
    /// Who asked for it.
    pub asker: Principal,
    /// In which the lines are priced.
    pub currency: Currency,
    /// What becomes of variants that both have.
    pub strategy: MergeStrategy,
    /// The lines.
    pub lines: Vec<Line>,
    /// The codes.
    pub coupons: Vec<String>,
}
