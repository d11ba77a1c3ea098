//! `/admin/v1`: what the shop's people see and do.
//!
//! Bodies of the pricebook are the domain's own types, described in `docs/pricing.md`; every member must be known.

pub(crate) mod audit;
pub(crate) mod categories;
pub(crate) mod coupons;
mod desk;
mod editor;
pub(crate) mod endpoints;
pub(crate) mod media;
pub(crate) mod order_filters;
pub(crate) mod orders;
pub(crate) mod parcels;
pub(crate) mod pricebook;
pub(crate) mod products;
pub(crate) mod promotions;
pub(crate) mod quotes;
pub(crate) mod reports;
pub(crate) mod returns;
pub(crate) mod reviews;
pub(crate) mod schemas;
mod shelf;
pub(crate) mod stock;
pub(crate) mod users;
pub(crate) mod variants;

use desk::{Desk, changed, shown};
use editor::Editor;
