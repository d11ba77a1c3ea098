use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use amazoff_actors::ids::PaymentId;
use amazoff_actors::money::Money;
use amazoff_actors::payment::{
    Confirmation, Found, Intent, IntentKey, Lookup, Operation, PaymentProvider, ProviderAnswer, ProviderError,
};
use amazoff_supervisor::{ManualClock, Timestamp, derive_uuid};

use super::{Entry, Outcome, Sandbox, SandboxError};

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
