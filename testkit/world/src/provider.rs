//! A payment provider in memory: idempotent by key, with cards for every fate, and troubles of its own.
//!
//! | token         | authorize                                                               |
//! |---------------|-------------------------------------------------------------------------|
//! | `tok_ok`      | approved                                                                |
//! | `tok_decline` | declined                                                                |
//! | `tok_action`  | asks the shopper first                                                  |
//! | `tok_stall`   | approved, but the answer takes longer than anybody waits                |
//! | `tok_lost`    | approved, but the answer is lost; the first lookup says "pending"       |
//! | `tok_unheard` | never arrives the first time, and the answer is lost                    |
//! | `tok_week`    | approved; what is reserved can be taken for a week                      |
//! | `tok_odd`     | approved, but a cent more than was asked                                |
//! | `tok_untaken` | approved, but nothing can be taken of it                                |
//! | any other     | declined                                                                |
//!
//! Other reservations never expire. Refunds that were done fail when a test says so.

mod book;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use amazoff_actors::ids::PaymentId;
use amazoff_actors::money::Money;
use amazoff_actors::payment::{
    Confirmation, Found, Intent, IntentKey, Lookup, News, Operation, PaymentProvider, ProviderAnswer,
    ProviderError, RecordPage, WebhookError, WebhookEvent,
};
use amazoff_fsck::{Books, ProviderEntry};
use amazoff_supervisor::journal::JournalError;
use amazoff_supervisor::{Clock, Timestamp};
use amazoff_testkit::faults::{FaultPlan, Kind, Power};
use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use serde::Deserialize;

use book::Book;

/// The provider's name.
pub(crate) const NAME: &str = "sandbox";
/// How long it usually thinks.
const LATENCY: Duration = Duration::from_millis(30);
/// How long a stalled answer takes: longer than a call waits.
const STALL: Duration = Duration::from_secs(12);
/// How long what a card of a week reserves can be taken.
const WEEK: Duration = Duration::from_hours(7 * 24);

/// What can go wrong at the provider.
pub struct Trouble;

impl Trouble {
    /// The question certainly was not heard.
    pub const UNAVAILABLE: Kind = Kind::Other("provider unavailable");
    /// The question was not heard, and nobody knows.
    pub const UNHEARD: Kind = Kind::Other("provider unheard");
    /// It is done, and the answer is lost.
    pub const LOST: Kind = Kind::Other("provider answer lost");
    /// It is done, and the answer takes too long.
    pub const STALLED: Kind = Kind::Other("provider stalled");
    /// The provider's adapter panics.
    pub const PANICS: Kind = Kind::Other("provider panics");
}

/// One operation that it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which.
    pub operation: Operation,
    /// Of which payment.
    pub payment: PaymentId,
    /// How much was asked.
    pub amount: Money,
    /// The answer, the same for ever.
    pub answer: ProviderAnswer,
    /// When it was done.
    pub at: Timestamp,
    /// How often lookups still say "pending".
    pending: u32,
}

impl Entry {
    /// Whether it was done.
    pub fn approved(&self) -> bool {
        matches!(self.answer, ProviderAnswer::Approved { .. })
    }
    /// Whether it reserved money for a time that is over.
    fn is_over(&self, now: Timestamp) -> bool {
        matches!(self.answer, ProviderAnswer::Approved { expires_at: Some(at), .. } if at <= now)
    }
}

/// The provider. It lives outside: crashes of the shop do not touch it. Clones are the same one.
#[derive(Clone)]
pub struct Provider {
    book: Arc<Mutex<Book>>,
    plan: FaultPlan,
    power: Power,
    clock: Arc<dyn Clock>,
}

/// A message as it is written.
#[derive(Deserialize)]
struct Told {
    id: String,
    payment: PaymentId,
    at: Timestamp,
    /// The refund that failed, where it is about one.
    #[serde(default)]
    refund_failed: Option<String>,
}

impl Provider {
    /// A provider whose troubles the plan decides.
    pub fn new(plan: FaultPlan, clock: Arc<dyn Clock>) -> Self {
        Self { book: Arc::default(), plan, power: Power::on(), clock }
    }
    /// The same one as a machine sees it: without power, it hears nothing back.
    #[must_use]
    pub fn seen_by(&self, power: &Power) -> Self {
        Self { power: power.clone(), ..self.clone() }
    }
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// The payments whose reservations have run out.
    pub(crate) fn over(&self) -> Vec<PaymentId> {
        let now = self.clock.now();
        self.book().entries.values().filter(|entry| entry.is_over(now)).map(|entry| entry.payment).collect()
    }
    /// Everything that it ever did, by payment and operation.
    pub fn entries(&self) -> Vec<Entry> {
        self.book().entries.values().cloned().collect()
    }

    /// Every refund of a payment that was done fails after all. Returns how many there were.
    pub fn fail_refunds(&self, payment: PaymentId) -> usize {
        self.book().fail_refunds(payment)
    }

    async fn perform(
        &self,
        intent: &Intent,
        operation: Operation,
        token: &str,
        decide: impl FnOnce(&Book) -> ProviderAnswer + Send,
    ) -> Result<ProviderAnswer, ProviderError> {
        self.power.flows().await;
        tokio::time::sleep(LATENCY).await;
        let troubles =
            [Trouble::UNAVAILABLE, Trouble::UNHEARD, Trouble::LOST, Trouble::STALLED, Trouble::PANICS];
        let trouble = self.plan.next(&troubles);
        let unknown = || ProviderError::Unknown("as planned".to_owned());
        match trouble {
            Some(Trouble::UNAVAILABLE) => return Err(ProviderError::Unavailable("as planned".to_owned())),
            Some(Trouble::UNHEARD) => return Err(unknown()),
            Some(Trouble::PANICS) => panic!("the provider's adapter panics, as planned"),
            Some(_) | None => {}
        }
        let answer = {
            let mut book = self.book();
            if token == "tok_untaken" {
                book.untaken.insert(intent.payment);
            }
            if token == "tok_unheard" {
                let times = book.unheard.entry(intent.key.clone()).or_default();
                *times += 1;
                if *times == 1 {
                    return Err(unknown());
                }
            }
            if let Some(known) = book.entries.get(&intent.key) {
                known.answer.clone()
            } else {
                let answer = decide(&book);
                let entry = Entry {
                    operation,
                    payment: intent.payment,
                    amount: intent.amount,
                    answer: answer.clone(),
                    at: self.clock.now(),
                    pending: u32::from(token == "tok_lost"),
                };
                book.entries.insert(intent.key.clone(), entry);
                answer
            }
        };
        if token == "tok_stall" || trouble == Some(Trouble::STALLED) {
            tokio::time::sleep(STALL).await;
        }
        self.power.flows().await;
        if token == "tok_lost" || trouble == Some(Trouble::LOST) {
            return Err(unknown());
        }
        Ok(answer)
    }

    async fn records(&self, since: Timestamp) -> Result<RecordPage, ProviderError> {
        self.power.flows().await;
        tokio::time::sleep(LATENCY).await;
        if self.plan.next(&[Trouble::UNAVAILABLE]).is_some() {
            return Err(ProviderError::Unavailable("as planned".to_owned()));
        }
        let mut records: Vec<_> = {
            let book = self.book();
            let asked = book.entries.values().filter(|entry| entry.operation == Operation::Authorize);
            let now = self.clock.now();
            asked.filter(|entry| entry.at >= since).map(|entry| book.record(entry, now)).collect()
        };
        records.sort_by_key(|record| (record.created_at, record.reference.clone()));
        self.power.flows().await;
        Ok(RecordPage { records, next: None })
    }

    async fn look_up(&self, key: &IntentKey) -> Result<Found, ProviderError> {
        self.power.flows().await;
        tokio::time::sleep(LATENCY).await;
        if self.plan.next(&[Trouble::UNAVAILABLE]).is_some() {
            return Err(ProviderError::Unavailable("as planned".to_owned()));
        }
        let found = {
            let mut book = self.book();
            let confirmed = book.entries.get(key).and_then(|entry| {
                let asks = matches!(entry.answer, ProviderAnswer::ActionRequired { .. });
                let confirm = IntentKey::of(entry.payment, Operation::Confirm);
                asks.then(|| book.entries.get(&confirm)).flatten().cloned()
            });
            match (confirmed, book.entries.get_mut(key)) {
                (Some(later), _) => Found::Answered(later.answer),
                (None, Some(entry)) if entry.pending > 0 => {
                    entry.pending -= 1;
                    Found::Pending
                }
                (None, Some(entry)) if entry.is_over(self.clock.now()) => {
                    Found::Answered(declined("expired"))
                }
                (None, Some(entry)) => Found::Answered(entry.answer.clone()),
                (None, None) => Found::Nothing,
            }
        };
        self.power.flows().await;
        Ok(found)
    }
}

fn approved(intent: &Intent) -> ProviderAnswer {
    ProviderAnswer::approved(format!("ref-{}", intent.payment.uuid().simple()), intent.amount)
}

fn until(answer: ProviderAnswer, at: Timestamp) -> ProviderAnswer {
    match answer {
        ProviderAnswer::Approved { reference, amount, capture_reference, .. } => {
            ProviderAnswer::Approved { reference, amount, capture_reference, expires_at: Some(at) }
        }
        other => other,
    }
}

fn declined(code: &str) -> ProviderAnswer {
    ProviderAnswer::Declined { code: code.to_owned() }
}

impl PaymentProvider for Provider {
    fn name(&self) -> &'static str {
        NAME
    }

    fn authorize<'a>(
        &'a self,
        intent: &'a Intent,
        token: &'a str,
    ) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        let week = self.clock.now().plus(WEEK);
        self.perform(intent, Operation::Authorize, token, move |_| match token {
            "tok_ok" | "tok_untaken" | "tok_stall" | "tok_lost" | "tok_unheard" => approved(intent),
            "tok_week" => until(approved(intent), week),
            "tok_odd" => {
                let amount = Money::new(intent.amount.amount + 1, intent.amount.currency);
                approved(&Intent { amount, ..intent.clone() })
            }
            "tok_action" => ProviderAnswer::ActionRequired {
                reference: format!("ref-{}", intent.payment.uuid().simple()),
                url: format!("/3ds/{}", intent.payment),
            },
            _ => declined("card_declined"),
        })
        .boxed()
    }

    fn confirm<'a>(
        &'a self,
        intent: &'a Intent,
        result: Confirmation,
    ) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        self.perform(intent, Operation::Confirm, "", move |book| {
            let asked = book.of(intent.payment, Operation::Authorize);
            let open =
                asked.is_some_and(|entry| matches!(entry.answer, ProviderAnswer::ActionRequired { .. }));
            match result {
                _ if !open || book.did(intent.payment, Operation::Void) => declined("nothing_to_confirm"),
                Confirmation::Approve => approved(intent),
                Confirmation::Decline => declined("authentication_failed"),
            }
        })
        .boxed()
    }

    fn capture<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        let now = self.clock.now();
        self.perform(intent, Operation::Capture, "", move |book| {
            let taken = book.sum(intent.payment, Operation::Capture);
            match book.reservation(intent.payment, now) {
                Some(_) if book.untaken.contains(&intent.payment) => declined("capture_declined"),
                Some(reserved) if taken + intent.amount.amount <= reserved => approved(intent),
                Some(_) => declined("exceeds_authorized"),
                None => declined("not_authorized"),
            }
        })
        .boxed()
    }

    fn void<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        let now = self.clock.now();
        self.perform(intent, Operation::Void, "", move |book| {
            let taken = book.sum(intent.payment, Operation::Capture);
            let reserved = book.reservation(intent.payment, now).unwrap_or(0);
            if taken > 0 && taken >= reserved { declined("captured") } else { approved(intent) }
        })
        .boxed()
    }

    fn refund<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        self.perform(intent, Operation::Refund, "", move |book| {
            let taken = book.sum(intent.payment, Operation::Capture);
            let back = book.sum(intent.payment, Operation::Refund);
            if back + intent.amount.amount <= taken { approved(intent) } else { declined("exceeds_captured") }
        })
        .boxed()
    }

    fn find<'a>(&'a self, lookup: &'a Lookup) -> BoxFuture<'a, Result<Found, ProviderError>> {
        self.look_up(&lookup.intent.key).boxed()
    }

    fn list<'a>(
        &'a self,
        since: Timestamp,
        _cursor: Option<String>,
    ) -> BoxFuture<'a, Result<RecordPage, ProviderError>> {
        self.records(since).boxed()
    }

    /// Its messages are unsigned JSON: `{"id": …, "payment": …, "at": …}` says that the payment changed, and
    /// `"refund_failed": …` that this refund of it did.
    fn webhook<'a>(
        &'a self,
        _headers: &'a [(String, String)],
        body: &'a [u8],
        _now: Timestamp,
    ) -> BoxFuture<'a, Result<WebhookEvent, WebhookError>> {
        let told = serde_json::from_slice::<Told>(body);
        let event = told.map_err(|error| WebhookError::Malformed(error.to_string())).map(|told| {
            let kind = "payment.changed".to_owned();
            let failed = told.refund_failed.map(|reference| News::RefundFailed { reference });
            let news = failed.unwrap_or(News::Look);
            WebhookEvent { id: told.id, kind, payment: Some(told.payment), at: told.at, news }
        });
        ready(event).boxed()
    }
}

impl Books for Provider {
    fn provider(&self) -> &str {
        NAME
    }
    fn entries(&self) -> Result<Vec<ProviderEntry>, JournalError> {
        let entries = Self::entries(self).into_iter();
        let told = entries.map(|entry| ProviderEntry {
            payment: entry.payment,
            operation: entry.operation,
            amount: entry.amount,
            approved: entry.approved(),
        });
        Ok(told.collect())
    }
}
