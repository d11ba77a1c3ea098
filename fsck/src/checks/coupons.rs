//! No more orders use a coupon than its terms say.

use amazoff_actors::ids::CouponId;

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
