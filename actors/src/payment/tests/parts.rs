//! Captures of less than all, refunds, and what happens when their answers stay away.

use std::time::Duration;

use amazoff_testkit::Life;

use super::*;
use crate::ids::{CaptureId, RefundId};

/// A payment with a provider that answers when the test says so.
pub(super) struct Desk {
    pub(super) life: Life<Payment>,
    /// Calls that left and were not answered, the oldest first.
    pub(super) calls: Vec<Call>,
    /// What orders and checkouts were told.
    pub(super) told: Vec<Effect>,
}

pub(super) fn capture(n: u128) -> CaptureId {
    CaptureId::from(Uuid::from_u128(n))
}

pub(super) fn refund(n: u128) -> RefundId {
    RefundId::from(Uuid::from_u128(n))
}

pub(super) fn take(n: u128, cents: i64) -> Command {
    Command::CapturePart { capture: capture(n), amount: Money::eur(cents) }
}

pub(super) fn give_back(n: u128, cents: i64) -> Command {
    Command::Refund { refund: refund(n), amount: Money::eur(cents) }
}

pub(super) fn intent_of(call: &Call) -> (Operation, &Intent) {
    match call {
        Call::Authorize { intent, .. } => (Operation::Authorize, intent),
        Call::Confirm { intent, .. } => (Operation::Confirm, intent),
        Call::Capture { intent } => (Operation::Capture, intent),
        Call::Void { intent } => (Operation::Void, intent),
        Call::Refund { intent } => (Operation::Refund, intent),
        Call::Find { operation, intent, .. } => (*operation, intent),
    }
}

impl Desk {
    pub(super) fn with(events: impl IntoIterator<Item = Event>) -> Self {
        let mut life = Life::new(id().uuid());
        life.happened(events);
        Self { life, calls: Vec::new(), told: Vec::new() }
    }
    pub(super) fn authorized() -> Self {
        Self::with([requested(), authorized()])
    }
    pub(super) fn captured() -> Self {
        Self::with([requested(), authorized(), capture_requested(), captured()])
    }
    #[track_caller]
    pub(super) fn asks(&mut self, command: Command) -> Result<(), Rejection> {
        let decision = self.life.run(command)?;
        for effect in decision.effects {
            match effect {
                Effect::CallProvider { call, .. } => self.calls.push(call),
                Effect::TellOrder { .. } | Effect::TellCheckout { .. } => self.told.push(effect),
            }
        }
        Ok(())
    }
    /// The oldest open call ends like this.
    #[track_caller]
    pub(super) fn ends(&mut self, outcome: Outcome) {
        let call = self.calls.remove(0);
        let (operation, intent) = intent_of(&call);
        let key = Some(intent.key.clone());
        self.asks(Command::Record { operation, key, outcome }).unwrap();
    }
    /// The provider does what the oldest open call asks.
    #[track_caller]
    pub(super) fn approves(&mut self) {
        let amount = intent_of(&self.calls[0]).1.amount;
        self.ends(Outcome::Answered(ProviderAnswer::approved("ref", amount)));
    }
    #[track_caller]
    pub(super) fn declines(&mut self) {
        self.ends(Outcome::Answered(declines()));
    }
    #[track_caller]
    pub(super) fn loses_the_answer(&mut self) {
        self.ends(Outcome::Unknown);
    }
    /// The lookup that is open finds this.
    #[track_caller]
    pub(super) fn finds(&mut self, found: Found) {
        let call = self.calls.remove(0);
        assert!(matches!(call, Call::Find { .. }), "{call:?}");
        let (operation, intent) = intent_of(&call);
        let key = Some(intent.key.clone());
        self.asks(Command::RecordSync { operation, key, found }).unwrap();
    }
    pub(super) fn state(&self) -> &Payment {
        self.life.state()
    }
    pub(super) fn sums(&self) -> (i64, i64) {
        (self.state().captured(), self.state().refunded())
    }
}

#[test]
fn an_order_takes_its_money_in_parts_one_after_the_other() {
    let mut desk = Desk::authorized();
    desk.asks(take(1, 2_000)).unwrap();
    desk.asks(take(2, 3_000)).unwrap();
    desk.asks(take(2, 3_000)).unwrap();
    assert_eq!(desk.asks(take(2, 3_001)), Err(Rejection::TermsDiffer));
    assert_eq!(desk.asks(take(3, 491)), Err(Rejection::ExceedsAuthorized { available: Money::eur(490) }));
    assert_eq!(desk.calls.len(), 1, "PAY-2: the second waits");
    desk.approves();
    assert_eq!(desk.sums(), (2_000, 0));
    assert_eq!(desk.calls.len(), 1, "the second follows");
    desk.approves();
    desk.asks(take(3, 490)).unwrap();
    desk.approves();
    assert_eq!((desk.sums(), &desk.state().stage), ((5_490, 0), &Stage::Captured));
    let facts: Vec<_> = [(1, 2_000), (2, 3_000), (3, 490)]
        .map(|(n, cents)| tells_order(Fact::Captured { capture: capture(n), amount: Money::eur(cents) }))
        .into();
    assert_eq!(desk.told, facts);
    assert_eq!(desk.life.balance(CLEARING, "EUR"), 5_490);
    assert_eq!(desk.asks(take(4, 1)), Err(Rejection::AlreadyCaptured));
}

#[test]
fn what_is_not_taken_is_given_up_after_what_was_asked_for() {
    let mut desk = Desk::authorized();
    desk.asks(take(1, 2_000)).unwrap();
    desk.asks(Command::Void).unwrap();
    desk.asks(Command::Void).unwrap();
    assert_eq!(desk.asks(take(2, 1)), Err(Rejection::NotAuthorized));
    desk.approves();
    let (operation, intent) = intent_of(&desk.calls[0]);
    assert_eq!((operation, intent.amount), (Operation::Void, Money::eur(3_490)));
    desk.asks(give_back(1, 500)).unwrap();
    assert_eq!(desk.calls.len(), 1, "PAY-2: the refund waits");
    desk.approves();
    assert_eq!(desk.state().stage, Stage::Captured);
    assert_eq!(desk.told.last(), Some(&tells_order(Fact::Voided)));
    desk.approves();
    assert_eq!(desk.sums(), (2_000, 500));
    desk.asks(Command::Void).unwrap();
    assert!(desk.calls.is_empty());
}

#[test]
fn a_void_that_is_refused_leaves_the_rest_reserved() {
    let mut desk = Desk::authorized();
    desk.asks(take(1, 2_000)).unwrap();
    desk.approves();
    desk.asks(Command::Void).unwrap();
    desk.declines();
    assert_eq!((&desk.state().stage, desk.state().void_wanted), (&Stage::Authorized, false));
    desk.asks(take(2, 100)).unwrap();
    desk.approves();
    assert_eq!(desk.sums(), (2_100, 0));
}

#[test]
fn a_part_that_is_refused_frees_its_balance_and_has_the_reservation_checked() {
    let mut desk = Desk::authorized();
    desk.asks(take(1, 5_490)).unwrap();
    let decision = desk.life.run(record_of(&desk.calls[0], Outcome::Answered(declines()))).unwrap();
    let check = ReminderChange::Set { name: "expiry".to_owned(), due_at: NOW };
    assert!(decision.reminders.contains(&check), "{:?}", decision.reminders);
    let failed = Fact::CaptureFailed { capture: capture(1), code: "card_declined".to_owned() };
    assert_eq!(decision.effects, [tells_order(failed)]);
    desk.calls.clear();
    desk.asks(take(1, 5_490)).unwrap();
    assert!(desk.calls.is_empty(), "one name, one try");
    desk.asks(take(2, 5_490)).unwrap();
    desk.approves();
    assert_eq!(desk.state().stage, Stage::Captured);
}

fn record_of(call: &Call, outcome: Outcome) -> Command {
    let (operation, intent) = intent_of(call);
    Command::Record { operation, key: Some(intent.key.clone()), outcome }
}

/// T-Y2: a double click, and a message of the provider about the same refund.
#[test]
fn a_refund_that_is_asked_twice_beside_its_own_message_happens_once() {
    let mut desk = Desk::captured();
    desk.asks(give_back(1, 1_000)).unwrap();
    desk.asks(give_back(1, 1_000)).unwrap();
    desk.asks(Command::Observe { event: "sandbox:evt_1".to_owned(), news: News::Look, at: NOW }).unwrap();
    assert_eq!(desk.calls.len(), 1);
    desk.approves();
    desk.asks(give_back(1, 1_000)).unwrap();
    desk.asks(Command::Observe { event: "sandbox:evt_1".to_owned(), news: News::Look, at: NOW }).unwrap();
    assert!(desk.calls.is_empty());
    assert_eq!(desk.sums(), (5_490, 1_000));
    assert_eq!(desk.told, [tells_order(Fact::Refunded { refund: refund(1), amount: Money::eur(1_000) })]);
    assert_eq!(desk.life.balance(REFUNDS, "EUR"), -1_000);
    assert_eq!(desk.life.balance("provider:sandbox", "EUR"), 1_000);
}

/// T-Y3: the amount of a refund is set aside before the provider is asked.
#[test]
fn refunds_in_steps_never_exceed_what_was_taken() {
    let mut desk = Desk::captured();
    for n in 1..=5 {
        desk.asks(give_back(n, 1_000)).unwrap();
    }
    let left = |cents| Err(Rejection::ExceedsCaptured { available: Money::eur(cents) });
    assert_eq!(desk.asks(give_back(6, 491)), left(490));
    for _ in 1..=4 {
        desk.approves();
    }
    assert_eq!(desk.asks(give_back(6, 491)), left(490));
    desk.declines();
    assert_eq!(desk.sums(), (5_490, 4_000));
    desk.asks(give_back(6, 1_490)).unwrap();
    desk.approves();
    assert_eq!(desk.asks(give_back(7, 1)), left(0));
    assert_eq!(desk.sums(), (5_490, 5_490));
}

/// T-Y3: a refund beside a chargeback.
#[test]
fn a_refund_that_waits_while_the_card_owner_takes_the_money_back_fails() {
    let mut desk = Desk::captured();
    desk.asks(give_back(1, 1_000)).unwrap();
    desk.asks(give_back(2, 4_490)).unwrap();
    let news = News::Disputed { dispute: "dp_1".to_owned(), amount: Money::eur(5_490) };
    desk.asks(Command::Observe { event: "sandbox:evt_1".to_owned(), news, at: NOW }).unwrap();
    desk.approves();
    assert!(desk.calls.is_empty());
    let failed = Fact::RefundFailed { refund: refund(2), code: "disputed".to_owned() };
    assert_eq!(desk.told.last(), Some(&tells_order(failed)));
    assert_eq!(desk.asks(give_back(3, 1)), Err(Rejection::ExceedsCaptured { available: Money::eur(0) }));
}

/// T-Y1: the provider gave the money back, and its answer got lost.
#[test]
fn a_refund_whose_answer_is_lost_is_looked_up_and_never_sent_twice() {
    let mut desk = Desk::captured();
    desk.asks(give_back(1, 1_000)).unwrap();
    desk.asks(give_back(2, 500)).unwrap();
    let sent = intent_of(&desk.calls[0]).1.clone();
    desk.loses_the_answer();
    assert!(desk.calls.is_empty(), "the next one waits until this one is known");
    desk.asks(Command::Sync).unwrap();
    desk.asks(Command::Sync).unwrap();
    assert_eq!(intent_of(&desk.calls[0]).1, &sent);
    desk.finds(Found::Pending);
    desk.asks(Command::Sync).unwrap();
    desk.finds(Found::Answered(ProviderAnswer::approved("re_1", Money::eur(1_000))));
    assert_eq!(desk.sums(), (5_490, 1_000));
    desk.approves();
    assert_eq!(desk.sums(), (5_490, 1_500));
}

#[test]
fn a_part_that_never_arrived_leaves_again_under_its_key() {
    let mut desk = Desk::captured();
    desk.asks(give_back(1, 1_000)).unwrap();
    let sent = desk.calls[0].clone();
    for _ in 0..3 {
        desk.loses_the_answer();
        desk.asks(Command::Sync).unwrap();
        desk.finds(Found::Nothing);
        assert_eq!(desk.calls, std::slice::from_ref(&sent));
    }
}

#[test]
fn a_key_of_a_day_is_asked_about_and_never_sent_again() {
    let mut desk = Desk::captured();
    desk.asks(give_back(1, 1_000)).unwrap();
    desk.loses_the_answer();
    desk.life.advance(Duration::from_hours(24));
    for _ in 0..20 {
        desk.asks(Command::Sync).unwrap();
        desk.finds(Found::Nothing);
        assert!(desk.calls.is_empty());
    }
    desk.asks(Command::Sync).unwrap();
    desk.finds(Found::Answered(ProviderAnswer::approved("re_1", Money::eur(1_000))));
    assert_eq!(desk.sums(), (5_490, 1_000));

    let mut desk = Desk::with([requested(), authorized(), capture_requested()]);
    desk.asks(lost(Operation::Capture)).unwrap();
    desk.life.advance(Duration::from_hours(24));
    desk.asks(Command::Sync).unwrap();
    desk.finds(Found::Nothing);
    assert!(desk.calls.is_empty());
    assert!(matches!(desk.state().stage, Stage::Unknown { .. }));

    let mut desk = Desk::with([requested()]);
    desk.asks(lost(Operation::Authorize)).unwrap();
    desk.life.advance(Duration::from_hours(24));
    desk.asks(Command::Sync).unwrap();
    desk.finds(Found::Nothing);
    assert_eq!(desk.state().stage, Stage::Failed { code: "not-received".to_owned() });
}

#[test]
fn what_the_provider_does_not_have_when_no_call_can_be_on_its_way_is_asked_anew() {
    const SPENT: Duration = Duration::from_hours(25);
    let mut desk = Desk::captured();
    desk.asks(give_back(1, 1_000)).unwrap();
    let sent = intent_of(&desk.calls[0]).1.clone();
    desk.loses_the_answer();
    desk.life.advance(SPENT);
    desk.asks(Command::Sync).unwrap();
    desk.finds(Found::Nothing);
    let again = intent_of(&desk.calls[0]).1;
    assert_eq!(again.asked_at, sent.asked_at.map(|at| at.plus(SPENT)), "its age counts from here");
    assert_eq!(again, &Intent { asked_at: again.asked_at, ..sent });
    desk.approves();
    assert_eq!(desk.sums(), (5_490, 1_000));

    for (requested_anew, operation) in
        [(capture_requested(), Operation::Capture), (void_requested(), Operation::Void)]
    {
        let mut desk = Desk::with([requested(), authorized(), requested_anew]);
        desk.asks(lost(operation)).unwrap();
        desk.life.advance(SPENT);
        desk.asks(Command::Sync).unwrap();
        desk.finds(Found::Nothing);
        assert_eq!(intent_of(&desk.calls[0]).0, operation);
        assert_eq!(intent_of(&desk.calls[0]).1.asked_at, Some(NOW.plus(SPENT)));
    }
}

#[test]
fn an_answer_to_another_call_changes_nothing() {
    let mut desk = Desk::captured();
    desk.asks(give_back(1, 1_000)).unwrap();
    let first = desk.calls[0].clone();
    desk.approves();
    desk.asks(give_back(2, 1_000)).unwrap();
    let late = record_of(&first, Outcome::Answered(ProviderAnswer::approved("re_1", Money::eur(1_000))));
    desk.asks(late).unwrap();
    desk.asks(record(Operation::Refund, approves_of(1_000))).unwrap();
    assert_eq!(desk.sums(), (5_490, 1_000));
    assert_eq!(desk.calls.len(), 1);
}

/// Providers that name captures give back one capture at a time.
#[test]
fn a_refund_over_two_captures_is_two_calls_and_one_fact() {
    let mut desk = Desk::authorized();
    for (n, cents) in [(1, 3_000), (2, 2_490)] {
        desk.asks(take(n, cents)).unwrap();
        desk.ends(Outcome::Answered(ProviderAnswer::Approved {
            reference: "ref".to_owned(),
            amount: Money::eur(cents),
            expires_at: None,
            capture_reference: Some(format!("cap-{n}")),
        }));
    }
    desk.told.clear();
    desk.asks(give_back(1, 5_000)).unwrap();
    let (_, first) = intent_of(&desk.calls[0]);
    assert_eq!((first.amount, first.capture_reference.as_deref()), (Money::eur(3_000), Some("cap-1")));
    let first = first.key.clone();
    desk.approves();
    assert!(desk.told.is_empty());
    let (_, second) = intent_of(&desk.calls[0]);
    assert_eq!((second.amount, second.capture_reference.as_deref()), (Money::eur(2_000), Some("cap-2")));
    assert_ne!(second.key, first);
    desk.approves();
    assert_eq!(desk.told, [tells_order(Fact::Refunded { refund: refund(1), amount: Money::eur(5_000) })]);
    assert_eq!(desk.sums(), (5_490, 5_000));
}

#[test]
fn what_waits_is_bounded_and_what_does_not_fit_is_told_to_come_back() {
    let mut desk = Desk::captured();
    for n in 0..=64 {
        desk.asks(give_back(n, 1)).unwrap();
    }
    assert_eq!(desk.asks(give_back(65, 1)), Err(Rejection::Busy));
    desk.approves();
    desk.asks(give_back(65, 1)).unwrap();
}

#[test]
fn an_amount_is_positive_and_in_the_currency_of_the_payment() {
    let mut desk = Desk::captured();
    let invalid = Err(Rejection::AmountInvalid { currency: Money::eur(0).currency });
    let dollars = Money::new(1, "USD".parse().unwrap());
    assert_eq!(desk.asks(give_back(1, 0)), invalid);
    assert_eq!(desk.asks(give_back(1, -1)), invalid);
    assert_eq!(desk.asks(Command::Refund { refund: refund(1), amount: dollars }), invalid);
}
