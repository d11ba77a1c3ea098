//! Coupons: who may use a code, and who did. One entity per code, [`crate::ids::CouponId::of_code`].
//!
//! Owns the terms of a code (what it opens, how often, when) and every use of it. What a code takes off is the business of
//! its promotion in the pricebook.
//!
//! | an order's use is | Redeem                                        | Release                | Confirm               |
//! |-------------------|-----------------------------------------------|------------------------|-----------------------|
//! | unknown           | → claimed, if the terms allow it              | → given back (tombstone) | `redemption-unknown` |
//! | claimed           | no-op; a later attempt takes it over          | → given back; no-op for an earlier attempt | → confirmed |
//! | confirmed         | no-op                                         | `redemption-confirmed` | no-op                 |
//! | given back        | `redemption-released`; a later attempt: like unknown | no-op           | `redemption-released` |
//!
//! Before Issue everything is refused as `coupon-unknown`. Issue with the same terms is a no-op, with others
//! `coupon-exists`. After Withdraw nobody else redeems (`coupon-withdrawn`); uses that are there go on to their end.
//!
//! Invariants:
//! - COUP-1: no more orders use a code than its limit says, however many ask at once (T-P5): a use is claimed before
//!   anybody pays, and it is a row per order, never a bare counter.
//! - COUP-2: no more orders of one customer use it than that limit says.
//! - COUP-3: an order uses a code once; a repeat changes nothing, also when the terms no longer allow it.
//! - COUP-4: a use that was given back before it arrived is refused when it arrives (the newest 1,024 are remembered).
//! - COUP-5: a confirmed use stays.
//! - COUP-6: at most [`REDEMPTIONS_MAX`] orders use a code; then it is exhausted, whatever its terms say.
//!
//! It deliberately knows no e-mail address: a guest is a keyed digest ([`CustomerKey`]). It does not tell carts that it is
//! withdrawn or used up: they learn it when they are priced.
//!
//! Called by the back office (issue, withdraw), by the checkout (redeem, release, confirm), and read by
//! [`crate::pricing::Prices`].

mod command;
mod customer;
mod event;
mod handle;
mod rejection;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use command::{Command, Issue, Redeem};
pub use customer::CustomerKey;
pub use event::Event;
pub use handle::Coupons;
pub use rejection::Rejection;
pub use state::{Coupon, REDEMPTIONS_MAX, Redemption};
pub use view::CouponView;

/// A code as it is kept and compared: upper case, without blanks around it.
pub fn normalise(code: &str) -> String {
    code.trim().to_uppercase()
}
