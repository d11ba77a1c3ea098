//! Which checkouts run, and for what each waits.

use std::sync::Arc;
use std::time::Duration;

use amazoff_supervisor::documents::{Documents, Position, Query, Sort};
use amazoff_supervisor::journal::{Journal, JournalError};
use amazoff_supervisor::{Directory, ReadError, Timestamp, Version};

use super::command::payment_of;
use super::projection::PROCESSES;
use super::state::{Checkout, Phase, Run, WaitsFor};
use super::steps::{GRACE_FOR, PATIENCE_FOR};
use crate::ids::{CartId, OrderId, PaymentId};

/// How many documents are read at once.
const PAGE: usize = 100;

/// How long nothing may happen to a checkout before it counts as stuck: longer than it waits for any payment.
pub const STUCK_AFTER: Duration = Duration::from_secs(PATIENCE_FOR.as_secs() + GRACE_FOR.as_secs() + 5 * 60);

/// A checkout that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Of which cart.
    pub cart: CartId,
    /// Which attempt.
    pub attempt: u32,
    /// Which phase it is in ([`Phase::name`]).
    pub phase: &'static str,
    /// What it waits for.
    pub waits_for: String,
    /// When the attempt began.
    pub started_at: Timestamp,
    /// When something happened to it last.
    pub since: Timestamp,
    /// The order that it is to become.
    pub order: OrderId,
    /// The payment of the attempt.
    pub payment: PaymentId,
}

impl Process {
    /// Whether nothing has happened to it for [`STUCK_AFTER`].
    pub fn is_stuck(&self, now: Timestamp) -> bool {
        now.since(self.since) >= STUCK_AFTER
    }
}

/// All checkouts that run. Cheap to clone.
#[derive(Clone)]
pub struct Processes {
    directory: Directory<Checkout>,
    documents: Arc<dyn Documents>,
    journal: Arc<dyn Journal>,
}

impl Processes {
    /// Over the checkouts, their documents and their history.
    pub fn new(
        directory: Directory<Checkout>,
        documents: Arc<dyn Documents>,
        journal: Arc<dyn Journal>,
    ) -> Self {
        Self { directory, documents, journal }
    }

    /// Every checkout that runs, the one to which nothing has happened for longest first. What has begun or ended within the
    /// lag of its projection may be missing, never shown wrong: each is read as last committed.
    ///
    /// # Errors
    /// When documents or journal cannot be read now.
    pub async fn running(&self) -> Result<Vec<Process>, ReadError> {
        let mut found = Vec::new();
        let mut after: Option<Position> = None;
        loop {
            let query = Query {
                collection: PROCESSES.to_owned(),
                sort: Some(Sort { field: "started_at".to_owned(), descending: false }),
                after,
                limit: PAGE,
                ..Query::default()
            };
            let page = self.documents.query(&query).await.map_err(unavailable)?;
            for (id, body) in &page.items {
                let started_at = body.get("started_at").and_then(serde_json::Value::as_i64);
                let Ok(cart) = id.parse() else { continue };
                let started_at = Timestamp::from_unix_ms(started_at.unwrap_or_default());
                found.extend(self.process(cart, started_at).await?);
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        found.sort_by_key(|process| process.since);
        Ok(found)
    }

    /// A checkout as it runs; `None` when its attempt is over.
    async fn process(&self, cart: CartId, started_at: Timestamp) -> Result<Option<Process>, ReadError> {
        let Some(checkout) = self.directory.read(cart.uuid()).await? else { return Ok(None) };
        let Some(run) = checkout.state.run.as_deref() else { return Ok(None) };
        let before = Version(checkout.version.0.saturating_sub(1));
        let entity = self.directory.entity(cart.uuid());
        let last = self.journal.history(&entity, before, 1).await.map_err(unavailable)?;
        Ok(Some(Process {
            cart,
            attempt: run.attempt,
            phase: run.phase.name(),
            waits_for: waits_for(run),
            started_at,
            since: last.last().map_or(started_at, |last| last.at),
            order: OrderId::of_cart(cart),
            payment: payment_of(cart, run.attempt),
        }))
    }
}

fn unavailable(error: JournalError) -> ReadError {
    ReadError::Unavailable(error.to_string())
}

impl Phase {
    /// Every name of a phase.
    pub const NAMES: [&'static str; 14] = [
        "claiming_cart",
        "pricing_lines",
        "holding_stock",
        "drafting_order",
        "claiming_coupons",
        "paying",
        "committing_stock",
        "placing_order",
        "capturing",
        "marking_paid",
        "completing_cart",
        "voiding",
        "releasing_stock",
        "releasing_cart",
    ];

    /// Its stored name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ClaimingCart => "claiming_cart",
            Self::PricingLines => "pricing_lines",
            Self::HoldingStock { .. } => "holding_stock",
            Self::DraftingOrder => "drafting_order",
            Self::ClaimingCoupons { .. } => "claiming_coupons",
            Self::Paying { .. } => "paying",
            Self::CommittingStock { .. } => "committing_stock",
            Self::PlacingOrder => "placing_order",
            Self::Capturing => "capturing",
            Self::MarkingPaid => "marking_paid",
            Self::CompletingCart => "completing_cart",
            Self::Voiding => "voiding",
            Self::ReleasingStock { .. } => "releasing_stock",
            Self::ReleasingCart { .. } => "releasing_cart",
        }
    }
}

/// What a run waits for, for people. Nothing of it is personal.
fn waits_for(run: &Run) -> String {
    let (lines, codes) = (run.lines.len(), run.coupons.len());
    match &run.phase {
        Phase::ClaimingCart => "the cart's answer to the claim".to_owned(),
        Phase::PricingLines => "today's price".to_owned(),
        Phase::HoldingStock { held } => {
            format!("the stock of {} of {lines} lines", lines - held.len().min(lines))
        }
        Phase::DraftingOrder => "the order's answer to the draft".to_owned(),
        Phase::ClaimingCoupons { claimed } => {
            format!("{} of {codes} coupons", codes - claimed.len().min(codes))
        }
        Phase::Paying { waits_for: WaitsFor::Provider, .. } => "the provider".to_owned(),
        Phase::Paying { waits_for: WaitsFor::LostAnswer, .. } => {
            "the provider, whose answer got lost".to_owned()
        }
        Phase::Paying { waits_for: WaitsFor::Shopper { .. }, .. } => "the shopper, at the bank".to_owned(),
        Phase::CommittingStock { committed, confirmed } => format!(
            "the promises of {} of {lines} lines and {} of {codes} coupons",
            lines - committed.len().min(lines),
            codes - confirmed.len().min(codes)
        ),
        Phase::PlacingOrder => "the order's binding".to_owned(),
        Phase::Capturing => "the provider, to take the money".to_owned(),
        Phase::MarkingPaid => "the order's knowledge that it is paid".to_owned(),
        Phase::CompletingCart => "the cart's closing".to_owned(),
        Phase::Voiding => "the provider, to give the money up".to_owned(),
        Phase::ReleasingStock { released, coupons, .. } => format!(
            "the release of {} of {lines} lines and {} of {codes} coupons",
            lines - released.len().min(lines),
            codes - coupons.len().min(codes)
        ),
        Phase::ReleasingCart { .. } => "the cart's opening".to_owned(),
    }
}
