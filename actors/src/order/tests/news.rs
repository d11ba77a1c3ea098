//! What buyers are told: each thing once, whatever is repeated.

use super::money::refunded;
use super::standing::*;
use super::*;
use crate::ids::{RefundId, UserId};

/// What a decision has written and announced; both must be the same.
fn told(decision: &amazoff_supervisor::Decision<Order>) -> Vec<News> {
    let written = decision
        .effects
        .iter()
        .filter_map(|effect| if let Effect::Write { news, .. } = effect { Some(*news) } else { None });
    let announced = decision
        .effects
        .iter()
        .filter_map(|effect| if let Effect::Announce { news, .. } = effect { Some(*news) } else { None });
    let written: Vec<_> = written.collect();
    assert_eq!(written, announced.collect::<Vec<_>>());
    written
}

#[test]
fn an_order_is_told_from_its_placement_to_its_end_and_each_thing_once() {
    let mut order =
        life(vec![Event::Drafted { draft: terms(CapturePolicy::OnPlacement), payment: payment(1), at: AT }]);
    let paid = || Command::MarkPaid { payment: payment(1), amount: Money::eur(TOTAL) };
    let shipment = parcel(1);
    let steps = [
        (note(PaymentStatus::Authorized), vec![]),
        (place(1), vec![News::Placed]),
        (place(1), vec![]),
        (paid(), vec![News::Paid { amount: Money::eur(TOTAL) }]),
        (paid(), vec![]),
        (pack(1, all()), vec![]),
        (ship(1, vec![]), vec![News::Shipped { shipment }]),
        (ship(1, vec![]), vec![]),
        (deliver(1), vec![News::Delivered { shipment }]),
        (deliver(1), vec![]),
    ];
    for (command, news) in steps {
        assert_eq!(told(&order.run(command.clone()).unwrap()), news, "{command:?}");
    }
}

#[test]
fn what_fails_before_an_order_binds_is_told_to_nobody() {
    let mut order = life(vec![drafted(1)]);
    for command in [note(PaymentStatus::Authorized), note(PaymentStatus::Failed), CANCEL] {
        assert_eq!(told(&order.run(command).unwrap()), []);
    }
}

#[test]
fn a_payment_that_fails_is_told_when_another_one_is_wanted() {
    let mut order = life([drafted(1), placed()].into());
    assert_eq!(told(&order.run(note(PaymentStatus::Failed)).unwrap()), [News::PaymentFailed]);
    assert_eq!(told(&order.run(note(PaymentStatus::Failed)).unwrap()), []);
    let mut order = life(reserved());
    assert_eq!(told(&order.run(fact(Fact::Expired)).unwrap()), [News::PaymentFailed]);
    assert_eq!(told(&order.run(fact(Fact::Expired)).unwrap()), []);
    // All of it was taken: that its reservation is over is nobody's business.
    let mut order = life(paid_for());
    assert_eq!(told(&order.run(fact(Fact::Expired)).unwrap()), []);
}

#[test]
fn the_last_part_of_the_money_is_told_as_paid() {
    let mut order = life(reserved());
    order.run(ship(1, vec![some(0, 3)])).unwrap();
    assert_eq!(told(&order.run(captured(1, PRICES[0] + SHIPPING)).unwrap()), []);
    order.run(ship(2, vec![some(1, 2)])).unwrap();
    let paid = News::Paid { amount: Money::eur(TOTAL) };
    assert_eq!(told(&order.run(captured(2, PRICES[1])).unwrap()), [paid]);
    assert_eq!(told(&order.run(captured(2, PRICES[1])).unwrap()), []);
}

#[test]
fn a_refund_is_told_when_it_is_done_and_only_as_far_as_it_is() {
    let mut order = life(paid_for());
    assert_eq!(told(&order.run(refund(1, cents(1000))).unwrap()), []);
    let refund_id: RefundId = refund_of(adjustment(1));
    let back = |cents| News::Refunded { refund: refund_id, amount: Money::eur(cents) };
    assert_eq!(told(&order.run(refunded(refund_id, 600)).unwrap()), [back(600)], "400 are missing");
    assert_eq!(told(&order.run(refunded(refund_id, 600)).unwrap()), []);
}

#[test]
fn an_order_that_is_called_off_is_told_once_and_what_comes_late_is_no_payment() {
    let mut order = life(reserved());
    assert_eq!(told(&order.run(CANCEL).unwrap()), [News::Canceled]);
    assert_eq!(told(&order.run(CANCEL).unwrap()), []);
    assert_eq!(told(&order.run(captured(1, TOTAL)).unwrap()), []);
}

#[test]
fn an_announcement_names_the_buyer_who_has_an_inbox() {
    let buyer = UserId::from(Uuid::from_u128(10));
    let draft = Box::new(Draft { owner: Owner::User(buyer), ..*draft(5000) });
    let events = [Event::Drafted { draft, payment: payment(1), at: AT }];
    let to = Some(buyer);
    given::<Order>(events).when(place(1)).at(AT).then_effects([
        Effect::Write { news: News::Placed, at: AT },
        Effect::Announce { news: News::Placed, buyer: to, at: AT },
    ]);
}
