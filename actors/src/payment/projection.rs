//! Payments as documents, so that they can be compared with what their providers say.

use std::sync::Arc;

use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::{Journal, JournalError, StoredEvent};
use amazoff_supervisor::{Entity, Projection, Version};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::state::Payment;
use super::view::Status;
use crate::ids::{OrderId, PaymentId};
use crate::money::Currency;
use crate::projecting::{Folds, put};

/// The collection of payments.
pub const PAYMENTS: &str = "payments";

/// A payment as its document says: whom it pays through, and its sums in minor units. Nothing of the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentCard {
    /// The payment.
    pub id: PaymentId,
    /// What it pays.
    pub order: OrderId,
    /// Through whom.
    pub provider: String,
    /// Where it stands.
    pub status: Status,
    /// Of which currency its sums are.
    pub currency: Currency,
    /// How much was to be paid.
    pub amount: i64,
    /// How much was taken.
    pub captured: i64,
    /// How much of that was given back.
    pub refunded: i64,
    /// How much card owners took back or hold in dispute.
    pub disputed: i64,
    /// Whether the provider is being asked, or its answer missing.
    pub busy: bool,
    /// When it was asked for, in milliseconds since the Unix epoch; 0 for payments of old programs.
    pub created_at: i64,
}

impl PaymentCard {
    /// What a payment's document says; `None` before the first command.
    pub fn of(id: PaymentId, payment: &Payment) -> Option<Self> {
        let terms = payment.terms.as_ref()?;
        Some(Self {
            id,
            order: terms.order,
            provider: terms.provider.clone(),
            status: Status::from(&payment.stage),
            currency: terms.amount.currency,
            amount: terms.amount.amount,
            captured: payment.captured(),
            refunded: payment.refunded(),
            disputed: payment.disputed(),
            busy: payment.is_busy() || payment.waiting().next().is_some(),
            created_at: payment.created_at.unwrap_or_default().unix_ms(),
        })
    }
}

/// Writes a document per payment, from its own events up to the one at hand, so a rebuild writes the same documents.
pub struct PaymentProjection {
    payments: Folds<Payment>,
}

/// Payments that are kept as they were at their newest event: those that are being made.
const KEPT_MAX: u64 = 500;

impl PaymentProjection {
    /// Its name.
    pub const NAME: &'static str = "payments";

    /// A projection that reads payments from this journal.
    pub fn new(journal: Arc<dyn Journal>) -> Self {
        Self { payments: Folds::over(journal, KEPT_MAX) }
    }

    /// The documents of a payment at a version.
    ///
    /// # Errors
    /// When the document cannot be written as JSON.
    pub fn documents(
        id: PaymentId,
        payment: &Payment,
        version: Version,
    ) -> Result<Vec<DocumentPut>, JournalError> {
        let Some(card) = PaymentCard::of(id, payment) else { return Ok(Vec::new()) };
        Ok(vec![put((PAYMENTS, id.to_string()), version, Some(&card))?])
    }
}

impl Projection for PaymentProjection {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[Payment::KIND]
    }

    fn collections(&self) -> &'static [&'static str] {
        &[PAYMENTS]
    }

    fn project<'a>(
        &'a self,
        event: &'a StoredEvent,
    ) -> BoxFuture<'a, Result<Vec<DocumentPut>, JournalError>> {
        async move {
            let id = PaymentId::from(event.entity.id);
            self.payments.at(event, |payment, _| Self::documents(id, payment, event.seq)).await?
        }
        .boxed()
    }
}
