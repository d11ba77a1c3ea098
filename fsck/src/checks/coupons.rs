//! No more orders use a coupon than its terms say, and coupons and orders agree who uses which.

use amazoff_actors::ids::{CouponId, OrderId};

use crate::facts::Facts;
use crate::finding::{Code, Report};

pub(super) fn keep_their_limits(facts: &Facts, report: &mut Report) {
    for (id, coupon) in &facts.coupons {
        let limits = [
            ("orders", coupon.redeemed, coupon.total_limit),
            ("orders of one customer", coupon.most_by_customer, coupon.per_customer_limit),
        ];
        for (what, used, limit) in limits {
            if let Some(limit) = limit.filter(|limit| used > *limit) {
                let detail = format!("{used} {what} use {}, but at most {limit} may", coupon.code);
                report.note(Code::CouponOverused, CouponId::from(*id), detail);
            }
        }
    }
}

/// Every use belongs to an order that was placed with it, or to an attempt that runs; every order that was placed is counted
/// by the coupons that it uses. An attempt claims its uses before the order is placed, confirms them before too, and is over
/// only when those of one that fails are given back.
pub(super) fn have_their_orders(facts: &Facts, report: &mut Report) {
    for (id, coupon) in &facts.coupons {
        let name = CouponId::from(*id);
        for (order, used) in &coupon.uses {
            let known = facts.orders.get(&order.uuid());
            let cart = known.and_then(|order| order.cart);
            let checkout = cart.and_then(|cart| facts.checkouts.get(&cart.uuid()));
            let runs = checkout.is_some_and(|checkout| checkout.attempt == Some(used.attempt));
            let has = known.is_some_and(|order| order.was_placed && order.coupons.contains(&name));
            if !(runs || has && used.confirmed) {
                let detail = format!(
                    "{order} uses {}: {used:?}, for an attempt that is over or never was",
                    coupon.code
                );
                report.note(Code::CouponUseOrphan, name, detail);
            }
        }
    }
    for (id, order) in facts.orders.iter().filter(|(_, order)| order.was_placed) {
        let name = OrderId::from(*id);
        for coupon in &order.coupons {
            let counted = facts.coupons.get(&coupon.uuid()).is_some_and(|of| of.uses.contains_key(&name));
            if !counted {
                report.note(
                    Code::CouponUseMissing,
                    name,
                    format!("{coupon} took something off, but does not count it"),
                );
            }
        }
    }
}
