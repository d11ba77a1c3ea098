//! Looking into entities: their state as of any event, and what a command would do with today's code.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::ask::ReadError;
use crate::cell::{Committed, decide_alone};
use crate::clock::Timestamp;
use crate::directory::Domain;
use crate::entity::{Context, Entity, Principal};
use crate::fault::{Fault, FaultKind};
use crate::ids::{CommandId, Version};
use crate::journal::JournalError;
use crate::json::{from_value, to_value};

/// How long a decision that nobody needs may take.
const WHAT_IF_LIMIT: Duration = Duration::from_secs(5);

/// An entity's state as it was.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PastState {
    /// Events behind it.
    pub version: u64,
    /// When the last of them was decided; absent before the first.
    pub at: Option<Timestamp>,
    /// The state; sealed values stay sealed.
    pub state: Value,
}

/// What would a command do?
///
/// The same question about a stored command ([`WhatCommand::Stored`]) shows whether today's code would decide as it did
/// then.
///
/// ```
/// # mod bank { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shared/bank.rs")); }
/// # use bank::*;
/// # run(async {
/// use amazoff_supervisor::{Principal, Version, WhatCommand, WhatIf, WhatIfOutcome};
/// use serde_json::json;
///
/// # let bank = Bank::open().await;
/// # let id = uuid::Uuid::from_u128(1);
/// bank.ask(id, Command::Deposit { cents: 500 }).await.unwrap();
/// bank.ask(id, Command::Withdraw { cents: 400 }).await.unwrap();
///
/// let accounts = bank.runtime.member("account").unwrap();
/// let question = |at| WhatIf {
///     command: WhatCommand::Given { command: json!({ "Withdraw": { "cents": 200 } }), principal: Principal::System },
///     at,
/// };
/// let now = accounts.what_if(id, question(None)).await.unwrap();
/// assert!(matches!(now.outcome, WhatIfOutcome::Refused { ref code, .. } if code == "not-enough"));
/// let then = accounts.what_if(id, question(Some(Version(1)))).await.unwrap();
/// assert!(matches!(then.outcome, WhatIfOutcome::Accepted { ref reply, .. } if *reply == json!(300)));
///
/// assert_eq!(bank.cents(id).await, 100); // nothing of it happened
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct WhatIf {
    /// Which command.
    pub command: WhatCommand,
    /// On the state after so many events; by default where a stored command was decided, or on the newest.
    pub at: Option<Version>,
}

/// The command of a what-if question.
#[derive(Clone, Debug)]
pub enum WhatCommand {
    /// One that was given before, with its context.
    Stored(CommandId),
    /// One that was never given.
    Given {
        /// The command's JSON.
        command: Value,
        /// Who would ask.
        principal: Principal,
    },
}

/// What today's code decides. Nothing of it is stored.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WhatIfAnswer {
    /// Events behind the state that it was decided on.
    pub on_version: u64,
    /// The command.
    pub command: Value,
    /// The context: time, asker, ids.
    pub context: Value,
    /// What would follow, or the refusal.
    pub outcome: WhatIfOutcome,
    /// For a stored command: what was answered then.
    pub stored_outcome: Option<Value>,
    /// For a stored command: whether today's answer and events are those of then.
    pub same_as_stored: Option<bool>,
}

/// How a what-if ends.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhatIfOutcome {
    /// It would be accepted.
    Accepted {
        /// The events.
        events: Vec<Value>,
        /// The effects.
        effects: Vec<Value>,
        /// The reminders.
        reminders: Value,
        /// The unique keys.
        claims: Value,
        /// The movements of money and stock.
        postings: Value,
        /// The answer.
        reply: Value,
        /// The state afterwards.
        state: Value,
    },
    /// It would be refused.
    Refused {
        /// The stable code.
        code: String,
        /// The refusal.
        refusal: Value,
    },
    /// It would crash the entity.
    Crashed {
        /// The panic's text.
        cause: String,
    },
}

/// Why a what-if question has no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WhatIfError {
    /// The command is not kept, or never was.
    #[error("no such command is kept for this entity")]
    UnknownCommand,
    /// The entity has not so many events.
    #[error("the entity has only {newest} events")]
    NoSuchVersion {
        /// How many it has.
        newest: Version,
    },
    /// The text is not one of the domain's commands.
    #[error("the command cannot be read: {0}")]
    Unreadable(String),
    /// The decision did not end in time.
    #[error("the decision does not end")]
    TooSlow,
    /// The journal is away or corrupt.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl Fault for WhatIfError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::UnknownCommand | Self::NoSuchVersion { .. } => FaultKind::NotFound,
            Self::Unreadable(_) => FaultKind::Invalid,
            Self::TooSlow => FaultKind::Unavailable,
            Self::Read(error) => error.kind(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownCommand => "command-not-found",
            Self::NoSuchVersion { .. } => "version-not-found",
            Self::Unreadable(_) => "command-unreadable",
            Self::TooSlow => "what-if-too-slow",
            Self::Read(error) => error.code(),
        }
    }
}

/// A command to decide, with all that it needs.
struct Question<E: Entity> {
    command: E::Command,
    context: Context,
    base: Committed<E>,
    stored: Option<Stored>,
}

/// What followed from a stored command then.
struct Stored {
    outcome: Option<Value>,
    events: Vec<Value>,
}

impl<E: Entity> Domain<E> {
    /// The state after `seq` events; `None` when there are not so many.
    pub(crate) async fn past(&self, id: Uuid, seq: Version) -> Result<Option<PastState>, ReadError> {
        let past = self.state_at(id, seq).await.map_err(|error| read_error(id, &error))?;
        Ok((past.committed.version == seq).then(|| PastState {
            version: seq.0,
            at: past.at,
            state: to_value(&past.committed.state),
        }))
    }

    /// Decides a command with today's code. Changes nothing.
    pub(crate) async fn what_if(&self, id: Uuid, question: WhatIf) -> Result<WhatIfAnswer, WhatIfError> {
        let question = match question.command {
            WhatCommand::Stored(command) => self.stored_question(id, command, question.at).await?,
            WhatCommand::Given { command, principal } => {
                let base = self.base(id, question.at).await?;
                let command =
                    from_value(&command).map_err(|error| WhatIfError::Unreadable(error.to_string()))?;
                let context = Context {
                    entity: self.entity(id),
                    now: self.core.clock.now(),
                    command_id: CommandId::new(),
                    principal,
                };
                Question::<E> { command, context, base, stored: None }
            }
        };
        // On a thread of its own: a decision that never ends must not take a worker thread with it.
        let deciding = tokio::task::spawn_blocking(move || question.answer());
        match tokio::time::timeout(WHAT_IF_LIMIT, deciding).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) | Err(_) => Err(WhatIfError::TooSlow),
        }
    }

    async fn base(&self, id: Uuid, at: Option<Version>) -> Result<Committed<E>, WhatIfError> {
        let wanted = at.unwrap_or(Version(u64::MAX));
        let past = self.state_at(id, wanted).await.map_err(|error| read_error(id, &error))?;
        match at {
            Some(at) if past.committed.version < at => {
                Err(WhatIfError::NoSuchVersion { newest: past.committed.version })
            }
            _ => Ok(past.committed),
        }
    }

    /// A command from the command log or, when it crashed, from the record of its crash.
    async fn stored_question(
        &self,
        id: Uuid,
        command_id: CommandId,
        at: Option<Version>,
    ) -> Result<Question<E>, WhatIfError> {
        let entity = self.entity(id);
        let failed = |error: JournalError| WhatIfError::Read(read_error(id, &error));
        let record = self.core.journal.outcome(&entity, command_id).await.map_err(failed)?;
        let (command, context, before, outcome) = match record {
            Some(record) => (
                record.sealed_command,
                record.context,
                record.seq,
                serde_json::from_str(&record.outcome).ok(),
            ),
            None => {
                let crash = self.core.journal.crash(&entity, command_id).await.map_err(failed)?;
                let crash = crash.ok_or(WhatIfError::UnknownCommand)?.crash;
                (crash.sealed_command, crash.context, crash.seq, None)
            }
        };
        let mut events = Vec::new();
        let mut first = None;
        // A batch of one command is small, and it ends at the version that its record names.
        let from = Version(before.0.saturating_sub(256));
        for stored in self.core.journal.history(&entity, from, 256).await.map_err(failed)? {
            if stored.event.command_id == command_id {
                first = first.or(Some(stored.seq));
                events.push(serde_json::from_str(&stored.event.payload).unwrap_or(Value::Null));
            }
        }
        let on = at.unwrap_or(first.map_or(before, |seq| Version(seq.0 - 1)));
        let unreadable = |error: serde_json::Error| WhatIfError::Unreadable(error.to_string());
        Ok(Question {
            command: serde_json::from_str(&command).map_err(unreadable)?,
            context: serde_json::from_str(&context).map_err(unreadable)?,
            base: self.base(id, Some(on)).await?,
            stored: Some(Stored { outcome, events }),
        })
    }
}

impl<E: Entity> Question<E> {
    fn answer(self) -> WhatIfAnswer {
        let Self { command, context, base, stored } = self;
        let mut events = Vec::new();
        let mut answered = None;
        let outcome = match decide_alone(&base.state, &command, &context) {
            Ok(Ok(decision)) => {
                events = decision.events.iter().map(to_value).collect();
                answered = Some(json!({ "Ok": to_value(&decision.reply) }));
                WhatIfOutcome::Accepted {
                    events: events.clone(),
                    effects: decision.effects.iter().map(to_value).collect(),
                    reminders: to_value(&decision.reminders),
                    claims: to_value(&decision.claims),
                    postings: to_value(&decision.postings),
                    reply: to_value(&decision.reply),
                    state: to_value(&base.state.after(&decision.events)),
                }
            }
            Ok(Err(refusal)) => {
                let refused = to_value(&refusal);
                answered = Some(json!({ "Err": refused }));
                WhatIfOutcome::Refused { code: refusal.code().to_owned(), refusal: refused }
            }
            Err(cause) => WhatIfOutcome::Crashed { cause },
        };
        let same = stored.as_ref().map(|stored| answered == stored.outcome && events == stored.events);
        WhatIfAnswer {
            on_version: base.version.0,
            command: to_value(&command),
            context: to_value(&context),
            outcome,
            stored_outcome: stored.and_then(|stored| stored.outcome),
            same_as_stored: same,
        }
    }
}

pub(crate) fn read_error(id: Uuid, error: &JournalError) -> ReadError {
    match error {
        JournalError::Corrupt { .. } => ReadError::Corrupt(id),
        JournalError::Unavailable(_) | JournalError::OutcomeUnknown(_) => {
            ReadError::Unavailable(error.to_string())
        }
        JournalError::NotYet => ReadError::NotYet,
    }
}
