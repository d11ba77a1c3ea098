//! Running checkouts as documents, so that operators find those that are stuck.

use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::{JournalError, StoredEvent};
use amazoff_supervisor::{Entity, Projection, Timestamp, decode};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::{Checkout, Event};
use crate::ids::CartId;

/// The collection of running checkouts.
pub const PROCESSES: &str = "processes";

/// Writes a document when an attempt begins, and removes it when the attempt is over.
pub struct CheckoutProjection;

impl CheckoutProjection {
    /// Its name.
    pub const NAME: &'static str = "processes";

    /// What an event of that moment makes of its checkout's document: another body, or none any more; `None` when nothing.
    pub fn change(event: &Event, at: Timestamp) -> Option<Option<Value>> {
        match event {
            Event::AttemptStarted { attempt, .. } => {
                Some(Some(json!({ "attempt": attempt, "started_at": at.unix_ms() })))
            }
            Event::Completed | Event::Failed { .. } => Some(None),
            Event::CartClaimed { .. }
            | Event::QuoteMade { .. }
            | Event::LinesPriced { .. }
            | Event::StockHeld { .. }
            | Event::CouponsAsked { .. }
            | Event::CouponClaimed { .. }
            | Event::OrderDrafted { .. }
            | Event::PaymentNeedsAction { .. }
            | Event::PaymentUnknown
            | Event::PatienceLost { .. }
            | Event::PaymentGivenUp
            | Event::PaymentAuthorized
            | Event::StockCommitted { .. }
            | Event::CouponConfirmed { .. }
            | Event::OrderPlaced
            | Event::PaymentCaptured
            | Event::CaptureFailed { .. }
            | Event::OrderPaid
            | Event::Failing { .. }
            | Event::StockReleased { .. }
            | Event::CouponReleased { .. }
            | Event::StrayPaymentFound { .. } => None,
        }
    }
}

fn puts(stored: &StoredEvent) -> Result<Vec<DocumentPut>, JournalError> {
    let corrupt = |reason| JournalError::Corrupt { entity: stored.entity.to_string(), reason };
    let event = decode::<Checkout>(&stored.event.payload, stored.event.schema).map_err(corrupt)?;
    let Some(body) = CheckoutProjection::change(&event, stored.at) else { return Ok(Vec::new()) };
    let id = CartId::from(stored.entity.id).to_string();
    Ok(vec![DocumentPut { collection: PROCESSES.to_owned(), id, source_seq: stored.seq.0, body }])
}

impl Projection for CheckoutProjection {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[Checkout::KIND]
    }

    fn collections(&self) -> &'static [&'static str] {
        &[PROCESSES]
    }

    fn project<'a>(
        &'a self,
        event: &'a StoredEvent,
    ) -> BoxFuture<'a, Result<Vec<DocumentPut>, JournalError>> {
        async move { puts(event) }.boxed()
    }
}
