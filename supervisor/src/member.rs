//! A domain as the runtime's services see it: without its types.

use std::sync::Arc;

use futures::future::BoxFuture;
use serde_json::Value;
use uuid::Uuid;

use crate::ask::{Answer, AskError, Envelope, ReadError};
use crate::cell::AskResult;
use crate::directory::Directory;
use crate::entity::{Entity, Principal};
use crate::ids::{CommandId, Version};
use crate::journal::{OutboxRow, Reminder};
use crate::outbox::{DELIVERY_TIMEOUT, Deliver, Delivered, Delivery};
use crate::tree::CellHost;

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
    /// Takes actors from idle cells.
    fn hibernate_idle(&self);
    /// Drops unused cells from memory.
    fn passivate_unused(&self);
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
            Err(error @ (AskError::Quarantined | AskError::TooLarge)) => Handed::Dead(error.to_string()),
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
            let delivery = Delivery {
                key: &row.key,
                effect: &effect,
                attempts: row.attempts,
                correlation: row.correlation,
            };
            match deliver.deliver(delivery).await {
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
            let state = serde_json::to_value(&committed.state).unwrap_or(Value::Null);
            Ok(Some((committed.version, state)))
        })
    }

    fn hibernate_idle(&self) {
        self.directory.domain().hibernate_idle();
    }

    fn passivate_unused(&self) {
        self.directory.domain().passivate_unused();
    }
}
