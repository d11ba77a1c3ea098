mod delivery;
mod golden;
mod money;
mod parts;
mod returned;
mod sequences;

use std::time::Duration;

use amazoff_supervisor::{Posting, ReminderChange, Timestamp};
use amazoff_testkit::given;
use uuid::Uuid;

use super::*;
use crate::ids::{CartId, OrderId, PaymentId};
use crate::money::Money;
use crate::order::Fact;

const NOW: Timestamp = Timestamp::from_unix_ms(1_767_225_600_000);
const SYNC: &str = "sync";

fn id() -> PaymentId {
    PaymentId::from(Uuid::from_u128(0x0e17)) // the entity of the test kit
}

fn cart() -> CartId {
    CartId::from(Uuid::from_u128(1))
}

fn terms() -> Terms {
    Terms {
        order: OrderId::of_cart(cart()),
        cart: cart(),
        amount: Money::eur(5490),
        provider: "sandbox".to_owned(),
        token: "tok_ok".to_owned(),
        by_order: false,
    }
}

fn requested() -> Event {
    Event::AuthorizationRequested { terms: terms(), at: Some(NOW) }
}

fn authorized() -> Event {
    Event::Authorized { reference: "ref".to_owned(), expires_at: None }
}

fn capture_requested() -> Event {
    Event::CaptureRequested { at: Some(NOW) }
}

fn captured() -> Event {
    Event::Captured { capture_reference: None }
}

fn void_requested() -> Event {
    Event::VoidRequested { at: Some(NOW) }
}

fn action() -> Event {
    Event::ActionRequired { reference: "ref".to_owned(), url: "/3ds".to_owned() }
}

fn unknown(operation: Operation) -> Event {
    Event::OutcomeUnknown { operation }
}

fn failed() -> Event {
    Event::Failed { code: "card_declined".to_owned() }
}

fn broken() -> Event {
    Event::IntegrityBroken { reported: Money::eur(1) }
}

fn approves() -> ProviderAnswer {
    approves_of(5490)
}

fn approves_of(cents: i64) -> ProviderAnswer {
    ProviderAnswer::approved("ref", Money::eur(cents))
}

fn declines() -> ProviderAnswer {
    ProviderAnswer::Declined { code: "card_declined".to_owned() }
}

fn asks_shopper() -> ProviderAnswer {
    ProviderAnswer::ActionRequired { reference: "ref".to_owned(), url: "/3ds".to_owned() }
}

fn record(operation: Operation, answer: ProviderAnswer) -> Command {
    Command::Record {
        operation,
        key: Some(IntentKey::of(id(), operation)),
        outcome: Outcome::Answered(answer),
    }
}

fn lost(operation: Operation) -> Command {
    Command::Record { operation, key: Some(IntentKey::of(id(), operation)), outcome: Outcome::Unknown }
}

fn found(operation: Operation, found: Found) -> Command {
    Command::RecordSync { operation, key: Some(IntentKey::of(id(), operation)), found }
}

fn tells(update: Update) -> Effect {
    Effect::TellCheckout { cart: cart(), update }
}

fn tells_order(fact: Fact) -> Effect {
    Effect::TellOrder { order: terms().order, payment: id(), fact }
}

fn calls(call: Call) -> Effect {
    Effect::CallProvider { provider: "sandbox".to_owned(), call }
}

fn intent(operation: Operation, reference: Option<&str>) -> Intent {
    let key = IntentKey::of(id(), operation);
    Intent {
        key,
        payment: id(),
        order: Some(terms().order),
        asked_at: Some(NOW),
        amount: Money::eur(5490),
        reference: reference.map(str::to_owned),
        capture_reference: None,
    }
}

fn call_authorize() -> Effect {
    calls(Call::Authorize { intent: intent(Operation::Authorize, None), token: "tok_ok".to_owned() })
}

fn call_capture() -> Effect {
    calls(Call::Capture { intent: intent(Operation::Capture, Some("ref")) })
}

fn call_void() -> Effect {
    calls(Call::Void { intent: intent(Operation::Void, Some("ref")) })
}

/// PAY-4: the key is in the outbox before the provider hears of it.
#[test]
fn the_first_command_fixes_the_terms_and_asks_the_provider() {
    given::<Payment>([])
        .when(Command::Authorize(terms()))
        .then_events([requested()])
        .then_effects([call_authorize()])
        .then_reply_is(|view| assert_eq!((view.status, view.amount), (Status::Authorizing, Money::eur(5490))))
        .when(Command::Authorize(terms()))
        .then_nothing_happens();
}

#[test]
fn other_terms_are_refused_in_every_state() {
    let other = Terms { amount: Money::eur(1), ..terms() };
    for events in [vec![requested()], vec![requested(), authorized()], vec![requested(), failed()]] {
        given::<Payment>(events).when(Command::Authorize(other.clone())).then_rejects(Rejection::TermsDiffer);
    }
}

#[test]
fn nothing_is_known_of_a_payment_that_was_never_asked() {
    let commands = [Command::Capture, Command::Void, Command::Sync, record(Operation::Authorize, approves())];
    for command in commands {
        given::<Payment>([]).when(command).then_rejects(Rejection::NotFound);
    }
}

#[test]
fn an_approved_authorization_is_told_to_the_checkout() {
    given::<Payment>([requested()])
        .when(record(Operation::Authorize, approves()))
        .then_events([authorized()])
        .then_effects([tells(Update::Authorized)]);
}

#[test]
fn a_declined_authorization_is_final() {
    given::<Payment>([requested()])
        .when(record(Operation::Authorize, declines()))
        .then_events([failed()])
        .then_effects([tells(Update::Failed { code: "card_declined".to_owned() })])
        .then_reply_is(|view| assert_eq!(view.decline_code.as_deref(), Some("card_declined")));
}

#[test]
fn a_shopper_who_must_act_is_told_where_and_confirms() {
    let result = Confirmation::Approve;
    let confirm = Call::Confirm { intent: intent(Operation::Confirm, Some("ref")), result };
    given::<Payment>([requested()])
        .when(record(Operation::Authorize, asks_shopper()))
        .then_events([action()])
        .then_effects([tells(Update::RequiresAction { url: "/3ds".to_owned() })])
        .then_reply_is(|view| assert_eq!(view.action_url.as_deref(), Some("/3ds")))
        .when(Command::Confirm { result })
        .then_events([Event::ConfirmationRequested { result, at: Some(NOW) }])
        .then_effects([calls(confirm)])
        .when(record(Operation::Confirm, approves()))
        .then_events([authorized()])
        .then_effects([tells(Update::Authorized)])
        .when(Command::Confirm { result })
        .then_nothing_happens();
}

/// PAY-1, PAY-6.
#[test]
fn a_capture_moves_exactly_the_authorized_amount() {
    let posting =
        |account: &str, amount| Posting { account: account.to_owned(), asset: "EUR".to_owned(), amount };
    given::<Payment>([requested(), authorized()])
        .when(Command::Capture)
        .then_events([capture_requested()])
        .then_effects([call_capture()])
        .then_postings([])
        .when(record(Operation::Capture, approves()))
        .then_events([captured()])
        .then_effects([tells(Update::Captured)])
        .then_postings([posting("provider:sandbox", -5490), posting(CLEARING, 5490)])
        .when(Command::Capture)
        .then_nothing_happens()
        .when(record(Operation::Capture, approves()))
        .then_nothing_happens();
}

/// PAY-5, T-Y10.
#[test]
fn another_amount_or_currency_is_never_accepted() {
    let dollars = Money::new(5490, "USD".parse().unwrap());
    let foreign = ProviderAnswer::approved("ref", dollars);
    given::<Payment>([requested()])
        .when(record(Operation::Authorize, approves_of(1)))
        .then_events([broken()])
        .then_effects([tells(Update::IntegrityFailure)]);
    given::<Payment>([requested()])
        .when(record(Operation::Authorize, foreign))
        .then_events([Event::IntegrityBroken { reported: dollars }]);
    given::<Payment>([requested(), authorized(), capture_requested()])
        .when(record(Operation::Capture, approves_of(1)))
        .then_events([broken()])
        .then_postings([]);
}

#[test]
fn a_void_gives_the_reservation_up() {
    let told = tells_order(Fact::Voided);
    for (before, news) in
        [(authorized(), vec![tells(Update::Voided), told]), (action(), vec![tells(Update::Voided)])]
    {
        given::<Payment>([requested(), before])
            .when(Command::Void)
            .then_events([void_requested()])
            .then_effects([call_void()])
            .when(record(Operation::Void, approves()))
            .then_events([Event::Voided])
            .then_effects(news);
    }
}

#[test]
fn a_void_that_comes_too_early_is_done_as_soon_as_the_fate_is_known() {
    given::<Payment>([requested()])
        .when(Command::Void)
        .then_events([Event::VoidWanted])
        .then_effects([])
        .when(Command::Void)
        .then_nothing_happens()
        .when(record(Operation::Authorize, approves()))
        .then_events([authorized(), void_requested()])
        .then_effects([call_void()]);
    given::<Payment>([requested(), Event::VoidWanted])
        .when(record(Operation::Authorize, asks_shopper()))
        .then_events([action(), void_requested()]);
    given::<Payment>([requested(), Event::VoidWanted])
        .when(record(Operation::Authorize, declines()))
        .then_events([failed()]);
}

/// PAY-4, T-Y1.
#[test]
fn a_lost_answer_is_looked_up_by_its_key_with_growing_pauses() {
    let reminder = |seconds: i64| ReminderChange::Set {
        name: SYNC.to_owned(),
        due_at: Timestamp::from_unix_ms(NOW.unix_ms() + seconds * 1000),
    };
    let find = |asked| {
        calls(Call::Find {
            operation: Operation::Authorize,
            intent: intent(Operation::Authorize, None),
            asked,
        })
    };
    given::<Payment>([requested()])
        .when(lost(Operation::Authorize))
        .at(NOW)
        .then_events([unknown(Operation::Authorize)])
        .then_effects([tells(Update::Unknown)])
        .then_reminders([reminder(1)])
        .when(Command::Sync)
        .then_effects([find(0)])
        .when(Command::Sync)
        .then_nothing_happens()
        .when(found(Operation::Authorize, Found::Pending))
        .then_events([Event::StillUnknown { not_received: false }])
        .then_reminders([reminder(2)])
        .when(Command::Sync)
        .then_effects([find(1)])
        .when(found(Operation::Authorize, Found::Answered(approves())))
        .then_events([authorized()])
        .then_effects([tells(Update::Authorized)])
        .then_reminders([ReminderChange::Clear { name: SYNC.to_owned() }]);
}

#[test]
fn an_operation_that_was_never_received_leaves_again_under_the_same_key() {
    let nothing = || found(Operation::Authorize, Found::Nothing);
    let mut case = given::<Payment>([requested()]).when(lost(Operation::Authorize)).then_postings([]);
    for _ in 0..3 {
        case = case
            .when(nothing())
            .then_events([Event::OperationRepeated { operation: Operation::Authorize }])
            .then_effects([call_authorize()])
            .when(lost(Operation::Authorize))
            .then_events([unknown(Operation::Authorize)]);
    }
    case.when(nothing()).then_events([Event::StillUnknown { not_received: true }]);
}

/// A provider that stalls has received nothing as far as it tells, and reserves the money when nobody expects it any more.
#[test]
fn a_reservation_is_given_up_only_when_no_call_can_be_on_its_way() {
    let nothing = || found(Operation::Authorize, Found::Nothing);
    for void in [false, true] {
        let mut desk = parts::Desk::with([requested()]);
        desk.asks(lost(Operation::Authorize)).unwrap();
        if void {
            desk.asks(Command::Void).unwrap();
        }
        desk.life.set_now(NOW.plus(Duration::from_secs(61)));
        desk.asks(nothing()).unwrap();
        assert!(desk.calls.is_empty(), "it is not sent any more");
        assert!(matches!(desk.state().stage, Stage::Unknown { .. }), "and not given up yet");
        desk.life.set_now(NOW.plus(Duration::from_mins(2)));
        desk.asks(nothing()).unwrap();
        assert_eq!(desk.state().stage, Stage::Failed { code: "not-received".to_owned() });
    }
}

#[test]
fn a_lost_confirmation_is_repeated_as_the_shopper_decided() {
    let result = Confirmation::Approve;
    let confirm = Call::Confirm { intent: intent(Operation::Confirm, Some("ref")), result };
    given::<Payment>([requested(), action(), Event::ConfirmationRequested { result, at: Some(NOW) }])
        .when(lost(Operation::Confirm))
        .then_events([unknown(Operation::Confirm)])
        .when(found(Operation::Confirm, Found::Nothing))
        .then_effects([calls(confirm)])
        .when(record(Operation::Confirm, approves()))
        .then_events([authorized()]);
}

#[test]
fn a_capture_that_was_never_received_is_sent_again_after_ever_more_questions_and_never_given_up() {
    let mut case =
        given::<Payment>([requested(), authorized(), capture_requested()]).when(lost(Operation::Capture));
    for _ in 0..3 {
        case = case.when(found(Operation::Capture, Found::Nothing)).then_effects([call_capture()]);
        case = case.when(lost(Operation::Capture));
    }
    for _ in 0..3 {
        case = case
            .when(found(Operation::Capture, Found::Nothing))
            .then_events([Event::StillUnknown { not_received: true }])
            .when(Command::Sync);
    }
    case.when(found(Operation::Capture, Found::Nothing))
        .then_effects([call_capture()])
        .when(lost(Operation::Capture))
        .when(found(Operation::Capture, Found::Answered(approves())))
        .then_events([captured()]);
}

#[test]
fn a_shopper_who_acted_without_coming_back_is_found_by_asking() {
    given::<Payment>([requested(), action()])
        .when(Command::Sync)
        .then_events([Event::SyncRequested])
        .when(found(Operation::Authorize, Found::Answered(asks_shopper())))
        .then_nothing_happens()
        .when(found(Operation::Authorize, Found::Answered(approves())))
        .then_events([authorized()]);
}

/// PAY-3.
#[test]
fn nothing_changes_a_terminal_payment() {
    let captured = vec![requested(), authorized(), capture_requested(), captured()];
    let voided = vec![requested(), authorized(), void_requested(), Event::Voided];
    for (events, void, capture, confirm) in [
        (captured, Err(Rejection::AlreadyCaptured), Ok(()), Ok(())),
        (voided, Ok(()), Err(Rejection::NotAuthorized), Err(Rejection::NothingToConfirm)),
        (
            vec![requested(), failed()],
            Ok(()),
            Err(Rejection::NotAuthorized),
            Err(Rejection::NothingToConfirm),
        ),
        (
            vec![requested(), broken()],
            Ok(()),
            Err(Rejection::NotAuthorized),
            Err(Rejection::NothingToConfirm),
        ),
    ] {
        let asked = Command::Confirm { result: Confirmation::Approve };
        for (command, wanted) in [(Command::Void, void), (Command::Capture, capture), (asked, confirm)] {
            let case = given::<Payment>(events.clone()).when(command);
            match wanted {
                Ok(()) => case.then_nothing_happens(),
                Err(refusal) => case.then_rejects(refusal),
            };
        }
        for operation in [Operation::Authorize, Operation::Confirm, Operation::Capture, Operation::Void] {
            given::<Payment>(events.clone()).when(record(operation, approves())).then_nothing_happens();
            given::<Payment>(events.clone()).when(lost(operation)).then_nothing_happens();
            given::<Payment>(events.clone())
                .when(found(operation, Found::Answered(declines())))
                .then_nothing_happens();
        }
        given::<Payment>(events).when(Command::Sync).then_nothing_happens();
    }
}

#[test]
fn what_the_state_cannot_do_is_refused_with_its_reason() {
    let confirm = Command::Confirm { result: Confirmation::Approve };
    let voiding = vec![requested(), authorized(), void_requested()];
    let capturing = vec![requested(), authorized(), capture_requested()];
    given::<Payment>([requested()]).when(Command::Capture).then_rejects(Rejection::NotAuthorized);
    given::<Payment>([requested()]).when(confirm.clone()).then_rejects(Rejection::NothingToConfirm);
    given::<Payment>([requested(), action()]).when(Command::Capture).then_rejects(Rejection::NotAuthorized);
    given::<Payment>(voiding.clone()).when(Command::Capture).then_rejects(Rejection::NotAuthorized);
    given::<Payment>(voiding).when(confirm).then_rejects(Rejection::NothingToConfirm);
    given::<Payment>(capturing).when(Command::Void).then_rejects(Rejection::AlreadyCaptured);
}
