//! The ledger of a stock: its events as typed rows, each with its cause and the quantities after it.

use amazoff_supervisor::journal::{Journal, JournalError, StoredEvent};
use amazoff_supervisor::{CommandId, Entity, EntityId, Timestamp, Version, decode};
use serde::{Deserialize, Serialize};

use super::event::Event;
use super::state::{Hold, Stock};
use super::view::Levels;
use super::{AdjustReason, NewHold};
use crate::ids::{HoldId, VariantId};

/// How many events are read at once.
const PAGE: usize = 200;

/// What a movement was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// From the supplier to the shelf.
    Received,
    /// Put aside for a checkout.
    Held,
    /// Given up by a checkout.
    Released,
    /// Promised to an order.
    Allocated,
    /// Left with a parcel.
    Shipped,
    /// A promise was taken back.
    Deallocated,
    /// Came back to the shelf.
    Restocked,
    /// Came back and cannot be sold.
    Scrapped,
    /// The number on the shelf was corrected.
    Adjusted,
}

impl MovementKind {
    /// Its text, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Held => "held",
            Self::Released => "released",
            Self::Allocated => "allocated",
            Self::Shipped => "shipped",
            Self::Deallocated => "deallocated",
            Self::Restocked => "restocked",
            Self::Scrapped => "scrapped",
            Self::Adjusted => "adjusted",
        }
    }
}

/// One row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Its place in the stock's history.
    pub seq: Version,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: MovementKind,
    /// How many pieces; below zero only for a correction.
    pub quantity: i64,
    /// What for: a hold, a shipment or another cause; that of the command where nothing else is known.
    pub cause: String,
    /// Why, for a correction.
    pub reason: Option<AdjustReason>,
    /// The quantities afterwards.
    pub after: Levels,
}

/// A page of a ledger, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerPage {
    /// The rows.
    pub items: Vec<Movement>,
    /// Give it as `after` for the next page; `None` at the end.
    pub next: Option<Version>,
}

/// Reads up to `limit` rows that come after an event. The history is folded from its start: each row shows the sums
/// after it, and they must be those that the events make.
pub(super) async fn read(
    journal: &dyn Journal,
    variant: VariantId,
    after: Version,
    limit: usize,
) -> Result<LedgerPage, JournalError> {
    let entity = EntityId::new(Stock::KIND, variant.uuid());
    let (mut stock, mut seen, mut items) = (Stock::default(), Version(0), Vec::new());
    loop {
        let page = journal.history(&entity, seen, PAGE).await?;
        let Some(last) = page.last() else { return Ok(LedgerPage { items, next: None }) };
        seen = last.seq;
        for stored in &page {
            let event = decode::<Stock>(&stored.event.payload, stored.event.schema)
                .map_err(|reason| JournalError::Corrupt { entity: stored.entity.to_string(), reason })?;
            let moved = moved(&stock, &event, stored.event.command_id);
            stock.apply(&event);
            let Some(moved) = moved.filter(|_| stored.seq > after) else { continue };
            if items.len() == limit {
                return Ok(LedgerPage { next: items.last().map(|row: &Movement| row.seq), items });
            }
            items.push(moved.row(stored, &stock));
        }
    }
}

/// What an event moves.
struct Moved {
    kind: MovementKind,
    quantity: i64,
    cause: String,
    reason: Option<AdjustReason>,
}

impl Moved {
    fn row(self, stored: &StoredEvent, after: &Stock) -> Movement {
        let Self { kind, quantity, cause, reason } = self;
        let after = Levels::of(after);
        Movement { seq: stored.seq, at: stored.at, kind, quantity, cause, reason, after }
    }
}

fn moved(before: &Stock, event: &Event, command: CommandId) -> Option<Moved> {
    let row = |kind, quantity: u32, cause: String| {
        Some(Moved { kind, quantity: i64::from(quantity), cause, reason: None })
    };
    let pieces = |hold: &HoldId| before.holds.get(hold).map(Hold::left);
    match event {
        Event::Introduced { .. } | Event::CheckoutWoken { .. } | Event::BackordersAllowed { .. } => None,
        Event::Received { quantity } => row(MovementKind::Received, *quantity, command.0.to_string()),
        Event::Held(NewHold { hold, quantity, .. }) => {
            row(MovementKind::Held, quantity.get(), hold.to_string())
        }
        // A release that came before its hold moves nothing.
        Event::HoldReleased { hold } => row(MovementKind::Released, pieces(hold)?, hold.to_string()),
        Event::HoldCommitted { hold } => row(MovementKind::Allocated, pieces(hold)?, hold.to_string()),
        Event::Shipped { shipment, quantity, .. } => {
            row(MovementKind::Shipped, quantity.get(), shipment.to_string())
        }
        Event::Deallocated { cause, quantity, .. } => {
            row(MovementKind::Deallocated, quantity.get(), cause.to_string())
        }
        Event::Restocked { cause, quantity, resellable } => {
            let kind = if *resellable { MovementKind::Restocked } else { MovementKind::Scrapped };
            row(kind, quantity.get(), cause.to_string())
        }
        Event::Adjusted { delta, reason } => Some(Moved {
            kind: MovementKind::Adjusted,
            quantity: *delta,
            cause: command.0.to_string(),
            reason: Some(*reason),
        }),
    }
}
