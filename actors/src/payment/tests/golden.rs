use amazoff_testkit::golden;

use super::super::*;
use super::*;

fn text(text: &str) -> String {
    text.to_owned()
}

fn sample_terms() -> Terms {
    Terms { order: OrderId::from(Uuid::from_u128(2)), ..terms() }
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

const OPERATIONS: [Operation; 4] =
    [Operation::Authorize, Operation::Confirm, Operation::Capture, Operation::Void];

fn events() -> Vec<Event> {
    let (reference, url) = (|| text("auth_1"), || text("https://pay.example/act"));
    let mut events = vec![
        Event::AuthorizationRequested(sample_terms()),
        Event::ActionRequired { reference: reference(), url: url() },
        Event::ConfirmationRequested { result: Confirmation::Approve },
        Event::ConfirmationRequested { result: Confirmation::Decline },
        Event::Authorized { reference: reference() },
        Event::CaptureRequested,
        Event::Captured,
        Event::VoidWanted,
        Event::VoidRequested,
        Event::Voided,
        Event::Failed { code: text("card_declined") },
        Event::SyncRequested,
        Event::StillUnknown { not_received: true },
        Event::StillUnknown { not_received: false },
        Event::IntegrityBroken { reported: Money::eur(1) },
    ];
    events.extend(OPERATIONS.map(|operation| Event::OutcomeUnknown { operation }));
    events.extend(OPERATIONS.map(|operation| Event::OperationRepeated { operation }));
    events
}

fn answers() -> [ProviderAnswer; 3] {
    [
        ProviderAnswer::approved("auth_1", Money::eur(5490)),
        ProviderAnswer::ActionRequired { reference: text("auth_1"), url: text("https://pay.example/act") },
        ProviderAnswer::Declined { code: text("card_declined") },
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
        Command::Record { operation, outcome: Outcome::Unknown },
        Command::RecordSync { operation, found: Found::Nothing },
        Command::RecordSync { operation, found: Found::Pending },
    ];
    for answer in answers() {
        commands.push(Command::Record { operation, outcome: Outcome::Answered(answer.clone()) });
        commands.push(Command::RecordSync { operation, found: Found::Answered(answer) });
    }
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
    let updates = [
        Update::RequiresAction { url: text("https://pay.example/act") },
        Update::Unknown,
        Update::Authorized,
        Update::Captured,
        Update::Voided,
        Update::Failed { code: text("card_declined") },
        Update::IntegrityFailure,
    ];
    let called = calls.map(|call| Effect::CallProvider { provider: text("sandbox"), call });
    let told = updates.map(|update| Effect::TellCheckout { cart: cart(), update });
    called.into_iter().chain(told).collect()
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
    ];
    statuses.into_iter().map(|status| View {
        id: id(),
        order_id: sample_terms().order,
        status,
        amount: Money::eur(5490),
        action_url: (status == Status::RequiresAction).then(|| text("https://pay.example/act")),
        decline_code: (status == Status::Failed).then(|| text("card_declined")),
    })
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
        ])
        .check();
}
