//! What an operator can do about effects that are not delivered.

use super::streams::OutboxStats;
use crate::fault::{Fault, FaultKind};
use crate::journal::{JournalError, OutboxKey, OutboxRow};
use crate::runtime::Core;

/// Why an operator's wish about an effect was not fulfilled. Nothing was changed, unless the journal's outcome is unknown.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// There is no such effect: it never was, is delivered, or was discarded.
    #[error("there is no undelivered effect of that name")]
    NotFound,
    /// The effect is still being tried, so it may be delivered at any moment. Only one that needs a person can be discarded.
    #[error("the effect is still being tried")]
    NotDead,
    /// The effect is being handed over right now; ask again when that has ended.
    #[error("the effect is being delivered right now")]
    InFlight,
    /// The store is away, or it is unknown whether it did as asked; asking again is safe.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl Fault for OutboxError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotFound => FaultKind::NotFound,
            Self::NotDead | Self::InFlight => FaultKind::Conflict,
            Self::Journal(error) if error.certainly_not_committed() => FaultKind::Unavailable,
            Self::Journal(_) => FaultKind::OutcomeUnknown,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "effect-not-found",
            Self::NotDead => "effect-not-dead",
            Self::InFlight => "effect-in-flight",
            Self::Journal(error) if error.certainly_not_committed() => "storage-unavailable",
            Self::Journal(_) => "outcome-unknown",
        }
    }
}

/// Has an effect delivered now, whatever pause it is in. Its attempts and the reason of its last failure are kept.
pub(crate) async fn retry(core: &Core, key: &OutboxKey) -> Result<OutboxRow, OutboxError> {
    let row = core.journal.outbox_retry(key, core.clock.now()).await?.ok_or(OutboxError::NotFound)?;
    if !core.outbox.heads.retry(key) {
        core.outbox.rescan();
    }
    tracing::info!(sender = %key.entity, seq = key.seq.0, n = key.n, "an effect is tried again as an operator wished");
    Ok(row)
}

/// Gives up an effect that needs a person, so that its stream goes on. Final.
pub(crate) async fn discard(core: &Core, key: &OutboxKey) -> Result<OutboxRow, OutboxError> {
    let row = core.journal.effect(key).await?.ok_or(OutboxError::NotFound)?;
    if row.dead_since.is_none() {
        return Err(OutboxError::NotDead);
    }
    // From here on the dispatcher leaves the row alone, so it cannot be delivered and discarded at the same time.
    let hold = core.outbox.heads.hold(key).ok_or(OutboxError::InFlight)?;
    let row = match core.journal.outbox_discard(key, core.clock.now()).await {
        Ok(discarded) => discarded.ok_or(OutboxError::NotFound)?,
        // Whether it was committed decides whether the stream may go on.
        Err(error) if !error.certainly_not_committed() && core.journal.effect(key).await?.is_none() => row,
        Err(error) => return Err(error.into()),
    };
    hold.discarded();
    tracing::warn!(sender = %key.entity, seq = key.seq.0, n = key.n, "an effect was discarded as an operator wished");
    Ok(row)
}

/// Figures about undelivered effects.
pub(crate) fn stats(core: &Core) -> OutboxStats {
    let feed = &core.outbox;
    let senders = feed.streams().stats(&feed.heads, core.clock.now());
    OutboxStats { senders, complete: !feed.missed() }
}
