//! Refunds that fail after they were done, and payments that an order began.

use super::parts::{Desk, give_back, refund, take};
use super::*;
use crate::ids::RefundId;

fn failed(event: &str, reference: &str) -> Command {
    let news = News::RefundFailed { reference: reference.to_owned() };
    Command::Observe { event: format!("sandbox:{event}"), news, at: NOW }
}

fn lost() -> Found {
    Found::Answered(ProviderAnswer::declined("lost_card"))
}

fn returned(n: u128, call: u32, cents: i64) -> Effect {
    let name =
        amazoff_supervisor::derive_uuid(&[b"returned", refund(n).uuid().as_bytes(), &call.to_be_bytes()]);
    tells_order(Fact::RefundReturned {
        refund: refund(n),
        returned: RefundId::from(name),
        amount: Money::eur(cents),
        code: "lost_card".to_owned(),
    })
}

/// A payment that gave 10.00 € back.
fn gave_back() -> Desk {
    let mut desk = Desk::captured();
    desk.asks(give_back(1, 1_000)).unwrap();
    desk.approves();
    desk.told.clear();
    desk
}

#[track_caller]
fn balances(desk: &Desk, provider: i64, refunds: i64) {
    let of = |account: &str| desk.life.balance(account, "EUR");
    assert_eq!((of("provider:sandbox"), of(REFUNDS)), (provider, refunds));
}

#[test]
fn a_refund_that_was_done_and_fails_is_turned_back_once() {
    let mut desk = gave_back();
    // Only the captures that the test itself makes are in its ledger.
    balances(&desk, 1_000, -1_000);
    desk.asks(failed("evt_1", "ref")).unwrap();
    desk.finds(lost());
    assert_eq!((desk.state().refunded(), desk.state().refundable()), (0, 5_490));
    balances(&desk, 0, 0);
    assert_eq!(desk.told, [returned(1, 0, 1_000)]);
    // The same message, another one, and the reconciliation find nothing new.
    for command in [failed("evt_1", "ref"), failed("evt_2", "ref"), Command::Compare] {
        desk.asks(command).unwrap();
        assert!(desk.calls.is_empty(), "{:?}", desk.calls);
    }
    // It can be given back again, under another name.
    assert_eq!(desk.asks(give_back(1, 1_000)), Ok(()));
    assert!(desk.calls.is_empty(), "a repeat");
    desk.asks(give_back(2, 1_000)).unwrap();
    desk.approves();
    assert_eq!(desk.state().refunded(), 1_000);
}

#[test]
fn a_message_about_a_refund_only_says_that_there_is_something_to_ask() {
    let mut desk = gave_back();
    desk.asks(failed("evt_1", "ref")).unwrap();
    desk.finds(Found::Answered(ProviderAnswer::approved("ref", Money::eur(1_000))));
    assert_eq!(desk.state().refunded(), 1_000);
    assert!(desk.told.is_empty());
}

#[test]
fn a_lost_message_is_made_up_for_by_asking_about_every_refund() {
    let mut desk = gave_back();
    desk.asks(give_back(2, 490)).unwrap();
    desk.approves();
    desk.told.clear();
    desk.asks(Command::Compare).unwrap();
    assert_eq!(desk.calls.len(), 2);
    desk.finds(Found::Answered(ProviderAnswer::approved("ref", Money::eur(1_000))));
    desk.finds(lost());
    assert_eq!(desk.state().refunded(), 1_000);
    assert_eq!(desk.told, [returned(2, 0, 490)]);
}

/// The answer that is on its way may say that it was done, so the message must come again.
#[test]
fn a_message_that_overtakes_an_answer_has_to_come_again() {
    let mut desk = Desk::captured();
    desk.asks(give_back(1, 1_000)).unwrap();
    assert_eq!(desk.asks(failed("evt_1", "ref")), Err(Rejection::Busy));
    desk.approves();
    desk.asks(failed("evt_1", "ref")).unwrap();
    desk.finds(lost());
    assert_eq!(desk.state().refunded(), 0);
}

#[test]
fn a_refund_over_several_captures_of_which_one_part_fails_is_done_in_part() {
    let mut desk = Desk::authorized();
    for (n, cents) in [(1, 1_000), (2, 2_000)] {
        desk.asks(take(n, cents)).unwrap();
        let amount = Money::eur(cents);
        let capture_reference = Some(format!("cap_{n}"));
        desk.ends(Outcome::Answered(ProviderAnswer::Approved {
            reference: "ref".to_owned(),
            amount,
            expires_at: None,
            capture_reference,
        }));
    }
    desk.asks(give_back(1, 2_500)).unwrap();
    desk.approves();
    desk.told.clear();
    // The first call fails while the second is under way, which comes to an end all the same.
    assert_eq!(desk.asks(failed("evt_1", "ref")), Err(Rejection::Busy));
    desk.approves();
    assert_eq!(desk.state().refunded(), 2_500);
    desk.told.clear();
    desk.asks(failed("evt_1", "ref")).unwrap();
    desk.finds(Found::Answered(approves())); // the reservation still holds
    desk.finds(lost());
    desk.finds(Found::Answered(ProviderAnswer::approved("ref", Money::eur(500))));
    assert_eq!((desk.state().refunded(), desk.told.clone()), (500, vec![returned(1, 0, 2_000)]));
    let taken: Vec<_> = desk.state().takings.iter().map(|of| of.refunded).collect();
    assert_eq!(taken.iter().sum::<i64>(), 500);
}

fn by_order() -> Terms {
    Terms { by_order: true, ..terms() }
}

fn begun_by_order() -> Desk {
    Desk::with([Event::AuthorizationRequested { terms: by_order(), at: Some(NOW) }])
}

fn pays(update: Update) -> Effect {
    tells_order(Fact::Paying { update })
}

#[test]
fn a_payment_that_its_order_began_tells_the_order() {
    let mut desk = begun_by_order();
    desk.asks(record(Operation::Authorize, asks_shopper())).unwrap();
    desk.asks(Command::Confirm { result: Confirmation::Approve }).unwrap();
    desk.asks(record(Operation::Confirm, approves())).unwrap();
    let action = Update::RequiresAction { url: "/3ds".to_owned() };
    assert_eq!(desk.told, [pays(action), pays(Update::Authorized)]);
    let mut desk = begun_by_order();
    desk.asks(record(Operation::Authorize, declines())).unwrap();
    assert_eq!(desk.told, [pays(Update::Failed { code: "card_declined".to_owned() })]);
}

#[test]
fn the_end_of_its_reservation_is_told_to_an_order_once() {
    let mut desk = begun_by_order();
    desk.asks(record(Operation::Authorize, approves())).unwrap();
    desk.told.clear();
    desk.asks(Command::Void).unwrap();
    desk.asks(record(Operation::Void, approves())).unwrap();
    assert_eq!(desk.told, [tells_order(Fact::Voided)]);
    // One that never reserved anything.
    let mut desk = begun_by_order();
    desk.asks(record(Operation::Authorize, asks_shopper())).unwrap();
    desk.told.clear();
    desk.asks(Command::Void).unwrap();
    desk.asks(record(Operation::Void, approves())).unwrap();
    assert_eq!(desk.told, [pays(Update::Voided)]);
}
