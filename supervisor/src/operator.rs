//! What operators may do, in one place. Every act is written into the audit trail before it is done, so none goes unseen;
//! one that then fails leaves a second entry that says so.

use std::time::Duration;

use serde_json::{Value, json};

use crate::ask::AskError;
use crate::audit::AuditNote;
use crate::fault::{Fault, FaultKind};
use crate::ids::{CommandId, EntityId};
use crate::journal::{JournalError, OutboxKey};
use crate::limits::{LimitError, LimitsView};
use crate::member::{AnyMember, RetryError};
use crate::outbox::OutboxError;
use crate::projection::RebuildError;
use crate::runtime::Runtime;
use crate::tree::{TreeError, TreeHandle};

/// Why an operator's act was not done.
#[derive(Debug, thiserror::Error)]
pub enum OperateError {
    /// The audit trail cannot be written, so nothing was done.
    #[error("the audit trail cannot be written, so nothing was done: {0}")]
    Audit(JournalError),
    /// A node of the tree does not do it.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The limits make no sense.
    #[error(transparent)]
    Limits(#[from] LimitError),
    /// The effect does not allow it.
    #[error(transparent)]
    Effect(#[from] OutboxError),
    /// The crashed command was not run.
    #[error(transparent)]
    Command(#[from] RetryError),
    /// The projection is not rebuilt.
    #[error(transparent)]
    Rebuild(#[from] RebuildError),
    /// No domain has that name.
    #[error("there is no domain \"{0}\"")]
    UnknownDomain(String),
    /// The entity is not in memory, or is at work.
    #[error("the entity is in use or not in memory")]
    NotIdle,
    /// The entity is suspended; that ends by retrying, not by dismissing.
    #[error("the entity is suspended: retry to resume it")]
    Suspended,
    /// The entity has no actor that could be ended.
    #[error("the entity has no actor")]
    NotActive,
    /// The journal is away.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A domain refuses what was asked of it.
    #[error("{0}")]
    Asked(Box<dyn Fault>),
}

impl Fault for OperateError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Audit(_) => FaultKind::Unavailable,
            Self::Tree(error) => error.kind(),
            Self::Limits(error) => error.kind(),
            Self::Effect(error) => error.kind(),
            Self::Command(error) => error.kind(),
            Self::Rebuild(error) => error.kind(),
            Self::UnknownDomain(_) => FaultKind::NotFound,
            Self::NotIdle | Self::Suspended | Self::NotActive => FaultKind::Conflict,
            Self::Asked(error) => error.kind(),
            Self::Journal(error) if error.certainly_not_committed() => FaultKind::Unavailable,
            Self::Journal(_) => FaultKind::OutcomeUnknown,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Audit(_) => "audit-unavailable",
            Self::Tree(error) => error.code(),
            Self::Limits(error) => error.code(),
            Self::Effect(error) => error.code(),
            Self::Command(error) => error.code(),
            Self::Rebuild(error) => error.code(),
            Self::UnknownDomain(_) => "domain-not-found",
            Self::NotIdle => "entity-not-idle",
            Self::Suspended => "entity-suspended",
            Self::NotActive => "entity-not-active",
            Self::Asked(error) => error.code(),
            Self::Journal(error) if error.certainly_not_committed() => "storage-unavailable",
            Self::Journal(_) => "outcome-unknown",
        }
    }
    fn retry_after(&self) -> Option<Duration> {
        if let Self::Asked(error) = self { error.retry_after() } else { None }
    }
    fn facts(&self) -> Value {
        if let Self::Asked(error) = self { error.facts() } else { Value::Null }
    }
}

/// One operator at work.
pub struct Operator {
    runtime: Runtime,
    tree: TreeHandle,
    actor: String,
}

/// An act as the audit trail names it.
struct Act {
    action: &'static str,
    subject: String,
    detail: Value,
}

impl Runtime {
    /// Acts in the name of `actor` (a user id, or a part of the program).
    pub fn operator(&self, tree: TreeHandle, actor: impl Into<String>) -> Operator {
        Operator { runtime: self.clone(), tree, actor: actor.into() }
    }
}

impl Operator {
    /// Restarts a node of the tree, with what its strategy takes along.
    ///
    /// # Errors
    /// See [`TreeHandle::restart`].
    pub async fn restart_node(&self, path: &str) -> Result<(), OperateError> {
        self.act(Act::on("tree-restart", path), async { Ok(self.tree.restart(path)?) }).await
    }

    /// Stops a node of the tree until it is restarted.
    ///
    /// # Errors
    /// See [`TreeHandle::halt`].
    pub async fn halt_node(&self, path: &str) -> Result<(), OperateError> {
        self.act(Act::on("tree-halt", path), async { Ok(self.tree.halt(path)?) }).await
    }

    /// Kills a node of the tree as a crash would.
    ///
    /// # Errors
    /// See [`TreeHandle::kill`].
    pub async fn kill_node(&self, path: &str) -> Result<(), OperateError> {
        self.act(Act::on("tree-kill", path), async { Ok(self.tree.kill(path)?) }).await
    }

    /// Ends an entity's actor as a crash would; its queue is kept, and it is started again.
    ///
    /// # Errors
    /// [`OperateError::NotActive`] when it has none.
    pub async fn kill_cell(&self, entity: &EntityId) -> Result<(), OperateError> {
        let member = self.member(entity)?;
        let killed = async { member.kill(entity.id).then_some(()).ok_or(OperateError::NotActive) };
        self.act(Act::on("entity-kill", entity), killed).await
    }

    /// Has an entity leave memory.
    ///
    /// # Errors
    /// [`OperateError::NotIdle`] when it works, or is not there.
    pub async fn passivate(&self, entity: &EntityId) -> Result<(), OperateError> {
        let member = self.member(entity)?;
        let sent = async { member.passivate(entity.id).await.then_some(()).ok_or(OperateError::NotIdle) };
        self.act(Act::on("entity-passivate", entity), sent).await
    }

    /// Changes the limits of one domain, or with `None` those that all share.
    ///
    /// # Errors
    /// When they make no sense; nothing has changed then.
    pub async fn change_limits(
        &self,
        domain: Option<&str>,
        change: &Value,
    ) -> Result<LimitsView, OperateError> {
        let act = Act {
            action: "limits-change",
            subject: domain.unwrap_or("runtime").to_owned(),
            detail: json!({ "change": change, "before": self.runtime.limits() }),
        };
        self.act(act, async {
            match domain {
                Some(domain) => drop(self.runtime.change_domain_limits(domain, change)?),
                None => drop(self.runtime.change_limits(change)?),
            }
            Ok(self.runtime.limits())
        })
        .await
    }

    /// Takes a command out of quarantine and gives it to its entity again; returns its reply.
    ///
    /// # Errors
    /// When no such command is kept, today's code cannot read it, or it is refused or crashes again.
    pub async fn retry_command(&self, entity: &EntityId, command: CommandId) -> Result<Value, OperateError> {
        let member = self.member(entity)?;
        let act = Act { detail: json!({ "command_id": command }), ..Act::on("command-retry", entity) };
        let retried = async {
            let released = self.runtime.journal().release(entity, command).await?;
            let crash = released.ok_or(RetryError::Unknown)?.crash;
            Ok(member.retry(&crash).await?)
        };
        self.act(act, retried).await
    }

    /// Keeps a command refused for ever and takes it off the list.
    ///
    /// # Errors
    /// When no such command is kept, or it is [`CommandId::EVERY`]: nobody would find the suspended entity again.
    pub async fn dismiss_command(&self, entity: &EntityId, command: CommandId) -> Result<(), OperateError> {
        let act = Act { detail: json!({ "command_id": command }), ..Act::on("command-dismiss", entity) };
        let dismissed = async {
            if command == CommandId::EVERY {
                return Err(OperateError::Suspended);
            }
            let record = self.runtime.journal().dismiss(entity, command).await?;
            Ok(record.map(drop).ok_or(RetryError::Unknown)?)
        };
        self.act(act, dismissed).await
    }

    /// Has an undelivered effect tried at once.
    ///
    /// # Errors
    /// See [`Runtime::retry_effect`].
    pub async fn retry_effect(&self, key: &OutboxKey) -> Result<(), OperateError> {
        let retried = async { Ok(self.runtime.retry_effect(key).await.map(drop)?) };
        self.act(Act::on_effect("effect-retry", key), retried).await
    }

    /// Gives up an effect that needs a person; its stream goes on. Final.
    ///
    /// # Errors
    /// See [`Runtime::discard_effect`].
    pub async fn discard_effect(&self, key: &OutboxKey) -> Result<(), OperateError> {
        let discarded = async { Ok(self.runtime.discard_effect(key).await.map(drop)?) };
        self.act(Act::on_effect("effect-discard", key), discarded).await
    }

    /// Has a projection rebuilt beside what serves; returns the generation that is being built.
    ///
    /// # Errors
    /// See [`Runtime::rebuild`].
    pub async fn rebuild(&self, projection: &str) -> Result<u64, OperateError> {
        let rebuilt = async { Ok(self.runtime.rebuild(projection).await?) };
        self.act(Act::on("projection-rebuild", projection), rebuilt).await
    }

    /// Does something of which the runtime knows only its name.
    ///
    /// # Errors
    /// When the audit trail cannot be written, or `doing` fails.
    pub async fn noted<T>(
        &self,
        action: &'static str,
        subject: &str,
        doing: impl Future<Output = Result<T, JournalError>>,
    ) -> Result<T, OperateError> {
        self.act(Act::on(action, subject), async { Ok(doing.await?) }).await
    }

    fn member(&self, entity: &EntityId) -> Result<std::sync::Arc<dyn AnyMember>, OperateError> {
        let kind = entity.kind.as_str();
        self.runtime.member(kind).ok_or_else(|| OperateError::UnknownDomain(kind.to_owned()))
    }

    /// Asks something of a domain in the operator's name: an action, its subject and more about it for the trail.
    ///
    /// # Errors
    /// [`OperateError::Asked`] with what the domain refuses.
    pub async fn ask<T, R: Fault>(
        &self,
        (action, subject, detail): (&'static str, String, Value),
        asking: impl Future<Output = Result<T, AskError<R>>>,
    ) -> Result<T, OperateError> {
        let asking = async { asking.await.map_err(|error| OperateError::Asked(Box::new(error))) };
        self.act(Act { action, subject, detail }, asking).await
    }

    async fn act<T>(
        &self,
        act: Act,
        doing: impl Future<Output = Result<T, OperateError>>,
    ) -> Result<T, OperateError> {
        self.tell(act.action.to_owned(), &act.subject, &act.detail).await?;
        let done = doing.await;
        if let Err(error) = &done {
            let failed = json!({ "code": error.code(), "cause": error.to_string() });
            let noted = self.tell(format!("{}-failed", act.action), &act.subject, &failed).await;
            if let Err(away) = noted {
                tracing::error!(action = act.action, %error, %away, "a failed act could not be noted");
            }
        }
        done
    }

    /// Writes into the trail what is about to be done, or that it failed.
    ///
    /// # Errors
    /// [`OperateError::Audit`]: then it must not be done.
    pub async fn tell(&self, action: String, subject: &str, detail: &Value) -> Result<(), OperateError> {
        let (actor, at) = (&self.actor, self.runtime.now());
        tracing::info!(%actor, action, subject, "an operator acts: {action} {subject}");
        let note = AuditNote {
            at,
            actor: actor.clone(),
            action,
            subject: subject.to_owned(),
            detail: detail.to_string(),
        };
        self.runtime.audit().append(&note).await.map(drop).map_err(OperateError::Audit)
    }
}

impl Act {
    fn on(action: &'static str, subject: impl ToString) -> Self {
        Self { action, subject: subject.to_string(), detail: json!({}) }
    }
    fn on_effect(action: &'static str, key: &OutboxKey) -> Self {
        Self { detail: json!({ "seq": key.seq, "n": key.n }), ..Self::on(action, &key.entity) }
    }
}
