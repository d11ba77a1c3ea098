//! How the sandbox answers.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use amazoff_actors::payment::{
    Confirmation, Found, Intent, IntentKey, Lookup, Operation, PaymentProvider, ProviderAnswer,
    ProviderError, RecordPage, WebhookError, WebhookEvent,
};
use amazoff_supervisor::{Clock, Timestamp};
use futures::FutureExt;
use futures::future::{BoxFuture, ready};

use super::ledger::{Entry, Ledger, Outcome, SandboxError};
use super::rules::{self, Verdict};
use super::{records, webhook};

/// The name that payments through the sandbox carry.
pub const NAME: &str = "sandbox";

/// The secret that signs messages unless another is given: known to everybody, so only for tests.
pub const SECRET: &str = "sandbox-webhook-secret";

/// The lookup from which on a stalled authorization is known.
const STALL_KNOWN_FROM: u32 = 2;

/// Tokens that decide what becomes of later operations.
const LASTING: [&str; 3] = ["tok_capture_decline", "tok_refund_decline", "tok_short"];

/// A payment provider that moves no money.
pub struct Sandbox {
    latency: Duration,
    clock: Arc<dyn Clock>,
    secret: String,
    book: Mutex<Book>,
}

struct Book {
    ledger: Ledger,
    /// How often a stalled key was looked up since the start.
    asked: HashMap<IntentKey, u32>,
}

impl Sandbox {
    /// Opens the sandbox over its ledger file; it takes `latency` to answer each question.
    ///
    /// # Errors
    /// When the ledger cannot be read back.
    pub fn open(ledger: &Path, latency: Duration, clock: Arc<dyn Clock>) -> Result<Self, SandboxError> {
        let book = Book { ledger: Ledger::open(ledger)?, asked: HashMap::new() };
        Ok(Self { latency, clock, secret: SECRET.to_owned(), book: Mutex::new(book) })
    }

    /// The same sandbox with another secret for its messages.
    #[must_use]
    pub fn with_secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = secret.into();
        self
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a key as before, or decides, writes it down and answers. Nothing is done that is not in the ledger.
    async fn perform(
        &self,
        intent: &Intent,
        operation: Operation,
        token: Option<&str>,
        decide: impl FnOnce(&Ledger, Timestamp) -> Verdict + Send,
    ) -> Result<ProviderAnswer, ProviderError> {
        tokio::time::sleep(self.latency).await;
        let entry = self.book().ledger.alone(|ledger| {
            if let Some(known) = ledger.get(&intent.key) {
                return Ok(known.clone());
            }
            let now = self.clock.now();
            let (outcome, detail) = decide(ledger, now);
            let entry = Entry {
                key: intent.key.clone(),
                operation,
                payment: intent.payment,
                amount: intent.amount.amount.saturating_add(i64::from(token == Some("tok_wrong_amount"))),
                currency: intent.amount.currency,
                at: now,
                outcome,
                detail,
                token: token.filter(|token| LASTING.contains(token)).map(str::to_owned),
                stalled: token == Some("tok_stall"),
            };
            ledger.append(entry.clone()).map(|()| entry)
        });
        let entry = entry.map_err(unknown)?;
        if entry.stalled {
            return Err(ProviderError::Unknown("the sandbox lost its answer on the way".to_owned()));
        }
        Ok(entry.answer())
    }

    async fn look_up(&self, lookup: &Lookup) -> Result<Found, ProviderError> {
        let key = &lookup.intent.key;
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
        let mut now = confirmed.unwrap_or(&entry).clone();
        if let Some((outcome, detail)) = rules::later(&book.ledger, &entry, self.clock.now()) {
            now = Entry { outcome, detail, ..now };
        }
        Ok(Found::Answered(now.answer()))
    }

    async fn records(&self, since: Timestamp, cursor: Option<String>) -> Result<RecordPage, ProviderError> {
        tokio::time::sleep(self.latency).await;
        let now = self.clock.now();
        let page =
            self.book().ledger.alone(|ledger| Ok(records::page(ledger, since, cursor.as_deref(), now)));
        page.map_err(unknown)
    }
}

fn unknown(error: SandboxError) -> ProviderError {
    ProviderError::Unknown(error.to_string())
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
        let decide = move |_: &Ledger, _| rules::authorize(intent, token);
        self.perform(intent, Operation::Authorize, Some(token), decide).boxed()
    }
    fn confirm<'a>(
        &'a self,
        intent: &'a Intent,
        result: Confirmation,
    ) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        let decide = move |ledger: &Ledger, _| rules::confirm(ledger, intent, result);
        self.perform(intent, Operation::Confirm, None, decide).boxed()
    }
    fn capture<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        let decide = move |ledger: &Ledger, now| rules::capture(ledger, intent, now);
        self.perform(intent, Operation::Capture, None, decide).boxed()
    }
    fn void<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        let decide = move |ledger: &Ledger, _| rules::void(ledger, intent);
        self.perform(intent, Operation::Void, None, decide).boxed()
    }
    fn refund<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        let decide = move |ledger: &Ledger, _| rules::refund(ledger, intent);
        self.perform(intent, Operation::Refund, None, decide).boxed()
    }
    fn find<'a>(&'a self, lookup: &'a Lookup) -> BoxFuture<'a, Result<Found, ProviderError>> {
        self.look_up(lookup).boxed()
    }
    fn list<'a>(
        &'a self,
        since: Timestamp,
        cursor: Option<String>,
    ) -> BoxFuture<'a, Result<RecordPage, ProviderError>> {
        self.records(since, cursor).boxed()
    }
    fn webhook<'a>(
        &'a self,
        headers: &'a [(String, String)],
        body: &'a [u8],
        now: Timestamp,
    ) -> BoxFuture<'a, Result<WebhookEvent, WebhookError>> {
        ready(webhook::read(&self.secret, headers, body, now)).boxed()
    }
}
