use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use amazoff_actors::ids::PaymentId;
use amazoff_actors::money::Money;
use amazoff_actors::payment::{
    Confirmation, Found, Intent, IntentKey, Lookup, News, Operation, PaymentProvider, ProviderAnswer,
    ProviderError, RecordState, WebhookError,
};
use amazoff_supervisor::{Clock, ManualClock, Timestamp, derive_uuid};

use super::{Entry, Message, Outcome, SECRET, Sandbox, SandboxError, sign};

struct Desk {
    _folder: tempfile::TempDir,
    ledger: PathBuf,
    sandbox: Sandbox,
}

fn open(ledger: &Path) -> Result<Sandbox, SandboxError> {
    let clock = Arc::new(ManualClock::at(Timestamp::from_unix_ms(1_767_225_600_000)));
    Sandbox::open(ledger, Duration::ZERO, clock)
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("ledger.jsonl");
        let sandbox = open(&ledger).unwrap();
        Self { _folder: folder, ledger, sandbox }
    }
    fn restart(&mut self) {
        self.sandbox = open(&self.ledger).unwrap();
    }
    fn lines(&self) -> Vec<Entry> {
        let text = std::fs::read_to_string(&self.ledger).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
    async fn authorize(&self, n: u8, token: &str) -> Result<ProviderAnswer, ProviderError> {
        self.sandbox.authorize(&intent(n, Operation::Authorize), token).await.map(bare)
    }
    async fn confirm(&self, n: u8, result: Confirmation) -> ProviderAnswer {
        bare(self.sandbox.confirm(&intent(n, Operation::Confirm), result).await.unwrap())
    }
    async fn capture(&self, n: u8) -> ProviderAnswer {
        bare(self.sandbox.capture(&intent(n, Operation::Capture)).await.unwrap())
    }
    async fn void(&self, n: u8) -> ProviderAnswer {
        bare(self.sandbox.void(&intent(n, Operation::Void)).await.unwrap())
    }
    async fn find(&self, n: u8, operation: Operation) -> Found {
        let lookup = Lookup { operation, intent: intent(n, operation) };
        match self.sandbox.find(&lookup).await.unwrap() {
            Found::Answered(answer) => Found::Answered(bare(answer)),
            found @ (Found::Nothing | Found::Pending) => found,
        }
    }
}

fn payment(n: u8) -> PaymentId {
    PaymentId::from(derive_uuid(&[&[n]]))
}

fn intent(n: u8, operation: Operation) -> Intent {
    let key = IntentKey::of(payment(n), operation);
    Intent {
        key,
        payment: payment(n),
        order: None,
        asked_at: None,
        amount: Money::eur(1999),
        reference: None,
        capture_reference: None,
    }
}

fn approved(n: u8) -> ProviderAnswer {
    let reference = format!("sandbox-{}", payment(n).uuid().simple());
    ProviderAnswer::approved(reference, Money::eur(1999))
}

/// An answer without what differs from operation to operation.
fn bare(answer: ProviderAnswer) -> ProviderAnswer {
    match answer {
        ProviderAnswer::Approved { reference, amount, .. } => ProviderAnswer::approved(reference, amount),
        ProviderAnswer::ActionRequired { .. } | ProviderAnswer::Declined { .. } => answer,
    }
}

fn declined(code: &str) -> ProviderAnswer {
    ProviderAnswer::Declined { code: code.to_owned() }
}

#[tokio::test]
async fn every_token_goes_its_way() {
    let desk = Desk::new();
    assert_eq!(desk.authorize(1, "tok_ok").await, Ok(approved(1)));
    assert_eq!(desk.authorize(2, "tok_decline").await, Ok(declined("card_declined")));
    assert_eq!(desk.authorize(3, "tok_insufficient_funds").await, Ok(declined("insufficient_funds")));
    assert_eq!(desk.authorize(4, "4242424242424242").await, Ok(declined("unknown_token")));
    assert!(matches!(desk.authorize(5, "tok_stall").await, Err(ProviderError::Unknown(_))));
    let Ok(ProviderAnswer::ActionRequired { url, .. }) = desk.authorize(6, "tok_action").await else {
        panic!("the shopper must act")
    };
    assert_eq!(url, format!("/sandbox/3ds/{}", payment(6)));
}

#[tokio::test]
async fn a_key_is_done_once_and_answers_the_same_after_a_restart() {
    let mut desk = Desk::new();
    for _ in 0..3 {
        assert_eq!(desk.authorize(1, "tok_ok").await, Ok(approved(1)));
        assert_eq!(desk.authorize(2, "tok_decline").await, Ok(declined("card_declined")));
        assert_eq!(desk.capture(1).await, approved(1));
        desk.restart();
    }
    // The first answer counts, whatever is asked under the key later.
    assert_eq!(desk.authorize(2, "tok_ok").await, Ok(declined("card_declined")));
    let done: Vec<_> =
        desk.lines().into_iter().map(|line| (line.payment, line.operation, line.outcome)).collect();
    assert_eq!(
        done,
        [
            (payment(1), Operation::Authorize, Outcome::Approved),
            (payment(2), Operation::Authorize, Outcome::Declined),
            (payment(1), Operation::Capture, Outcome::Approved),
        ]
    );
}

#[tokio::test]
async fn a_lost_answer_is_pending_once_and_then_known() {
    let mut desk = Desk::new();
    assert_eq!(desk.find(1, Operation::Authorize).await, Found::Nothing);
    desk.authorize(1, "tok_stall").await.unwrap_err();
    assert_eq!(desk.find(1, Operation::Authorize).await, Found::Pending);
    assert_eq!(desk.find(1, Operation::Authorize).await, Found::Answered(approved(1)));
    desk.restart();
    desk.authorize(1, "tok_stall").await.unwrap_err();
    assert_eq!(desk.find(1, Operation::Authorize).await, Found::Pending);
    assert_eq!(desk.find(1, Operation::Authorize).await, Found::Answered(approved(1)));
    assert_eq!(desk.capture(1).await, approved(1));
    assert_eq!(desk.lines().len(), 2);
}

#[tokio::test]
async fn the_shopper_decides_an_action_once() {
    let desk = Desk::new();
    for n in [1, 2] {
        desk.authorize(n, "tok_action").await.unwrap();
        assert!(matches!(
            desk.find(n, Operation::Authorize).await,
            Found::Answered(ProviderAnswer::ActionRequired { .. })
        ));
        assert_eq!(desk.find(n, Operation::Confirm).await, Found::Nothing);
    }
    assert_eq!(desk.confirm(1, Confirmation::Approve).await, approved(1));
    assert_eq!(desk.confirm(1, Confirmation::Decline).await, approved(1));
    assert_eq!(desk.find(1, Operation::Authorize).await, Found::Answered(approved(1)));
    assert_eq!(desk.confirm(2, Confirmation::Decline).await, declined("authentication_failed"));
    assert_eq!(desk.capture(1).await, approved(1));
    assert_eq!(desk.capture(2).await, declined("not_authorized"));
    assert_eq!(desk.confirm(3, Confirmation::Approve).await, declined("nothing_to_confirm"));
}

#[tokio::test]
async fn money_is_captured_or_voided_but_never_both() {
    let desk = Desk::new();
    for n in [1, 2] {
        desk.authorize(n, "tok_ok").await.unwrap();
    }
    assert_eq!(desk.capture(1).await, approved(1));
    assert_eq!(desk.void(1).await, declined("already_captured"));
    assert_eq!(desk.void(2).await, approved(2));
    assert_eq!(desk.capture(2).await, declined("not_authorized"));
}

#[tokio::test]
async fn the_ledger_says_what_was_done_in_plain_json() {
    let desk = Desk::new();
    desk.authorize(1, "tok_ok").await.unwrap();
    let text = std::fs::read_to_string(&desk.ledger).unwrap();
    let line: serde_json::Value = serde_json::from_str(text.trim_end()).unwrap();
    let wanted = serde_json::json!({
        "key": IntentKey::of(payment(1), Operation::Authorize).as_str(), "operation": "authorize",
        "payment": payment(1).to_string(), "amount": 1999, "currency": "EUR",
        "at": "2026-01-01T00:00:00Z", "outcome": "approved",
    });
    assert_eq!(line, wanted);
}

#[tokio::test]
async fn half_a_last_line_is_cut_off_and_other_damage_stops_the_start() {
    let mut desk = Desk::new();
    desk.authorize(1, "tok_ok").await.unwrap();
    let whole = std::fs::read_to_string(&desk.ledger).unwrap();
    std::fs::write(&desk.ledger, format!("{whole}{{\"key\":\"ab")).unwrap();
    desk.restart();
    desk.capture(1).await;
    assert_eq!(desk.lines().len(), 2);
    std::fs::write(&desk.ledger, format!("{whole}nonsense\n")).unwrap();
    assert!(matches!(open(&desk.ledger), Err(SandboxError::Line { line: 2, .. })));
}

#[tokio::test]
async fn two_processes_that_share_a_ledger_act_once() {
    let desk = Desk::new();
    let other = open(&desk.ledger).unwrap();
    let first = desk.sandbox.authorize(&intent(1, Operation::Authorize), "tok_ok").await.unwrap();
    let key = intent(1, Operation::Authorize);
    assert!(matches!(
        other.find(&Lookup { operation: Operation::Authorize, intent: key.clone() }).await,
        Ok(Found::Answered(_))
    ));
    assert_eq!(other.authorize(&key, "tok_decline").await.unwrap(), first, "the key is known");
    other.capture(&intent(1, Operation::Capture)).await.unwrap();
    assert!(matches!(desk.find(1, Operation::Capture).await, Found::Answered(_)));
    assert_eq!(desk.lines().len(), 2);
}

#[tokio::test]
async fn a_ledger_that_another_process_holds_leaves_the_outcome_open() {
    let desk = Desk::new();
    let held = std::fs::File::open(&desk.ledger).unwrap();
    held.lock().unwrap();
    assert!(matches!(desk.authorize(1, "tok_ok").await, Err(ProviderError::Unknown(_))));
    held.unlock().unwrap();
    desk.authorize(1, "tok_ok").await.unwrap();
}

fn part(n: u8, operation: Operation, name: u8, cents: i64) -> Intent {
    let key = IntentKey::of_part(payment(n), operation, derive_uuid(&[&[name]]));
    Intent { key, amount: Money::eur(cents), ..intent(n, operation) }
}

fn taken(n: u8, cents: i64) -> ProviderAnswer {
    let reference = format!("sandbox-{}", payment(n).uuid().simple());
    ProviderAnswer::approved(reference, Money::eur(cents))
}

impl Desk {
    async fn take(&self, n: u8, name: u8, cents: i64) -> ProviderAnswer {
        bare(self.sandbox.capture(&part(n, Operation::Capture, name, cents)).await.unwrap())
    }
    async fn give_back(&self, n: u8, name: u8, cents: i64) -> ProviderAnswer {
        self.sandbox.refund(&part(n, Operation::Refund, name, cents)).await.unwrap()
    }
}

#[tokio::test]
async fn money_is_taken_and_given_back_in_parts_and_never_more_than_there_is() {
    let mut desk = Desk::new();
    desk.authorize(1, "tok_ok").await.unwrap();
    assert_eq!(desk.give_back(1, 1, 1).await, declined("exceeds_captured"));
    for _ in 0..2 {
        assert_eq!(desk.take(1, 1, 1_000).await, taken(1, 1_000), "the same key takes once");
        desk.restart();
    }
    assert_eq!(desk.take(1, 2, 1_000).await, declined("exceeds_authorized"));
    assert_eq!(desk.take(1, 3, 999).await, taken(1, 999));
    assert_eq!(desk.void(1).await, declined("already_captured"));
    assert!(matches!(desk.give_back(1, 2, 1_500).await, ProviderAnswer::Approved { .. }));
    assert_eq!(desk.give_back(1, 3, 500).await, declined("exceeds_captured"));
    assert!(matches!(desk.give_back(1, 4, 499).await, ProviderAnswer::Approved { .. }));
    let lookup = Lookup { operation: Operation::Refund, intent: part(1, Operation::Refund, 2, 1_500) };
    assert_eq!(desk.sandbox.find(&lookup).await, Ok(Found::Answered(desk.give_back(1, 2, 1_500).await)));
}

#[tokio::test]
async fn what_is_not_taken_is_given_up_and_found_so() {
    let desk = Desk::new();
    desk.authorize(1, "tok_ok").await.unwrap();
    desk.take(1, 1, 1_000).await;
    assert_eq!(desk.find(1, Operation::Authorize).await, Found::Answered(approved(1)));
    assert!(matches!(desk.void(1).await, ProviderAnswer::Approved { .. }));
    assert_eq!(desk.take(1, 2, 1).await, declined("not_authorized"));
    assert_eq!(desk.find(1, Operation::Authorize).await, Found::Answered(declined("canceled")));
    assert!(matches!(desk.give_back(1, 1, 1_000).await, ProviderAnswer::Approved { .. }));
}

#[tokio::test]
async fn the_tokens_of_later_troubles_keep_their_word_after_a_restart() {
    let mut desk = Desk::new();
    for (n, token) in [(1, "tok_capture_decline"), (2, "tok_refund_decline")] {
        assert_eq!(desk.authorize(n, token).await, Ok(approved(n)));
    }
    desk.restart();
    assert_eq!(desk.capture(1).await, declined("capture_declined"));
    assert_eq!(desk.capture(2).await, approved(2));
    assert_eq!(desk.give_back(2, 1, 1).await, declined("refund_declined"));
    assert_eq!(desk.authorize(3, "tok_wrong_amount").await, Ok(taken(3, 2_000)));
}

#[tokio::test]
async fn a_reservation_runs_out() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(Timestamp::from_unix_ms(1_767_225_600_000)));
    let sandbox = Sandbox::open(&folder.path().join("ledger.jsonl"), Duration::ZERO, clock.clone()).unwrap();
    let expiry = |answer| match answer {
        ProviderAnswer::Approved { expires_at, .. } => expires_at.unwrap(),
        ProviderAnswer::ActionRequired { .. } | ProviderAnswer::Declined { .. } => panic!("{answer:?}"),
    };
    for (n, token, seconds) in [(1, "tok_ok", 7 * 24 * 3_600), (2, "tok_short", 60)] {
        let answer = sandbox.authorize(&intent(n, Operation::Authorize), token).await.unwrap();
        assert_eq!(expiry(answer), clock.now().plus(Duration::from_secs(seconds)));
    }
    clock.advance(Duration::from_secs(60));
    let found = |n| {
        let lookup = Lookup { operation: Operation::Authorize, intent: intent(n, Operation::Authorize) };
        let sandbox = &sandbox;
        async move { sandbox.find(&lookup).await.unwrap() }
    };
    assert_eq!(found(2).await, Found::Answered(declined("expired")));
    assert!(matches!(found(1).await, Found::Answered(ProviderAnswer::Approved { .. })));
    let late = sandbox.capture(&intent(2, Operation::Capture)).await.unwrap();
    assert_eq!(late, declined("authorization_expired"));
}

#[tokio::test]
async fn its_records_say_what_became_of_each_payment_page_by_page() {
    let desk = Desk::new();
    for n in 0..120 {
        let token = if n == 1 { "tok_decline" } else { "tok_ok" };
        desk.authorize(n, token).await.unwrap();
    }
    desk.authorize(120, "tok_action").await.unwrap();
    desk.take(2, 1, 500).await;
    desk.capture(3).await;
    desk.give_back(3, 1, 99).await;
    desk.void(4).await;
    let mut records = Vec::new();
    let (mut cursor, mut pages) = (None, 0);
    loop {
        let page = desk.sandbox.list(Timestamp::default(), cursor).await.unwrap();
        records.extend(page.records);
        pages += 1;
        let Some(next) = page.next else { break };
        cursor = Some(next);
    }
    assert_eq!((records.len(), pages), (121, 2));
    let of = |n| records.iter().find(|record| record.payment == Some(payment(n))).unwrap();
    let told = |n| (of(n).state, of(n).authorized.amount, of(n).captured.amount, of(n).refunded.amount);
    assert_eq!(told(0), (RecordState::Authorized, 1_999, 0, 0));
    assert_eq!(told(1), (RecordState::Failed, 0, 0, 0));
    assert_eq!(told(2), (RecordState::Authorized, 1_999, 500, 0));
    assert_eq!(told(3), (RecordState::Captured, 1_999, 1_999, 99));
    assert_eq!(told(4), (RecordState::Voided, 1_999, 0, 0));
    assert_eq!(told(120), (RecordState::RequiresAction, 0, 0, 0));
    let later = Timestamp::from_unix_ms(1_767_225_600_001);
    assert_eq!(desk.sandbox.list(later, None).await.unwrap().records, []);
}

#[tokio::test]
async fn a_message_is_believed_by_its_signature() {
    let desk = Desk::new();
    let now = Timestamp::from_unix_ms(1_767_225_600_000);
    let message = Message::changed("evt_1", payment(1), now);
    let body = serde_json::to_vec(&message).unwrap();
    let headers = |secret: &str, at| vec![("Sandbox-Signature".to_owned(), sign(secret, &body, at))];
    let event = desk.sandbox.webhook(&headers(SECRET, now), &body, now).await.unwrap();
    assert_eq!((event.id.as_str(), event.payment, event.news), ("evt_1", Some(payment(1)), News::Look));
    let at = |seconds: i64| Timestamp::from_unix_ms(now.unix_ms() + seconds * 1_000);
    let edge = desk.sandbox.webhook(&headers(SECRET, at(-300)), &body, now).await;
    assert!(edge.is_ok());
    let stale = desk.sandbox.webhook(&headers(SECRET, at(-301)), &body, now).await;
    assert_eq!(stale, Err(WebhookError::TooOld));
    let forged = desk.sandbox.webhook(&headers("guess", at(-301)), &body, now).await;
    assert_eq!(forged, Err(WebhookError::BadSignature), "an old forgery is a forgery");
    assert_eq!(desk.sandbox.webhook(&[], &body, now).await, Err(WebhookError::BadSignature));
}
