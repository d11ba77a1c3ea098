use amazoff_testkit::golden;

use super::super::*;
use super::*;
use crate::ids::{CaptureId, RefundId};

fn text(text: &str) -> String {
    text.to_owned()
}

fn sample_terms() -> Terms {
    Terms { order: OrderId::from(Uuid::from_u128(2)), ..terms() }
}

fn terms_of_order() -> Terms {
    Terms { by_order: true, ..sample_terms() }
}

fn intent(operation: Operation, reference: Option<&str>) -> Intent {
    Intent {
        key: IntentKey::of(id(), operation),
        payment: id(),
        amount: Money::eur(5490),
        order: None,
        asked_at: None,
        reference: reference.map(str::to_owned),
        capture_reference: None,
    }
}

const OPERATIONS: [Operation; 5] =
    [Operation::Authorize, Operation::Confirm, Operation::Capture, Operation::Void, Operation::Refund];

fn capture_id() -> CaptureId {
    CaptureId::from(Uuid::from_u128(3))
}

fn refund_id() -> RefundId {
    RefundId::from(Uuid::from_u128(4))
}

fn ask(doubt: Option<Doubt>) -> Ask {
    Ask { amount: Money::eur(490), capture_reference: Some(text("capture_1")), at: NOW, repeats: 1, doubt }
}

fn events() -> Vec<Event> {
    let (reference, url) = (|| text("auth_1"), || text("https://pay.example/act"));
    let mut events = vec![
        Event::AuthorizationRequested { terms: sample_terms(), at: None },
        Event::ActionRequired { reference: reference(), url: url() },
        Event::ConfirmationRequested { result: Confirmation::Approve, at: None },
        Event::ConfirmationRequested { result: Confirmation::Decline, at: None },
        Event::Authorized { reference: reference(), expires_at: None },
        Event::CaptureRequested { at: Some(NOW) },
        Event::Captured { capture_reference: None },
        Event::VoidWanted,
        Event::VoidRequested { at: Some(NOW) },
        Event::Voided,
        Event::Failed { code: text("card_declined") },
        Event::SyncRequested,
        Event::StillUnknown { not_received: true },
        Event::StillUnknown { not_received: false },
        Event::IntegrityBroken { reported: Money::eur(1) },
    ];
    events.extend(OPERATIONS.map(|operation| Event::OutcomeUnknown { operation }));
    events.extend(OPERATIONS.map(|operation| Event::OperationRepeated { operation }));
    let (capture, refund) = (PartId::Capture(capture_id()), PartId::Refund(refund_id()));
    events.extend([
        Event::AuthorizationRequested { terms: sample_terms(), at: Some(NOW) },
        Event::ConfirmationRequested { result: Confirmation::Approve, at: Some(NOW) },
        Event::Authorized { reference: reference(), expires_at: Some(NOW) },
        Event::CaptureRequested { at: None },
        Event::Captured { capture_reference: Some(text("capture_1")) },
        Event::VoidRequested { at: None },
        Event::VoidRefused { code: text("already_canceled") },
        Event::ReservationExpired,
        Event::PartRequested { part: capture, amount: Money::eur(490), at: NOW },
        Event::PartRequested { part: refund, amount: Money::eur(490), at: NOW },
        Event::PartAsked { part: refund, ask: ask(None) },
        Event::PartAsked { part: refund, ask: ask(Some(Doubt { asked: 2, asking: true })) },
        Event::PartDone { part: refund, amount: Money::eur(490), reference: Some(text("refund_1")) },
        Event::PartFailed { part: capture, code: text("capture_declined") },
        Event::Observed { event: text("sandbox:evt_1") },
        Event::DisputeOpened { dispute: text("dp_1"), amount: Money::eur(490) },
        Event::DisputeClosed { dispute: text("dp_1"), won: true },
        Event::DisputeClosed { dispute: text("dp_1"), won: false },
        Event::AuthorizationRequested { terms: terms_of_order(), at: Some(NOW) },
        Event::RefundsCompared,
        Event::RefundReturned { part: refund, call: 1, amount: Money::eur(490), code: text("lost_card") },
    ]);
    events
}

fn answers() -> [ProviderAnswer; 4] {
    [
        ProviderAnswer::approved("auth_1", Money::eur(5490)),
        ProviderAnswer::ActionRequired { reference: text("auth_1"), url: text("https://pay.example/act") },
        ProviderAnswer::Declined { code: text("card_declined") },
        ProviderAnswer::Approved {
            reference: text("auth_1"),
            amount: Money::eur(5490),
            expires_at: Some(NOW),
            capture_reference: Some(text("capture_1")),
        },
    ]
}

fn commands() -> Vec<Command> {
    let operation = Operation::Authorize;
    let mut commands = vec![
        Command::Authorize(sample_terms()),
        Command::Confirm { result: Confirmation::Approve },
        Command::Capture,
        Command::Void,
        Command::Sync,
        Command::Record { operation, key: None, outcome: Outcome::Unknown },
        Command::RecordSync { operation, key: None, found: Found::Nothing },
        Command::RecordSync { operation, key: None, found: Found::Pending },
    ];
    for answer in answers() {
        let outcome = Outcome::Answered(answer.clone());
        commands.push(Command::Record { operation, key: None, outcome });
        commands.push(Command::RecordSync { operation, key: None, found: Found::Answered(answer) });
    }
    let (key, dispute) = (|| Some(IntentKey::of(id(), operation)), || text("dp_1"));
    let amount = Money::eur(490);
    commands.extend([
        Command::Record { operation: Operation::Refund, key: key(), outcome: Outcome::Unknown },
        Command::RecordSync { operation: Operation::Refund, key: key(), found: Found::Pending },
        Command::CapturePart { capture: capture_id(), amount },
        Command::Refund { refund: refund_id(), amount },
        Command::CheckExpiry,
    ]);
    let news = [
        News::Look,
        News::Disputed { dispute: dispute(), amount },
        News::DisputeClosed { dispute: dispute(), amount, won: true },
        News::Irrelevant,
        News::RefundFailed { reference: text("re_1") },
    ];
    commands.extend(news.map(|news| Command::Observe { event: text("sandbox:evt_1"), news, at: NOW }));
    commands.extend([Command::Authorize(terms_of_order()), Command::Compare]);
    commands
}

fn effects() -> Vec<Effect> {
    let reference = Some("auth_1");
    let calls = [
        Call::Authorize { intent: intent(Operation::Authorize, None), token: text("tok_ok") },
        Call::Confirm { intent: intent(Operation::Confirm, reference), result: Confirmation::Approve },
        Call::Capture { intent: intent(Operation::Capture, reference) },
        Call::Void { intent: intent(Operation::Void, reference) },
        Call::Find { operation: Operation::Capture, intent: intent(Operation::Capture, reference), asked: 2 },
    ];
    let part = Intent {
        order: Some(sample_terms().order),
        asked_at: Some(NOW),
        capture_reference: Some(text("capture_1")),
        ..intent(Operation::Refund, reference)
    };
    let refund = Effect::CallProvider { provider: text("sandbox"), call: Call::Refund { intent: part } };
    let called = calls.map(|call| Effect::CallProvider { provider: text("sandbox"), call });
    let told = updates().map(|update| Effect::TellCheckout { cart: cart(), update });
    let order = sample_terms().order;
    let facts = facts().into_iter().map(|fact| Effect::TellOrder { order, payment: id(), fact });
    called.into_iter().chain(told).chain([refund]).chain(facts).collect()
}

fn updates() -> [Update; 7] {
    [
        Update::RequiresAction { url: text("https://pay.example/act") },
        Update::Unknown,
        Update::Authorized,
        Update::Captured,
        Update::Voided,
        Update::Failed { code: text("card_declined") },
        Update::IntegrityFailure,
    ]
}

fn facts() -> Vec<Fact> {
    let (capture, refund) = (capture_id(), refund_id());
    let (amount, dispute) = (Money::eur(490), || text("dp_1"));
    let code = || text("lost_card");
    let mut facts = vec![
        Fact::Captured { capture, amount },
        Fact::CaptureFailed { capture, code: text("capture_declined") },
        Fact::Refunded { refund, amount },
        Fact::RefundFailed { refund, code: text("refund_declined") },
        Fact::Voided,
        Fact::Expired,
        Fact::DisputeOpened { dispute: dispute(), amount },
        Fact::DisputeClosed { dispute: dispute(), amount, won: false },
        Fact::RefundReturned { refund, returned: RefundId::from(Uuid::from_u128(5)), amount, code: code() },
    ];
    facts.extend(updates().map(|update| Fact::Paying { update }));
    facts
}

fn views() -> impl Iterator<Item = View> {
    let statuses = [
        Status::Created,
        Status::Authorizing,
        Status::RequiresAction,
        Status::Authorized,
        Status::Capturing,
        Status::Captured,
        Status::Voiding,
        Status::Voided,
        Status::Failed,
        Status::Unknown,
        Status::IntegrityFailure,
        Status::Expired,
    ];
    let plain = statuses.into_iter().map(|status| View {
        id: id(),
        order_id: sample_terms().order,
        status,
        amount: Money::eur(5490),
        captured: None,
        refunded: None,
        disputed: None,
        action_url: (status == Status::RequiresAction).then(|| text("https://pay.example/act")),
        decline_code: (status == Status::Failed).then(|| text("card_declined")),
    });
    let moved = View {
        id: id(),
        order_id: sample_terms().order,
        status: Status::Captured,
        amount: Money::eur(5490),
        captured: Some(Money::eur(5490)),
        refunded: Some(Money::eur(490)),
        disputed: Some(Money::eur(490)),
        action_url: None,
        decline_code: None,
    };
    plain.chain([moved])
}

#[test]
fn everything_that_a_payment_ever_stored_can_be_read() {
    golden::<Payment>(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
        .events(events())
        .commands(commands())
        .effects(effects())
        .replies(views())
        .rejections([
            Rejection::NotFound,
            Rejection::TermsDiffer,
            Rejection::NotAuthorized,
            Rejection::AlreadyCaptured,
            Rejection::NothingToConfirm,
            Rejection::ExceedsAuthorized { available: Money::eur(490) },
            Rejection::ExceedsCaptured { available: Money::eur(490) },
            Rejection::AmountInvalid { currency: Money::eur(0).currency },
            Rejection::Busy,
            Rejection::TooManyParts,
            Rejection::NeedsPerson,
        ])
        .check();
}
