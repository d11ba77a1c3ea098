//! Brings shoppers: at a rate whatever the target does, or so many at a time.

mod closed;
mod open;
pub(crate) mod plan;
pub(crate) mod post;
pub(crate) mod profile;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::scenario::Model;
use crate::shopper::World;
use crate::target::Target;
use plan::Crew;
use post::Post;

/// How long journeys under way at the end may take to finish, usually.
const GRACE: Duration = Duration::from_secs(10);
/// How long journeys that are cut short may take to say so.
const CUT: Duration = Duration::from_secs(1);

/// Which part of a run a process does: the arrivals and shoppers whose number leaves this remainder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    /// From 0.
    pub part: u64,
    /// How many processes there are.
    pub of: u64,
}

impl Share {
    /// Everything.
    #[cfg(test)]
    const WHOLE: Self = Self { part: 0, of: 1 };

    const fn has(self, number: u64) -> bool {
        number % self.of == self.part
    }

    /// This process's part of a number of shoppers; at least one.
    fn of_users(self, users: u32) -> usize {
        let (users, of) = (u64::from(users), self.of.max(1));
        let more = u64::from(self.part < users % of);
        usize::try_from((users / of + more).max(1)).unwrap_or(usize::MAX)
    }
}

/// One executor's work in a run.
#[derive(Clone, Debug)]
pub(crate) struct Shift {
    /// What all shoppers share.
    pub world: Arc<World>,
    /// What its shoppers ask.
    pub target: Arc<dyn Target>,
    /// The executor.
    pub crew: Arc<Crew>,
    /// This process's part.
    pub share: Share,
    /// When the executor begins.
    pub begin: Instant,
    /// Told when no more journeys may start.
    pub stop: CancellationToken,
    /// Told when journeys under way must end where they are.
    pub cut: CancellationToken,
}

/// Runs all executors to their ends, each at its post. What they do is in the world's recorder.
pub(crate) async fn run(world: Arc<World>, posts: Vec<Post>, share: Share, stop: &CancellationToken) {
    let mut shifts = JoinSet::new();
    for (crew, post) in world.plan.crews.iter().zip(posts) {
        let shift = Shift {
            world: Arc::clone(&world),
            target: Arc::clone(&post.target),
            crew: Arc::clone(crew),
            share,
            begin: world.begin + crew.executor.start.0,
            stop: stop.clone(),
            cut: CancellationToken::new(),
        };
        match crew.executor.model {
            Model::Open => shifts.spawn(post.run(open::run(shift))),
            Model::Closed => shifts.spawn(post.run(closed::run(shift))),
        };
    }
    while shifts.join_next().await.is_some() {}
}

/// Lets journeys under way finish; the rest is cut short, and each counts itself and the step that it is at.
async fn finish(shift: &Shift, journeys: &mut JoinSet<()>) {
    let grace = shift.crew.executor.grace.map_or(GRACE, |span| span.0);
    if timeout(grace, all(journeys)).await.is_ok() {
        return;
    }
    shift.cut.cancel();
    if timeout(CUT, all(journeys)).await.is_err() {
        shift.world.recorder.cuts_short(crate::numbers::count(journeys.len()));
        journeys.shutdown().await;
    }
}

async fn all(journeys: &mut JoinSet<()>) {
    while journeys.join_next().await.is_some() {}
}
