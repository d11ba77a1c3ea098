//! Reservations that run out. The provider is asked first: its word counts, not our clock.

use std::time::Duration;

use amazoff_supervisor::Decision;

use super::answer;
use super::event::Event;
use super::known::{EXPIRY, Known};
use super::provider::{Operation, ProviderAnswer};
use super::state::{Payment, Stage};
use crate::order::Fact;

/// When to look again while something is under way.
const SOON: Duration = Duration::from_secs(60);
/// When to look again at a reservation that should be over, but the provider says holds.
const LATER: Duration = Duration::from_hours(1);
/// What a provider calls a reservation that somebody gave up there.
const CANCELED: &str = "canceled";

/// The reservation may have run out: asks the provider.
pub(super) fn check(known: &Known<'_>) -> Decision<Payment> {
    match known.payment.stage {
        Stage::Authorized if is_moving(known) => known.unchanged().remind(EXPIRY, known.now.plus(SOON)),
        Stage::Authorized => known
            .happens(vec![Event::SyncRequested])
            .effect(known.find(Operation::Authorize, 0))
            .remind(EXPIRY, known.now.plus(LATER)),
        Stage::Created
        | Stage::Authorizing
        | Stage::RequiresAction { .. }
        | Stage::Confirming { .. }
        | Stage::Capturing
        | Stage::Captured
        | Stage::Voiding
        | Stage::Voided
        | Stage::Expired
        | Stage::Failed { .. }
        | Stage::Unknown { .. }
        | Stage::IntegrityFailure { .. } => known.unchanged(),
    }
}

/// Takes in how the reservation stands at the provider.
pub(super) fn found(known: &Known<'_>, fact: &ProviderAnswer) -> Decision<Payment> {
    match fact {
        ProviderAnswer::Declined { .. } if is_moving(known) => {
            known.unchanged().remind(EXPIRY, known.now.plus(SOON))
        }
        ProviderAnswer::Declined { code } if code == CANCELED => answer::voided(known),
        ProviderAnswer::Declined { .. } => expired(known),
        ProviderAnswer::Approved { expires_at: Some(at), .. } if *at > known.now => {
            known.unchanged().remind(EXPIRY, *at)
        }
        ProviderAnswer::Approved { .. } if known.payment.expires_at.is_none() => {
            known.unchanged().forget(EXPIRY)
        }
        // Some of it was taken, and the provider names no time for the rest any more.
        ProviderAnswer::Approved { expires_at: None, .. } if is_rest_overdue(known) && !is_moving(known) => {
            expired(known)
        }
        ProviderAnswer::Approved { .. } | ProviderAnswer::ActionRequired { .. } => known.unchanged(),
    }
}

fn expired(known: &Known<'_>) -> Decision<Payment> {
    let decision = known.happens(vec![Event::ReservationExpired]);
    answer::over(known, answer::ended(known, decision, Fact::Expired))
}

/// Whether the rest of what was taken in part should have run out.
fn is_rest_overdue(known: &Known<'_>) -> bool {
    let payment = known.payment;
    !payment.takings.is_empty() && payment.expires_at.is_some_and(|at| at <= known.now)
}

fn is_moving(known: &Known<'_>) -> bool {
    known.payment.is_busy() || known.payment.waiting().next().is_some()
}
