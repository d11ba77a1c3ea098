//! How far each piece of an order is: pieces per line, parcels and returns.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{AdjustmentId, CaptureId, LineId};
use crate::money::Quantity;

/// Pieces of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portion {
    /// Which line.
    pub line: LineId,
    /// How many pieces.
    pub quantity: Quantity,
}

/// Pieces that came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedPortion {
    /// Of which line.
    pub line: LineId,
    /// How many pieces.
    pub quantity: Quantity,
    /// Whether they can be sold again.
    pub resellable: bool,
}

/// How far the pieces of a line are. Every piece that was ordered is open, canceled, packed or shipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pieces {
    /// Bought.
    pub ordered: u32,
    /// Given up before they were packed.
    pub canceled: u32,
    /// In parcels that were not sent yet.
    pub packed: u32,
    /// Sent.
    pub shipped: u32,
    /// Sent, and arrived.
    pub delivered: u32,
    /// Sent, and come back.
    pub returned: u32,
    /// Paid back without having been canceled.
    pub refunded: u32,
}

impl Pieces {
    /// What the shopper still gets: bought, and not given up.
    pub fn current(&self) -> u32 {
        self.ordered.saturating_sub(self.canceled)
    }

    /// What nothing was done with yet.
    pub fn open(&self) -> u32 {
        self.current().saturating_sub(self.packed).saturating_sub(self.shipped)
    }
}

/// How a parcel can be followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tracking {
    /// Who carries it.
    pub carrier: String,
    /// The carrier's number.
    pub number: String,
    /// Where it can be looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Where a parcel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShipmentState {
    /// It waits.
    Packed,
    /// It is on its way.
    Shipped,
    /// It arrived.
    Delivered,
}

/// A parcel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipment {
    /// What is in it.
    pub lines: Vec<Portion>,
    /// Where it is.
    pub state: ShipmentState,
    /// How to follow it.
    pub tracking: Option<Tracking>,
    /// The capture of its price, where money is taken with shipments.
    pub capture: Option<CaptureId>,
    /// When it was packed, or sent at once.
    pub packed_at: Timestamp,
    /// When it was sent.
    pub shipped_at: Option<Timestamp>,
    /// When it arrived.
    pub delivered_at: Option<Timestamp>,
}

/// Why pieces are sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnReason {
    /// The shopper does not want them any more.
    Unwanted,
    /// They arrived broken.
    Damaged,
    /// They are not what was ordered.
    Wrong,
    /// Something else.
    Other,
}

/// How far a return is: requested → approved → received → refunded, or rejected or canceled before it is received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnState {
    /// The shopper asked.
    Requested,
    /// The shop waits for the goods.
    Approved,
    /// The goods are there; the money is on its way.
    Received,
    /// The money is back. Terminal.
    Refunded,
    /// The shop refused. Terminal.
    Rejected,
    /// The shopper changed their mind. Terminal.
    Canceled,
}

impl ReturnState {
    /// Whether pieces are spoken for that may still come.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::Approved)
    }
}

/// Goods that come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    /// What was asked for.
    pub lines: Vec<Portion>,
    /// Why.
    pub reason: ReturnReason,
    /// How far it is.
    pub state: ReturnState,
    /// What arrived.
    pub received: Vec<ReceivedPortion>,
    /// What was paid back for it.
    pub adjustment: Option<AdjustmentId>,
    /// When it was asked for.
    pub requested_at: Timestamp,
}
