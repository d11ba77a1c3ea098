// What the examples share: a paused clock, a way to speak, and a program over a store in memory.
// It is also included by doc examples, so it has no inner attributes.

use std::cell::RefCell;
use std::sync::Arc;

use amazoff_persistence::MemoryStore;
use amazoff_supervisor::tree::{ChildSpec, SupervisorSpec, TreeHandle};
use amazoff_supervisor::{Clock, Ports, Runtime, Timestamp};
use tokio::time::Instant;

thread_local! {
    static SAID: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Prints a line, and keeps it for the test that runs the example.
#[allow(dead_code, clippy::print_stdout, reason = "not every user of this file speaks; examples print")]
pub(crate) fn say(line: impl Into<String>) {
    let line = line.into();
    println!("{line}");
    SAID.with_borrow_mut(|said| said.push(line));
}

/// All that was said on this thread so far.
#[allow(dead_code, reason = "asked by the test that runs the examples")]
pub(crate) fn said() -> Vec<String> {
    SAID.take()
}

/// Runs a story on a paused clock: when nobody has anything to do, time jumps to what is due next. Nothing waits.
#[allow(
    clippy::unwrap_used,
    dead_code,
    reason = "an example ends where it is surprised; async tests have a runtime"
)]
pub(crate) fn run<F: Future>(story: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(story)
}

/// A clock that follows tokio's paused time, so that durable timers and ordinary sleeps agree.
#[derive(Clone)]
pub(crate) struct TokioClock(Instant);

impl TokioClock {
    #[allow(dead_code, reason = "not every example stores something")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        // 2026-01-01T00:00:00Z, and what has passed since the start.
        Timestamp::from_unix_ms(1_767_225_600_000).plus(self.0.elapsed())
    }
}

/// The ports over a store. A later program over the same store takes all shards from an earlier one.
#[allow(dead_code, reason = "not every example stores something")]
pub(crate) fn ports(store: &MemoryStore, clock: &TokioClock) -> Ports {
    Ports {
        journal: store.journal(),
        documents: store.documents(),
        clock: Arc::new(clock.clone()),
        shards: store.take_all("node-1"),
        keys: store.key_table(),
        audit: store.audit(),
    }
}

/// Starts the runtime's services and then the domains, each a child of the tree.
#[allow(
    clippy::unwrap_used,
    dead_code,
    reason = "an example ends where it is surprised; not every one needs this"
)]
pub(crate) async fn start(runtime: &Runtime) -> TreeHandle {
    let mut services = runtime.lanes();
    services.extend([runtime.outbox(), runtime.reminders(), runtime.projections(), runtime.housekeeping()]);
    let domains = runtime.kinds().into_iter().filter_map(|kind| runtime.member(kind));
    let children = services.into_iter().chain(domains.map(|member| ChildSpec::domain(member.host())));
    let program = children.fold(SupervisorSpec::one_for_one("program"), SupervisorSpec::child);
    TreeHandle::start(program).await.unwrap()
}
