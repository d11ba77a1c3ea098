//! A domain as the runtime's services see it: without its types.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::Value;
use tokio::time::Instant;
use uuid::Uuid;

use crate::ask::{ANY_CONTENT, Answer, AskError, Envelope, ReadError};
use crate::call;
use crate::cell::{AskResult, CellView};
use crate::directory::{Directory, DomainStats, Stuck, Unused};
use crate::entity::{Context, Entity, Principal};
use crate::fault::{Fault, FaultKind};
use crate::ids::{CommandId, Version};
use crate::inspect::{PastState, WhatIf, WhatIfAnswer, WhatIfError};
use crate::journal::{Crash, OutboxRow, Reminder};
use crate::json;
use crate::limits::CellLimits;
use crate::outbox::{DELIVERY_TIMEOUT, Deliver, Delivered, Delivery};
use crate::tree::CellHost;

/// How long a crashed command that is given again may take.
const RETRY_TIMEOUT: Duration = Duration::from_secs(10);

/// What became of handing an effect over.
#[derive(Debug)]
pub enum Handed {
    /// Delivered; the row is still to be removed.
    Done,
    /// Delivered, and removed by the sender's own commit.
    Recorded,
    /// Try again later.
    Retry(String),
    /// A person must look.
    Dead(String),
}

/// What became of giving a reminder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reminded {
    /// Given; the entity's own commit cleared it.
    Given,
    /// It means nothing (any more) and must be cleared.
    Lapsed,
    /// The whole domain is away.
    Away,
    /// This one did not get through; the next one may.
    Failed(String),
}

/// A domain, by kind.
pub trait AnyMember: Send + Sync + 'static {
    /// The kind.
    fn kind(&self) -> &'static str;
    /// The domain as a child of the supervision tree.
    fn host(&self) -> Arc<dyn CellHost>;
    /// Delivers an effect that an entity of this domain sent.
    fn hand_over<'a>(&'a self, row: &'a OutboxRow) -> BoxFuture<'a, Handed>;
    /// Gives an entity its due reminder.
    fn remind<'a>(&'a self, reminder: &'a Reminder) -> BoxFuture<'a, Reminded>;
    /// An entity's live state as JSON, with its version. Sealed values stay sealed.
    fn inspect(&self, id: Uuid) -> BoxFuture<'_, Result<Option<(Version, Value)>, ReadError>>;
    /// An entity's state after `seq` events; `None` when it has not so many.
    fn past(&self, id: Uuid, seq: Version) -> BoxFuture<'_, Result<Option<PastState>, ReadError>>;
    /// What a command would do with today's code. Changes nothing.
    fn what_if(&self, id: Uuid, question: WhatIf) -> BoxFuture<'_, Result<WhatIfAnswer, WhatIfError>>;
    /// Gives a crashed command to its entity once more, as it was asked then. [`CommandId::EVERY`] resumes the entity.
    fn retry<'a>(&'a self, crash: &'a Crash) -> BoxFuture<'a, Result<Value, RetryError>>;
    /// The domain's figures.
    fn look(&self) -> DomainStats;
    /// One cell, when it is in memory.
    fn cell(&self, id: Uuid) -> Option<CellView>;
    /// Active and crashed cells, the longest queue first; at most `limit`.
    fn cells(&self, limit: usize) -> Vec<CellView>;
    /// Has an entity that nobody uses leave memory; false when it is in use.
    fn passivate(&self, id: Uuid) -> BoxFuture<'_, bool>;
    /// Ends a cell's actor as a crash would; false when it has none.
    fn kill(&self, id: Uuid) -> bool;
    /// The domain's bounds.
    fn limits(&self) -> CellLimits;
    /// Changes them.
    fn set_limits(&self, limits: CellLimits);
}

/// What the runtime itself does with a domain.
pub(crate) trait Kept: AnyMember {
    /// Takes actors from idle cells.
    fn hibernate_idle(&self);
    /// Drops cells from memory that were not used for long.
    fn passivate_unused(&self);
    /// Kills actors that have waited for the store for too long.
    fn kill_frozen(&self);
    /// Estimated bytes of the domain.
    fn memory_used(&self) -> usize;
    /// Every cell in memory.
    fn unused(&self) -> Vec<Unused>;
    /// Drops a cell from memory, unless it is in use.
    fn drop_cell(&self, id: Uuid) -> bool;
    /// Decisions that compute for longer than `limit`.
    fn computing_longer_than(&self, limit: Duration) -> Vec<Stuck>;
}

/// Why a crashed command could not be given again.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RetryError {
    /// No such command is kept.
    #[error("no such crashed command is kept")]
    Unknown,
    /// Its stored form cannot be read by today's code.
    #[error("the stored command cannot be read: {0}")]
    Unreadable(String),
    /// It was not answered.
    #[error("{cause}")]
    Unanswered {
        /// The stable code.
        code: &'static str,
        /// What a caller should do.
        kind: FaultKind,
        /// Why.
        cause: String,
    },
}

impl Fault for RetryError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Unknown => FaultKind::NotFound,
            Self::Unreadable(_) => FaultKind::Conflict,
            Self::Unanswered { kind, .. } => *kind,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "command-not-found",
            Self::Unreadable(_) => "command-unreadable",
            Self::Unanswered { code, .. } => code,
        }
    }
}

pub(crate) struct Member<E: Entity> {
    directory: Directory<E>,
    deliver: Option<Arc<dyn Deliver<E>>>,
}

impl<E: Entity> Member<E> {
    pub(crate) fn new(directory: Directory<E>, deliver: Option<Arc<dyn Deliver<E>>>) -> Self {
        Self { directory, deliver }
    }

    /// Has the sender take note of the answer, in the commit that removes the effect.
    async fn record_answer(&self, row: &OutboxRow, command: E::Command) -> Handed {
        let mut envelope = Envelope::new(row.key.command_id("answer"), Principal::System, DELIVERY_TIMEOUT);
        envelope.correlation = row.correlation;
        envelope.answers = Some(row.key.clone());
        match self.directory.execute(row.key.entity.id, command, envelope).await {
            Ok(answer) if !answer.replayed => Handed::Recorded,
            Err(AskError::Refused { replayed: false, refusal }) => {
                tracing::error!(sender = %row.key.entity, %refusal, "a sender refused the answer to its own effect");
                Handed::Recorded
            }
            // It was recorded before; make sure that the row is gone.
            Ok(_) | Err(AskError::Refused { .. } | AskError::KeyReused) => Handed::Done,
            Err(error @ (AskError::Quarantined | AskError::TooLarge | AskError::AnswerLost { .. })) => {
                Handed::Dead(error.to_string())
            }
            Err(error) => Handed::Retry(error.to_string()),
        }
    }
}

impl<E: Entity> AnyMember for Member<E> {
    fn kind(&self) -> &'static str {
        E::KIND
    }

    fn host(&self) -> Arc<dyn CellHost> {
        self.directory.host()
    }

    fn hand_over<'a>(&'a self, row: &'a OutboxRow) -> BoxFuture<'a, Handed> {
        Box::pin(async move {
            let Some(deliver) = &self.deliver else {
                return Handed::Dead(format!("nobody delivers effects of {}", E::KIND));
            };
            let effect = match serde_json::from_str::<E::Effect>(&row.payload) {
                Ok(effect) => effect,
                Err(error) => return Handed::Dead(format!("effect cannot be read: {error}")),
            };
            let delivery = || Delivery {
                key: &row.key,
                effect: &effect,
                attempts: row.attempts,
                correlation: row.correlation,
            };
            // Whatever the delivery asks is asked on behalf of the sender, which may be waiting for it.
            let delivering = async {
                if crate::faults::before_delivery(&row.key).await {
                    deliver.deliver(delivery()).await;
                }
                deliver.deliver(delivery()).await
            };
            let sender = row.key.entity.clone();
            match call::on_behalf_of(sender, Instant::now() + DELIVERY_TIMEOUT, delivering).await {
                Delivered::Done => Handed::Done,
                Delivered::Answer(command) => self.record_answer(row, command).await,
                Delivered::Retry { reason } => Handed::Retry(reason),
                Delivered::Dead { reason } => Handed::Dead(reason),
            }
        })
    }

    fn remind<'a>(&'a self, reminder: &'a Reminder) -> BoxFuture<'a, Reminded> {
        Box::pin(async move {
            let Some(command) = E::reminded(&reminder.name) else { return Reminded::Lapsed };
            let command_id = CommandId::derived(&[
                reminder.entity.kind.as_str().as_bytes(),
                reminder.entity.id.as_bytes(),
                reminder.name.as_bytes(),
                &reminder.due_at.unix_ms().to_be_bytes(),
                &reminder.set_at.0.to_be_bytes(),
            ]);
            let mut envelope = Envelope::new(command_id, Principal::System, DELIVERY_TIMEOUT);
            envelope.reminder = Some(reminder.clone());
            let outcome: AskResult<E> = self.directory.execute(reminder.entity.id, command, envelope).await;
            match outcome {
                Ok(Answer { replayed: true, .. })
                | Err(AskError::Refused { replayed: true, .. } | AskError::Quarantined) => Reminded::Lapsed,
                Ok(_) | Err(AskError::Refused { .. } | AskError::InFlight) => Reminded::Given,
                Err(AskError::Degraded { .. }) => Reminded::Away,
                Err(error) => Reminded::Failed(error.to_string()),
            }
        })
    }

    fn inspect(&self, id: Uuid) -> BoxFuture<'_, Result<Option<(Version, Value)>, ReadError>> {
        Box::pin(async move {
            let Some(committed) = self.directory.read(id).await? else { return Ok(None) };
            let state = json::to_value(&committed.state);
            Ok(Some((committed.version, state)))
        })
    }

    fn past(&self, id: Uuid, seq: Version) -> BoxFuture<'_, Result<Option<PastState>, ReadError>> {
        Box::pin(self.directory.domain().past(id, seq))
    }

    fn what_if(&self, id: Uuid, question: WhatIf) -> BoxFuture<'_, Result<WhatIfAnswer, WhatIfError>> {
        Box::pin(self.directory.domain().what_if(id, question))
    }

    fn retry<'a>(&'a self, crash: &'a Crash) -> BoxFuture<'a, Result<Value, RetryError>> {
        Box::pin(async move {
            if crash.command_id == CommandId::EVERY {
                self.directory.domain().forgive(crash.entity.id, CommandId::EVERY);
                return Ok(Value::Null);
            }
            let unreadable = |error: serde_json::Error| RetryError::Unreadable(error.to_string());
            let command: E::Command = serde_json::from_str(&crash.sealed_command).map_err(unreadable)?;
            let context: Context = serde_json::from_str(&crash.context).map_err(unreadable)?;
            let envelope = Envelope::new(crash.command_id, context.principal, RETRY_TIMEOUT)
                .with_fingerprint(ANY_CONTENT);
            self.directory.domain().forgive(crash.entity.id, crash.command_id);
            match self.directory.execute(crash.entity.id, command, envelope).await {
                Ok(answer) => Ok(json::to_value(&answer.reply)),
                Err(error) => Err(RetryError::Unanswered {
                    code: error.code(),
                    kind: error.kind(),
                    cause: error.to_string(),
                }),
            }
        })
    }

    fn look(&self) -> DomainStats {
        self.directory.domain().look()
    }

    fn cell(&self, id: Uuid) -> Option<CellView> {
        self.directory.domain().cell_view(id)
    }

    fn cells(&self, limit: usize) -> Vec<CellView> {
        self.directory.domain().cell_views(limit)
    }

    fn passivate(&self, id: Uuid) -> BoxFuture<'_, bool> {
        Box::pin(self.directory.domain().send_away(id))
    }

    fn kill(&self, id: Uuid) -> bool {
        self.directory.domain().kill_cell(id)
    }

    fn limits(&self) -> CellLimits {
        **self.directory.domain().limits.load()
    }

    fn set_limits(&self, limits: CellLimits) {
        let domain = self.directory.domain();
        domain.limits.store(Arc::new(limits));
        domain.start_waiting();
    }
}

impl<E: Entity> Kept for Member<E> {
    fn hibernate_idle(&self) {
        self.directory.domain().hibernate_idle();
    }

    fn passivate_unused(&self) {
        self.directory.domain().passivate_unused();
    }

    fn kill_frozen(&self) {
        self.directory.domain().kill_frozen();
    }

    fn memory_used(&self) -> usize {
        self.directory.domain().memory.used()
    }

    fn unused(&self) -> Vec<Unused> {
        self.directory.domain().unused()
    }

    fn drop_cell(&self, id: Uuid) -> bool {
        self.directory.domain().passivate(id)
    }

    fn computing_longer_than(&self, limit: Duration) -> Vec<Stuck> {
        self.directory.domain().computing_longer_than(limit)
    }
}
