//! Where an executor's shoppers work: on the threads that all share, or on one of their own.
//!
//! Whoever is measured beside a crowd must not stand in the crowd's queue for the tester's own threads: that wait would look like
//! the target's.

use std::future::Future;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use super::plan::Crew;
use crate::error::LoadError;
use crate::target::Target;

/// A thread for one executor; what still runs on it ends with this value.
#[derive(Debug)]
struct Thread(Option<Runtime>);

impl Thread {
    fn start(executor: &str) -> Result<Self, LoadError> {
        let mut thread = Builder::new_multi_thread();
        let runtime = thread.worker_threads(1).thread_name(format!("load {executor}")).enable_all().build();
        let runtime = runtime
            .map_err(|error| LoadError::failed(format!("a thread for the executor `{executor}`"), error))?;
        Ok(Self(Some(runtime)))
    }

    async fn run(self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.0 {
            let mut tasks = JoinSet::new();
            tasks.spawn_on(work, runtime.handle());
            while tasks.join_next().await.is_some() {}
        }
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Where an executor's shoppers work, and through what they ask.
#[derive(Debug)]
pub(crate) struct Post {
    /// What they ask, over connections that they share with whoever has the same.
    pub target: Arc<dyn Target>,
    thread: Option<Thread>,
}

impl Post {
    /// A post for each executor: on the threads of all with what all ask, or on a thread of its own with a target of its own.
    ///
    /// # Errors
    /// When a target cannot be made, or the system gives no thread.
    pub(crate) fn all(
        crews: &[Arc<Crew>],
        target: impl Fn() -> Result<Arc<dyn Target>, LoadError>,
    ) -> Result<Vec<Self>, LoadError> {
        let shared = target()?;
        let post = |crew: &Arc<Crew>| {
            if crew.executor.own_thread {
                let thread = Thread::start(&crew.executor.name)?;
                return Ok(Self { target: target()?, thread: Some(thread) });
            }
            Ok(Self { target: Arc::clone(&shared), thread: None })
        };
        crews.iter().map(post).collect()
    }

    /// Does the work here.
    pub(super) async fn run(self, work: impl Future<Output = ()> + Send + 'static) {
        match self.thread {
            Some(thread) => thread.run(work).await,
            None => work.await,
        }
    }
}
