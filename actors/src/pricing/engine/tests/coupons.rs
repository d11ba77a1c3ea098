//! Codes.

use super::*;

fn code(text: &str, n: u128) -> AppliedCoupon {
    AppliedCoupon { code: text.to_owned(), promotion: promo(n) }
}

fn by_code(percent: u32) -> Promotion {
    let kind = Kind::Percentage { rate: Rate::percent(percent) };
    Promotion { trigger: Trigger::Coupon, ..promotion(kind) }
}

fn outcomes(book: &Pricebook, coupons: impl Into<Vec<AppliedCoupon>>) -> Vec<(String, CouponOutcome)> {
    let basket = Basket { coupons: coupons.into(), ..basket([line(1, 1000, 1)]) };
    let uses = checked(&basket, book).coupons;
    uses.into_iter().map(|used| (used.code, used.outcome)).collect()
}

fn refused(reason: CouponReason) -> CouponOutcome {
    CouponOutcome::NotApplied { reason }
}

#[test]
fn a_promotion_behind_a_code_needs_the_code() {
    let book = with([by_code(10)]);
    assert_eq!(checked(&basket([line(1, 1000, 1)]), &book).totals.total, eur(1000));
    let basket = Basket { coupons: vec![code("TEN", 1)], ..basket([line(1, 1000, 1)]) };
    let quote = checked(&basket, &book);
    assert_eq!(quote.totals.total, eur(900));
    assert_eq!(quote.discounts[0].coupon.as_deref(), Some("TEN"));
    let used: Vec<_> = quote.used_coupons().map(|used| used.code.as_str()).collect();
    assert_eq!(used, ["TEN"]);
    assert_eq!(quote.coupons[0].outcome, CouponOutcome::Applied { discount: eur(100) });
}

#[test]
fn a_code_says_why_it_does_nothing() {
    let chairs = Selector::Categories(vec!["chairs".to_owned()]);
    let yen = vec![Money::new(100, currency("JPY"))];
    let many = Condition { min_quantity: Some(2), ..Condition::default() };
    let book = with([
        Promotion { enabled: false, ..by_code(10) },
        Promotion { selector: chairs, ..by_code(10) },
        Promotion { condition: many, ..by_code(10) },
        Promotion { kind: Kind::FixedPerOrder { amounts: yen.clone() }, ..by_code(10) },
        Promotion { condition: Condition { min_subtotal: yen, min_quantity: None }, ..by_code(10) },
        promotion(Kind::Percentage { rate: Rate::percent(1) }),
        Promotion { kind: Kind::FreeShipping { methods: vec![] }, ..by_code(0) },
        Promotion { stacking: Stacking::Exclusive, ..by_code(10) },
    ]);
    for (n, reason) in [
        (99, CouponReason::Unknown),
        (1, CouponReason::Expired),
        (2, CouponReason::NothingMatches),
        (3, CouponReason::ConditionNotMet),
        (4, CouponReason::OtherCurrency),
        (5, CouponReason::OtherCurrency),
        (6, CouponReason::Excluded),    // it needs no code
        (7, CouponReason::NothingLeft), // shipping is free anyway
        (8, CouponReason::Excluded),    // number 6 came before it
    ] {
        assert_eq!(outcomes(&book, [code("X", n)]), [("X".to_owned(), refused(reason))], "{n}");
    }
}

#[test]
fn two_codes_of_one_promotion_count_once() {
    let book = with([by_code(10)]);
    let twice = outcomes(&book, [code("B", 1), code("A", 1)]);
    let applied = CouponOutcome::Applied { discount: eur(100) };
    assert_eq!(twice, [("A".to_owned(), applied), ("B".to_owned(), refused(CouponReason::Excluded))]);
    assert_eq!(outcomes(&book, [code("A", 1), code("A", 1)]).len(), 1, "the same code twice is one code");
}

#[test]
fn codes_of_several_promotions_go_by_priority() {
    let book = with([by_code(50), Promotion { priority: 1, stacking: Stacking::Exclusive, ..by_code(10) }]);
    let both = outcomes(&book, [code("HALF", 1), code("TEN", 2)]);
    let applied = CouponOutcome::Applied { discount: eur(100) };
    assert_eq!(both, [("HALF".to_owned(), refused(CouponReason::Excluded)), ("TEN".to_owned(), applied)]);
}
