//! What shoppers were told, and whether the journal agrees.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use amazoff_supervisor::journal::Journal;
use amazoff_supervisor::{Answer, AskError, CommandId, EntityId, Fault, FaultKind};
use amazoff_testkit::faults::Trace;
use serde::Serialize;

/// What somebody was told about a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It was decided; the outcome as it is stored, where the answer shows it.
    Decided(Option<String>),
    /// It certainly did not happen.
    Not(&'static str),
    /// Nothing is known.
    Unknown,
}

impl Fate {
    pub(crate) fn is_decided(&self) -> bool {
        matches!(self, Self::Decided(_))
    }
}

/// What an answer says.
pub(crate) fn fate<T: Serialize, R: Fault + Serialize>(answer: &Result<Answer<T>, AskError<R>>) -> Fate {
    match answer {
        Ok(answer) => Fate::Decided(serde_json::to_string(&Ok::<_, ()>(&answer.reply)).ok()),
        Err(AskError::Refused { refusal, .. }) => {
            Fate::Decided(serde_json::to_string(&Err::<(), _>(refusal)).ok())
        }
        Err(error) => undone(error),
    }
}

/// What an error says that is no refusal.
pub(crate) fn undone<R: Fault>(error: &AskError<R>) -> Fate {
    match error.kind() {
        FaultKind::Unavailable => Fate::Not(error.code()),
        FaultKind::OutcomeUnknown | FaultKind::Conflict => Fate::Unknown,
        other => panic!("the shop answered {other:?}: {error}"),
    }
}

/// Fates by command, in the order in which they were told.
type Told = BTreeMap<(EntityId, CommandId), Vec<Fate>>;

/// Everything that anybody was told.
#[derive(Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<Told>>);

impl Notes {
    fn all(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn note(&self, entity: EntityId, command: CommandId, fate: Fate) {
        self.all().entry((entity, command)).or_default().push(fate);
    }

    /// Whatever was acknowledged is stored, once, with the outcome that everybody was told; what certainly did not happen
    /// is not stored.
    pub(crate) async fn violations(&self, journal: &dyn Journal, trace: &Trace) -> Vec<String> {
        let mut violations = Vec::new();
        let notes = self.all().clone();
        for ((entity, command), fates) in notes {
            let stored = journal.outcome(&entity, command).await.expect("memory answers");
            let decided: Vec<_> = fates.iter().filter(|fate| fate.is_decided()).collect();
            let outcome = stored.as_ref().map(|record| record.outcome.as_str());
            for fate in &decided {
                let Fate::Decided(told) = fate else { continue };
                if outcome.is_none() {
                    violations
                        .push(format!("{entity} acknowledged {command}, but does not have it: {fates:?}"));
                } else if told.as_deref().is_some_and(|told| !same(told, outcome.unwrap_or_default())) {
                    violations.push(format!("{entity} told {command}: {told:?}, stored is {outcome:?}"));
                }
            }
            if outcome.is_some() && fates.iter().all(|fate| matches!(fate, Fate::Not(_))) {
                violations
                    .push(format!("{entity} said that {command} did not happen, but it did: {fates:?}"));
            }
        }
        for ((entity, command), times) in trace.look().commands.iter().filter(|(_, times)| **times > 1) {
            violations.push(format!("{entity} committed {command} {times} times"));
        }
        violations
    }
}

/// Whether two outcomes are the same value, however they are written.
fn same(one: &str, other: &str) -> bool {
    let value = |text| serde_json::from_str::<serde_json::Value>(text).ok();
    value(one) == value(other)
}
