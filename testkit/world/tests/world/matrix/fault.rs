//! The faults: where they strike, and whether a step offers them an occasion.

use amazoff_supervisor::CommandId;
use amazoff_supervisor::journal::OutboxKey;
use amazoff_testkit::faults::Kind;
use amazoff_world::Trouble;

/// A column of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The command of the step crashes its entity.
    Decide,
    /// The step's transaction.
    Append(Kind),
    /// The delivery of what the step sends.
    Deliver(Kind),
    /// The call to the provider that the step sends.
    Call(Kind),
}

impl Fault {
    /// Every column, in the page's order.
    pub(crate) const ALL: [Self; 18] = [
        Self::Decide,
        Self::Append(Kind::AppendUnavailable),
        Self::Append(Kind::AppendLostBefore),
        Self::Append(Kind::AppendLostAfter),
        Self::Append(Kind::AppendStalled),
        Self::Append(Kind::AppendPanicsBefore),
        Self::Append(Kind::AppendPanicsAfter),
        Self::Append(Kind::PowerCutBeforeCommit),
        Self::Append(Kind::PowerCutAfterCommit),
        Self::Append(Kind::PowerCutAfterAnswer),
        Self::Deliver(Kind::DeliveryRepeated),
        Self::Deliver(Kind::DeliveryDelayed),
        Self::Deliver(Kind::DeliveryPanics),
        Self::Call(Trouble::UNAVAILABLE),
        Self::Call(Trouble::UNHEARD),
        Self::Call(Trouble::LOST),
        Self::Call(Trouble::STALLED),
        Self::Call(Trouble::PANICS),
    ];

    /// The column's heading.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Decide => "decision panics",
            Self::Append(Kind::AppendUnavailable) => "store away",
            Self::Append(Kind::AppendLostBefore) => "not stored, unknown",
            Self::Append(Kind::AppendLostAfter) => "stored, unknown",
            Self::Append(Kind::AppendStalled) => "store slow",
            Self::Append(Kind::AppendPanicsBefore) => "writer dies before",
            Self::Append(Kind::AppendPanicsAfter) => "writer dies after",
            Self::Append(Kind::PowerCutBeforeCommit) => "power cut before",
            Self::Append(Kind::PowerCutAfterCommit) => "power cut after",
            Self::Append(_) => "power cut after answer",
            Self::Deliver(Kind::DeliveryRepeated) => "delivered twice",
            Self::Deliver(Kind::DeliveryDelayed) => "delivered late",
            Self::Deliver(_) => "delivery dies",
            Self::Call(Trouble::UNAVAILABLE) => "provider unreachable",
            Self::Call(Trouble::UNHEARD) => "question lost",
            Self::Call(Trouble::LOST) => "answer lost",
            Self::Call(Trouble::STALLED) => "answer late",
            Self::Call(_) => "adapter dies",
        }
    }
}

/// A step: one transaction of the undisturbed run.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// What it stores.
    pub(crate) label: String,
    /// Its number, as the writer counts them.
    pub(crate) transaction: u64,
    /// Its first command.
    pub(crate) command: Option<CommandId>,
    /// The first effect that it sends.
    pub(crate) effect: Option<OutboxKey>,
    /// The provider's occasions (any trouble, being away) that the call has which it sends.
    pub(crate) call: Option<(u64, u64)>,
}

/// What has to be arranged for a fault to strike at a step.
#[derive(Clone, Debug)]
pub(crate) enum Strike {
    /// The n-th occasion of a kind.
    At(Kind, u64),
    /// The decision on a command.
    Decide(CommandId),
    /// The delivery of an effect.
    Deliver(OutboxKey, Kind),
}

impl Step {
    /// How to have a fault strike here; otherwise why it cannot.
    pub(crate) fn strike(&self, fault: Fault) -> Result<Strike, &'static str> {
        match fault {
            Fault::Append(kind) => Ok(Strike::At(kind, self.transaction)),
            Fault::Decide => self.command.map(Strike::Decide).ok_or("no command"),
            Fault::Deliver(kind) => {
                self.effect.clone().map(|key| Strike::Deliver(key, kind)).ok_or("sends nothing")
            }
            Fault::Call(kind) => {
                let (any, away) = self.call.ok_or("calls nobody")?;
                Ok(Strike::At(kind, if kind == Trouble::UNAVAILABLE { away } else { any }))
            }
        }
    }
}
