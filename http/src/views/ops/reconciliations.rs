//! Payments against what their providers say.

use amazoff_actors::payment::Stray;
use amazoff_actors::reconcile::{Finding, Report};
use amazoff_supervisor::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::views::MoneyBody;

/// Reports of comparisons.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReconciliationList {
    /// Newest first.
    pub items: Vec<ReconciliationBody>,
    /// Give it as `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// The report of one comparison.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Reconciliation)]
pub struct ReconciliationBody {
    /// `rec_` and 32 hex digits.
    pub id: String,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    /// When it was done.
    #[schema(value_type = String, format = DateTime)]
    pub finished_at: Timestamp,
    /// What was made since then was compared.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Records of providers that were read.
    pub records: u64,
    /// Payments that were read.
    pub payments: u64,
    /// Payments that moved meanwhile, and count for nothing.
    pub under_way: u64,
    /// What does not fit.
    pub findings: Vec<FindingBody>,
    /// How many findings there are beyond those listed.
    pub unlisted: u64,
    /// Providers that could not be read to the end.
    pub incomplete: Vec<IncompleteBody>,
}

/// One thing that does not fit.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReconciliationFinding)]
pub struct FindingBody {
    /// `charged_without_order`, `order_without_charge`, `amount_mismatch` or `state_mismatch`.
    pub kind: String,
    /// At which provider.
    pub provider: String,
    /// The provider's name for the authorization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The payment, where it is one of ours or says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<String>,
    /// The order that it pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// What the provider says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theirs: Option<MoneyBody>,
    /// What we say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ours: Option<MoneyBody>,
    /// The same in words.
    pub detail: String,
}

/// A provider that could not be read to the end.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReconciliationGap)]
pub struct IncompleteBody {
    /// Which provider.
    pub provider: String,
    /// Why.
    pub reason: String,
}

/// Messages about payments that this shop does not have.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StrayList {
    /// Newest first.
    pub items: Vec<StrayBody>,
}

/// A message about a payment that this shop does not have.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StrayWebhook)]
pub struct StrayBody {
    /// Whose message.
    pub provider: String,
    /// The provider's id of it.
    pub event: String,
    /// What it is about.
    pub kind: String,
    /// The payment that it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<String>,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

impl From<Report> for ReconciliationBody {
    fn from(report: Report) -> Self {
        let incomplete = report.incomplete.into_iter();
        Self {
            id: report.id,
            started_at: report.started_at,
            finished_at: report.finished_at,
            since: report.since,
            records: report.records,
            payments: report.payments,
            under_way: report.under_way,
            findings: report.findings.listed.into_iter().map(Into::into).collect(),
            unlisted: report.findings.unlisted,
            incomplete: incomplete.map(|(provider, reason)| IncompleteBody { provider, reason }).collect(),
        }
    }
}

impl From<Finding> for FindingBody {
    fn from(finding: Finding) -> Self {
        Self {
            kind: finding.kind.name().to_owned(),
            provider: finding.provider,
            reference: finding.reference,
            payment_id: finding.payment.map(|id| id.to_string()),
            order_id: finding.order.map(|id| id.to_string()),
            theirs: finding.theirs.map(Into::into),
            ours: finding.ours.map(Into::into),
            detail: finding.detail,
        }
    }
}

impl From<Stray> for StrayBody {
    fn from(stray: Stray) -> Self {
        Self {
            provider: stray.provider,
            event: stray.event,
            kind: stray.kind,
            payment_id: stray.payment.map(|id| id.to_string()),
            at: stray.at,
        }
    }
}
