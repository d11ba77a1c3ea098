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
//! | any other     | declined                                                                |

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use amazoff_actors::ids::PaymentId;
use amazoff_actors::money::Money;
use amazoff_actors::payment::{
    Confirmation, Found, Intent, IntentKey, Operation, PaymentProvider, ProviderAnswer, ProviderError,
};
use amazoff_fsck::{Books, ProviderEntry};
use amazoff_supervisor::journal::JournalError;
use amazoff_testkit::faults::{FaultPlan, Kind, Power};
use futures::FutureExt;
use futures::future::BoxFuture;

/// The provider's name.
pub(crate) const NAME: &str = "sandbox";
/// How long it usually thinks.
const LATENCY: Duration = Duration::from_millis(30);
/// How long a stalled answer takes: longer than a call waits.
const STALL: Duration = Duration::from_secs(12);

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
    /// How often lookups still say "pending".
    pending: u32,
}

impl Entry {
    /// Whether it was done.
    pub fn approved(&self) -> bool {
        matches!(self.answer, ProviderAnswer::Approved { .. })
    }
}

#[derive(Default)]
struct Book {
    entries: BTreeMap<IntentKey, Entry>,
    unheard: BTreeMap<IntentKey, u32>,
}

/// The provider. It lives outside: crashes of the shop do not touch it. Clones are the same one.
#[derive(Clone)]
pub struct Provider {
    book: Arc<Mutex<Book>>,
    plan: FaultPlan,
    power: Power,
}

impl Provider {
    /// A provider whose troubles the plan decides.
    pub fn new(plan: FaultPlan) -> Self {
        Self { book: Arc::default(), plan, power: Power::on() }
    }
    /// The same one as a machine sees it: without power, it hears nothing back.
    #[must_use]
    pub fn seen_by(&self, power: &Power) -> Self {
        Self { power: power.clone(), ..self.clone() }
    }
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Everything that it ever did, by payment and operation.
    pub fn entries(&self) -> Vec<Entry> {
        self.book().entries.values().cloned().collect()
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
                (None, Some(entry)) => Found::Answered(entry.answer.clone()),
                (None, None) => Found::Nothing,
            }
        };
        self.power.flows().await;
        Ok(found)
    }
}

impl Book {
    fn of(&self, payment: PaymentId, operation: Operation) -> Option<&Entry> {
        self.entries.get(&IntentKey::of(payment, operation))
    }
    fn did(&self, payment: PaymentId, operation: Operation) -> bool {
        self.of(payment, operation).is_some_and(Entry::approved)
    }
    fn reserved(&self, payment: PaymentId) -> bool {
        let reserved = self.did(payment, Operation::Authorize) || self.did(payment, Operation::Confirm);
        reserved && !self.did(payment, Operation::Void)
    }
}

fn approved(intent: &Intent) -> ProviderAnswer {
    ProviderAnswer::approved(format!("ref-{}", intent.payment.uuid().simple()), intent.amount)
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
        self.perform(intent, Operation::Authorize, token, move |_| match token {
            "tok_ok" | "tok_stall" | "tok_lost" | "tok_unheard" => approved(intent),
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
        self.perform(intent, Operation::Capture, "", move |book| {
            if book.reserved(intent.payment) { approved(intent) } else { declined("not_authorized") }
        })
        .boxed()
    }

    fn void<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        self.perform(intent, Operation::Void, "", move |book| {
            if book.did(intent.payment, Operation::Capture) { declined("captured") } else { approved(intent) }
        })
        .boxed()
    }

    fn find<'a>(&'a self, key: &'a IntentKey) -> BoxFuture<'a, Result<Found, ProviderError>> {
        self.look_up(key).boxed()
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
