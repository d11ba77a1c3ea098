//! Payments after the one that placed the order: what that one did not take is paid by another, one at a time.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::books::Account;
use super::state::Order;
use super::view::{PaymentStatus, Status};
use crate::ids::PaymentId;
use crate::money::Money;

/// A payment that was begun after its order was placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Further {
    /// The payment.
    pub payment: PaymentId,
    /// How much it is over: what was owed when it began.
    pub amount: Money,
    /// The provider's name.
    pub provider: String,
    /// Where it stands.
    pub state: FurtherState,
    /// When it began.
    pub at: Timestamp,
}

/// Where a further payment stands, as its order knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FurtherState {
    /// The provider is being asked.
    Pending,
    /// The shopper must act.
    RequiresAction {
        /// Where.
        url: String,
    },
    /// The money is reserved, and perhaps taken in part.
    Authorized,
    /// What was needed of it is taken, and nothing is reserved any more.
    Captured,
    /// The reservation was given up, or the shopper did not act in time.
    Voided,
    /// The reservation ran out.
    Expired,
    /// The provider refused to reserve the money, or to take it.
    Failed {
        /// Why.
        code: String,
    },
}

impl FurtherState {
    /// Its text, as in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::RequiresAction { .. } => "requires_action",
            Self::Authorized => "authorized",
            Self::Captured => "captured",
            Self::Voided => "voided",
            Self::Expired => "expired",
            Self::Failed { .. } => "failed",
        }
    }

    /// Whether it is not known yet whether the money can be had.
    pub fn is_open(&self) -> bool {
        match self {
            Self::Pending | Self::RequiresAction { .. } => true,
            Self::Authorized | Self::Captured | Self::Voided | Self::Expired | Self::Failed { .. } => false,
        }
    }

    /// Whether nothing is reserved by it any more, nor will be.
    pub fn is_over(&self) -> bool {
        match self {
            Self::Captured | Self::Voided | Self::Expired | Self::Failed { .. } => true,
            Self::Pending | Self::RequiresAction { .. } | Self::Authorized => false,
        }
    }
}

impl Order {
    /// The payment of that name that was begun after the order was placed.
    pub fn further_payment(&self, payment: PaymentId) -> Option<&Further> {
        self.further.iter().find(|further| further.payment == payment)
    }

    /// Whether the order counts on a payment: it placed the order, or another one that is not over yet.
    pub fn counts_on(&self, payment: PaymentId) -> bool {
        let further = self.further_payment(payment).is_some_and(|further| !further.state.is_over());
        further || self.payment == Some(payment)
    }

    /// The payment whose reservation holds for what is to be sent.
    pub(super) fn reserving(&self) -> Option<PaymentId> {
        let authorized = |further: &&Further| further.state == FurtherState::Authorized;
        let further = self.further.last().filter(authorized).map(|further| further.payment);
        let first = self.payment.filter(|_| self.noted == PaymentStatus::Authorized);
        further.or(first).filter(|payment| self.holds(*payment))
    }

    /// The payments that reserve money, or may yet.
    pub(super) fn reservations(&self) -> Vec<PaymentId> {
        let further = self.further.iter().filter(|further| !further.state.is_over());
        let first = self.payment.filter(|_| self.noted == PaymentStatus::Authorized);
        first.into_iter().chain(further.map(|further| further.payment)).collect()
    }

    /// Whether the reservation of a payment is neither over nor about to be.
    fn holds(&self, payment: PaymentId) -> bool {
        !self.accounts.get(&payment).is_some_and(|account| account.ended || account.void_asked)
    }

    /// The same, and nothing is being taken of it.
    pub(super) fn is_free(&self, payment: PaymentId) -> bool {
        self.holds(payment) && self.accounts.get(&payment).is_none_or(|account| account.asked.is_empty())
    }

    /// How much of what a payment is over was not taken.
    pub(super) fn untaken(&self, payment: PaymentId) -> i64 {
        let over = self.further_payment(payment).map_or_else(|| self.total(), |of| of.amount.amount);
        over.saturating_sub(self.accounts.get(&payment).map_or(0, Account::captured)).max(0)
    }

    /// What is still owed that no payment has taken, is taking, or holds reserved; nothing while it does not bind.
    pub fn owed(&self) -> i64 {
        let binds = matches!(self.status(), Status::Placed | Status::Completed);
        if binds && self.reserving().is_none() { self.uncaptured() } else { 0 }
    }

    /// How the payment stands that counts while nothing was taken.
    pub(super) fn standing(&self) -> PaymentStatus {
        match self.further.last().map(|further| &further.state) {
            Some(FurtherState::Pending) => PaymentStatus::Pending,
            Some(FurtherState::RequiresAction { .. }) => PaymentStatus::RequiresAction,
            Some(FurtherState::Authorized) => PaymentStatus::Authorized,
            Some(
                FurtherState::Captured
                | FurtherState::Voided
                | FurtherState::Expired
                | FurtherState::Failed { .. },
            )
            | None => self.noted,
        }
    }

    pub(super) fn further_moves(&mut self, payment: PaymentId, to: FurtherState) {
        if let Some(further) = self.further.iter_mut().find(|further| further.payment == payment) {
            further.state = to;
        }
    }

    /// The reservation of a further payment is over.
    pub(super) fn further_ended(&mut self, payment: PaymentId, expired: bool) {
        let took = self.accounts.get(&payment).map_or(0, Account::captured) > 0;
        let over = self.further_payment(payment).is_none_or(|further| further.state.is_over());
        if !over {
            let untouched = if expired { FurtherState::Expired } else { FurtherState::Voided };
            self.further_moves(payment, if took { FurtherState::Captured } else { untouched });
        }
    }
}
