//! What a stock answers.

use serde::{Deserialize, Serialize};

use super::Stock;

/// The quantities of a variant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Levels {
    /// On the shelf.
    pub on_hand: u32,
    /// Put aside for running checkouts.
    pub held: u32,
    /// Promised to placed orders.
    pub allocated: u32,
    /// What can still be had.
    pub available: u32,
    /// How many more may be promised than are on the shelf.
    #[serde(default)]
    pub backorder_max: u32,
}

impl Levels {
    /// The quantities of a stock.
    pub fn of(stock: &Stock) -> Self {
        Self {
            on_hand: stock.on_hand,
            held: stock.held,
            allocated: stock.allocated,
            available: stock.available(),
            backorder_max: stock.backorder_max,
        }
    }

    /// Whether a piece can be promised to an order. What is put aside for running checkouts counts as left: it may come back.
    pub(super) fn is_left(&self) -> bool {
        self.on_hand.saturating_add(self.backorder_max) > self.allocated
    }
}
