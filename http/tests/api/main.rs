//! The API against a whole shop in memory: one module per resource.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod admin;
mod api_keys;
mod auth;
mod bad_input;
mod cache;
mod cart_terms;
mod carts;
mod catalogue;
mod categories;
mod checkout;
mod conduct;
mod consistency;
mod desk;
mod docs;
mod endpoints;
mod examples;
mod limits;
mod media;
mod notifications;
mod ops;
mod order_filters;
mod orders;
mod pages;
mod pay;
mod prefer;
mod privacy;
mod products;
mod profile;
mod realtime;
mod recommendations;
mod recovery;
mod reviews;
mod sessions;
mod standing;
mod support;
mod told;
mod users;
mod visits;
mod webhooks;
