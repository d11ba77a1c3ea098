//! What happens to a product.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::Create;
use crate::ids::VariantId;
use crate::money::Money;

/// Something that happened to a product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It was drafted.
    Created {
        /// As what.
        product: Create,
        /// When.
        at: Timestamp,
    },
    /// It went on sale.
    Published,
    /// It went off sale for good.
    Archived,
    /// A variant got another price.
    PriceChanged {
        /// Which variant.
        variant: VariantId,
        /// From then on.
        price: Money,
    },
}
