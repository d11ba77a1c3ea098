//! Threads of their own for work that would make the shop's other work wait.
//!
//! On the threads of the shop whatever is ready takes its turn. Work that is ready in hundreds at once, or that waits ten times for
//! one result, is better off elsewhere: the system shares the processors between threads, whatever their queues hold.

use std::cell::Cell;
use std::future::Future;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

use crate::task::{spawn_guarded, spawn_guarded_on};

thread_local! {
    static MAY_BLOCK: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is one of [`Aside::that_may_block`].
pub fn may_block() -> bool {
    MAY_BLOCK.get()
}

fn workers(name: &'static str, count: usize) -> Builder {
    let mut workers = Builder::new_multi_thread();
    workers.worker_threads(count).thread_name(name).enable_all();
    workers
}

/// Threads apart from those of the shop, while this lives.
#[derive(Debug)]
pub struct Aside(Option<Runtime>);

impl Aside {
    /// None of their own: things run where they are asked for.
    pub fn none() -> Self {
        Self(None)
    }

    /// So many threads of this name; none of their own when `count` is 0.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn threads(name: &'static str, count: usize) -> std::io::Result<Self> {
        if count == 0 {
            return Ok(Self::none());
        }
        workers(name, count).build().map(|threads| Self(Some(threads)))
    }

    /// So many threads of this name, at least one, for work that may wait for the disk and give way to nothing meanwhile; see
    /// [`may_block`].
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn that_may_block(name: &'static str, count: usize) -> std::io::Result<Self> {
        let mut workers = workers(name, count.max(1));
        workers.on_thread_start(|| MAY_BLOCK.set(true)).build().map(|threads| Self(Some(threads)))
    }

    /// Where things are run.
    pub fn place(&self) -> Place {
        Place(self.0.as_ref().map(|threads| threads.handle().clone()))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // Nothing waits for them here: whoever needs the end of something waits for that.
        if let Some(threads) = self.0.take() {
            threads.shutdown_background();
        }
    }
}

/// Where things are run. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Place(Option<Handle>);

impl Place {
    /// Runs something to its end, also when nobody waits for it any more; a panic is told as by [`spawn_guarded`].
    pub fn run<F>(&self, name: &'static str, work: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        match &self.0 {
            Some(threads) => spawn_guarded_on(threads, name, work),
            None => spawn_guarded(name, work),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn thread() -> Option<String> {
        std::thread::current().name().map(ToOwned::to_owned)
    }

    #[tokio::test]
    async fn what_is_run_aside_has_a_thread_of_its_own() {
        let aside = Aside::threads("apart", 1).unwrap();
        assert_eq!(aside.place().run("asking", thread()).await.unwrap().as_deref(), Some("apart"));
    }

    #[tokio::test]
    async fn only_a_thread_for_it_may_block() {
        for (aside, may) in [
            (Aside::none(), false),
            (Aside::threads("apart", 1).unwrap(), false),
            (Aside::that_may_block("apart", 1).unwrap(), true),
        ] {
            assert_eq!(aside.place().run("asking", async { may_block() }).await.unwrap(), may);
        }
    }

    #[tokio::test]
    async fn without_threads_of_their_own_things_run_where_they_are_asked_for() {
        let here = thread().await;
        for aside in [Aside::none(), Aside::threads("apart", 0).unwrap()] {
            assert_eq!(aside.place().run("asking", thread()).await.unwrap(), here);
        }
    }
}
