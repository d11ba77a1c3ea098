//! What the runtime shows of itself, and what can be changed while it runs. Acts of people go through
//! [`Operator`](crate::Operator), which audits them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::{broadcast, watch};

use super::Runtime;
use crate::audit::{AuditEntry, AuditTable};
use crate::clock::Timestamp;
use crate::directory::DomainStats;
use crate::documents::Documents;
use crate::ids::ShardId;
use crate::journal::{Journal, JournalError, OutboxKey, OutboxRow, Standing};
use crate::lane::{LaneStats, ShardTotal};
use crate::limits::{CellLimits, LimitError, LimitsView, RuntimeLimits};
use crate::member::AnyMember;
use crate::outbox::{self, OutboxError, OutboxStats};
use crate::projection::{self, ProjectionStats, RebuildError};

/// The figures of the whole runtime.
#[derive(Clone, Debug, Serialize)]
pub struct RuntimeStats {
    /// Commands queued or running, of all domains.
    pub in_flight: usize,
    /// Estimated bytes of states and queued commands.
    pub memory_bytes: usize,
    /// What the journal's lanes have done.
    pub lanes: LaneStats,
    /// The domains.
    pub domains: BTreeMap<&'static str, DomainStats>,
}

impl Runtime {
    /// The domain of a kind, for introspection.
    pub fn member(&self, kind: &str) -> Option<Arc<dyn AnyMember>> {
        let member = Arc::clone(self.members.get(kind)?);
        Some(member)
    }

    /// The kinds of all domains, in the order of their names.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.members.keys().copied().collect()
    }

    /// How sure this node is that what it answers is the newest.
    pub fn standing(&self) -> Standing {
        self.core.shards.standing()
    }

    /// The figures of everything.
    pub fn stats(&self) -> RuntimeStats {
        RuntimeStats {
            in_flight: self.core.in_flight.count(),
            memory_bytes: self.core.memory.used(),
            lanes: self.core.lanes.stats(),
            domains: self.members.iter().map(|(kind, member)| (*kind, member.look())).collect(),
        }
    }

    /// The bounds in force.
    pub fn limits(&self) -> LimitsView {
        let domains = self.members.iter().map(|(kind, member)| (*kind, member.limits())).collect();
        LimitsView { runtime: **self.core.limits.load(), domains }
    }

    /// Changes the bounds that all domains share; `change` names the members to replace.
    ///
    /// # Errors
    /// When they make no sense; nothing has changed then.
    pub fn change_limits(&self, change: &Value) -> Result<RuntimeLimits, LimitError> {
        let limits = self.core.limits.load().changed(change)?;
        self.core.set_limits(limits);
        Ok(limits)
    }

    /// Changes the bounds of one domain; `change` names the members to replace.
    ///
    /// # Errors
    /// When there is no such domain, or they make no sense; nothing has changed then.
    pub fn change_domain_limits(&self, kind: &str, change: &Value) -> Result<CellLimits, LimitError> {
        let member = self.members.get(kind).ok_or_else(|| LimitError::UnknownDomain(kind.to_owned()))?;
        let limits = member.limits().changed(change)?;
        member.set_limits(limits);
        Ok(limits)
    }

    /// Waits until no command is queued or running in any domain.
    pub async fn drained(&self) {
        self.core.in_flight.drained().await;
    }

    /// What the journal's lanes have done.
    pub fn lane_stats(&self) -> LaneStats {
        self.core.lanes.stats()
    }

    /// The running total of each shard that has moved money or goods since the start.
    pub fn ledger_totals(&self) -> BTreeMap<ShardId, ShardTotal> {
        self.core.lanes.totals()
    }

    /// Figures about the effects that are not delivered yet, as far as the dispatcher holds them in memory.
    pub fn outbox_stats(&self) -> OutboxStats {
        outbox::stats(&self.core)
    }

    /// Effects that need a person, after `after` in key order, at most `limit`. Each holds back its stream.
    ///
    /// # Errors
    /// When the journal is away.
    pub async fn dead_letters(
        &self,
        after: Option<&OutboxKey>,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, JournalError> {
        self.core.journal.dead_letters(after, limit).await
    }

    /// Has an undelivered effect tried at once, whatever pause it is in, and returns it. Its attempts are kept.
    ///
    /// # Errors
    /// [`OutboxError::NotFound`] when it is not there (any more), [`OutboxError::Journal`] when the store is away.
    pub async fn retry_effect(&self, key: &OutboxKey) -> Result<OutboxRow, OutboxError> {
        outbox::retry(&self.core, key).await
    }

    /// Gives up an effect that needs a person and returns it; the next of its stream is delivered at once.
    ///
    /// Final: the effect is kept for the record, but once a later one of its stream is applied, the receiver's high-water
    /// mark makes a delivery of this one impossible.
    ///
    /// # Errors
    /// [`OutboxError::NotFound`], [`OutboxError::NotDead`] when it is still being tried, [`OutboxError::InFlight`] while an
    /// attempt runs, [`OutboxError::Journal`] when the store is away.
    pub async fn discard_effect(&self, key: &OutboxKey) -> Result<OutboxRow, OutboxError> {
        outbox::discard(&self.core, key).await
    }

    /// The transactional truth, to look into.
    pub fn journal(&self) -> &dyn Journal {
        &*self.core.journal
    }

    /// The time by the runtime's clock.
    pub fn now(&self) -> Timestamp {
        self.core.clock.now()
    }

    /// What operators did and had the program do.
    pub fn audit(&self) -> &dyn AuditTable {
        &self.core.audit
    }

    /// The entries that this program adds to the audit trail from now on, each once it is durable, in the order of their
    /// numbers unless two were added at the same time. A receiver that falls more than 64 behind is told how many it missed.
    pub fn subscribe_audit(&self) -> broadcast::Receiver<AuditEntry> {
        self.core.audit.subscribe()
    }

    /// The read models under their logical names: always of a complete generation, and within a
    /// [`consistency::scope`](crate::consistency::scope) not before what the scope has seen. Use this instead of the port.
    pub fn documents(&self) -> Arc<dyn Documents> {
        self.core.read_models()
    }

    /// Has a projection rebuilt from the journal, beside what serves until the rebuild has caught up. Returns the
    /// generation that is being built, once that is noted durably; [`Self::projection_stats`] tells how far it is.
    ///
    /// # Errors
    /// When there is no such projection, when it is being rebuilt already, or when the store is away.
    pub async fn rebuild(&self, projection: &str) -> Result<u64, RebuildError> {
        let feed = self.core.dirty.named(projection);
        let feed = feed.ok_or_else(|| RebuildError::Unknown(projection.to_owned()))?;
        feed.begin(&*self.core.documents).await
    }

    /// How far each projection is; those that have not started yet are left out.
    ///
    /// # Errors
    /// When the journal cannot say how far it is itself.
    pub async fn projection_stats(&self) -> Result<Vec<ProjectionStats>, JournalError> {
        let heads: BTreeMap<_, _> = self.core.journal.heads().await?.into_iter().collect();
        let now = self.core.clock.now();
        Ok(self.core.dirty.all().iter().filter_map(|feed| projection::stats_of(feed, &heads, now)).collect())
    }

    /// Changes whenever a projection has written something, and when its documents are replaced after a rebuild; also now and
    /// then without need. `None` when there is no such projection.
    pub fn projection_turns(&self, projection: &str) -> Option<watch::Receiver<u64>> {
        self.core.dirty.named(projection).map(|feed| feed.turns())
    }

    /// Waits until every projection has caught up with what is committed now. While one keeps failing, and without
    /// [`projections`](Self::projections) in the tree, that is never.
    pub async fn projected(&self) {
        self.core.dirty.settled().await;
    }

    /// Waits until no effect waits for delivery. One in a retry pause waits, and so does one that needs a person
    /// ([`Delivered::Dead`](crate::Delivered::Dead)): with such a one, and without [`outbox`](Self::outbox) in the tree, that is
    /// never.
    pub async fn delivered(&self) {
        self.core.outbox.settled().await;
    }
}
