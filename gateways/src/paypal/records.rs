//! PayPal's own records. Its report lists transactions, up to three hours late; each order among them is then read as it stands.

use std::time::Duration;

use amazoff_actors::money::Money;
use amazoff_actors::payment::{ProviderError, ProviderRecord, RecordPage, RecordState};
use amazoff_supervisor::Timestamp;
use serde::Deserialize;

use super::PayPal;
use super::wire::{Movement, Order, moment, money, text};

/// The longest time that PayPal reports on at once.
const RANGE: Duration = Duration::from_hours(30 * 24);
/// Transactions on one page: each may mean one more call.
const PAGE: &str = "50";
/// What an authorization is called in the report.
const AUTHORIZATION: &str = "T13";

#[derive(Debug, Deserialize)]
struct Report {
    #[serde(default)]
    transaction_details: Vec<Row>,
    total_pages: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct Row {
    transaction_info: Info,
}

#[derive(Debug, Deserialize)]
struct Info {
    transaction_event_code: Option<String>,
    paypal_reference_id: Option<String>,
    paypal_reference_id_type: Option<String>,
}

/// Where to go on: which range, and which page of it.
fn place(cursor: &str) -> Option<(Timestamp, u32)> {
    let (from_ms, page) = cursor.split_once('.')?;
    Some((Timestamp::from_unix_ms(from_ms.parse().ok()?), page.parse().ok()?))
}

impl PayPal {
    pub(super) async fn records(
        &self,
        since: Timestamp,
        cursor: Option<String>,
    ) -> Result<RecordPage, ProviderError> {
        let unknown = || ProviderError::Unknown("the cursor is not one of this provider's".to_owned());
        let (from, page) = match cursor {
            Some(cursor) => place(&cursor).ok_or_else(unknown)?,
            None => (since, 1),
        };
        let now = self.clock.now();
        let to = from.plus(RANGE).min(now);
        let query = [
            ("start_date", text(from)),
            ("end_date", text(to)),
            ("fields", "transaction_info".to_owned()),
            ("balance_affecting_records_only", "N".to_owned()),
            ("page_size", PAGE.to_owned()),
            ("page", page.to_string()),
        ];
        let report: Report = self.read("v1/reporting/transactions", &query).await?;
        let mut records = Vec::new();
        for row in report.transaction_details {
            if let Some(order) = order_of(row.transaction_info) {
                records.push(record(&self.order(&order).await?)?);
            }
        }
        let next = if report.total_pages.is_some_and(|pages| page < pages) {
            Some(format!("{}.{}", from.unix_ms(), page.saturating_add(1)))
        } else if to < now {
            Some(format!("{}.1", to.unix_ms()))
        } else {
            None
        };
        Ok(RecordPage { records, next })
    }
}

/// The order that a transaction authorizes; `None` for any other transaction, which shows in its order.
fn order_of(info: Info) -> Option<String> {
    let authorizes = info.transaction_event_code.is_some_and(|code| code.starts_with(AUTHORIZATION));
    let names_order = info.paypal_reference_id_type.as_deref() == Some("ODR");
    info.paypal_reference_id.filter(|_| authorizes && names_order)
}

fn record(order: &Order) -> Result<ProviderRecord, ProviderError> {
    let odd = || ProviderError::Unknown(format!("its order {} is not what it documents", order.id));
    let unit = order.unit().ok_or_else(odd)?;
    let authorization = order.authorization().ok_or_else(odd)?;
    let authorized = money(&authorization.amount)?;
    let captured = sum(&unit.payments.captures, authorized)?;
    let state = match authorization.status.as_str() {
        "CREATED" | "PARTIALLY_CAPTURED" => RecordState::Authorized,
        "CAPTURED" => RecordState::Captured,
        "VOIDED" | "EXPIRED" if captured.amount > 0 => RecordState::Captured,
        "VOIDED" | "EXPIRED" => RecordState::Voided,
        "PENDING" => RecordState::Processing,
        _ => RecordState::Failed,
    };
    Ok(ProviderRecord {
        reference: order.id.clone(),
        payment: unit.custom_id.as_deref().and_then(|payment| payment.parse().ok()),
        state,
        authorized,
        captured,
        refunded: sum(&unit.payments.refunds, authorized)?,
        created_at: order.create_time.as_deref().and_then(moment).ok_or_else(odd)?,
    })
}

fn sum(movements: &[Movement], like: Money) -> Result<Money, ProviderError> {
    let moved = |status: &str| matches!(status, "COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED");
    movements.iter().filter(|one| moved(&one.status)).try_fold(Money::zero(like.currency), |sum, one| {
        let added = sum.checked_add(money(&one.amount)?);
        added.map_err(|_mixed| ProviderError::Unknown("its amounts do not add up".to_owned()))
    })
}
