//! The threads of a pool: actix's system on a thread of its own, and the workers that it feeds.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use actix::{Addr, SyncArbiter, System};
use tokio::sync::oneshot;

use super::Job;
use super::error::ComputeError;
use super::worker::Worker;

/// One incarnation of a pool.
pub(super) struct Engine<J: Job> {
    addr: Addr<Worker<J>>,
    system: System,
    host: thread::JoinHandle<()>,
    alive: Arc<AtomicUsize>,
}

impl<J: Job> Engine<J> {
    /// Starts the system and its workers. Safe inside a tokio runtime: nothing of actix touches the calling thread.
    pub(super) async fn start(threads: usize) -> Result<Self, ComputeError> {
        let alive = Arc::new(AtomicUsize::new(threads));
        let counted = Arc::clone(&alive);
        let (ready, started) = oneshot::channel();
        let host = thread::Builder::new().name(format!("{}-system", J::POOL)).spawn(move || {
            let runner = System::new();
            let addr = runner.block_on(async move {
                let name = || thread::Builder::new().name(J::POOL.to_owned());
                SyncArbiter::start_with_thread_builder(threads, name, move || Worker::new(&counted))
            });
            // Without anyone to hand the address to, the system would run for nothing.
            if ready.send((addr, System::current())).is_ok()
                && let Err(error) = runner.run()
            {
                tracing::error!(pool = J::POOL, %error, "the system of pool {} failed: {error}", J::POOL);
            }
        });
        let host = host.map_err(|error| {
            tracing::error!(pool = J::POOL, %error, "pool {} gets no thread: {error}", J::POOL);
            ComputeError::Closed
        })?;
        let (addr, system) = started.await.map_err(|_dead| ComputeError::Closed)?;
        Ok(Self { addr, system, host, alive })
    }

    pub(super) fn addr(&self) -> Addr<Worker<J>> {
        self.addr.clone()
    }

    /// How many workers live.
    pub(super) fn alive(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.alive)
    }

    /// Ends the system; workers finish what they are at and end too.
    pub(super) async fn stop(self) {
        drop(self.addr);
        self.system.stop();
        let host = self.host;
        if matches!(tokio::task::spawn_blocking(move || host.join()).await, Ok(Err(_)) | Err(_)) {
            tracing::error!(pool = J::POOL, "the system of pool {} had panicked", J::POOL);
        }
    }
}

/// The number of living workers.
pub(super) fn count(alive: &AtomicUsize) -> usize {
    alive.load(Ordering::Acquire)
}
