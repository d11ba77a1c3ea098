//! Order of promotions, and what takes part beside what.

use super::*;

fn percent(percent: u32, priority: i32, stacking: Stacking) -> Promotion {
    Promotion { priority, stacking, ..promotion(Kind::Percentage { rate: Rate::percent(percent) }) }
}

fn taking_part(quote: &Quote) -> Vec<PromotionId> {
    quote.discounts.iter().map(|given| given.promotion).collect()
}

fn of(promotions: impl IntoIterator<Item = Promotion>) -> Quote {
    checked(&basket([line(1, 10_000, 1)]), &with(promotions))
}

#[test]
fn each_promotion_works_on_what_the_ones_before_it_left() {
    let fixed = promotion(Kind::FixedPerPiece { amounts: vec![eur(1000)] });
    let after = of([percent(10, 1, Stacking::Combine), Promotion { priority: 0, ..fixed.clone() }]);
    assert_eq!(after.totals.total, eur(8000)); // 100 − 10 % − 10
    let before = of([percent(10, 1, Stacking::Combine), Promotion { priority: 2, ..fixed }]);
    assert_eq!(before.totals.total, eur(8100)); // (100 − 10) − 10 %
}

#[test]
fn equal_priorities_go_by_id() {
    let quote = of([percent(10, 0, Stacking::Combine), percent(20, 0, Stacking::Combine)]);
    assert_eq!(taking_part(&quote), [promo(1), promo(2)]);
}

#[test]
fn discounts_of_lines_come_before_those_of_the_order_whatever_their_priority() {
    let order = Promotion { priority: 9, ..promotion(Kind::OrderPercentage { rate: Rate::percent(10) }) };
    let quote = of([order, promotion(Kind::FixedPerPiece { amounts: vec![eur(1000)] })]);
    assert_eq!(taking_part(&quote), [promo(2), promo(1)]);
    assert_eq!(quote.totals.total, eur(8100));
}

#[test]
fn an_exclusive_promotion_is_alone_if_it_comes_first_and_not_at_all_if_it_does_not() {
    let first = of([percent(10, 0, Stacking::Combine), percent(20, 1, Stacking::Exclusive)]);
    assert_eq!((taking_part(&first), first.totals.total), (vec![promo(2)], eur(8000)));
    let last = of([percent(10, 1, Stacking::Combine), percent(20, 0, Stacking::Exclusive)]);
    assert_eq!((taking_part(&last), last.totals.total), (vec![promo(1)], eur(9000)));
}

#[test]
fn only_the_first_of_a_group_takes_part() {
    let group = |name: &str| Stacking::OneOf(name.to_owned());
    let quote = of([
        percent(10, 0, group("season")),
        percent(20, 1, group("season")),
        percent(50, 0, group("other")),
        percent(50, 0, Stacking::Combine),
    ]);
    assert_eq!(taking_part(&quote), [promo(2), promo(3), promo(4)]);
    assert_eq!(quote.totals.total, eur(2000));
}

#[test]
fn a_promotion_that_is_not_open_keeps_nothing_out() {
    let later = NOON.plus(std::time::Duration::from_millis(1));
    for closed in [
        Promotion { enabled: false, ..percent(50, 9, Stacking::Exclusive) },
        Promotion {
            window: Window { from: Some(later), until: None },
            ..percent(50, 9, Stacking::Exclusive)
        },
        Promotion { window: Window { from: None, until: Some(NOON) }, ..percent(50, 9, Stacking::Exclusive) },
        Promotion {
            condition: Condition { min_quantity: Some(2), ..Condition::default() },
            ..percent(50, 9, Stacking::Exclusive)
        },
    ] {
        assert_eq!(taking_part(&of([closed, percent(10, 0, Stacking::Combine)])), [promo(2)]);
    }
    let open = Window { from: Some(NOON), until: Some(later) };
    let quote = of([Promotion { window: open, ..percent(50, 9, Stacking::Exclusive) }]);
    assert_eq!(quote.totals.total, eur(5000));
}
