//! Payments after the order was placed (ORDER-9).

use amazoff_supervisor::{ReminderChange, derive_uuid};
use amazoff_testkit::Life;

use super::money::refunded;
use super::standing::*;
use super::*;
use crate::ids::{CaptureId, RefundId};
use crate::payment::{Terms, Update};

fn further(n: u128) -> PaymentId {
    PaymentId::from(Uuid::from_u128(800 + n))
}

fn pay(n: u128) -> Command {
    Command::Pay { payment: further(n), provider: "sandbox".to_owned(), token: "tok_ok".to_owned() }
}

fn tells(n: u128, fact: Fact) -> Command {
    Command::NoteFact { payment: further(n), fact }
}

fn moves(n: u128, update: Update) -> Command {
    tells(n, Fact::Paying { update })
}

fn due(n: u128) -> CaptureId {
    CaptureId::from(derive_uuid(&[b"capture", further(n).uuid().as_bytes()]))
}

fn took(n: u128, capture: CaptureId, cents: i64) -> Command {
    tells(n, Fact::Captured { capture, amount: Money::eur(cents) })
}

fn declined() -> Update {
    Update::Failed { code: "card_declined".to_owned() }
}

fn asks(n: u128, cents: i64) -> Effect {
    let terms = Terms {
        order: OrderId::of_cart(cart()),
        cart: cart(),
        amount: Money::eur(cents),
        provider: "sandbox".to_owned(),
        token: "tok_ok".to_owned(),
        by_order: true,
    };
    Effect::Authorize { payment: further(n), terms: Box::new(terms) }
}

fn takes(n: u128, capture: CaptureId, cents: i64) -> Effect {
    Effect::CapturePart { payment: further(n), capture, amount: Money::eur(cents) }
}

fn gives_up(payment: PaymentId) -> Effect {
    Effect::VoidPayment { payment }
}

/// An order that is paid by parcels and whose reservation has run out.
fn expired() -> Life<Order> {
    let mut order = life(reserved());
    order.run(fact(Fact::Expired)).unwrap();
    order
}

/// T-O9.
#[test]
fn what_could_not_be_taken_at_placement_is_paid_by_another_payment() {
    let mut order = life(unpaid());
    assert_eq!(order.state().owed(), TOTAL);
    let begun = order.run(pay(1)).unwrap();
    assert_eq!(begun.effects, [asks(1, TOTAL)]);
    assert!(begun.reminders.iter().any(|change| matches!(change, ReminderChange::Set { .. })));
    assert_eq!(order.state().payment_status(), PaymentStatus::Pending);
    assert_eq!(order.run(ship(1, all())).unwrap_err(), Rejection::NotCovered);
    let reserved = order.run(moves(1, Update::Authorized)).unwrap();
    assert_eq!(reserved.effects, [takes(1, due(1), TOTAL)]);
    assert!(reserved.reminders.iter().all(|change| matches!(change, ReminderChange::Clear { .. })));
    assert!(asked(&order.run(took(1, due(1), TOTAL)).unwrap()).is_empty());
    let state = order.state();
    assert_eq!((state.payment_status(), state.owed()), (PaymentStatus::Paid, 0));
    assert_eq!(state.further[0].state, FurtherState::Captured);
    assert_eq!((order.balance(SALES, "EUR"), order.balance(CLEARING, "EUR")), (TOTAL, -TOTAL));
    order.run(ship(1, all())).unwrap();
    // All of it goes back through the payment that took it.
    let refunded = order.run(refund(1, cents(TOTAL))).unwrap();
    assert!(matches!(refunded.effects[..], [Effect::Refund { payment, .. }] if payment == further(1)));
}

/// T-O10.
#[test]
fn after_a_reservation_ran_out_another_one_lets_parcels_go() {
    let mut order = expired();
    assert_eq!(order.state().payment_status(), PaymentStatus::Voided);
    order.run(pay(1)).unwrap();
    assert!(order.run(moves(1, Update::Authorized)).unwrap().effects.is_empty(), "parcels take it");
    assert_eq!((order.state().payment_status(), order.state().owed()), (PaymentStatus::Authorized, 0));
    let sent = order.run(ship(1, vec![some(0, 3)])).unwrap();
    assert!(sent.effects.contains(&takes(1, capture(1), PRICES[0] + SHIPPING)));
    order.run(took(1, capture(1), PRICES[0] + SHIPPING)).unwrap();
    order.run(ship(2, vec![some(1, 2)])).unwrap();
    order.run(took(1, capture(2), PRICES[1])).unwrap();
    assert_eq!(order.state().payment_status(), PaymentStatus::Paid);
    assert_eq!(order.state().further[0].state, FurtherState::Captured);
}

#[test]
fn what_was_sent_and_not_paid_is_taken_at_once() {
    let mut order = life(reserved());
    order.run(ship(1, vec![some(0, 3)])).unwrap();
    let failed = Fact::CaptureFailed { capture: capture(1), code: "declined".to_owned() };
    order.run(fact(failed)).unwrap();
    assert_eq!(order.state().owed(), TOTAL);
    // What the first one reserves is of no use any more.
    assert_eq!(order.run(pay(1)).unwrap().effects, [gives_up(payment(1)), asks(1, TOTAL)]);
    let reserved = order.run(moves(1, Update::Authorized)).unwrap();
    assert_eq!(reserved.effects, [takes(1, due(1), PRICES[0] + SHIPPING)]);
    order.run(fact(Fact::Voided)).unwrap();
    order.run(took(1, due(1), PRICES[0] + SHIPPING)).unwrap();
    assert_eq!(order.state().payment_status(), PaymentStatus::PartiallyPaid);
    assert!(order.run(ship(2, vec![some(1, 2)])).unwrap().effects.contains(&takes(1, capture(2), PRICES[1])));
}

#[test]
fn one_payment_is_under_way_at_a_time_and_only_over_what_is_owed() {
    given::<Order>(paid_for()).when(pay(1)).then_rejects(Rejection::NothingOwed);
    given::<Order>(reserved()).when(pay(1)).then_rejects(Rejection::NothingOwed);
    given::<Order>([drafted(1)]).when(pay(1)).then_rejects(Rejection::NotPlaced);
    given::<Order>([drafted(1), placed()]).when(pay(1)).then_rejects(Rejection::PaymentUnderWay);
    given::<Order>([drafted(1), noted(PaymentStatus::Failed), canceled()])
        .when(pay(1))
        .then_rejects(Rejection::NotPlaced);
    let mut order = life(unpaid());
    order.run(pay(1)).unwrap();
    assert!(order.run(pay(1)).unwrap().effects.is_empty(), "the same button");
    assert_eq!(order.run(pay(2)).unwrap_err(), Rejection::PaymentUnderWay);
    order.run(moves(1, Update::RequiresAction { url: "/3ds".to_owned() })).unwrap();
    assert_eq!(order.state().payment_status(), PaymentStatus::RequiresAction);
    assert_eq!(order.run(pay(2)).unwrap_err(), Rejection::PaymentUnderWay);
    order.run(moves(1, Update::Authorized)).unwrap();
    assert_eq!(order.run(pay(2)).unwrap_err(), Rejection::PaymentUnderWay, "it is being taken");
    order.run(took(1, due(1), TOTAL)).unwrap();
    assert_eq!(order.run(pay(2)).unwrap_err(), Rejection::NothingOwed);
}

#[test]
fn a_payment_that_fails_leaves_the_order_as_it_was_and_another_may_be_tried() {
    let mut order = life(unpaid());
    let before = (order.state().axes, order.state().owed());
    for n in 1..=50 {
        order.run(pay(n)).unwrap();
        assert!(asked(&order.run(moves(n, declined())).unwrap()).is_empty());
        assert!(order.run(moves(n, declined())).unwrap().events.is_empty(), "told twice");
        assert_eq!((order.state().axes, order.state().owed()), before);
    }
    assert_eq!(order.run(pay(51)).unwrap_err(), Rejection::TooManyPayments);
}

#[test]
fn a_capture_that_fails_gives_its_reservation_up() {
    let mut order = life(unpaid());
    order.run(pay(1)).unwrap();
    order.run(moves(1, Update::Authorized)).unwrap();
    let failed = tells(1, Fact::CaptureFailed { capture: due(1), code: "declined".to_owned() });
    assert_eq!(asked(&order.run(failed).unwrap()), [gives_up(further(1))]);
    assert_eq!(order.state().payment_status(), PaymentStatus::Failed);
    order.run(tells(1, Fact::Voided)).unwrap();
    order.run(pay(2)).unwrap();
    assert_eq!(order.state().owed(), TOTAL);
}

#[test]
fn a_shopper_who_leaves_is_waited_for_and_then_given_up() {
    let mut order = life(unpaid());
    order.run(pay(1)).unwrap();
    order.run(moves(1, Update::RequiresAction { url: "/3ds".to_owned() })).unwrap();
    let asked = order.run(Command::CheckPayment).unwrap();
    assert_eq!(asked.effects, [Effect::SyncPayment { payment: further(1) }]);
    assert_eq!(order.run(Command::GiveUpPayment).unwrap().effects, [gives_up(further(1))]);
    assert!(order.run(Command::GiveUpPayment).unwrap().effects.is_empty());
    order.run(moves(1, Update::Voided)).unwrap();
    assert_eq!(order.state().further[0].state, FurtherState::Voided);
    // The reminders of one that is over do nothing.
    for command in [Command::CheckPayment, Command::GiveUpPayment] {
        assert!(order.run(command).unwrap().effects.is_empty());
    }
    // Money that is reserved all the same is given up, as it is asked already.
    assert!(order.run(moves(1, Update::Authorized)).unwrap().effects.is_empty());
    order.run(pay(2)).unwrap();
}

/// T-O6, for a second payment.
#[test]
fn a_payment_of_an_order_that_is_canceled_meanwhile_is_given_up_or_goes_back() {
    let mut order = life(unpaid());
    order.run(pay(1)).unwrap();
    let canceled = order.run(CANCEL).unwrap();
    assert!(canceled.effects.contains(&gives_up(further(1))));
    let mut order = life(unpaid());
    order.run(pay(1)).unwrap();
    order.run(moves(1, Update::Authorized)).unwrap();
    order.run(CANCEL).unwrap();
    assert_eq!(asked_back(&order.run(took(1, due(1), TOTAL)).unwrap()), TOTAL);
    assert_eq!(order.state().status(), Status::Canceled);
}

#[test]
fn what_is_not_needed_any_more_when_it_is_reserved_is_given_up_or_goes_back() {
    let mut order = life(unpaid());
    order.run(pay(1)).unwrap();
    order.run(cancel_lines(1, vec![some(1, 2)])).unwrap();
    order.run(moves(1, Update::Authorized)).unwrap();
    assert_eq!(asked_back(&order.run(took(1, due(1), TOTAL)).unwrap()), PRICES[1]);
}

#[test]
fn a_reservation_of_a_second_payment_can_run_out_too() {
    let mut order = expired();
    order.run(pay(1)).unwrap();
    order.run(moves(1, Update::Authorized)).unwrap();
    order.run(tells(1, Fact::Expired)).unwrap();
    assert_eq!(order.state().further[0].state, FurtherState::Expired);
    assert_eq!(order.run(ship(1, all())).unwrap_err(), Rejection::NotCovered);
    assert_eq!(order.run(pay(2)).unwrap().effects, [asks(2, TOTAL)]);
}

fn returned(n: u128, cents: i64) -> Command {
    let (refund, code) = (refund_of(adjustment(1)), "lost_card".to_owned());
    let returned = RefundId::from(Uuid::from_u128(900 + n));
    fact(Fact::RefundReturned { refund, returned, amount: Money::eur(cents), code })
}

#[test]
fn a_refund_that_fails_after_it_was_done_comes_back_to_sales_and_shows() {
    let mut order = life(paid_for());
    order.run(refund(1, cents(1000))).unwrap();
    assert!(order.run(returned(1, 1000)).unwrap().events.is_empty(), "it is not done yet");
    order.run(refunded(refund_of(adjustment(1)), 1000)).unwrap();
    order.run(returned(1, 1000)).unwrap();
    assert_eq!((order.balance(SALES, "EUR"), order.balance(REFUNDS, "EUR")), (0, 0));
    assert_eq!(order.state().adjustments[0].status(), AdjustmentStatus::Failed);
    assert_eq!((order.state().refunded(), order.state().refundable()), (0, TOTAL));
    assert_eq!(order.state().timeline.last().unwrap().event, Milestone::RefundFailed);
    assert!(order.run(returned(1, 1000)).unwrap().events.is_empty());
    // Somebody tries again: it is the same money.
    assert_eq!(asked_back(&order.run(refund(2, cents(1000))).unwrap()), 1000);
    assert_eq!(order.state().price(), TOTAL - 1000);
}

#[test]
fn a_refund_of_which_some_comes_back_is_done_in_part() {
    let mut order = life(paid_for());
    order.run(refund(1, cents(1000))).unwrap();
    order.run(refunded(refund_of(adjustment(1)), 1000)).unwrap();
    order.run(returned(1, 400)).unwrap();
    assert!(order.run(returned(1, 400)).unwrap().events.is_empty());
    assert_eq!((order.state().refunded(), order.balance(REFUNDS, "EUR")), (600, 600));
    assert_eq!(order.state().adjustments[0].status(), AdjustmentStatus::Failed);
    // One that was done only in part from the start is the same.
    let mut order = life(paid_for());
    order.run(refund(1, cents(1000))).unwrap();
    order.run(refunded(refund_of(adjustment(1)), 600)).unwrap();
    assert_eq!((order.state().refunded(), order.balance(REFUNDS, "EUR")), (600, 600));
    assert_eq!(order.state().adjustments[0].status(), AdjustmentStatus::Failed);
}

#[test]
fn a_return_whose_money_comes_back_is_not_refunded_any_more() {
    let mut order = life(paid_for());
    order.run(ship(1, all())).unwrap();
    order.run(deliver(1)).unwrap();
    let (id, reason) = (back(1), ReturnReason::Other);
    order.run(Command::RequestReturn { id, lines: vec![some(1, 2)], reason }).unwrap();
    order.run(Command::ApproveReturn { id }).unwrap();
    let came = ReceivedPortion { line: line(1), quantity: pieces(2), resellable: true };
    order.run(Command::ReceiveReturn { id, lines: vec![came] }).unwrap();
    let refund = order.state().adjustments[0].refunds[0].refund;
    order.run(refunded(refund, PRICES[1])).unwrap();
    assert_eq!(order.state().returns[&id].state, ReturnState::Refunded);
    let name = RefundId::from(Uuid::from_u128(9));
    let (amount, code) = (Money::eur(PRICES[1]), "lost_card".to_owned());
    order.run(fact(Fact::RefundReturned { refund, returned: name, amount, code })).unwrap();
    assert_eq!(order.state().returns[&id].state, ReturnState::Received);
}
