//! What happens to the pricebook.

use serde::{Deserialize, Serialize};

use super::{CapturePolicy, Promotion, ShippingMethod, TaxRegion};
use crate::ids::PromotionId;
use crate::money::Currency;
use crate::pricing::Rounding;

/// Something that happened to the pricebook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The shop sells in these currencies, the default first.
    CurrenciesSet {
        /// From then on.
        currencies: Vec<Currency>,
    },
    /// Amounts are rounded in another way.
    RoundingSet {
        /// From then on.
        rounding: Rounding,
    },
    /// Money is taken at another moment.
    CaptureSet {
        /// From then on.
        policy: CapturePolicy,
    },
    /// A tax region is there, or is another one.
    RegionPut(TaxRegion),
    /// A tax region is gone.
    RegionRemoved {
        /// Which.
        id: String,
    },
    /// Another region counts where none is named.
    DefaultRegionSet {
        /// Which.
        id: String,
    },
    /// A shipping method is there, or is another one.
    ShippingMethodPut(ShippingMethod),
    /// A shipping method is gone.
    ShippingMethodRemoved {
        /// Which.
        id: String,
    },
    /// A promotion is there.
    PromotionCreated {
        /// Its id.
        id: PromotionId,
        /// What it is.
        promotion: Box<Promotion>,
    },
    /// A promotion is another one.
    PromotionChanged {
        /// Which.
        id: PromotionId,
        /// What it is from then on.
        promotion: Box<Promotion>,
    },
}
