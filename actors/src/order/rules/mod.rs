//! What each command does, one file per group.

mod cancel;
mod draft;
mod facts;
mod parcels;
mod pay;
mod refunds;
mod returns;

use std::collections::BTreeMap;

pub(super) use self::pay::{GRACE, PATIENCE};
use super::books::counted;
use super::draft::Draft;
use super::goods::{Pieces, Portion};
use super::rejection::Rejection;
use super::state::Order;
use crate::ids::{AdjustmentId, HoldId, LineId, ReturnId, VariantId};
use crate::money::Quantity;

/// The one change that a return makes.
pub(super) fn adjustment_of_return(id: ReturnId) -> AdjustmentId {
    AdjustmentId::from(id.uuid())
}

impl Order {
    /// Refuses no pieces, pieces of unknown lines, and more pieces than `free` says there are.
    fn check_portions(
        &self,
        lines: &[Portion],
        free: impl Fn(LineId, &Pieces) -> u32,
    ) -> Result<(), Rejection> {
        if lines.is_empty() {
            return Err(Rejection::NothingChosen);
        }
        for (line, count) in counted(lines) {
            let pieces = self.goods.get(&line).ok_or(Rejection::LineUnknown { line })?;
            let left = free(line, pieces);
            if count > left {
                return Err(Rejection::QuantityNotOpen { line, left });
            }
        }
        Ok(())
    }

    /// Pieces by variant, sorted, each with the hold under which they are promised.
    fn by_variant(&self, draft: &Draft, lines: &[Portion]) -> Vec<(VariantId, HoldId, Quantity)> {
        let mut sums: BTreeMap<VariantId, Quantity> = BTreeMap::new();
        for Portion { line, quantity } in lines {
            let Some(bought) = draft.line(*line) else { continue };
            let sum = sums.get(&bought.variant_id).and_then(|sum| sum.checked_add(*quantity).ok());
            sums.insert(bought.variant_id, sum.unwrap_or(*quantity));
        }
        let hold = |variant| HoldId::of(draft.cart, self.attempt, variant);
        sums.into_iter().map(|(variant, quantity)| (variant, hold(variant), quantity)).collect()
    }
}
