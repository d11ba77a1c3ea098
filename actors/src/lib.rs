//! The shop: one folder per domain, each a pure state machine, and the handles through which the edges reach them.

#![warn(missing_docs, clippy::wildcard_enum_match_arm, clippy::float_arithmetic)]

mod asking;
pub mod effect;
pub mod ids;
pub mod mail;
pub mod money;
pub mod pricing;
mod projecting;

pub mod cart;
pub mod category;
pub mod checkout;
pub mod coupon;
pub mod desk;
pub mod endpoint;
pub mod held;
pub mod inbox;
pub mod media;
pub mod order;
pub mod payment;
pub mod pricebook;
pub mod product;
pub mod rating;
pub mod recommendation;
pub mod reconcile;
pub mod report;
pub mod review;
pub mod stock;
pub mod user;

pub mod shop;
pub mod tree;

pub use shop::Shop;
