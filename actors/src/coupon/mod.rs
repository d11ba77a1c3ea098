//! Coupons: who may use a code, and who did. One entity per code, [`crate::ids::CouponId::of_code`].

mod command;
mod customer;
mod event;
mod rejection;

pub use command::{Command, Issue, Redeem};
pub use customer::CustomerKey;
pub use event::Event;
pub use rejection::Rejection;

/// A code as it is kept and compared: upper case, without blanks around it.
pub fn normalise(code: &str) -> String {
    code.trim().to_uppercase()
}
