//! How the sandbox answers.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use amazoff_actors::payment::{
    Confirmation, Found, Intent, IntentKey, Operation, PaymentProvider, ProviderAnswer, ProviderError,
};
use amazoff_supervisor::Clock;
use futures::FutureExt;
use futures::future::BoxFuture;

use super::ledger::{Entry, Ledger, Outcome, SandboxError};

/// The name that payments through the sandbox carry.
pub const NAME: &str = "sandbox";

/// The lookup from which on a stalled authorization is known.
const STALL_KNOWN_FROM: u32 = 2;

/// A payment provider that moves no money.
pub struct Sandbox {
    latency: Duration,
    clock: Arc<dyn Clock>,
    book: Mutex<Book>,
}

struct Book {
    ledger: Ledger,
    /// How often a stalled key was looked up since the start.
    asked: HashMap<IntentKey, u32>,
}

/// An outcome and what explains it.
type Verdict = (Outcome, Option<String>);

fn approved() -> Verdict {
    (Outcome::Approved, None)
}

fn declined(code: &str) -> Verdict {
    (Outcome::Declined, Some(code.to_owned()))
}

impl Sandbox {
    /// Opens the sandbox over its ledger file; it takes `latency` to answer each question.
    ///
    /// # Errors
    /// When the ledger cannot be read back.
    pub fn open(ledger: &Path, latency: Duration, clock: Arc<dyn Clock>) -> Result<Self, SandboxError> {
        let book = Book { ledger: Ledger::open(ledger)?, asked: HashMap::new() };
        Ok(Self { latency, clock, book: Mutex::new(book) })
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a key as before, or decides, writes it down and answers. Nothing is done that is not in the ledger.
    async fn perform(
        &self,
        intent: &Intent,
        operation: Operation,
        decide: impl FnOnce(&Ledger) -> Verdict + Send,
        stalled: bool,
    ) -> Result<ProviderAnswer, ProviderError> {
        tokio::time::sleep(self.latency).await;
        let entry = self.book().ledger.alone(|ledger| {
            if let Some(known) = ledger.get(&intent.key) {
                return Ok(known.clone());
            }
            let (outcome, detail) = decide(ledger);
            let entry = Entry {
                key: intent.key.clone(),
                operation,
                payment: intent.payment,
                amount: intent.amount.amount,
                currency: intent.amount.currency,
                at: self.clock.now(),
                outcome,
                detail,
                stalled,
            };
            ledger.append(entry.clone()).map(|()| entry)
        });
        let entry = entry.map_err(unknown)?;
        if entry.stalled {
            return Err(ProviderError::Unknown("the sandbox lost its answer on the way".to_owned()));
        }
        Ok(entry.answer())
    }

    async fn look_up(&self, key: &IntentKey) -> Result<Found, ProviderError> {
        tokio::time::sleep(self.latency).await;
        let mut book = self.book();
        let found = book.ledger.alone(|ledger| Ok(ledger.get(key).cloned())).map_err(unknown)?;
        let Some(entry) = found else { return Ok(Found::Nothing) };
        if entry.stalled {
            let asked = book.asked.entry(key.clone()).or_default();
            *asked = asked.saturating_add(1);
            if *asked < STALL_KNOWN_FROM {
                return Ok(Found::Pending);
            }
        }
        // The shopper's action is the later word about an authorization that asked for it.
        let confirmed = match entry.outcome {
            Outcome::ActionRequired => book.ledger.of(entry.payment, Operation::Confirm),
            Outcome::Approved | Outcome::Declined => None,
        };
        Ok(Found::Answered(confirmed.unwrap_or(&entry).answer()))
    }
}

fn unknown(error: SandboxError) -> ProviderError {
    ProviderError::Unknown(error.to_string())
}

/// What a token stands for.
fn authorize(intent: &Intent, token: &str) -> Verdict {
    match token {
        "tok_ok" | "tok_stall" => approved(),
        "tok_action" => (Outcome::ActionRequired, Some(format!("/sandbox/3ds/{}", intent.payment))),
        "tok_decline" => declined("card_declined"),
        "tok_insufficient_funds" => declined("insufficient_funds"),
        _ => declined("unknown_token"),
    }
}

fn outcome(ledger: &Ledger, intent: &Intent, operation: Operation) -> Option<Outcome> {
    ledger.of(intent.payment, operation).map(|entry| entry.outcome)
}

fn is_done(ledger: &Ledger, intent: &Intent, operation: Operation) -> bool {
    outcome(ledger, intent, operation) == Some(Outcome::Approved)
}

fn is_reserved(ledger: &Ledger, intent: &Intent) -> bool {
    let reserved =
        is_done(ledger, intent, Operation::Authorize) || is_done(ledger, intent, Operation::Confirm);
    reserved && !is_done(ledger, intent, Operation::Void)
}

fn confirm(ledger: &Ledger, intent: &Intent, result: Confirmation) -> Verdict {
    let asked = outcome(ledger, intent, Operation::Authorize) == Some(Outcome::ActionRequired);
    if !asked || is_done(ledger, intent, Operation::Void) {
        return declined("nothing_to_confirm");
    }
    match result {
        Confirmation::Approve => approved(),
        Confirmation::Decline => declined("authentication_failed"),
    }
}

fn capture(ledger: &Ledger, intent: &Intent) -> Verdict {
    if is_reserved(ledger, intent) { approved() } else { declined("not_authorized") }
}

fn void(ledger: &Ledger, intent: &Intent) -> Verdict {
    if is_done(ledger, intent, Operation::Capture) { declined("already_captured") } else { approved() }
}

impl PaymentProvider for Sandbox {
    fn name(&self) -> &'static str {
        NAME
    }
    fn authorize<'a>(
        &'a self,
        intent: &'a Intent,
        token: &'a str,
    ) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        let stalled = token == "tok_stall";
        self.perform(intent, Operation::Authorize, move |_ledger| authorize(intent, token), stalled).boxed()
    }
    fn confirm<'a>(
        &'a self,
        intent: &'a Intent,
        result: Confirmation,
    ) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        self.perform(intent, Operation::Confirm, move |ledger| confirm(ledger, intent, result), false).boxed()
    }
    fn capture<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        self.perform(intent, Operation::Capture, move |ledger| capture(ledger, intent), false).boxed()
    }
    fn void<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        self.perform(intent, Operation::Void, move |ledger| void(ledger, intent), false).boxed()
    }
    fn find<'a>(&'a self, key: &'a IntentKey) -> BoxFuture<'a, Result<Found, ProviderError>> {
        self.look_up(key).boxed()
    }
}
