//! A thread of its own for what writes to a database whose driver answers from other threads. A transaction waits for its database
//! ten times and more; on the threads of the shop each time it would go on behind whatever else is ready there.

use std::future::Future;

use amazoff_supervisor::{spawn_guarded, spawn_guarded_on};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

/// The thread; without one, things run where they are asked for.
pub(crate) struct Quiet(Option<Runtime>);

impl Quiet {
    /// None of its own.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// One of its own, while this lives.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn thread() -> std::io::Result<Self> {
        Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("writer")
            .enable_time()
            .build()
            .map(|runtime| Self(Some(runtime)))
    }

    /// Where things are run.
    pub(crate) fn place(&self) -> Place {
        Place(self.0.as_ref().map(|runtime| runtime.handle().clone()))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // Nothing waits for it: whoever closes a database has waited for its writers.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Where things are run. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Place(Option<Handle>);

impl Place {
    /// Runs something to its end, also when nobody waits for it any more.
    pub(crate) fn run<F>(&self, name: &'static str, work: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        match &self.0 {
            Some(thread) => spawn_guarded_on(thread, name, work),
            None => spawn_guarded(name, work),
        }
    }
}
