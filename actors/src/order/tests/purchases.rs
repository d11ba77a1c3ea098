use super::standing::*;
use super::*;
use crate::ids::{AdjustmentId, UserId};

fn buyer() -> UserId {
    UserId::from(Uuid::from_u128(10))
}

/// The paid order, of somebody who logged in.
fn own() -> Vec<Event> {
    let mut events = paid_for();
    if let Some(Event::Drafted { draft, .. }) = events.first_mut() {
        draft.owner = Owner::User(buyer());
    }
    events
}

/// What reviews are told.
fn told(decision: &amazoff_supervisor::Decision<Order>) -> Vec<bool> {
    let notes = decision.effects.iter().filter_map(|effect| {
        let Effect::NotePurchase { product, buyer: of, stands } = effect else { return None };
        assert_eq!((*product, *of), (ProductId::from(Uuid::from_u128(8)), buyer()));
        Some(*stands)
    });
    notes.collect()
}

fn paid_back(adjustment: AdjustmentId, amount: i64) -> Command {
    fact(Fact::Refunded { refund: refund_of(adjustment), amount: Money::eur(amount) })
}

#[test]
fn the_first_parcel_with_a_product_that_arrives_is_told_once() {
    let mut order = life(own());
    for (n, lines) in [(1, vec![some(0, 1)]), (2, vec![some(0, 2), some(1, 2)])] {
        assert_eq!(told(&order.run(ship(n, lines)).unwrap()), [false; 0]);
    }
    assert_eq!(told(&order.run(deliver(1)).unwrap()), [true]);
    assert_eq!(told(&order.run(deliver(1)).unwrap()), [false; 0], "a repeat");
    assert_eq!(told(&order.run(deliver(2)).unwrap()), [false; 0], "it is known already");
}

#[test]
fn a_product_that_is_paid_back_whole_does_not_stand_any_more() {
    let mut order = life(own());
    order.run(ship(1, all())).unwrap();
    order.run(deliver(1)).unwrap();
    let one_line = RefundOf::Lines(vec![some(0, 3)]);
    assert_eq!(told(&order.run(refund(1, one_line)).unwrap()), [false; 0], "the other line is kept");
    let the_other = RefundOf::Lines(vec![some(1, 2)]);
    assert_eq!(told(&order.run(refund(2, the_other)).unwrap()), [false]);
}

#[test]
fn an_order_that_is_paid_back_as_a_sum_does_not_stand_once_the_money_is_back() {
    let mut order = life(own());
    order.run(ship(1, all())).unwrap();
    order.run(deliver(1)).unwrap();
    assert_eq!(told(&order.run(refund(1, cents(TOTAL - 1))).unwrap()), [false; 0]);
    assert_eq!(told(&order.run(paid_back(adjustment(1), TOTAL - 1)).unwrap()), [false; 0], "a part");
    assert_eq!(told(&order.run(refund(2, cents(1))).unwrap()), [false; 0]);
    assert_eq!(told(&order.run(paid_back(adjustment(2), 1)).unwrap()), [false]);
}

#[test]
fn nobody_is_told_of_a_guests_order() {
    let mut order = life(paid_for());
    order.run(ship(1, all())).unwrap();
    assert_eq!(told(&order.run(deliver(1)).unwrap()), [false; 0]);
}
