//! Stripe's own records, the oldest first. Stripe lists the newest first, so time is read in windows.

use amazoff_actors::money::Money;
use amazoff_actors::payment::{ProviderError, ProviderRecord, RecordPage, RecordState};
use amazoff_supervisor::Timestamp;

use super::Stripe;
use super::wire::{List, PaymentIntent, amount, payment_of};

/// How long a window is, in seconds; a busy one is halved until it fits.
const WINDOW_S: i64 = 6 * 60 * 60;
/// How many pages of a hundred a window may have.
const PAGES_MAX: usize = 10;
/// How many empty windows are passed over in one answer.
const EMPTY_MAX: usize = 200;

impl Stripe {
    /// The records of the first window since then that has any; the cursor is the second from which to go on.
    pub(super) async fn records(
        &self,
        since: Timestamp,
        cursor: Option<String>,
    ) -> Result<RecordPage, ProviderError> {
        let unknown = |_| ProviderError::Unknown("the cursor is not one of this provider's".to_owned());
        let mut from = match cursor {
            Some(cursor) => cursor.parse().map_err(unknown)?,
            None => since.unix_ms().div_euclid(1_000),
        };
        let now = self.clock.now().unix_ms().div_euclid(1_000);
        for _ in 0..EMPTY_MAX {
            let (intents, to) = self.window(from, now).await?;
            let next = to.saturating_add(1);
            let more = next <= now;
            if !intents.is_empty() || !more {
                let records = intents.iter().rev().map(record).collect::<Result<_, _>>()?;
                return Ok(RecordPage { records, next: more.then(|| next.to_string()) });
            }
            from = next;
        }
        Ok(RecordPage { records: Vec::new(), next: Some(from.to_string()) })
    }

    /// The intents of a window that begins there, the newest first, and where it ends.
    async fn window(&self, from: i64, now: i64) -> Result<(Vec<PaymentIntent>, i64), ProviderError> {
        let mut length = WINDOW_S;
        loop {
            // What is created while the last window is read belongs to it.
            let end = from.saturating_add(length);
            let to = if end > now { now.max(from) } else { end };
            if let Some(intents) = self.between(from, to).await? {
                return Ok((intents, to));
            }
            if length <= 1 {
                return Err(ProviderError::Unknown(
                    "it has more payments of one second than are read".to_owned(),
                ));
            }
            length /= 2;
        }
    }

    /// The intents between two seconds; `None` when there are too many.
    async fn between(&self, from: i64, to: i64) -> Result<Option<Vec<PaymentIntent>>, ProviderError> {
        let mut all: Vec<PaymentIntent> = Vec::new();
        for _ in 0..PAGES_MAX {
            let mut query = vec![
                ("limit".to_owned(), "100".to_owned()),
                ("created[gte]".to_owned(), from.to_string()),
                ("created[lte]".to_owned(), to.to_string()),
                ("expand[]".to_owned(), "data.latest_charge".to_owned()),
            ];
            query.extend(all.last().map(|last| ("starting_after".to_owned(), last.id.clone())));
            let page: List<PaymentIntent> = self.list_of("payment_intents", &query).await?;
            let more = page.has_more && !page.data.is_empty();
            all.extend(page.data);
            if !more {
                return Ok(Some(all));
            }
        }
        Ok(None)
    }
}

fn record(intent: &PaymentIntent) -> Result<ProviderRecord, ProviderError> {
    let money = |units| amount(units, &intent.currency);
    let state = match intent.status.as_str() {
        "requires_capture" => RecordState::Authorized,
        "succeeded" => RecordState::Captured,
        "canceled" => RecordState::Voided,
        "requires_action" => RecordState::RequiresAction,
        "processing" => RecordState::Processing,
        _ => RecordState::Failed,
    };
    let whole = money(intent.amount)?;
    let reserved = intent.latest_charge.is_some() && state != RecordState::Failed;
    Ok(ProviderRecord {
        reference: intent.id.clone(),
        payment: payment_of(&intent.metadata),
        state,
        authorized: if reserved { whole } else { Money::zero(whole.currency) },
        captured: money(intent.amount_received)?,
        refunded: money(intent.charge().map_or(0, |charge| charge.amount_refunded))?,
        created_at: Timestamp::from_unix_ms(intent.created.saturating_mul(1_000)),
    })
}
