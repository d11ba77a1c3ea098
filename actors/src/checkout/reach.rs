//! What an answer, or its absence, means for an effect.

use amazoff_supervisor::{Answer, AskError, Fault};

/// How a command to another entity ended.
pub(crate) enum Reached<T, R> {
    /// It was accepted, now or before.
    Accepted(T),
    /// It was refused for good, by a rule.
    Refused(R),
    /// It can never be decided; nothing happened and nothing will.
    Poisoned(String),
    /// Nothing is known, or it was refused for the moment; the same command is to be sent again.
    NotNow(String),
}

impl<T, R: Fault> From<Result<Answer<T>, AskError<R>>> for Reached<T, R> {
    fn from(asked: Result<Answer<T>, AskError<R>>) -> Self {
        let error = match asked {
            Ok(answer) => return Self::Accepted(answer.reply),
            Err(AskError::Refused { refusal, .. }) if refusal.is_passing() => {
                return Self::NotNow(refusal.to_string());
            }
            Err(AskError::Refused { refusal, .. }) => return Self::Refused(refusal),
            Err(error) => error,
        };
        let reason = error.to_string();
        match error {
            AskError::Quarantined
            | AskError::TooLarge
            | AskError::KeyReused
            | AskError::AnswerLost { .. }
            | AskError::Cycle { .. } => Self::Poisoned(reason),
            AskError::Refused { .. }
            | AskError::Overloaded { .. }
            | AskError::Degraded { .. }
            | AskError::Expired
            | AskError::Suspended
            | AskError::NotCommitted { .. }
            | AskError::InFlight
            | AskError::Unavailable { .. }
            | AskError::NoAnswer => Self::NotNow(reason),
        }
    }
}
