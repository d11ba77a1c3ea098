//! A run over all providers.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use amazoff_supervisor::documents::{DocumentPut, Documents, Position, Query, Sort};
use amazoff_supervisor::journal::JournalError;
use amazoff_supervisor::tree::{ChildSpec, TaskContext};
use amazoff_supervisor::{Clock, ReadError, ShardId, Timestamp, derive_uuid};

use super::compare::{self, Ours};
use super::report::{Finding, Findings, REPORTS, Report};
use crate::ids::PaymentId;
use crate::order::{Orders, Status};
use crate::payment::{
    PAYMENTS, PaymentCard, PaymentProvider, Payments, ProviderError, ProviderRecord, Providers,
};

/// How far back a run looks: a reservation's usual life and a day.
pub const WINDOW: Duration = Duration::from_hours(8 * 24);
/// Payments younger than this may not be in their provider's list yet.
const SETTLED_AFTER: Duration = Duration::from_mins(15);
/// How long the payments that differ may take to ask their providers.
const SYNC_WITHIN: Duration = Duration::from_secs(5);
/// Payments read at once.
const PAGE: usize = 200;
/// Pages that a provider may have, so that one which never ends its list does not keep a run for ever.
const PAGES_MAX: usize = 10_000;

/// Compares payments with what their providers say. Clones are the same one.
#[derive(Clone)]
pub struct Reconciliations {
    providers: Providers,
    payments: Payments,
    orders: Orders,
    documents: Arc<dyn Documents>,
    clock: Arc<dyn Clock>,
    turn: Arc<tokio::sync::Mutex<()>>,
    runs: Arc<AtomicU64>,
    last: Arc<Mutex<Option<Report>>>,
}

/// What is known so far.
#[derive(Default)]
struct Seen {
    records: u64,
    payments: u64,
    under_way: u64,
    findings: Findings,
    incomplete: Vec<(String, String)>,
}

impl Reconciliations {
    /// Compares these payments and orders with what these providers say.
    pub fn new(
        providers: Providers,
        payments: Payments,
        orders: Orders,
        (documents, clock): (Arc<dyn Documents>, Arc<dyn Clock>),
    ) -> Self {
        Self {
            providers,
            payments,
            orders,
            documents,
            clock,
            turn: Arc::default(),
            runs: Arc::default(),
            last: Arc::default(),
        }
    }

    /// The newest report of this node, and how many there were since its start.
    pub fn last(&self) -> (Option<Report>, u64) {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (last, self.runs.load(Ordering::Relaxed))
    }

    /// Runs every so often. A run that fails is told, and the next one comes at its time.
    pub fn supervise(&self, every: Duration) -> ChildSpec {
        let this = self.clone();
        ChildSpec::task("reconciliation", move |context: TaskContext| {
            let this = this.clone();
            async move {
                loop {
                    tokio::select! {
                        () = context.cancel.cancelled() => return Ok(()),
                        () = tokio::time::sleep(every) => {}
                    }
                    tokio::select! {
                        () = context.cancel.cancelled() => return Ok(()),
                        done = this.run(WINDOW) => if let Err(error) = done {
                            tracing::error!(%error, "payments could not be compared with their providers: {error}");
                        },
                    }
                }
            }
        })
    }

    /// Compares everything that was made within that time, and writes the report. Waits while another run goes on.
    ///
    /// # Errors
    /// When our own side cannot be read, or the report not be written. A provider that cannot be read makes the report
    /// incomplete.
    pub async fn run(&self, window: Duration) -> Result<Report, JournalError> {
        let _turn = self.turn.lock().await;
        let started_at = self.clock.now();
        let ms = i64::try_from(window.as_millis()).unwrap_or(i64::MAX);
        let since = Timestamp::from_unix_ms(started_at.unix_ms().saturating_sub(ms).max(0));
        let mut seen = Seen::default();
        for provider in self.providers.all() {
            self.compare(provider.as_ref(), since, &mut seen).await?;
        }
        let id = derive_uuid(&[b"reconciliation", &started_at.unix_ms().to_be_bytes()]);
        let report = Report {
            id: format!("rec_{}", id.simple()),
            started_at,
            started_at_ms: started_at.unix_ms(),
            finished_at: self.clock.now(),
            since,
            records: seen.records,
            payments: seen.payments,
            under_way: seen.under_way,
            findings: seen.findings,
            incomplete: seen.incomplete,
        };
        self.keep(&report).await?;
        alert(&report);
        self.runs.fetch_add(1, Ordering::Relaxed);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(report.clone());
        Ok(report)
    }

    async fn keep(&self, report: &Report) -> Result<(), JournalError> {
        let body =
            serde_json::to_value(report).map_err(|error| JournalError::Unavailable(error.to_string()))?;
        let (collection, id) = (REPORTS.to_owned(), report.id.clone());
        let put = DocumentPut { collection, id, source_seq: 1, body: Some(body) };
        self.documents.write(REPORTS, report_shard(), 0, &[put]).await
    }

    /// Reports, the newest first.
    ///
    /// # Errors
    /// When the documents cannot be read now.
    pub async fn reports(
        &self,
        after: Option<Position>,
        limit: usize,
    ) -> Result<(Vec<Report>, Option<Position>), JournalError> {
        let query = Query {
            collection: REPORTS.to_owned(),
            sort: Some(Sort { field: "started_at_ms".to_owned(), descending: true }),
            after,
            limit,
            ..Query::default()
        };
        let page = self.documents.query(&query).await?;
        let items =
            page.items.into_iter().filter_map(|(_, body)| serde_json::from_value(body).ok()).collect();
        Ok((items, page.next))
    }

    /// One report.
    ///
    /// # Errors
    /// When the documents cannot be read now.
    pub async fn report(&self, id: &str) -> Result<Option<Report>, JournalError> {
        let found = self.documents.get(REPORTS, id).await?;
        Ok(found.and_then(|body| serde_json::from_value(body).ok()))
    }

    async fn compare(
        &self,
        provider: &dyn PaymentProvider,
        since: Timestamp,
        seen: &mut Seen,
    ) -> Result<(), JournalError> {
        let mut listed = HashSet::new();
        match self.their_side(provider, since, (&mut listed, seen)).await? {
            Ok(()) => self.our_side(provider, since, (&listed, seen)).await,
            Err(error) => {
                seen.incomplete.push((provider.name().to_owned(), error.to_string()));
                Ok(())
            }
        }
    }

    /// Every record of the provider against our payment.
    async fn their_side(
        &self,
        provider: &dyn PaymentProvider,
        since: Timestamp,
        (listed, seen): (&mut HashSet<PaymentId>, &mut Seen),
    ) -> Result<Result<(), ProviderError>, JournalError> {
        let mut cursor = None;
        for _ in 0..PAGES_MAX {
            let page = match provider.list(since, cursor).await {
                Ok(page) => page,
                Err(error) => return Ok(Err(error)),
            };
            for record in &page.records {
                seen.records += 1;
                listed.extend(record.payment);
                let ours = self.ours_by_document(record.payment).await?;
                // A document may be behind; one that says that something goes on says nothing else.
                let busy = ours.as_ref().is_some_and(|ours| ours.card.busy);
                if busy || !compare::record(provider.name(), record, ours.as_ref()).is_empty() {
                    self.look_again(provider, record, seen).await?;
                }
            }
            match page.next {
                Some(next) => cursor = Some(next),
                None => return Ok(Ok(())),
            }
        }
        Ok(Err(ProviderError::Unknown(format!("its list has more than {PAGES_MAX} pages"))))
    }

    /// Every payment of ours that the provider did not list.
    async fn our_side(
        &self,
        provider: &dyn PaymentProvider,
        since: Timestamp,
        (listed, seen): (&HashSet<PaymentId>, &mut Seen),
    ) -> Result<(), JournalError> {
        let mut after = None;
        loop {
            let query = Query {
                collection: PAYMENTS.to_owned(),
                equals: vec![("provider".to_owned(), provider.name().into())],
                sort: Some(Sort { field: "created_at".to_owned(), descending: true }),
                after,
                limit: PAGE,
                ..Query::default()
            };
            let page = self.documents.query(&query).await?;
            for (id, body) in page.items {
                let card: PaymentCard = match serde_json::from_value(body) {
                    Ok(card) => card,
                    Err(error) => {
                        tracing::error!(payment.id = %id, %error, "document of payment {id} cannot be read: {error}");
                        continue;
                    }
                };
                // The provider's own clock may be a little behind.
                if card.created_at < since.plus(SETTLED_AFTER).unix_ms() {
                    return Ok(());
                }
                seen.payments += 1;
                let made = Timestamp::from_unix_ms(card.created_at);
                if !listed.contains(&card.id) {
                    match self.clock.now().since(made) >= SETTLED_AFTER {
                        true => self.look_for(provider, card.id, seen).await?,
                        false => seen.under_way += 1,
                    }
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// A record that does not fit: what we say, the record anew, and what we say once more. Only what stood still counts.
    async fn look_again(
        &self,
        provider: &dyn PaymentProvider,
        record: &ProviderRecord,
        seen: &mut Seen,
    ) -> Result<(), JournalError> {
        let before = self.ours_by_state(record.payment).await?;
        let fresh = match fetch(provider, record).await {
            Ok(fresh) => fresh,
            Err(error) => {
                seen.incomplete.push((provider.name().to_owned(), error.to_string()));
                return Ok(());
            }
        };
        let after = self.ours_by_state(record.payment).await?;
        if before != after || after.as_ref().is_some_and(|ours| ours.card.busy) {
            seen.under_way += 1;
            return Ok(());
        }
        for finding in compare::record(provider.name(), &fresh, after.as_ref()) {
            self.found(finding, seen).await;
        }
        Ok(())
    }

    async fn look_for(
        &self,
        provider: &dyn PaymentProvider,
        payment: PaymentId,
        seen: &mut Seen,
    ) -> Result<(), JournalError> {
        let Some(ours) = self.ours_by_state(Some(payment)).await? else { return Ok(()) };
        if let Some(finding) = compare::missing(provider.name(), &ours) {
            self.found(finding, seen).await;
        }
        Ok(())
    }

    /// A payment that differs asks its provider: a message may have been lost.
    async fn found(&self, finding: Finding, seen: &mut Seen) {
        if let Some(payment) = finding.payment.filter(|_| finding.order.is_some())
            && let Err(error) = self.payments.sync(payment, SYNC_WITHIN).await
        {
            tracing::warn!(payment.id = %payment, %error, "payment {payment} cannot be told to ask its provider: {error}");
        }
        seen.findings.add(finding);
    }

    async fn ours_by_document(&self, payment: Option<PaymentId>) -> Result<Option<Ours>, JournalError> {
        let Some(payment) = payment else { return Ok(None) };
        let body = self.documents.get(PAYMENTS, &payment.to_string()).await?;
        match body.and_then(|body| serde_json::from_value::<PaymentCard>(body).ok()) {
            Some(card) => self.with_order(card).await.map(Some),
            None => Ok(None),
        }
    }

    async fn ours_by_state(&self, payment: Option<PaymentId>) -> Result<Option<Ours>, JournalError> {
        let Some(payment) = payment else { return Ok(None) };
        match self.payments.card(payment).await.map_err(unread)? {
            Some((card, _)) => self.with_order(card).await.map(Some),
            None => Ok(None),
        }
    }

    async fn with_order(&self, card: PaymentCard) -> Result<Ours, JournalError> {
        // Whether an order binds matters only for money that was taken.
        let placed = card.captured == 0
            || self
                .orders
                .get(card.order)
                .await
                .map_err(unread)?
                .is_some_and(|order| matches!(order.status, Status::Placed | Status::Completed));
        Ok(Ours { card, placed })
    }
}

fn unread(error: ReadError) -> JournalError {
    JournalError::Unavailable(error.to_string())
}

/// The record as it is now.
async fn fetch(
    provider: &dyn PaymentProvider,
    record: &ProviderRecord,
) -> Result<ProviderRecord, ProviderError> {
    let mut cursor = None;
    for _ in 0..PAGES_MAX {
        let page = provider.list(record.created_at, cursor).await?;
        if let Some(found) = page.records.into_iter().find(|found| found.reference == record.reference) {
            return Ok(found);
        }
        match page.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    Ok(record.clone())
}

/// Reports belong to no entity; one shard's checkpoint stands for all.
fn report_shard() -> ShardId {
    ShardId::of(uuid::Uuid::nil())
}

fn alert(report: &Report) {
    let id = &report.id;
    if report.findings.is_empty() && report.incomplete.is_empty() {
        tracing::info!(
            records = report.records,
            payments = report.payments,
            under_way = report.under_way,
            "payments agree with their providers"
        );
        return;
    }
    let findings = report.findings.listed.len();
    tracing::error!(report.id = %id, findings, incomplete = report.incomplete.len(), "payments differ from what their providers say: {findings} findings, see report {id}");
    for finding in report.findings.listed.iter().take(10) {
        tracing::error!(report.id = %id, ?finding, "{}: {}", finding.kind.name(), finding.detail);
    }
}
