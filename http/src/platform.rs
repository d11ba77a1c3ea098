//! What every handler shares.

use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use amazoff_actors::shop::Shop;
use amazoff_supervisor::Runtime;
use amazoff_supervisor::tree::TreeHandle;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::auth::Auth;
use crate::cache::ResponseCache;
use crate::export::ARCHIVES_MAX;
use crate::layers::Intake;
use crate::limits::layer::Limiting;
use crate::metrics::Requests;
use crate::problem::Problem;
use crate::realtime::Realtime;
use crate::routes::ops::acting::Acts;
use crate::routes::ops::stream::Streams;
use crate::settings::HttpSettings;
use crate::views::check::Checker;

/// The state of the router. Every layer and handler of every request has a clone of its own, so a clone is one count.
#[derive(Clone)]
pub struct Platform(Arc<Parts>);

/// What handlers share.
pub struct Parts {
    /// The shop's handles.
    pub shop: Shop,
    /// Credentials.
    pub auth: Auth,
    /// What the deployment decided.
    pub settings: Arc<HttpSettings>,
    /// The runtime, for introspection.
    pub runtime: Runtime,
    /// Open sockets and their tickets.
    pub realtime: Realtime,
    /// Whether requests are taken in.
    pub intake: Intake,
    /// Answers that anyone may see.
    pub cache: ResponseCache,
    /// How often somebody may ask.
    pub limits: Limiting,
    /// What operators did lately, so that a repeat does not act twice.
    pub acts: Acts,
    /// Open streams of operators.
    pub streams: Streams,
    /// Places for archives of what is held about people.
    pub(crate) archives: Arc<Semaphore>,
    /// The place for the check that runs.
    pub(crate) checks: Arc<Semaphore>,
    /// Requests by route, for metrics.
    pub requests: Requests,
    /// This node's name.
    pub node: Arc<str>,
    started: Instant,
    tree: OnceLock<TreeHandle>,
    checker: OnceLock<Arc<dyn Checker>>,
    lost_lines: OnceLock<Arc<AtomicU64>>,
}

impl Deref for Platform {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Platform {
    /// Puts it together. The supervision tree, which holds the listener that serves this, comes later by [`Self::attach`].
    pub fn new(shop: Shop, runtime: Runtime, settings: HttpSettings, node: &str) -> Self {
        let vault = shop.vault.clone();
        let auth = Auth::new(|label| vault.subkey(label), Arc::clone(&shop.clock));
        let limits = Limiting::new(&settings.limits);
        let realtime = Realtime::new(settings.limits.sockets, settings.socket_threads);
        Self(Arc::new(Parts {
            shop,
            auth,
            cache: ResponseCache::default(),
            limits,
            settings: Arc::new(settings),
            runtime,
            realtime,
            intake: Intake::default(),
            acts: Acts::default(),
            streams: Streams::default(),
            archives: Arc::new(Semaphore::new(ARCHIVES_MAX)),
            checks: Arc::new(Semaphore::new(1)),
            requests: Requests::default(),
            node: node.into(),
            started: Instant::now(),
            tree: OnceLock::new(),
            checker: OnceLock::new(),
            lost_lines: OnceLock::new(),
        }))
    }
    /// Shows it the running supervision tree, for health and introspection. Only the first call counts.
    pub fn attach(&self, tree: TreeHandle) {
        let _ = self.tree.set(tree);
    }
    /// Shows it where lines of the log are counted that a collector did not get. Only the first call counts.
    pub fn count_lost_lines(&self, lost: Arc<AtomicU64>) {
        let _ = self.lost_lines.set(lost);
    }
    /// Lines of the log that the collector did not get; `None` without a collector.
    pub(crate) fn lost_lines(&self) -> Option<u64> {
        self.lost_lines.get().map(|lost| lost.load(Ordering::Relaxed))
    }
    /// The supervision tree.
    ///
    /// # Errors
    /// While it has not been attached: the shop is starting.
    pub fn tree(&self) -> Result<&TreeHandle, Problem> {
        self.tree.get().ok_or_else(|| Problem::not_ready("the supervision tree is not attached yet"))
    }
    /// Gives it what can check everything. Only the first call counts.
    pub fn check_by(&self, checker: Arc<dyn Checker>) {
        let _ = self.checker.set(checker);
    }
    /// What can check everything.
    ///
    /// # Errors
    /// While there is none.
    pub(crate) fn checker(&self) -> Result<Arc<dyn Checker>, Problem> {
        let checker = self.checker.get().cloned();
        checker.ok_or_else(|| Problem::not_ready("nothing here can check what is stored"))
    }
    /// How long this node has been up.
    pub fn uptime(&self) -> Duration {
        self.started.elapsed()
    }
}
