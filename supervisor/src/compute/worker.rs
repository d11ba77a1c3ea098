//! One thread of a pool.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix::{Actor, Handler, Message, SyncContext};

use super::Job;
use super::gate::Ticket;
use crate::task::panic_text;

/// Runs jobs. A panic that left it would end its thread for good, so jobs run inside `catch_unwind`, and so do the
/// making and dropping of the scratch.
pub(super) struct Worker<J: Job> {
    scratch: Box<Option<J::Scratch>>,
    _alive: Alive,
}

/// Gives its worker's place among the living back when the thread ends, however it ends.
struct Alive(Arc<AtomicUsize>);

impl<J: Job> Worker<J> {
    /// A worker that `alive` counts already, for a thread counts as living before it has begun.
    pub(super) fn new(alive: &Arc<AtomicUsize>) -> Self {
        Self { scratch: Box::new(None), _alive: Alive(Arc::clone(alive)) }
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl<J: Job> Actor for Worker<J> {
    type Context = SyncContext<Self>;
}

/// A job with its right to run. actix drops it unrun when nobody waits for the answer any more.
pub(super) struct Work<J> {
    pub(super) job: J,
    pub(super) ticket: Ticket,
}

impl<J: Job> Message for Work<J> {
    /// The output, or the text of the panic.
    type Result = Result<J::Output, String>;
}

impl<J: Job> Handler<Work<J>> for Worker<J> {
    type Result = Result<J::Output, String>;

    fn handle(&mut self, work: Work<J>, _: &mut Self::Context) -> Self::Result {
        let Work { job, mut ticket } = work;
        ticket.begin();
        let scratch = &mut *self.scratch;
        let run = AssertUnwindSafe(|| job.run(scratch.get_or_insert_with(J::Scratch::default)));
        catch_unwind(run).map_err(|panic| {
            ticket.panicked();
            let cause = panic_text(panic.as_ref());
            tracing::error!(pool = J::POOL, %cause, "a job of pool {} panicked: {cause}", J::POOL);
            // What a panic left behind is not to be trusted.
            if catch_unwind(AssertUnwindSafe(|| drop(scratch.take()))).is_err() {
                tracing::error!(pool = J::POOL, "the scratch of pool {} panicked when dropped", J::POOL);
            }
            cause
        })
    }
}

/// Asks whether jobs still reach a thread.
pub(super) struct Ping;

impl Message for Ping {
    type Result = ();
}

impl<J: Job> Handler<Ping> for Worker<J> {
    type Result = ();

    fn handle(&mut self, _: Ping, _: &mut Self::Context) {}
}

/// Ends a thread as a panic outside a job would.
#[cfg(test)]
pub(super) struct Break;

#[cfg(test)]
impl Message for Break {
    type Result = ();
}

#[cfg(test)]
impl<J: Job> Handler<Break> for Worker<J> {
    type Result = ();

    fn handle(&mut self, _: Break, _: &mut Self::Context) {
        panic!("a thread of the pool is broken on purpose");
    }
}
