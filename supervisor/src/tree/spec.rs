//! A supervision tree as data: who runs, in which order, and what happens when it ends.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::host::CellHost;
use super::policy::{Backoff, Intensity, OnExhausted, Restart, Strategy};

/// Why a task failed; any error or text converts into it.
pub type TaskError = Box<dyn std::error::Error + Send + Sync>;

/// The function that makes a task's future, once for each start.
pub type TaskFn = Arc<dyn Fn(TaskContext) -> BoxFuture<'static, Result<(), TaskError>> + Send + Sync>;

/// Makes figures about a child for the ops view. It must return at once.
pub type StatsFn = Arc<dyn Fn() -> serde_json::Value + Send + Sync>;

/// What a running task is given.
#[derive(Clone, Debug)]
pub struct TaskContext {
    /// Cancelled when the task must end. One that does not within its shutdown time is killed. A task that ends well
    /// after it was cancelled, by whomever, was asked to end.
    pub cancel: CancellationToken,
}

/// What a child is.
#[derive(Clone)]
pub enum Start {
    /// A supervisor with children of its own.
    Supervisor(SupervisorSpec),
    /// A future.
    Task(TaskFn),
    /// A domain: a supervisor whose children, the cells, come and go.
    Cells(CellsSpec),
}

/// A domain and how much its cells may fail.
#[derive(Clone)]
pub struct CellsSpec {
    /// The domain.
    pub host: Arc<dyn CellHost>,
    /// How many restarts of cells the domain bears.
    pub intensity: Intensity,
    /// The wait before a cell is restarted that fails again within the period; the first time there is none.
    pub backoff: Backoff,
}

/// One line of the tree.
///
/// ```
/// use std::time::Duration;
///
/// use amazoff_supervisor::tree::{ChildSpec, Restart, SupervisorSpec};
///
/// // A task that ends by itself and is started again only when it fails.
/// let import = ChildSpec::task("import", |context| async move {
///     for _page in 0..10 {
///         if context.cancel.is_cancelled() {
///             break;
///         }
///         tokio::task::yield_now().await; // read a page: an error here, by `?`, is a failure of the task
///     }
///     Ok(())
/// })
/// .restart(Restart::Transient)
/// .shutdown(Duration::from_secs(2));
///
/// // A tree is data: it can be looked at and checked before it runs.
/// let tree = SupervisorSpec::one_for_one("app").child(import);
/// assert_eq!(tree.children[0].name, "import");
/// assert_eq!(tree.validate(), Ok(()));
/// ```
#[derive(Clone)]
pub struct ChildSpec {
    /// Unique among its siblings.
    pub name: String,
    /// Which exits call for a restart.
    pub restart: Restart,
    /// Time to end in when asked to; then it is killed. Zero kills it unasked, `Duration::MAX` waits for ever.
    pub shutdown: Duration,
    /// The wait before a restart.
    pub backoff: Backoff,
    /// What happens when it used up its restarts.
    pub on_exhausted: OnExhausted,
    /// Figures to show with it; a domain brings its own.
    pub stats: Option<StatsFn>,
    /// What it is.
    pub start: Start,
}

/// A supervisor and its children, in start order.
///
/// ```
/// use std::time::Duration;
///
/// use amazoff_supervisor::tree::{Backoff, ChildSpec, OnExhausted, Status, SupervisorSpec, TreeHandle};
///
/// # fn listen(_: &str) {}
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
/// # runtime.block_on(async {
/// let task = |name: &'static str| {
///     ChildSpec::task(name, move |context| async move {
///         listen(name);
///         context.cancel.cancelled().await;
///         Ok(())
///     })
/// };
/// let spec = SupervisorSpec::one_for_one("app")
///     .intensity(3, Duration::from_secs(10))
///     .child(SupervisorSpec::rest_for_one("feed").child(task("reader")).child(task("writer")))
///     .child(task("mail").on_exhausted(OnExhausted::Degrade).backoff(Backoff::default()));
///
/// let tree = TreeHandle::start(spec).await.unwrap();
/// # tokio::time::sleep(Duration::from_secs(1)).await;
/// tree.kill("feed/reader").unwrap(); // as a crash would
/// # tokio::time::sleep(Duration::from_secs(1)).await;
/// let view = tree.snapshot();
/// assert_eq!(view.at("feed/reader").map(|reader| (reader.status, reader.restarts)), Some((Status::Running, 1)));
/// assert_eq!(view.at("mail").map(|mail| mail.restarts), Some(0));
/// tree.stop().await;
/// # });
/// ```
#[derive(Clone)]
pub struct SupervisorSpec {
    /// Its name in the tree.
    pub name: String,
    /// Who is restarted together.
    pub strategy: Strategy,
    /// How many restarts it bears before it gives up.
    pub intensity: Intensity,
    /// Started in this order, stopped in reverse.
    pub children: Vec<ChildSpec>,
}

/// A task's time to end in, unless told otherwise.
const TASK_SHUTDOWN: Duration = Duration::from_secs(5);
/// A domain's time to drain in, unless told otherwise.
const DOMAIN_SHUTDOWN: Duration = Duration::from_secs(10);
/// What a supervisor gets on top of its children's times.
const SUPERVISOR_GRACE: Duration = Duration::from_secs(1);

impl ChildSpec {
    /// A permanent task: `run` is called at each start and its future must end when the context is cancelled.
    pub fn task<F, R>(name: impl Into<String>, run: F) -> Self
    where
        F: Fn(TaskContext) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), TaskError>> + Send + 'static,
    {
        let run: TaskFn = Arc::new(move |context| Box::pin(run(context)));
        Self::of(name.into(), TASK_SHUTDOWN, Start::Task(run))
    }

    /// A permanent domain that is degraded, not escalated, when its cells fail too often.
    pub fn domain(host: Arc<dyn CellHost>) -> Self {
        let (name, shown) = (host.name().to_owned(), Arc::clone(&host));
        let cells = CellsSpec { host, intensity: Intensity::default(), backoff: Backoff::default() };
        Self::of(name, DOMAIN_SHUTDOWN, Start::Cells(cells))
            .on_exhausted(OnExhausted::Degrade)
            .stats(move || shown.stats())
    }

    /// A permanent supervisor, which gets the time that all its children may need to stop.
    pub fn supervisor(spec: SupervisorSpec) -> Self {
        let shutdown =
            spec.children.iter().fold(SUPERVISOR_GRACE, |sum, child| sum.saturating_add(child.shutdown));
        Self::of(spec.name.clone(), shutdown, Start::Supervisor(spec))
    }

    fn of(name: String, shutdown: Duration, start: Start) -> Self {
        Self {
            name,
            restart: Restart::Permanent,
            shutdown,
            backoff: Backoff::default(),
            on_exhausted: OnExhausted::Escalate,
            stats: None,
            start,
        }
    }

    /// Sets which exits call for a restart.
    #[must_use]
    pub fn restart(mut self, restart: Restart) -> Self {
        self.restart = restart;
        self
    }
    /// Sets the time to end in.
    #[must_use]
    pub fn shutdown(mut self, within: Duration) -> Self {
        self.shutdown = within;
        self
    }
    /// Sets the wait before a restart of this child (for a domain: of its supervisor).
    #[must_use]
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }
    /// Sets what happens when it used up its restarts.
    #[must_use]
    pub fn on_exhausted(mut self, outcome: OnExhausted) -> Self {
        self.on_exhausted = outcome;
        self
    }
    /// Sets which figures are shown with it.
    #[must_use]
    pub fn stats<F>(mut self, stats: F) -> Self
    where
        F: Fn() -> serde_json::Value + Send + Sync + 'static,
    {
        self.stats = Some(Arc::new(stats));
        self
    }
    /// Sets how much the cells of a domain may fail; changes nothing on other children.
    #[must_use]
    pub fn cells(mut self, intensity: Intensity, backoff: Backoff) -> Self {
        if let Start::Cells(cells) = &mut self.start {
            cells.intensity = intensity;
            cells.backoff = backoff;
        }
        self
    }
}

impl SupervisorSpec {
    /// A supervisor without children yet.
    pub fn new(name: impl Into<String>, strategy: Strategy) -> Self {
        Self { name: name.into(), strategy, intensity: Intensity::default(), children: Vec::new() }
    }
    /// Restarts a failed child alone.
    pub fn one_for_one(name: impl Into<String>) -> Self {
        Self::new(name, Strategy::OneForOne)
    }
    /// Restarts all children when one fails.
    pub fn one_for_all(name: impl Into<String>) -> Self {
        Self::new(name, Strategy::OneForAll)
    }
    /// Restarts a failed child and those declared after it.
    pub fn rest_for_one(name: impl Into<String>) -> Self {
        Self::new(name, Strategy::RestForOne)
    }
    /// Sets how many restarts it bears.
    #[must_use]
    pub fn intensity(mut self, restarts_max: u32, period: Duration) -> Self {
        self.intensity = Intensity::new(restarts_max, period);
        self
    }
    /// Adds the next child; a supervisor's spec is taken as one.
    #[must_use]
    pub fn child(mut self, child: impl Into<ChildSpec>) -> Self {
        self.children.push(child.into());
        self
    }
}

impl From<SupervisorSpec> for ChildSpec {
    fn from(spec: SupervisorSpec) -> Self {
        Self::supervisor(spec)
    }
}
