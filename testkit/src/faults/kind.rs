//! What can go wrong.

/// One kind of trouble. Each has its own count of occasions, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A transaction fails, nothing is stored, and the writer says so.
    AppendUnavailable,
    /// Nothing of a transaction is stored, and the writer does not know.
    AppendLostBefore,
    /// All of a transaction is stored, and the writer does not know.
    AppendLostAfter,
    /// A transaction takes long.
    AppendStalled,
    /// The writer panics before it stores anything.
    AppendPanicsBefore,
    /// The writer panics when everything is stored.
    AppendPanicsAfter,
    /// An entity cannot be loaded.
    LoadFailed,
    /// The undelivered effects cannot be read.
    OutboxReadFailed,
    /// Whoever reads the undelivered effects panics.
    OutboxReadPanics,
    /// The due reminders cannot be read.
    ReminderReadFailed,
    /// Whoever reads the due reminders panics.
    ReminderReadPanics,
    /// Anything else of the journal cannot be read.
    ReadFailed,
    /// Reading takes long.
    ReadStalled,
    /// What is only noted (a failed delivery, a crash, a snapshot) cannot be written.
    NoteFailed,
    /// A document cannot be read or written.
    DocumentFailed,
    /// An effect is delivered twice.
    DeliveryRepeated,
    /// An effect is delivered late, so that others overtake it.
    DeliveryDelayed,
    /// A delivery panics.
    DeliveryPanics,
    /// A decision panics.
    DecidePanics,
    /// The machine loses its power before a transaction is stored.
    PowerCutBeforeCommit,
    /// The machine loses its power when a transaction is stored, before anybody learns of it.
    PowerCutAfterCommit,
    /// The machine loses its power when a transaction is acknowledged, before anything follows from it.
    PowerCutAfterAnswer,
    /// Trouble that the test makes itself.
    Other(&'static str),
}
