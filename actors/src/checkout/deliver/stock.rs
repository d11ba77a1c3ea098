//! To the stock of one variant.

use amazoff_supervisor::{Delivered, Timestamp};

use super::super::command::Command;
use super::super::outcome::Failure;
use super::super::reach::Reached;
use super::super::step::Step;
use super::{CheckoutDelivery, Sent, stuck};
use crate::ids::{CartId, HoldId, VariantId};
use crate::money::Quantity;
use crate::stock;

/// What is to be put aside.
pub(super) struct Asked {
    pub(super) hold: HoldId,
    pub(super) quantity: Quantity,
    pub(super) expires_at: Timestamp,
}

pub(super) async fn hold(
    to: &CheckoutDelivery,
    sent: &Sent<'_>,
    (attempt, variant): (u32, VariantId),
    asked: Asked,
) -> Delivered<Command> {
    let Asked { hold, quantity, expires_at } = asked;
    let cart = CartId::from(sent.key.entity.id);
    let command = stock::Command::Hold(stock::NewHold { hold, cart, quantity, expires_at });
    let failure = match Reached::from(to.stocks.execute(variant.uuid(), command, sent.envelope()).await) {
        Reached::Accepted(_) => None,
        Reached::Refused(refusal) => Some(not_held(variant, &refusal)),
        Reached::Poisoned(_) => Some(Failure::StepFailed { step: Step::HoldStock }),
        Reached::NotNow(reason) => return Delivered::Retry { reason },
    };
    Delivered::Answer(Command::RecordHold { attempt, variant, failure })
}

fn not_held(variant: VariantId, refusal: &stock::Rejection) -> Failure {
    match refusal {
        stock::Rejection::InsufficientStock { available } => {
            Failure::InsufficientStock { variant, available: *available }
        }
        stock::Rejection::UnknownVariant => Failure::ProductNotAvailable { variant },
        stock::Rejection::VariantIntroduced
        | stock::Rejection::QuantityOutOfRange
        | stock::Rejection::HoldReleased
        | stock::Rejection::HoldUnknown
        | stock::Rejection::HoldDiffers
        | stock::Rejection::HoldNotCommitted
        | stock::Rejection::ExceedsHold { .. }
        | stock::Rejection::NotOnShelf { .. }
        | stock::Rejection::MovementDiffers
        | stock::Rejection::StockChanged { .. }
        | stock::Rejection::HoldCommitted => Failure::StepFailed { step: Step::HoldStock },
    }
}

pub(super) async fn commit(
    to: &CheckoutDelivery,
    sent: &Sent<'_>,
    (attempt, variant): (u32, VariantId),
    hold: HoldId,
) -> Delivered<Command> {
    let command = stock::Command::CommitHold { hold };
    match Reached::from(to.stocks.execute(variant.uuid(), command, sent.envelope()).await) {
        Reached::Accepted(_) => Delivered::Answer(Command::RecordCommitted { attempt, variant }),
        Reached::Refused(refusal) => stuck(sent, "commit its stock", &refusal.to_string()),
        Reached::Poisoned(reason) => stuck(sent, "commit its stock", &reason),
        Reached::NotNow(reason) => Delivered::Retry { reason },
    }
}

pub(super) async fn release(
    to: &CheckoutDelivery,
    sent: &Sent<'_>,
    (attempt, variant): (u32, VariantId),
    hold: HoldId,
) -> Delivered<Command> {
    let command = stock::Command::ReleaseHold { hold };
    match Reached::from(to.stocks.execute(variant.uuid(), command, sent.envelope()).await) {
        // A stock that was never introduced holds nothing.
        Reached::Accepted(_) | Reached::Refused(stock::Rejection::UnknownVariant) => {
            Delivered::Answer(Command::RecordReleased { attempt, variant })
        }
        Reached::Refused(refusal) => stuck(sent, "release its stock", &refusal.to_string()),
        Reached::Poisoned(reason) => stuck(sent, "release its stock", &reason),
        Reached::NotNow(reason) => Delivered::Retry { reason },
    }
}
