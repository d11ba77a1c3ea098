//! What a run found.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{OrderId, PaymentId};
use crate::money::Money;

/// The collection of reports.
pub const REPORTS: &str = "reconciliations";

/// How many findings a report lists; further ones are counted.
const LISTED_MAX: usize = 500;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The provider has money that belongs to no payment of ours, or to no placed order.
    ChargedWithoutOrder,
    /// We say that money was taken; the provider does not.
    OrderWithoutCharge,
    /// Both know the payment, with other sums.
    AmountMismatch,
    /// Both know the payment; one says reserved, the other over.
    StateMismatch,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] =
        [Self::ChargedWithoutOrder, Self::OrderWithoutCharge, Self::AmountMismatch, Self::StateMismatch];

    /// Its stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ChargedWithoutOrder => "charged_without_order",
            Self::OrderWithoutCharge => "order_without_charge",
            Self::AmountMismatch => "amount_mismatch",
            Self::StateMismatch => "state_mismatch",
        }
    }
}

/// One thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What is wrong.
    pub kind: Kind,
    /// At which provider.
    pub provider: String,
    /// The provider's name for the authorization, where it has one.
    pub reference: Option<String>,
    /// Our payment, where it is one.
    pub payment: Option<PaymentId>,
    /// The order that it pays.
    pub order: Option<OrderId>,
    /// What the provider says, as far as it is an amount.
    pub theirs: Option<Money>,
    /// What we say.
    pub ours: Option<Money>,
    /// The same in words.
    pub detail: String,
}

/// What was found, bounded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// The first ones.
    pub listed: Vec<Finding>,
    /// How many there are beyond those.
    pub unlisted: u64,
}

impl Findings {
    pub(super) fn add(&mut self, finding: Finding) {
        if self.listed.len() < LISTED_MAX { self.listed.push(finding) } else { self.unlisted += 1 }
    }
    /// How many listed ones are of a kind.
    pub fn of(&self, kind: Kind) -> usize {
        self.listed.iter().filter(|finding| finding.kind == kind).count()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Its id.
    pub id: String,
    /// When it began.
    pub started_at: Timestamp,
    /// The same in milliseconds since the Unix epoch.
    pub started_at_ms: i64,
    /// When it was done.
    pub finished_at: Timestamp,
    /// Payments and records made since then were compared.
    pub since: Timestamp,
    /// Records of providers that were read.
    pub records: u64,
    /// Payments of ours that were read.
    pub payments: u64,
    /// Those that moved while they were looked at, or that the provider does not name and may not know yet: they count for
    /// nothing.
    pub under_way: u64,
    /// What does not fit.
    pub findings: Findings,
    /// Why the comparison with a provider is incomplete: the provider's name and the reason.
    pub incomplete: Vec<(String, String)>,
}
