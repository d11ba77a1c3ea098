//! **What does one hot entity cost when everybody wants it at once?**
//!
//! A thousand callers add to one counter at the same time. Every one of them is answered only when its own addition is
//! durable, and yet there are few transactions: a cell decides what waits as one batch, and commits it as a whole. The
//! story prints the commands per commit, for one caller after another and for all at once.
#![allow(clippy::unwrap_used, reason = "an example ends where it is surprised")]

pub(crate) mod shared;

use std::time::Duration;

use amazoff_persistence::MemoryStore;
use amazoff_supervisor::{
    Assembly, CellLimits, Claim, Context, Decision, Entity, Envelope, Fault, FaultKind,
};
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use shared::{TokioClock, say};
use uuid::Uuid;

const CALLERS: u32 = 1_000;

#[derive(Clone, Default, Serialize, Deserialize)]
struct Counter {
    count: u64,
}

#[derive(Clone, Serialize, Deserialize)]
struct Add;

#[derive(Clone, Serialize, Deserialize)]
struct Added;

/// A counter refuses nothing.
#[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("never")]
enum Never {}

impl Fault for Never {
    fn kind(&self) -> FaultKind {
        match *self {}
    }
    fn code(&self) -> &'static str {
        match *self {}
    }
}

impl Entity for Counter {
    const KIND: &'static str = "counter";
    type Command = Add;
    type Event = Added;
    type Reply = u64;
    type Rejection = Never;
    type Effect = ();

    fn decide(&self, Add: &Add, _: &Context) -> Result<Decision<Self>, Never> {
        Ok(Decision::event(Added, self.count + 1))
    }

    fn apply(&mut self, Added: &Added) {
        self.count += 1;
    }

    fn claim_taken(_: &Claim) -> Never {
        unreachable!("a counter claims no key")
    }

    fn destination((): &()) -> String {
        unreachable!("a counter has no effects")
    }
}

async fn story() {
    let (store, clock) = (MemoryStore::new(), TokioClock::start());
    let mut assembly = Assembly::new(&shared::ports(&store, &clock));
    // A thousand commands fit into one queue by default; beyond its limit callers are told when to come back.
    let counters = assembly.directory::<Counter>(CellLimits::default());
    assembly.register(&counters);
    let runtime = assembly.finish();
    let tree = shared::start(&runtime).await;
    let add = |id| counters.execute(id, Add, Envelope::system(Duration::from_secs(5)));

    let quiet = Uuid::from_u128(1);
    for _ in 0..CALLERS {
        add(quiet).await.unwrap();
    }
    let one_by_one = runtime.lane_stats().commits;
    say(format!("one after another: {} commands per commit", u64::from(CALLERS) / one_by_one));

    let hot = Uuid::from_u128(2);
    let answers = join_all((0..CALLERS).map(|_| add(hot))).await;
    let mut counts: Vec<u64> = answers.into_iter().map(|answer| answer.unwrap().reply).collect();
    counts.sort_unstable();
    assert!(counts.into_iter().eq(1..=u64::from(CALLERS)), "every caller got a count of its own");
    let at_once = runtime.lane_stats().commits - one_by_one;
    say(format!("all at once: {} commands per commit", u64::from(CALLERS) / at_once));

    let counter = counters.read(hot).await.unwrap().unwrap();
    say(format!("the counter stands at {}, after {} events", counter.state.count, counter.version));
    tree.stop().await;
}

pub(crate) fn main() {
    shared::run(story());
}
