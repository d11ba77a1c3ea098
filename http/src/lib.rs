//! The axum layer of Amazoff.
//!
//! A request passes the layers of [`layers`], is identified ([`identity`]), authorised by the table in [`access`], and
//! reaches a thin handler in `routes`: extract, one call of a handle, view. Failures leave through [`problem`], the only
//! place that knows their status codes. Nothing here decides anything about the shop.

pub mod access;
pub mod auth;
mod cache;
pub mod conditional;
mod cursor;
mod export;
pub mod idempotency;
pub mod identity;
pub mod json;
pub mod layers;
mod limits;
pub mod metrics;
pub mod openapi;
pub mod pages;
pub mod path;
mod platform;
mod prefer;
pub mod problem;
pub mod realtime;
mod redact;
mod reply;
mod router;
mod routes;
pub mod server;
mod settings;
mod table;
mod told;
mod upload;
pub mod views;
mod waiting;

pub use cache::ResponseCache;
pub use layers::cors::{Origins, OriginsInvalid};
pub use limits::client::{ProxiesInvalid, TrustedProxies};
pub use limits::layer::{LimitSettings, Limiting};
pub use limits::rates::{Rates, RatesInvalid};
pub use limits::seats::{SocketLimits, SocketLimitsInvalid};
pub use platform::Platform;
pub use redact::redacted;
pub use router::router;
pub use routes::ops::acting::Acts;
pub use routes::ops::stream::Streams;
pub use settings::HttpSettings;
pub use waiting::{WaitingFor, waiting_room};
