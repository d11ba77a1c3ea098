//! Every kind of promotion, with numbers worked out by hand.

use super::*;

#[test]
fn a_percentage_is_rounded_line_by_line() {
    let book = with([promotion(Kind::Percentage { rate: Rate::percent(15) })]);
    let quote = checked(&basket([line(1, 333, 1), line(2, 1010, 3)]), &book);
    assert_eq!(quote.lines[0].discount, eur(50)); // 49.95
    assert_eq!(quote.lines[1].discount, eur(455)); // 454.5, a half goes up
    assert_eq!(quote.totals.total, eur(3363 - 505));
}

#[test]
fn the_rounding_mode_decides_about_a_half() {
    for (rounding, off) in [(Rounding::HalfUp, 455), (Rounding::HalfEven, 454), (Rounding::HalfDown, 454)] {
        let book = with([promotion(Kind::Percentage { rate: Rate::percent(15) })]);
        let quote = checked(&basket([line(1, 1010, 3)]), &Pricebook { rounding, ..book });
        assert_eq!((quote.totals.discount, quote.rounding), (eur(off), rounding));
    }
}

#[test]
fn a_percentage_of_the_order_is_rounded_once_and_shared_out() {
    let book = with([promotion(Kind::OrderPercentage { rate: Rate::percent(10) })]);
    // 10 % of 999 is 99.9, so 100: 33.3 each, the first line gets the cent that is left.
    let quote = checked(&basket([line(1, 333, 1), line(2, 333, 1), line(3, 333, 1)]), &book);
    assert_eq!(totals_of(&quote), [299, 300, 300]);
    assert_eq!(quote.totals.discount, eur(100));
}

#[test]
fn an_amount_off_each_piece_stops_at_nothing() {
    let book = with([promotion(Kind::FixedPerPiece { amounts: vec![eur(250)] })]);
    let quote = checked(&basket([line(1, 1000, 3), line(2, 200, 2)]), &book);
    assert_eq!(totals_of(&quote), [2250, 0]);
}

#[test]
fn an_amount_off_the_order_is_shared_out_by_value() {
    let book = with([promotion(Kind::FixedPerOrder { amounts: vec![eur(1000)] })]);
    // Of 10.00: 19.99/79.96 and 59.97/79.96 are 250 and 750.
    let quote = checked(&basket([line(1, 1999, 1), line(2, 1999, 3)]), &book);
    assert_eq!(totals_of(&quote), [1749, 5247]);
    let given = &quote.discounts[0];
    assert_eq!((given.promotion, given.amount, given.shares.len()), (promo(1), eur(1000), 2));
}

/// T-P3.
#[test]
fn a_discount_larger_than_the_subtotal_leaves_nothing_and_never_less() {
    let book = with([
        promotion(Kind::FixedPerOrder { amounts: vec![eur(82_400)] }),
        promotion(Kind::FixedPerOrder { amounts: vec![eur(82_400)] }),
        promotion(Kind::FixedPerPiece { amounts: vec![eur(1)] }),
    ]);
    let quote = checked(&basket([line(1, 1000, 1), line(2, 1, 3)]), &book);
    assert_eq!(quote.totals.total, eur(0));
    assert_eq!(quote.totals.discount, quote.totals.subtotal);
    assert_eq!(
        quote.discounts.len(),
        2,
        "the second amount off the order finds nothing: {:?}",
        quote.discounts
    );
}

#[test]
fn buy_two_get_one_frees_the_cheapest_piece_of_three() {
    let book = with([promotion(Kind::BuyXGetY { buy: 2, get: 1, off: Rate::WHOLE })]);
    // Seven pieces: two groups, so the two cheapest pieces are free: one at 5.00, one at 8.00.
    let quote = checked(&basket([line(1, 1000, 4), line(2, 500, 1), line(3, 800, 2)]), &book);
    assert_eq!(totals_of(&quote), [4000, 0, 800]);
    let two = checked(&basket([line(1, 1000, 2)]), &book);
    assert_eq!(two.totals.discount, eur(0));
    let three = checked(&basket([line(1, 1000, 3)]), &book);
    assert_eq!(three.totals.discount, eur(1000));
}

#[test]
fn the_second_half_price_is_half_of_one_piece() {
    let book = with([promotion(Kind::BuyXGetY { buy: 1, get: 1, off: Rate::percent(50) })]);
    // 999 × 2 pieces ÷ 5 × 50 % = two pieces of 9.99, half of them: 999.
    let quote = checked(&basket([line(1, 999, 5)]), &book);
    assert_eq!(quote.totals.discount, eur(999));
}

#[test]
fn free_pieces_after_a_percentage_are_worth_what_is_left_of_them() {
    let mut first = promotion(Kind::Percentage { rate: Rate::percent(50) });
    first.priority = 1;
    let book = with([first, promotion(Kind::BuyXGetY { buy: 1, get: 1, off: Rate::WHOLE })]);
    let quote = checked(&basket([line(1, 1000, 2)]), &book);
    assert_eq!(quote.totals.total, eur(500));
}

#[test]
fn free_shipping_takes_off_all_of_shipping_and_nothing_else() {
    let mut book = with([promotion(Kind::FreeShipping { methods: vec![] })]);
    put_method(&mut book, method("free", vec![Area::EVERYWHERE], Measure::Price, &[(0, eur(490))]));
    let quote = checked(&basket([line(1, 1000, 1)]), &book);
    assert_eq!((quote.shipping.price, quote.shipping.discount), (eur(490), eur(490)));
    assert_eq!((quote.totals.shipping, quote.totals.discount), (eur(0), eur(0)));
    assert_eq!(quote.totals.total, eur(1000));
    assert_eq!(quote.discounts[0].amount, eur(490));
}

#[test]
fn free_shipping_may_be_for_one_method_only() {
    let mut book = with([promotion(Kind::FreeShipping { methods: vec!["slow".to_owned()] })]);
    book.shipping.clear();
    put_method(&mut book, method("fast", vec![Area::EVERYWHERE], Measure::Price, &[(0, eur(300))]));
    put_method(&mut book, method("slow", vec![Area::EVERYWHERE], Measure::Price, &[(0, eur(400))]));
    let quote = checked(&basket([line(1, 1000, 1)]), &book);
    assert_eq!(quote.shipping.method.as_deref(), Some("slow"), "it is the cheapest, being free");
    let mut fast = basket([line(1, 1000, 1)]);
    fast.shipping_method = Some("fast".to_owned());
    assert_eq!(checked(&fast, &book).totals.total, eur(1300));
}

#[test]
fn a_threshold_counts_what_is_selected_before_discounts() {
    let mut ten_off = promotion(Kind::FixedPerOrder { amounts: vec![eur(1000)] });
    ten_off.condition = Condition { min_subtotal: vec![eur(5000)], min_quantity: None };
    let mut half = promotion(Kind::Percentage { rate: Rate::percent(50) });
    half.priority = 9;
    let book = with([ten_off.clone(), half]);
    assert_eq!(checked(&basket([line(1, 5000, 1)]), &book).totals.total, eur(1500));
    assert_eq!(checked(&basket([line(1, 4999, 1)]), &book).totals.discount, eur(2500)); // 2499.5
    ten_off.selector = Selector::Categories(vec!["chairs".to_owned()]);
    let chair = BasketLine { category: "chairs".to_owned(), ..line(2, 4000, 1) };
    let quote = checked(&basket([line(1, 5000, 1), chair]), &with([ten_off]));
    assert_eq!(quote.totals.discount, eur(0), "only 40.00 of chairs");
}

#[test]
fn a_threshold_of_pieces_counts_pieces_not_lines() {
    let mut sale = promotion(Kind::Percentage { rate: Rate::percent(10) });
    sale.condition.min_quantity = Some(3);
    let book = with([sale]);
    assert_eq!(checked(&basket([line(1, 1000, 2), line(2, 1000, 1)]), &book).totals.discount, eur(300));
    assert_eq!(checked(&basket([line(1, 1000, 2)]), &book).totals.discount, eur(0));
}

#[test]
fn a_selector_means_its_lines_only() {
    let other = || BasketLine { category: "chairs".to_owned(), brand: "Sit".to_owned(), ..line(2, 1000, 1) };
    let all = basket([line(1, 1000, 1), other()]);
    for (selector, wanted) in [
        (Selector::All, [500, 500]),
        (Selector::Categories(vec!["chairs".to_owned(), "sofas".to_owned()]), [1000, 500]),
        (Selector::Brands(vec!["Lux".to_owned()]), [500, 1000]),
        (Selector::Products(vec![other().product]), [1000, 500]),
        (Selector::Variants(vec![other().variant]), [1000, 500]),
    ] {
        let half = Promotion { selector, ..promotion(Kind::Percentage { rate: Rate::percent(50) }) };
        assert_eq!(totals_of(&checked(&all, &with([half.clone()]))), wanted, "{:?}", half.selector);
    }
}

#[test]
fn yen_have_no_decimals_and_dinars_have_three() {
    let kind = || Kind::Percentage { rate: Rate::percent(15) };
    let yen = in_other_currency(basket([line(1, 1999, 3)]), "JPY");
    let quote = checked(&yen, &with([promotion(kind())]));
    assert_eq!(quote.totals.discount, Money::new(900, currency("JPY"))); // 899.55
    assert_eq!(quote.totals.total.to_string(), "¥5097");
    let dinars = in_other_currency(basket([line(1, 12_345, 1)]), "BHD"); // 12.345
    let quote = checked(&dinars, &with([promotion(kind())]));
    assert_eq!(quote.totals.discount.amount, 1852); // 1851.75
    assert!(quote.totals.total.to_string().ends_with("10.493"));
}

#[test]
fn an_amount_counts_in_its_own_currency_only() {
    let amounts = vec![eur(500), Money::new(800, currency("JPY"))];
    let book = with([promotion(Kind::FixedPerOrder { amounts })]);
    let yen = in_other_currency(basket([line(1, 1999, 1)]), "JPY");
    assert_eq!(checked(&yen, &book).totals.total.amount, 1199);
    let dinars = in_other_currency(basket([line(1, 1999, 1)]), "BHD");
    assert_eq!(checked(&dinars, &book).totals.total.amount, 1999);
}
