//! Messages of providers: checked, then handed to the payment that they are about.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use amazoff_supervisor::documents::{DocumentPut, Documents, Query, Sort};
use amazoff_supervisor::journal::JournalError;
use amazoff_supervisor::{
    AskError, Clock, Envelope, Fault, FaultKind, ReadError, ShardId, Timestamp, derive_uuid,
};
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::command::Command;
use super::handle::Payments;
use super::provider::{News, Providers, WebhookError, WebhookEvent};
use super::rejection::Rejection;
use crate::ids::PaymentId;

/// The collection of messages about payments that this shop does not have.
const STRAYS: &str = "stray_webhooks";
/// How many of them are kept; a further one takes the place of another.
const STRAYS_MAX: u128 = 100;

/// How many messages are taken in at once; further ones are told to come back.
const AT_ONCE_MAX: usize = 64;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Intake {
    /// Its payment has taken it in, now or before.
    Taken,
    /// It concerns no payment, or is of a kind that means nothing here.
    Irrelevant,
    /// It is about a payment that this shop does not have; it is kept for a person.
    Stray,
}

impl Intake {
    fn name(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Irrelevant => "irrelevant",
            Self::Stray => "stray",
        }
    }
}

/// Why a message is not taken in. Providers send it again.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// No provider has that name.
    #[error("there is no such provider")]
    UnknownProvider,
    /// It is not believed; why is said to nobody outside.
    #[error("the message is not signed as it should be")]
    NotBelieved,
    /// The signature is good, but the message cannot be read.
    #[error("the message cannot be read")]
    Malformed,
    /// The signature or the payment cannot be reached now.
    #[error("the message cannot be taken in now: {0}")]
    NotNow(String),
}

impl Fault for IntakeError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::UnknownProvider => FaultKind::NotFound,
            Self::NotBelieved => FaultKind::Unauthenticated,
            Self::Malformed => FaultKind::Invalid,
            Self::NotNow(_) => FaultKind::Unavailable,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownProvider => "provider-not-found",
            Self::NotBelieved => "webhook-not-believed",
            Self::Malformed => "webhook-malformed",
            Self::NotNow(_) => "webhook-not-taken",
        }
    }
    fn retry_after(&self) -> Option<Duration> {
        matches!(self, Self::NotNow(_)).then_some(Duration::from_secs(5))
    }
}

/// A message about a payment that this shop does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stray {
    /// Whose message.
    pub provider: String,
    /// The provider's id of it.
    pub event: String,
    /// What it is about.
    pub kind: String,
    /// The payment that it names, if any.
    pub payment: Option<PaymentId>,
    /// When it came.
    pub at: Timestamp,
    /// The same in milliseconds since the Unix epoch.
    pub at_ms: i64,
}

/// Takes messages in. Clones count together.
#[derive(Clone)]
pub struct Webhooks {
    providers: Providers,
    payments: Payments,
    documents: Arc<dyn Documents>,
    clock: Arc<dyn Clock>,
    room: Arc<Semaphore>,
    counts: Arc<Mutex<BTreeMap<(String, &'static str), u64>>>,
}

impl Webhooks {
    /// Takes in what these providers send, for these payments.
    pub fn new(
        providers: Providers,
        payments: Payments,
        documents: Arc<dyn Documents>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            providers,
            payments,
            documents,
            clock,
            room: Arc::new(Semaphore::new(AT_ONCE_MAX)),
            counts: Arc::default(),
        }
    }

    /// A place for one more message, before its body is read; `None` when there is none, and the provider must come back.
    pub fn enter(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.room).try_acquire_owned().ok()
    }

    /// Messages by provider and what became of them, since the start of this node.
    pub fn counts(&self) -> Vec<(String, &'static str, u64)> {
        self.counted().iter().map(|((provider, became), count)| (provider.clone(), *became, *count)).collect()
    }

    fn counted(&self) -> MutexGuard<'_, BTreeMap<(String, &'static str), u64>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks a message's signature over its raw body, then hands it to its payment. A repeat changes nothing.
    ///
    /// # Errors
    /// When the message is not believed, cannot be read, or cannot be taken in now; the provider sends it again.
    pub async fn take_in(
        &self,
        provider: &str,
        (headers, body): (&[(String, String)], &[u8]),
        within: Duration,
    ) -> Result<Intake, IntakeError> {
        let Some(adapter) = self.providers.get(provider) else { return Err(IntakeError::UnknownProvider) };
        let done = match adapter.webhook(headers, body, self.clock.now()).await {
            Ok(event) => self.hand_over(provider, &event, within).await,
            Err(error) => Err(not_believed(provider, &error)),
        };
        let became = match &done {
            Ok(intake) => intake.name(),
            Err(IntakeError::NotBelieved) => "not_believed",
            Err(IntakeError::Malformed) => "malformed",
            Err(IntakeError::UnknownProvider | IntakeError::NotNow(_)) => "not_now",
        };
        *self.counted().entry((provider.to_owned(), became)).or_default() += 1;
        done
    }

    async fn hand_over(
        &self,
        provider: &str,
        event: &WebhookEvent,
        within: Duration,
    ) -> Result<Intake, IntakeError> {
        if event.news == News::Irrelevant {
            return Ok(Intake::Irrelevant);
        }
        let Some(payment) = event.payment else { return self.keep(provider, event).await };
        // Another provider's message must not move this payment.
        let known = self.payments.provider_of(payment).await.map_err(|error| not_now(&error))?;
        if known.as_deref() != Some(provider) {
            return self.keep(provider, event).await;
        }
        let name = format!("{provider}:{}", event.id);
        let command = Command::Observe { event: name, news: event.news.clone(), at: event.at };
        // Each delivery is a command of its own: the payment itself knows which messages it has taken in, so that one which
        // comes while the same is being taken in waits for it.
        let envelope = Envelope::system(within);
        match self.payments.execute(payment, command, envelope).await {
            Ok(_) => Ok(Intake::Taken),
            Err(AskError::Refused { refusal: Rejection::NotFound, .. }) => self.keep(provider, event).await,
            Err(error) => Err(IntakeError::NotNow(error.to_string())),
        }
    }

    /// Keeps a message for a person, in a fixed number of places.
    async fn keep(&self, provider: &str, event: &WebhookEvent) -> Result<Intake, IntakeError> {
        let WebhookEvent { id, kind, payment, .. } = event;
        tracing::error!(provider, event = %id, kind, payment = ?payment, "message {id} of {provider} is about a payment that this shop does not have");
        let at = self.clock.now();
        let stray = Stray {
            provider: provider.to_owned(),
            event: id.clone(),
            kind: kind.clone(),
            payment: *payment,
            at,
            at_ms: at.unix_ms(),
        };
        let body = serde_json::to_value(stray).map_err(|error| IntakeError::NotNow(error.to_string()))?;
        let place = derive_uuid(&[b"stray", provider.as_bytes(), id.as_bytes()]).as_u128() % STRAYS_MAX;
        let put = DocumentPut {
            collection: STRAYS.to_owned(),
            id: format!("{place:02}"),
            source_seq: u64::try_from(at.unix_ms()).unwrap_or(0),
            body: Some(body),
        };
        let kept = self.documents.write(STRAYS, ShardId::of(uuid::Uuid::nil()), 0, &[put]).await;
        kept.map_err(|error| IntakeError::NotNow(error.to_string()))?;
        Ok(Intake::Stray)
    }

    /// Messages about payments that this shop does not have, the newest first.
    ///
    /// # Errors
    /// When the documents cannot be read now.
    pub async fn strays(&self) -> Result<Vec<Stray>, JournalError> {
        let query = Query {
            collection: STRAYS.to_owned(),
            sort: Some(Sort { field: "at_ms".to_owned(), descending: true }),
            limit: usize::try_from(STRAYS_MAX).unwrap_or(usize::MAX),
            ..Query::default()
        };
        let page = self.documents.query(&query).await?;
        Ok(page.items.into_iter().filter_map(|(_, body)| serde_json::from_value(body).ok()).collect())
    }
}

fn not_now(error: &ReadError) -> IntakeError {
    IntakeError::NotNow(error.to_string())
}

/// What a sender without the secret learns is always the same.
fn not_believed(provider: &str, error: &WebhookError) -> IntakeError {
    tracing::warn!(provider, %error, "a message for {provider} is not taken in: {error}");
    match error {
        WebhookError::BadSignature | WebhookError::TooOld => IntakeError::NotBelieved,
        WebhookError::Malformed(_) => IntakeError::Malformed,
        WebhookError::Unavailable(reason) => IntakeError::NotNow(reason.clone()),
    }
}
