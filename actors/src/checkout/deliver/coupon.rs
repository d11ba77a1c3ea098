//! To the coupon of one code.

use amazoff_supervisor::{Delivered, Timestamp};

use super::super::command::Command;
use super::super::outcome::Failure;
use super::super::reach::Reached;
use super::super::step::Step;
use super::{CheckoutDelivery, Sent, stuck};
use crate::coupon::{self, CustomerKey, Redeem};
use crate::ids::{CouponId, OrderId};

/// A use that is asked for, or given back.
#[derive(Clone, Copy)]
pub(super) struct Use<'a> {
    pub(super) attempt: u32,
    pub(super) code: &'a str,
    pub(super) order: OrderId,
}

async fn ask(
    to: &CheckoutDelivery,
    sent: &Sent<'_>,
    code: &str,
    command: coupon::Command,
) -> Reached<coupon::CouponView, coupon::Rejection> {
    let id = CouponId::of_code(code).uuid();
    Reached::from(to.coupons.execute(id, command, sent.envelope()).await)
}

pub(super) async fn claim(
    to: &CheckoutDelivery,
    sent: &Sent<'_>,
    Use { attempt, code, order }: Use<'_>,
    (customer, at): (&CustomerKey, Timestamp),
) -> Delivered<Command> {
    let redeem = Redeem { order, attempt, customer: customer.clone(), at };
    let failure = match ask(to, sent, code, coupon::Command::Redeem(redeem)).await {
        Reached::Accepted(_) => None,
        Reached::Refused(refusal) => Some(Failure::Coupon { code: code.to_owned(), refusal }),
        Reached::Poisoned(_) => Some(Failure::StepFailed { step: Step::ClaimCoupons }),
        Reached::NotNow(reason) => return Delivered::Retry { reason },
    };
    Delivered::Answer(Command::RecordCoupon { attempt, code: code.to_owned(), failure })
}

pub(super) async fn confirm(
    to: &CheckoutDelivery,
    sent: &Sent<'_>,
    Use { attempt, code, order }: Use<'_>,
) -> Delivered<Command> {
    match ask(to, sent, code, coupon::Command::Confirm { order }).await {
        Reached::Accepted(_) => {
            Delivered::Answer(Command::RecordCouponConfirmed { attempt, code: code.to_owned() })
        }
        Reached::Refused(refusal) => stuck(sent, "confirm a coupon", &refusal.to_string()),
        Reached::Poisoned(reason) => stuck(sent, "confirm a coupon", &reason),
        Reached::NotNow(reason) => Delivered::Retry { reason },
    }
}

pub(super) async fn release(
    to: &CheckoutDelivery,
    sent: &Sent<'_>,
    Use { attempt, code, order }: Use<'_>,
) -> Delivered<Command> {
    match ask(to, sent, code, coupon::Command::Release { order, attempt }).await {
        // A code that was never issued is used by nobody.
        Reached::Accepted(_) | Reached::Refused(coupon::Rejection::CouponUnknown) => {
            Delivered::Answer(Command::RecordCouponReleased { attempt, code: code.to_owned() })
        }
        Reached::Refused(refusal) => stuck(sent, "give a coupon back", &refusal.to_string()),
        Reached::Poisoned(reason) => stuck(sent, "give a coupon back", &reason),
        Reached::NotNow(reason) => Delivered::Retry { reason },
    }
}
