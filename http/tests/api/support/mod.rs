//! A shop in memory behind its real router.

mod app;
mod asking;
mod hasher;
mod held;
mod images;
mod mails;
pub(crate) mod pictures;
mod sureness;

pub(crate) use app::{Shelf, TestApp};
pub(crate) use asking::{Answered, Asking};

use serde_json::{Value, json};

/// How long a test waits for what must happen.
pub(crate) const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// A cart and its secret.
#[derive(Clone, Debug)]
pub(crate) struct GuestCart {
    pub id: String,
    pub token: String,
}

impl GuestCart {
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/v1/carts/{}{rest}", self.id)
    }
}

/// What the button sends.
pub(crate) fn button(total: i64, token: &str) -> Value {
    json!({
        "expected_total": {"amount": total, "currency": "EUR"},
        "email": "ann@example.org", "name": "Ann Other",
        "address": {"line1": "Way 1", "city": "Berlin", "postal_code": "10115", "country": "DE", "subdivision": "BE"},
        "payment": {"provider": "sandbox", "token": token}
    })
}
