//! Carts that nobody comes back to. Adding to a cart is the hot path, so it neither sets a reminder nor notes the time: one
//! reminder is set when the cart is opened, and when it rings too early it is set again; the time is noted once an hour.

use std::time::Duration;

use amazoff_supervisor::Timestamp;

use super::Plan;
use crate::cart::{Cart, Command, Event, Owner, Status};

/// The reminder that looks after carts that are left.
pub(in crate::cart) const TIDY: &str = "tidy";

/// How exactly it is known when the shopper was there; every time below is that much longer at most.
pub const TOUCH_EVERY: Duration = Duration::from_hours(1);
/// How long an empty cart is kept.
pub const EMPTY_FOR: Duration = Duration::from_hours(6);
/// After how long a shopper counts as gone.
pub const LEFT_AFTER: Duration = Duration::from_hours(24);
/// How long a guest's cart is kept.
pub const GUEST_FOR: Duration = Duration::from_hours(30 * 24);
/// How long a person's cart is kept.
pub const CUSTOMER_FOR: Duration = Duration::from_hours(90 * 24);
/// When to look again at a cart that is locked.
const LOOK_AGAIN: Duration = Duration::from_hours(6);

/// When to look at a cart that is opened now.
pub(super) fn first_look(now: Timestamp) -> Timestamp {
    now.plus(EMPTY_FOR).plus(TOUCH_EVERY)
}

/// When the next thing happens to an open cart if nobody comes back.
fn next_look(cart: &Cart, touched_at: Timestamp) -> Timestamp {
    let kept = match cart.owner {
        _ if cart.lines.is_empty() => EMPTY_FOR,
        _ if !cart.left => LEFT_AFTER,
        Owner::Guest => GUEST_FOR,
        Owner::User(_) => CUSTOMER_FOR,
    };
    touched_at.plus(kept).plus(TOUCH_EVERY)
}

/// Notes that the shopper was there, when that was not noted lately.
pub(super) fn touch(cart: &Cart, command: &Command, now: Timestamp, plan: &mut Plan) {
    let shopper = match command {
        Command::AddLine(_)
        | Command::SetQuantity { .. }
        | Command::RemoveLine { .. }
        | Command::ApplyCoupon { .. }
        | Command::RemoveCoupon { .. }
        | Command::SetAddress(_)
        | Command::SetShipping { .. }
        | Command::Adopt { .. }
        | Command::Absorb(_)
        | Command::Claim { .. } => true,
        Command::Create { .. }
        | Command::MergeInto { .. }
        | Command::RecordAbsorbed { .. }
        | Command::RecordMergeRefused { .. }
        | Command::Release { .. }
        | Command::Complete { .. }
        | Command::Tidy => false,
    };
    let lately = cart.touched_at.is_some_and(|touched| now.since(touched) < TOUCH_EVERY);
    if !shopper || plan.events.is_empty() || lately {
        return;
    }
    plan.events.push(Event::Touched { at: now });
    // A cart of old has no reminder; one that was left waits for its end.
    if cart.touched_at.is_none() || cart.left {
        plan.look_at = Some(now.plus(LEFT_AFTER).plus(TOUCH_EVERY));
    }
}

/// The reminder rang.
pub(super) fn look(cart: &Cart, now: Timestamp) -> Plan {
    match cart.status {
        Status::Open => {}
        // Money or a merge is under way: it is never reaped meanwhile.
        Status::Completing { .. } | Status::Merging { .. } => {
            return Plan { look_at: Some(now.plus(LOOK_AGAIN)), ..Plan::default() };
        }
        Status::Absent | Status::Completed { .. } | Status::Merged { .. } | Status::Abandoned => {
            return Plan::default();
        }
    }
    let due_at = next_look(cart, cart.touched_at.unwrap_or(now));
    if now < due_at {
        return Plan { look_at: Some(due_at), ..Plan::default() };
    }
    if cart.lines.is_empty() || cart.left {
        return Event::Abandoned { at: now }.into();
    }
    let left = Cart { left: true, ..cart.clone() };
    let look_at = Some(next_look(&left, cart.touched_at.unwrap_or(now)));
    Plan { look_at, ..Event::Left { at: now }.into() }
}
