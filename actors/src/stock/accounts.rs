//! The accounts of a variant in the ledger (STOCK-5).

use amazoff_supervisor::Decision;

use super::state::Stock;
use crate::ids::VariantId;

/// Where pieces come from.
pub const SUPPLIER: &str = "supplier";
/// Where pieces go, and come back from.
pub const CUSTOMER: &str = "customer";

/// The names of a variant's accounts.
pub(super) struct Accounts {
    asset: String,
    pub(super) available: String,
    pub(super) held: String,
    pub(super) allocated: String,
    pub(super) scrapped: String,
    pub(super) adjusted: String,
}

impl Accounts {
    pub(super) fn of(variant: VariantId) -> Self {
        let account = |name: &str| format!("stock:{name}:{variant}");
        Self {
            asset: variant.to_string(),
            available: account("available"),
            held: account("held"),
            allocated: account("allocated"),
            scrapped: account("scrapped"),
            adjusted: account("adjusted"),
        }
    }

    pub(super) fn transfer(
        &self,
        decision: Decision<Stock>,
        quantity: u32,
        from: &str,
        to: &str,
    ) -> Decision<Stock> {
        decision.transfer(&self.asset, i64::from(quantity), from, to)
    }
}
