use amazoff_testkit::golden;

use super::*;

fn view() -> CouponView {
    CouponView {
        code: "WELCOME10".to_owned(),
        promotion: PromotionId::from(Uuid::from_u128(1)),
        total_limit: Some(100),
        per_customer_limit: Some(1),
        window: Window { from: Some(NOON), until: Some(NOON.plus(Duration::from_secs(60))) },
        withdrawn: false,
        redeemed: 3,
    }
}

fn full() -> Issue {
    Issue { window: view().window, ..terms(Some(100), Some(1)) }
}

#[test]
fn everything_that_a_coupon_ever_stored_can_be_read() {
    golden::<Coupon>(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
        .events([
            Event::Issued(full()),
            Event::Redeemed(use_by(1, 2, 1)),
            Event::Confirmed { order: order(1) },
            Event::Released { order: order(2), attempt: 3 },
            Event::Withdrawn,
            issued(None, None),
        ])
        .commands([
            Command::Issue(full()),
            redeem(1, 2),
            release(2, 3),
            confirm(1),
            Command::Withdraw,
            Command::Issue(terms(None, None)),
        ])
        .replies([view()])
        .rejections([
            Rejection::CouponUnknown,
            Rejection::CouponExists,
            Rejection::CouponInvalid { field: "code".to_owned(), reason: "is short".to_owned() },
            Rejection::CouponExpired,
            Rejection::CouponWithdrawn,
            Rejection::CouponExhausted,
            Rejection::CouponUsedByCustomer,
            Rejection::RedemptionReleased,
            Rejection::RedemptionUnknown,
            Rejection::RedemptionConfirmed,
        ])
        .check();
}
