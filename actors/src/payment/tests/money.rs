//! Reservations that run out, messages, disputes, and providers that act on another amount.

use std::time::Duration;

use super::parts::{Desk, capture, give_back, refund, take};
use super::*;

fn until(at: Timestamp) -> Event {
    Event::Authorized { reference: "ref".to_owned(), expires_at: Some(at) }
}

fn observes(event: &str, news: News) -> Command {
    Command::Observe { event: format!("sandbox:{event}"), news, at: NOW }
}

fn disputed(cents: i64) -> News {
    News::Disputed { dispute: "dp_1".to_owned(), amount: Money::eur(cents) }
}

fn closed(cents: i64, won: bool) -> News {
    News::DisputeClosed { dispute: "dp_1".to_owned(), amount: Money::eur(cents), won }
}

/// T-O10, the payment's half: the provider is asked before a reservation counts as over.
#[test]
fn a_reservation_that_runs_out_is_told_to_the_order_once_the_provider_says_so() {
    let week = NOW.plus(Duration::from_hours(7 * 24));
    let answer = ProviderAnswer::Approved {
        reference: "ref".to_owned(),
        amount: Money::eur(5490),
        expires_at: Some(week),
        capture_reference: None,
    };
    let reminder = |due_at| ReminderChange::Set { name: "expiry".to_owned(), due_at };
    given::<Payment>([requested()])
        .when(record(Operation::Authorize, answer))
        .at(NOW)
        .then_reminders([ReminderChange::Clear { name: SYNC.to_owned() }, reminder(week)]);

    let mut desk = Desk::with([requested(), until(week)]);
    desk.life.set_now(week);
    desk.asks(Command::CheckExpiry).unwrap();
    desk.finds(Found::Answered(approves()));
    assert_eq!(desk.state().stage, Stage::Authorized, "the provider's word counts");
    desk.asks(Command::CheckExpiry).unwrap();
    desk.finds(Found::Answered(ProviderAnswer::declined("expired")));
    assert_eq!(desk.state().stage, Stage::Expired);
    assert_eq!(desk.told, [tells(Update::Voided), tells_order(Fact::Expired)]);
    assert_eq!(desk.asks(take(1, 1)), Err(Rejection::NotAuthorized));
    assert_eq!(desk.asks(Command::Capture), Err(Rejection::NotAuthorized));
}

/// A provider calls a reservation of which a part was taken approved for ever; that it names no time any more says it all.
#[test]
fn the_rest_of_what_was_taken_in_part_runs_out_too() {
    let mut desk = Desk::with([requested(), until(NOW)]);
    desk.asks(take(1, 2_000)).unwrap();
    desk.approves();
    desk.told.clear();
    desk.asks(Command::CheckExpiry).unwrap();
    desk.finds(Found::Answered(approves()));
    assert_eq!(desk.state().stage, Stage::Captured);
    assert_eq!(desk.told, [tells_order(Fact::Expired)]);
    assert_eq!(desk.sums(), (2_000, 0));
}

#[test]
fn money_that_was_taken_stays_taken_when_the_rest_runs_out() {
    let mut desk = Desk::with([requested(), until(NOW)]);
    desk.asks(take(1, 2_000)).unwrap();
    desk.asks(Command::CheckExpiry).unwrap();
    assert_eq!(desk.calls.len(), 1, "it is asked later: a capture is under way");
    desk.approves();
    desk.asks(Command::CheckExpiry).unwrap();
    desk.finds(Found::Answered(ProviderAnswer::declined("expired")));
    assert_eq!((&desk.state().stage, desk.sums()), (&Stage::Captured, (2_000, 0)));
    assert_eq!(desk.told.last(), Some(&tells_order(Fact::Expired)));
    desk.asks(give_back(1, 2_000)).unwrap();
    desk.approves();
    assert_eq!(desk.sums(), (2_000, 2_000));
}

/// T-O7: the end of a reservation does not undo what was taken.
#[test]
fn an_expiry_that_is_told_late_does_not_touch_a_captured_payment() {
    let mut desk = Desk::captured();
    desk.asks(Command::CheckExpiry).unwrap();
    desk.asks(found(Operation::Authorize, Found::Answered(ProviderAnswer::declined("expired")))).unwrap();
    assert_eq!(desk.state().stage, Stage::Captured);
    assert!(desk.calls.is_empty() && desk.told.is_empty());
}

#[test]
fn a_reservation_that_somebody_gave_up_at_the_provider_is_found_by_a_message() {
    let mut desk = Desk::authorized();
    desk.asks(observes("evt_1", News::Look)).unwrap();
    desk.finds(Found::Answered(ProviderAnswer::declined("canceled")));
    assert_eq!(desk.state().stage, Stage::Voided);
    assert_eq!(desk.told, [tells(Update::Voided), tells_order(Fact::Voided)]);
}

/// T-Y5: ×3, and in any order.
#[test]
fn a_message_counts_once_and_its_order_does_not_matter() {
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut desk = Desk::captured();
        let messages = [
            observes("evt_0", News::Look),
            observes("evt_1", disputed(1_000)),
            observes("evt_2", closed(1_000, true)),
        ];
        for at in order {
            for _ in 0..3 {
                desk.asks(messages[at].clone()).unwrap();
            }
        }
        assert_eq!(desk.state().seen.len(), 3);
        assert_eq!(desk.state().disputed(), 0, "{order:?}");
        let amount = Money::eur(1_000);
        let dispute = || "dp_1".to_owned();
        let facts = [
            tells_order(Fact::DisputeOpened { dispute: dispute(), amount }),
            tells_order(Fact::DisputeClosed { dispute: dispute(), amount, won: true }),
        ];
        assert_eq!(desk.told, facts, "{order:?}");
        assert_eq!(desk.life.balance(DISPUTES, "EUR"), 0);
    }
}

/// T-Y5: "succeeded" comes before "created", or before our own call has its answer.
#[test]
fn a_message_about_a_call_that_is_under_way_waits_for_its_answer() {
    let mut desk = Desk::with([requested()]);
    desk.asks(observes("evt_1", News::Look)).unwrap();
    assert!(desk.calls.is_empty());
    desk.asks(lost(Operation::Authorize)).unwrap();
    desk.asks(observes("evt_2", News::Look)).unwrap();
    desk.finds(Found::Answered(approves()));
    assert_eq!(desk.state().stage, Stage::Authorized);
}

#[test]
fn a_lost_dispute_keeps_the_money_away() {
    let mut desk = Desk::captured();
    desk.asks(observes("evt_1", disputed(5_000))).unwrap();
    desk.asks(observes("evt_2", closed(5_000, false))).unwrap();
    assert_eq!(desk.life.balance(DISPUTES, "EUR"), -5_000);
    assert_eq!(desk.asks(give_back(1, 491)), Err(Rejection::ExceedsCaptured { available: Money::eur(490) }));
    desk.asks(give_back(1, 490)).unwrap();
}

#[test]
fn messages_that_are_remembered_are_bounded() {
    let mut desk = Desk::captured();
    for n in 0..100 {
        desk.asks(observes(&format!("evt_{n}"), News::Look)).unwrap();
    }
    assert_eq!(desk.state().seen.len(), 64);
    desk.asks(observes("evt_99", disputed(1))).unwrap();
    assert_eq!(desk.state().disputed(), 0, "it was seen");
}

/// T-Y10: a refund or a partial capture of another amount stops everything.
#[test]
fn a_part_of_another_amount_stops_everything() {
    let mut desk = Desk::captured();
    desk.asks(give_back(1, 1_000)).unwrap();
    desk.asks(give_back(2, 500)).unwrap();
    desk.ends(Outcome::Answered(approves_of(100_000)));
    assert!(matches!(desk.state().stage, Stage::IntegrityFailure { .. }));
    assert!(desk.calls.is_empty());
    let failed = |n| {
        let code = "integrity-failure".to_owned();
        tells_order(Fact::RefundFailed { refund: refund(n), code })
    };
    assert_eq!(desk.told, [tells(Update::IntegrityFailure), failed(1), failed(2)]);
    assert_eq!(desk.asks(give_back(3, 1)), Err(Rejection::NeedsPerson));
    assert_eq!(desk.life.balance(REFUNDS, "EUR"), 0);

    let mut desk = Desk::authorized();
    desk.asks(take(1, 1_000)).unwrap();
    desk.ends(Outcome::Answered(approves_of(5_490)));
    let code = "integrity-failure".to_owned();
    let failed = tells_order(Fact::CaptureFailed { capture: capture(1), code });
    assert_eq!(desk.told, [tells(Update::IntegrityFailure), failed]);
    assert_eq!(desk.asks(take(2, 1)), Err(Rejection::NotAuthorized));
}

/// T-Y9: a second card is a second payment; the first one's failure and late news do not reach it.
#[test]
fn a_second_card_pays_after_the_first_one_failed() {
    let order = terms().order;
    let (first, second) = (PaymentId::of_attempt(order, 1), PaymentId::of_attempt(order, 2));
    for operation in [Operation::Authorize, Operation::Capture, Operation::Void, Operation::Refund] {
        assert_ne!(IntentKey::of(first, operation), IntentKey::of(second, operation));
    }
    let mut failed = Desk::with([requested(), action()]);
    failed.asks(Command::Confirm { result: Confirmation::Decline }).unwrap();
    failed.declines();
    assert_eq!(failed.state().stage, Stage::Failed { code: "card_declined".to_owned() });
    let mut paid = Desk::with([]);
    paid.asks(Command::Authorize(Terms { token: "tok_second".to_owned(), ..terms() })).unwrap();
    paid.approves();
    paid.asks(Command::Capture).unwrap();
    paid.approves();
    assert_eq!(paid.sums(), (5_490, 0));
    failed.asks(observes("evt_1", News::Look)).unwrap();
    assert!(failed.calls.is_empty());
    assert_eq!(failed.sums(), (0, 0));
}

/// T-Y7: the message never comes; asking finds it.
#[test]
fn what_a_lost_message_would_have_said_is_found_by_asking() {
    let mut desk = Desk::with([requested(), action()]);
    desk.asks(Command::Sync).unwrap();
    desk.finds(Found::Answered(approves()));
    assert_eq!(
        (&desk.state().stage, desk.told.as_slice()),
        (&Stage::Authorized, &[tells(Update::Authorized)][..])
    );
}
