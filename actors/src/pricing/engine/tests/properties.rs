//! T-P1 and the invariants, for any basket and any pricebook. `PRICING_CASES` says for how many.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::priced;
use super::*;

const CURRENCIES: [&str; 3] = ["EUR", "JPY", "BHD"]; // 2, 0 and 3 decimals
const CASES: u32 = 5_000;

fn cases() -> ProptestConfig {
    let cases = std::env::var("PRICING_CASES").ok().map_or(CASES, |text| text.parse().unwrap());
    ProptestConfig { cases, ..ProptestConfig::default() }
}

fn amounts(most: i64) -> impl Strategy<Value = Vec<Money>> {
    let amounts =
        CURRENCIES.map(|code| (0..=most).prop_map(move |amount| Money::new(amount, currency(code))));
    (amounts, any::<bool>())
        .prop_map(|(amounts, all)| amounts.into_iter().take(if all { 3 } else { 1 }).collect())
}

fn any_rate() -> impl Strategy<Value = Rate> {
    prop_oneof![
        (0..=Rate::WHOLE_PPM).prop_map(|ppm| Rate::from_ppm(ppm).unwrap()),
        (0..=100_u32).prop_map(Rate::percent),
    ]
}

fn any_kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        any_rate().prop_map(|rate| Kind::Percentage { rate }),
        any_rate().prop_map(|rate| Kind::OrderPercentage { rate }),
        amounts(5_000).prop_map(|amounts| Kind::FixedPerPiece { amounts }),
        amounts(1_000_000).prop_map(|amounts| Kind::FixedPerOrder { amounts }),
        (1..4_u32, 1..4_u32, any_rate()).prop_map(|(buy, get, off)| Kind::BuyXGetY { buy, get, off }),
        Just(Kind::FreeShipping { methods: vec![] }),
        Just(Kind::FreeShipping { methods: vec!["light".to_owned()] }),
    ]
}

fn any_selector() -> impl Strategy<Value = Selector> {
    prop_oneof![
        3 => Just(Selector::All),
        1 => Just(Selector::Categories(vec!["chairs".to_owned()])),
        1 => (0..6_u128).prop_map(|n| Selector::Variants(vec![line(n, 0, 1).variant])),
    ]
}

fn any_promotion() -> impl Strategy<Value = Promotion> {
    let stacking = prop_oneof![
        4 => Just(Stacking::Combine),
        1 => Just(Stacking::Exclusive),
        1 => Just(Stacking::OneOf("group".to_owned())),
    ];
    let condition = prop_oneof![
        3 => Just(Condition::default()),
        1 => (1..10_u32).prop_map(|least| Condition { min_quantity: Some(least), ..Condition::default() }),
        1 => amounts(50_000).prop_map(|min_subtotal| Condition { min_subtotal, min_quantity: None }),
    ];
    let trigger = prop_oneof![2 => Just(Trigger::Automatic), 1 => Just(Trigger::Coupon)];
    (any_kind(), any_selector(), stacking, condition, trigger, -1..2_i32).prop_map(
        |(kind, selector, stacking, condition, trigger, priority)| Promotion {
            selector,
            stacking,
            condition,
            trigger,
            priority,
            ..promotion(kind)
        },
    )
}

fn any_book() -> impl Strategy<Value = Pricebook> {
    let rounding = prop_oneof![Just(Rounding::HalfUp), Just(Rounding::HalfEven), Just(Rounding::HalfDown)];
    let prices = || vec((0..60_000_u64, amounts(3_000)), 0..4);
    (vec(any_promotion(), 0..6), rounding, any::<bool>(), [any_rate(), any_rate()], prices(), prices())
        .prop_map(|(promotions, rounding, included, [standard, reduced], light, dear)| {
            let mut book = Pricebook { rounding, ..with(promotions) };
            let rates = [("standard", standard.ppm()), ("reduced", reduced.ppm())];
            put_region(&mut book, region("untaxed", vec![Area::EVERYWHERE], included, &rates));
            let flat = |prices: Vec<(u64, Vec<Money>)>| {
                let prices = prices
                    .into_iter()
                    .flat_map(|(from, prices)| prices.into_iter().map(move |price| (from, price)));
                prices.collect::<Vec<_>>()
            };
            book.shipping.remove("free");
            put_method(&mut book, method("light", vec![Area::EVERYWHERE], Measure::Weight, &flat(light)));
            put_method(&mut book, method("dear", vec![Area::EVERYWHERE], Measure::Price, &flat(dear)));
            book
        })
}

fn any_basket() -> impl Strategy<Value = Basket> {
    let lines = vec((0..=PRICE_MAX, 0..5_000_i64, any::<bool>(), 1..=Quantity::MAX, any::<bool>()), 0..8);
    let method =
        prop_oneof![2 => Just(None), 1 => Just(Some("light".to_owned())), 1 => Just(Some("none".to_owned()))];
    (lines, 0..CURRENCIES.len(), vec(1..7_u128, 0..4), method).prop_map(|(lines, code, coupons, method)| {
        let lines: Vec<BasketLine> = (0..)
            .zip(lines)
            .map(|(n, (dear, cheap, is_dear, pieces, special))| BasketLine {
                category: if special { "chairs" } else { "lamps" }.to_owned(),
                tax_class: if special { "reduced" } else { "standard" }.parse().unwrap(),
                ..line(n, if is_dear { dear } else { cheap }, pieces)
            })
            .collect();
        let coupons =
            coupons.into_iter().map(|n| AppliedCoupon { code: format!("CODE{n}"), promotion: promo(n) });
        let basket = Basket { coupons: coupons.collect(), shipping_method: method, ..basket(lines) };
        in_other_currency(basket, CURRENCIES[code])
    })
}

proptest! {
    #![proptest_config(cases())]

    /// T-P1, PRICE-1, PRICE-2, PRICE-4.
    #[test]
    fn every_cent_of_any_basket_is_accounted_for(basket in any_basket(), book in any_book()) {
        let answer = priced(&basket, &book).unwrap();
        check(&answer.quote);
        let quote = answer.quote;
        prop_assert_eq!(quote.lines.len(), basket.lines.len());
        let used = quote.used_coupons().all(|used| quote.discounts.iter().any(|given| given.coupon.as_ref() == Some(&used.code)));
        prop_assert!(used, "a code that is used up took something off");
        prop_assert_eq!(quote.is_deliverable(), basket.lines.is_empty() || !answer.options.is_empty());
        let chosen = answer.options.iter().find(|way| Some(&way.method) == quote.shipping.method.as_ref());
        prop_assert_eq!(chosen.map(|way| way.total), quote.shipping.method.as_ref().map(|_| quote.shipping.total));
        let json = serde_json::to_string(&quote).unwrap();
        prop_assert_eq!(serde_json::from_str::<Quote>(&json).unwrap(), quote);
    }

    /// PRICE-3.
    #[test]
    fn the_order_of_lines_and_codes_changes_no_amount(basket in any_basket(), book in any_book(), turn in 0..8_usize) {
        let mut turned = basket.clone();
        if !turned.lines.is_empty() {
            let turn = turn % turned.lines.len();
            turned.lines.rotate_left(turn);
        }
        turned.coupons.reverse();
        let (one, mut other) = (quote(&basket, &book).unwrap(), quote(&turned, &book).unwrap());
        other.lines.sort_by_key(|line| line.line);
        prop_assert_eq!(one, other);
    }

    /// What the shop charged before it had a pricebook.
    #[test]
    fn an_unchanged_pricebook_charges_what_the_shop_always_did(
        lines in vec((0..=20_000_i64, 1..=Quantity::MAX), 0..10),
    ) {
        let lines: Vec<BasketLine> = (0..).zip(lines).map(|(n, (cents, pieces))| line(n, cents, pieces)).collect();
        let flat = totals(lines.iter().map(|line| (line.unit_price, line.quantity))).unwrap();
        let quoted = checked(&basket(lines), &Pricebook::default()).totals;
        prop_assert_eq!((quoted.subtotal, quoted.shipping, quoted.total), (flat.subtotal, flat.shipping, flat.total));
    }
}
