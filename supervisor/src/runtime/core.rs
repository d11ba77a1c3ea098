//! What all domains share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arc_swap::ArcSwap;
use tokio::time::Instant;

use super::places::{Place, Places};
use crate::audit::{AuditTable, LiveAudit};
use crate::clock::Clock;
use crate::directory::InFlight;
use crate::documents::{Documents, Generations};
use crate::journal::{Journal, JournalError, KeyTable, Shards, Standing};
use crate::lane::Lanes;
use crate::limits::RuntimeLimits;
use crate::member::Kept;
use crate::memory::Memory;
use crate::outbox::OutboxFeed;
use crate::projection::{Feeds, Recent};

/// The outside that the runtime needs.
#[derive(Clone)]
pub struct Ports {
    /// The transactional truth.
    pub journal: Arc<dyn Journal>,
    /// Read models.
    pub documents: Arc<dyn Documents>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What this node may write.
    pub shards: Arc<dyn Shards>,
    /// Wrapped personal keys.
    pub keys: Arc<dyn KeyTable>,
    /// What operators did.
    pub audit: Arc<dyn AuditTable>,
}

/// What all domains share.
pub(crate) struct Core {
    pub(crate) journal: Arc<dyn Journal>,
    /// By stored names; everybody but the projections' runner goes through [`Generations`].
    pub(crate) documents: Arc<dyn Documents>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) shards: Arc<dyn Shards>,
    pub(crate) audit: LiveAudit,
    pub(crate) lanes: Lanes,
    pub(crate) outbox: OutboxFeed,
    pub(crate) dirty: Arc<Feeds>,
    pub(crate) recent: Arc<Recent>,
    pub(crate) memory: Arc<Memory>,
    /// How many domains there are.
    pub(crate) domains: AtomicUsize,
    /// Commands of all domains.
    pub(crate) in_flight: Arc<InFlight>,
    pub(crate) limits: ArcSwap<RuntimeLimits>,
    loads: Places,
    started: Instant,
}

impl Core {
    pub(super) fn new(ports: &Ports) -> Self {
        let limits = RuntimeLimits::default();
        let recent = Arc::<Recent>::default();
        Self {
            journal: Arc::clone(&ports.journal),
            documents: Arc::clone(&ports.documents),
            clock: Arc::clone(&ports.clock),
            shards: Arc::clone(&ports.shards),
            audit: LiveAudit::over(Arc::clone(&ports.audit)),
            lanes: Lanes::new(&*ports.journal, Arc::clone(&ports.shards), Arc::clone(&recent)),
            outbox: OutboxFeed::default(),
            dirty: Arc::new(Feeds::new(Arc::clone(&ports.clock))),
            recent,
            memory: Arc::default(),
            domains: AtomicUsize::new(0),
            in_flight: Arc::default(),
            loads: Places::new(limits.loads_max),
            limits: ArcSwap::from_pointee(limits),
            started: Instant::now(),
        }
    }

    /// Milliseconds since the runtime was assembled.
    pub(crate) fn now_ms(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    /// Whether a domain may take nothing more: the budget is used up, and the domain has its share of it or more. So a
    /// domain that floods the node takes no room from others.
    pub(crate) fn memory_full(&self, domain: &Memory) -> bool {
        let budget = self.limits.load().memory_bytes_max;
        if self.memory.used() <= budget {
            return false;
        }
        self.memory.full.notify_one();
        domain.used() >= self.memory_share(budget)
    }

    /// What each domain may have in any case.
    pub(crate) fn memory_share(&self, budget: usize) -> usize {
        budget / self.domains.load(Ordering::Relaxed).max(1)
    }

    /// Whether this node may answer from what it has in memory. Asked after a read as well as before it: the process may
    /// have been frozen in between.
    ///
    /// # Errors
    /// When another node may own the shards.
    pub(crate) fn may_read(&self) -> Result<(), JournalError> {
        match self.shards.standing() {
            Standing::Owner | Standing::Stale => Ok(()),
            Standing::Fenced => {
                let reason = "another node may have taken the shards; this one is not sure";
                Err(JournalError::Unavailable(reason.to_owned()))
            }
        }
    }

    /// The right to read one entity from the journal.
    pub(crate) async fn load_place(&self) -> Place<'_> {
        self.loads.take().await
    }

    /// The read models under their logical names.
    pub(super) fn read_models(&self) -> Arc<dyn Documents> {
        Arc::new(Generations::new(Arc::clone(&self.documents), Arc::clone(&self.dirty)))
    }

    pub(super) fn set_limits(&self, limits: RuntimeLimits) {
        let before = self.limits.swap(Arc::new(limits)).loads_max;
        self.loads.resize(before, limits.loads_max);
    }
}

/// The domains by kind, in the order of their names.
pub(crate) type Members = BTreeMap<&'static str, Arc<dyn Kept>>;
