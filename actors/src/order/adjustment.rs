//! Changes of what an order costs, and of what was paid back. Only ever added; their refunds move on.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::command::RefundReason;
use super::goods::Portion;
use crate::ids::{AdjustmentId, PaymentId, RefundId};
use crate::money::Money;

/// What kind of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdjustmentKind {
    /// Pieces were given up before they were packed.
    Cancellation,
    /// Goods came back.
    Return,
    /// Money was given back.
    Refund,
    /// The payer's bank took money back, or tries to.
    Dispute,
}

/// How far a change, or one of its refunds, is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdjustmentStatus {
    /// Money is on its way.
    Pending,
    /// Done.
    Completed,
    /// Money could not be moved; a person must look. Of a dispute: the shop keeps the money.
    Failed,
}

/// The part of a change that one payment pays back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundPart {
    /// Its name.
    pub refund: RefundId,
    /// Which payment.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
    /// How far it is.
    pub status: AdjustmentStatus,
}

/// A change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustment {
    /// Its name.
    pub id: AdjustmentId,
    /// What kind it is.
    pub kind: AdjustmentKind,
    /// What it is about: the price of its pieces, or the sum that was asked for.
    pub amount: Money,
    /// How much less the order costs from then on; nothing where money is given back that was never owed.
    pub reduction: Money,
    /// Its pieces.
    pub lines: Vec<Portion>,
    /// What is paid back, payment by payment; none while nothing was taken.
    pub refunds: Vec<RefundPart>,
    /// How much of that had failed to go back before, so that the order costs no less for it; absent in those of old programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Money>,
    /// Why, where somebody said so.
    pub reason: Option<RefundReason>,
    /// The provider's name of a dispute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Adjustment {
    /// How far it is.
    pub fn status(&self) -> AdjustmentStatus {
        let any = |status| self.refunds.iter().any(|part| part.status == status);
        if any(AdjustmentStatus::Pending) {
            AdjustmentStatus::Pending
        } else if any(AdjustmentStatus::Failed) {
            AdjustmentStatus::Failed
        } else {
            AdjustmentStatus::Completed
        }
    }

    /// How much less the order costs: a dispute that the shop won changes nothing.
    pub(super) fn reduces(&self) -> i64 {
        if self.is_won_dispute() { 0 } else { self.reduction.amount }
    }

    /// Whether the payer's bank let the shop keep the money.
    pub(super) fn is_won_dispute(&self) -> bool {
        (self.kind, self.status()) == (AdjustmentKind::Dispute, AdjustmentStatus::Failed)
    }

    /// How much of what was to be paid back was not.
    pub(super) fn failed(&self) -> i64 {
        self.sum(|part| part.status == AdjustmentStatus::Failed)
    }

    /// How much of what had failed before was to be paid back by this. Old programs gave it back with what the order does not
    /// cost, and did not say so.
    pub(super) fn makes_good(&self) -> i64 {
        let unsaid = || self.sum(|_| true).saturating_sub(self.reduction.amount).max(0);
        self.again.map_or_else(unsaid, |again| again.amount)
    }

    /// The sum of some of its refunds.
    pub(super) fn sum(&self, counts: impl Fn(&RefundPart) -> bool) -> i64 {
        let parts = self.refunds.iter().filter(|part| counts(part));
        parts.map(|part| part.amount.amount).fold(0, i64::saturating_add)
    }
}

/// A remark of the shop's people. It may name persons, so it rests sealed with the key of the order's owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its name.
    pub id: crate::ids::NoteId,
    /// What it says.
    pub text: amazoff_supervisor::sealing::Sealed<String>,
    /// Who wrote it.
    pub author: Option<crate::ids::UserId>,
    /// When.
    pub at: Timestamp,
}
