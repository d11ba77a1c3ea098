//! One module per resource. Handlers extract, call one handle, and show the result; statuses and rules live elsewhere.

pub(crate) mod admin;
pub(crate) mod api_keys;
pub(crate) mod auth;
pub(crate) mod cart_terms;
pub(crate) mod carts;
pub(crate) mod catalogue;
mod catalogue_query;
pub(crate) mod checkout;
#[cfg(feature = "fault-points")]
pub(crate) mod echo;
#[cfg(feature = "fault-points")]
pub(crate) mod faults;
pub(crate) mod health;
pub(crate) mod media;
pub(crate) mod notifications;
pub(crate) mod ops;
pub(crate) mod orders;
pub(crate) mod payments;
pub(crate) mod privacy;
pub(crate) mod profile;
pub(crate) mod realtime;
pub(crate) mod recommendations;
pub(crate) mod recovery;
pub(crate) mod reviews;
pub(crate) mod sessions;
pub(crate) mod webhooks;
