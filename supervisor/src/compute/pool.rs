//! A pool as its callers and its supervisor see it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix::Addr;
use arc_swap::ArcSwap;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout, timeout_at};

use super::Job;
use super::counters::{Counters, bump};
use super::engine::{Engine, count};
use super::error::ComputeError;
use super::gate::Gate;
use super::worker::{Ping, Work, Worker};
use crate::tree::{ChildSpec, TaskContext, TaskError};

/// How often the pool's task looks after it.
const PING_EVERY: Duration = Duration::from_secs(5);
/// How long a ping may wait behind jobs until that is worth a word.
const PING_LIMIT: Duration = Duration::from_secs(10);

/// A few threads that compute jobs of one kind. Clones are the same pool.
///
/// Its threads start with its task in the tree or with the first job, whichever comes first.
pub struct ComputePool<J: Job> {
    inner: Arc<Inner<J>>,
}

struct Inner<J: Job> {
    threads: u32,
    gate: Gate,
    counters: Arc<Counters>,
    engine: Mutex<Option<Engine<J>>>,
    /// Living workers of the newest engine, readable without its lock.
    alive: ArcSwap<std::sync::atomic::AtomicUsize>,
    closed: AtomicBool,
}

impl<J: Job> Clone for ComputePool<J> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<J: Job> ComputePool<J> {
    /// A pool of `threads` (at least one) for whose free threads at most `queue_max` jobs wait.
    pub fn new(threads: u32, queue_max: usize) -> Self {
        let threads = threads.max(1);
        let counters = Arc::<Counters>::default();
        let inner = Inner {
            threads,
            gate: Gate::new(threads, queue_max, Arc::clone(&counters)),
            counters,
            engine: Mutex::new(None),
            alive: ArcSwap::default(),
            closed: AtomicBool::new(false),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Computes a job. Dropping the future gives the job up: it is not begun any more.
    ///
    /// # Errors
    /// [`ComputeError::Busy`] when too many wait, [`ComputeError::Expired`] when there is no output by the deadline,
    /// [`ComputeError::Panicked`], and [`ComputeError::Closed`] when the pool is stopped or has to be rebuilt.
    pub async fn run(&self, job: J, deadline: Instant) -> Result<J::Output, ComputeError> {
        let inner = &*self.inner;
        let ticket = inner.gate.enter(deadline).await?;
        let addr = inner.address().await?;
        match timeout_at(deadline, addr.send(Work { job, ticket })).await {
            Ok(Ok(Ok(output))) => Ok(output),
            Ok(Ok(Err(cause))) => Err(ComputeError::Panicked { cause }),
            Ok(Err(_mailbox)) => {
                inner.discard(&addr).await;
                Err(ComputeError::Closed)
            }
            Err(_elapsed) => {
                bump(&inner.counters.expired);
                Err(ComputeError::Expired)
            }
        }
    }

    /// Figures for operators: living threads, waiting, running, done, panics, skipped and so on.
    pub fn stats(&self) -> Value {
        self.inner.counters.view(count(&self.inner.alive.load()))
    }

    /// The pool's place in the tree: opens it, pings it, rebuilds it when a thread has died, and stops it when cancelled.
    /// The tree shows its [`stats`](Self::stats).
    pub fn supervise(&self) -> ChildSpec {
        let (watched, shown) = (self.clone(), self.clone());
        ChildSpec::task(J::POOL, move |context| watched.clone().watch(context)).stats(move || shown.stats())
    }

    /// Refuses new jobs, lets running ones end and ends the threads. The pool's task, started again, reopens it.
    pub async fn stop(&self) {
        let inner = &*self.inner;
        inner.closed.store(true, Ordering::Release);
        let _threads = inner.gate.drained().await;
        if let Some(engine) = inner.engine.lock().await.take() {
            engine.stop().await;
        }
    }

    async fn watch(self, context: TaskContext) -> Result<(), TaskError> {
        let inner = &*self.inner;
        inner.closed.store(false, Ordering::Release);
        loop {
            inner.check().await?;
            tokio::select! {
                biased;
                () = context.cancel.cancelled() => break,
                () = tokio::time::sleep(PING_EVERY) => {}
            }
        }
        self.stop().await;
        Ok(())
    }

    #[cfg(test)]
    pub(super) async fn break_a_thread(&self) {
        let addr = self.inner.address().await.unwrap();
        addr.send(super::worker::Break).await.unwrap_err();
    }
}

impl<J: Job> Inner<J> {
    /// Where to send jobs; starts the threads if there are none.
    async fn address(&self) -> Result<Addr<Worker<J>>, ComputeError> {
        let mut engine = self.engine.lock().await;
        if self.closed.load(Ordering::Acquire) {
            return Err(ComputeError::Closed);
        }
        if let Some(engine) = &*engine {
            return Ok(engine.addr());
        }
        let threads = usize::try_from(self.threads).map_err(|_too_many| ComputeError::Closed)?;
        let started = Engine::start(threads).await?;
        self.alive.store(started.alive());
        Ok(engine.insert(started).addr())
    }

    /// Throws the threads away, unless somebody has done so already; the next job finds new ones.
    async fn discard(&self, addr: &Addr<Worker<J>>) {
        let mut engine = self.engine.lock().await;
        if engine.as_ref().is_some_and(|engine| engine.addr() == *addr)
            && let Some(broken) = engine.take()
        {
            bump(&self.counters.rebuilds);
            tracing::warn!(pool = J::POOL, "pool {} is rebuilt", J::POOL);
            broken.stop().await;
        }
    }

    /// Makes sure that jobs reach every thread that there should be.
    async fn check(&self) -> Result<(), ComputeError> {
        let addr = self.address().await?;
        match timeout(PING_LIMIT, addr.send(Ping)).await {
            Ok(Ok(())) if u32::try_from(count(&self.alive.load())) == Ok(self.threads) => Ok(()),
            Ok(Ok(()) | Err(_)) => {
                self.discard(&addr).await;
                self.address().await.map(drop)
            }
            Err(_elapsed) => {
                tracing::warn!(pool = J::POOL, "pool {} has been busy for {PING_LIMIT:?}", J::POOL);
                Ok(())
            }
        }
    }
}
