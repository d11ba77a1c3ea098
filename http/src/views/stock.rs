//! Stock as the shop's people see it.

use amazoff_actors::ids::VariantId;
use amazoff_actors::stock::{AdjustReason, Levels, Movement, Stock};
use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::json::Form;

/// The quantities of a variant.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = Levels)]
pub struct LevelsBody {
    /// On the shelf.
    pub on_hand: u32,
    /// Put aside for running checkouts.
    pub held: u32,
    /// Promised to placed orders.
    pub allocated: u32,
    /// What can still be had.
    pub available: u32,
    /// How many more may be promised than are on the shelf.
    pub backorder_max: u32,
}

impl From<Levels> for LevelsBody {
    fn from(levels: Levels) -> Self {
        let Levels { on_hand, held, allocated, available, backorder_max } = levels;
        Self { on_hand, held, allocated, available, backorder_max }
    }
}

/// One movement of a stock.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Movement)]
pub struct MovementBody {
    /// Its place in the stock's history.
    pub seq: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// `received`, `held`, `released`, `allocated`, `shipped`, `deallocated`, `restocked`, `scrapped` or `adjusted`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// How many pieces; below zero only for a correction.
    pub quantity: i64,
    /// What for: a hold, a shipment or another cause.
    pub cause: String,
    /// Why, for a correction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// The quantities afterwards.
    pub after: LevelsBody,
}

impl From<Movement> for MovementBody {
    fn from(row: Movement) -> Self {
        Self {
            seq: row.seq.0,
            at: row.at,
            kind: row.kind.name(),
            quantity: row.quantity,
            cause: row.cause,
            reason: row.reason.map(AdjustReason::name),
            after: row.after.into(),
        }
    }
}

/// The stock of a variant and its ledger.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Stock)]
pub struct StockBody {
    /// `var_` and 32 hex digits.
    #[schema(value_type = String)]
    pub variant_id: VariantId,
    /// The shop's own article number.
    pub sku: String,
    /// The quantities now.
    pub levels: LevelsBody,
    /// The ledger, oldest first.
    pub movements: Vec<MovementBody>,
    /// Give it as `after` for the next page; absent at the end.
    pub next_after: Option<u64>,
}

impl StockBody {
    /// A stock with a page of its ledger.
    pub fn of(variant: VariantId, stock: &Stock, ledger: amazoff_actors::stock::LedgerPage) -> Self {
        Self {
            variant_id: variant,
            sku: stock.sku.clone(),
            levels: Levels::of(stock).into(),
            movements: ledger.items.into_iter().map(MovementBody::from).collect(),
            next_after: ledger.next.map(|seq| seq.0),
        }
    }
}

/// Pieces that came onto the shelf.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockReceipt {
    /// How many.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    pub quantity: u32,
}

impl Form for StockReceipt {}

/// A correction of the number on the shelf.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionForm {
    /// How many more, or fewer.
    #[schema(minimum = -1_000_000_000, maximum = 1_000_000_000)]
    pub delta: i64,
    /// `counted`, `damaged`, `lost`, `found` or `other`.
    #[schema(value_type = crate::views::words::AdjustReason)]
    pub reason: AdjustReason,
    /// How many were on the shelf when this was asked; refused when it is not so any more.
    pub expected_on_hand: u32,
}

impl Form for CorrectionForm {}

/// How many more may be promised than are on the shelf.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BackorderForm {
    /// How many; 0 for none.
    #[schema(maximum = 1_000_000_000)]
    pub up_to: u32,
}

impl Form for BackorderForm {}
