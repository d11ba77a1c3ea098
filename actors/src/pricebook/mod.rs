//! The pricebook: every definition of prices beside the catalogue. There is one, [`crate::ids::PricebookId::shop`].
//!
//! Owns the currencies, the rounding, the tax regions, the shipping methods, the promotions and the moment at which money
//! is taken. A pricebook that nobody changed is [`Pricebook::default`]: what the shop charged before it had one.
//!
//! Every command is a [`Change`], accepted at any time: a pricebook has no life cycle. One that names an expected version
//! is refused as `pricebook-changed` when somebody else was faster; one that changes nothing is accepted and not stored.
//!
//! Invariants:
//! - BOOK-1: there are 1 to 20 currencies, none twice.
//! - BOOK-2: the default region exists, and every region has a rate for the class `standard`.
//! - BOOK-3: no amount is negative or above [`AMOUNT_MAX`], and no currency has two where one is meant.
//! - BOOK-4: a promotion keeps its id for ever. It is switched off, never removed: orders and coupons name it.
//!
//! It deliberately calculates nothing but which region, zone and bracket a destination has; prices are made by
//! [`crate::pricing::quote`]. Quotes that were made stay as they are, whatever changes here: an order keeps its own.
//!
//! Called by the seed and the back office (changes), and read by [`crate::pricing::Prices`].

mod command;
mod event;
mod handle;
mod place;
mod promotion;
mod region;
mod rejection;
mod rules;
mod shipping;
mod state;
#[cfg(test)]
mod tests;
mod validation;

pub use command::{Change, Command};
pub use event::Event;
pub use handle::Pricebooks;
pub use place::Area;
pub(crate) use promotion::in_currency;
pub use promotion::{Condition, Kind, Promotion, Selector, Stacking, Trigger, Window};
pub use region::TaxRegion;
pub use rejection::Rejection;
pub use rules::Receipt;
pub(crate) use shipping::Parcel;
pub use shipping::{Bracket, Measure, ShippingMethod, ShippingZone};
pub use state::{CapturePolicy, Pricebook};
pub use validation::AMOUNT_MAX;
