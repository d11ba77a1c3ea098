//! The pricebook: every definition of prices beside the catalogue. There is one, [`crate::ids::PricebookId::shop`].
//!
//! Owns the currencies, the rounding, the tax regions, the shipping methods, the promotions and the moment at which money
//! is taken. A pricebook that nobody changed is [`Pricebook::default`].

mod command;
mod event;
mod place;
mod promotion;
mod region;
mod shipping;
mod state;

pub use command::{Change, Command};
pub use event::Event;
pub use place::Area;
pub(crate) use promotion::in_currency;
pub use promotion::{Condition, Kind, Promotion, Selector, Stacking, Trigger, Window};
pub use region::TaxRegion;
pub(crate) use shipping::Parcel;
pub use shipping::{Bracket, Measure, ShippingMethod, ShippingZone};
pub use state::{CapturePolicy, Pricebook};
