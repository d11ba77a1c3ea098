//! What may be asked of the pricebook.

use serde::{Deserialize, Serialize};

use super::{CapturePolicy, Promotion, ShippingMethod, TaxRegion};
use crate::ids::PromotionId;
use crate::money::Currency;
use crate::pricing::Rounding;

/// A command to the pricebook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Changes it.
    Change {
        /// Only if this is its version; `None` whatever it is.
        expected_version: Option<u64>,
        /// What changes.
        change: Change,
    },
}

/// A change of the pricebook. One that changes nothing is accepted and not stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Says in which currencies the shop sells, the default first.
    SetCurrencies {
        /// From now on.
        currencies: Vec<Currency>,
    },
    /// Says how amounts are rounded.
    SetRounding {
        /// From now on.
        rounding: Rounding,
    },
    /// Says when money is taken.
    SetCapture {
        /// From now on.
        policy: CapturePolicy,
    },
    /// Adds a tax region, or changes the one of that id.
    PutRegion(TaxRegion),
    /// Removes a tax region that is not the default one.
    RemoveRegion {
        /// Which.
        id: String,
    },
    /// Says which region counts without a destination, and for one that no region names.
    SetDefaultRegion {
        /// Which.
        id: String,
    },
    /// Adds a shipping method, or changes the one of that id.
    PutShippingMethod(ShippingMethod),
    /// Removes a shipping method.
    RemoveShippingMethod {
        /// Which.
        id: String,
    },
    /// Adds a promotion.
    CreatePromotion {
        /// Its id.
        id: PromotionId,
        /// What it is.
        promotion: Box<Promotion>,
    },
    /// Changes a promotion.
    ChangePromotion {
        /// Which.
        id: PromotionId,
        /// What it is from now on.
        promotion: Box<Promotion>,
    },
}
