//! One record against one payment. Pure.

use super::report::{Finding, Kind};
use crate::money::Money;
use crate::payment::{PaymentCard, ProviderRecord, RecordState, Status};

/// Our side of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ours {
    pub(super) card: PaymentCard,
    /// Whether its order binds.
    pub(super) placed: bool,
}

/// What does not fit between a record and the payment that it names, if that is ours. A payment that is being worked on
/// fits whatever the provider says.
pub(super) fn record(provider: &str, record: &ProviderRecord, ours: Option<&Ours>) -> Vec<Finding> {
    let Some(ours) = ours.filter(|ours| ours.card.provider == provider) else {
        return unknown(provider, record).into_iter().collect();
    };
    if ours.card.busy {
        return Vec::new();
    }
    let side = Side { provider, record: Some(record), ours };
    [side.authorized(), side.captured(), side.refunded(), side.state(), side.unplaced()]
        .into_iter()
        .flatten()
        .collect()
}

/// What it means that a provider has no record of a payment.
pub(super) fn missing(provider: &str, ours: &Ours) -> Option<Finding> {
    let side = Side { provider, record: None, ours };
    let card = &ours.card;
    // Of nothing no provider is told.
    if card.busy || card.amount == 0 {
        return None;
    }
    if card.captured > 0 {
        let theirs = Money::zero(card.currency);
        let words = "we took money that the provider knows nothing of";
        return Some(side.finding(
            Kind::OrderWithoutCharge,
            Some((theirs, side.money(card.captured))),
            words,
        ));
    }
    let reserved = card.status == Status::Authorized;
    reserved
        .then(|| side.finding(Kind::StateMismatch, None, "we say reserved, the provider knows nothing of it"))
}

/// A record that names none of our payments.
fn unknown(provider: &str, record: &ProviderRecord) -> Option<Finding> {
    let left = record.captured.amount.saturating_sub(record.refunded.amount);
    let (kind, theirs, words) = if left > 0 {
        let theirs = Money::new(left, record.captured.currency);
        (Kind::ChargedWithoutOrder, theirs, "the provider took money for no payment of ours")
    } else if record.state == RecordState::Authorized && record.payment.is_some() {
        (Kind::StateMismatch, record.authorized, "the provider reserved money for a payment that is not ours")
    } else {
        return None;
    };
    Some(Finding {
        kind,
        provider: provider.to_owned(),
        reference: Some(record.reference.clone()),
        payment: record.payment,
        order: None,
        theirs: Some(theirs),
        ours: None,
        detail: words.to_owned(),
    })
}

struct Side<'a> {
    provider: &'a str,
    record: Option<&'a ProviderRecord>,
    ours: &'a Ours,
}

impl Side<'_> {
    fn money(&self, amount: i64) -> Money {
        Money::new(amount, self.ours.card.currency)
    }

    fn finding(&self, kind: Kind, sums: Option<(Money, Money)>, words: &str) -> Finding {
        Finding {
            kind,
            provider: self.provider.to_owned(),
            reference: self.record.map(|record| record.reference.clone()),
            payment: Some(self.ours.card.id),
            order: Some(self.ours.card.order),
            theirs: sums.map(|(theirs, _)| theirs),
            ours: sums.map(|(_, ours)| ours),
            detail: words.to_owned(),
        }
    }

    /// The amount that was reserved. Providers say 0 for what was never reserved or is over.
    fn authorized(&self) -> Option<Finding> {
        let (theirs, ours) = (self.record?.authorized, self.money(self.ours.card.amount));
        let differs = theirs.amount != 0 && theirs != ours;
        differs
            .then(|| self.finding(Kind::AmountMismatch, Some((theirs, ours)), "another amount was reserved"))
    }

    fn captured(&self) -> Option<Finding> {
        let (theirs, ours) = (self.record?.captured, self.money(self.ours.card.captured));
        let kind = match (theirs.amount, ours.amount) {
            (0, 0) => return None,
            (_, 0) => Kind::ChargedWithoutOrder,
            (0, _) => Kind::OrderWithoutCharge,
            _ if theirs == ours => return None,
            _ => Kind::AmountMismatch,
        };
        Some(self.finding(kind, Some((theirs, ours)), "another amount was taken"))
    }

    fn refunded(&self) -> Option<Finding> {
        let (theirs, ours) = (self.record?.refunded, self.money(self.ours.card.refunded));
        let differs = theirs.amount != ours.amount;
        differs.then(|| {
            self.finding(Kind::AmountMismatch, Some((theirs, ours)), "another amount was given back")
        })
    }

    fn state(&self) -> Option<Finding> {
        let theirs = self.record?.state;
        let words = match (self.ours.card.status, theirs) {
            (Status::IntegrityFailure, _) => "the provider acted on another amount than asked",
            (Status::Authorized, RecordState::Voided | RecordState::Failed) => {
                "we say reserved, the provider says over"
            }
            (Status::Voided | Status::Expired | Status::Failed, RecordState::Authorized) => {
                "we say over, the provider says reserved"
            }
            (Status::RequiresAction, RecordState::Authorized | RecordState::Captured) => {
                "the shopper has acted, and we do not know it"
            }
            (Status::RequiresAction, RecordState::Failed | RecordState::Voided) => {
                "the provider says over, and we wait for the shopper"
            }
            (Status::Captured, RecordState::Authorized)
                if self.ours.card.captured < self.ours.card.amount =>
            {
                "we gave up what was not taken, the provider has it reserved"
            }
            (
                Status::Created
                | Status::Authorizing
                | Status::RequiresAction
                | Status::Authorized
                | Status::Capturing
                | Status::Captured
                | Status::Voiding
                | Status::Voided
                | Status::Expired
                | Status::Failed
                | Status::Unknown,
                _,
            ) => return None,
        };
        Some(self.finding(Kind::StateMismatch, None, words))
    }

    /// Both sides agree that money is here, but no order binds.
    fn unplaced(&self) -> Option<Finding> {
        let card = &self.ours.card;
        let left = card.captured.saturating_sub(card.refunded).saturating_sub(card.disputed);
        let theirs = self.record?.captured;
        let stranded = left > 0 && theirs.amount == card.captured && !self.ours.placed;
        let sums = (theirs, self.money(card.captured));
        stranded.then(|| self.finding(Kind::ChargedWithoutOrder, Some(sums), "its order is not placed"))
    }
}
