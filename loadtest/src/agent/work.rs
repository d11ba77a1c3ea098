//! Does a process's part of a run and tells of it second by second.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

use super::wire::Job;
use crate::engine::plan::Plan;
use crate::engine::post::Post;
use crate::engine::profile::Profile;
use crate::engine::{self, Share};
use crate::error::LoadError;
use crate::feed::Feed;
use crate::limits;
use crate::numbers::float;
use crate::record::{Recorder, Slice};
use crate::run::hosts::{self, Reach};
use crate::scenario::Model;
use crate::shopper::World;
use crate::target::Target;
use crate::target::http::{Open, Server};

const SECOND: Duration = Duration::from_secs(1);

/// A job with everything that it needs.
#[derive(Debug)]
pub(crate) struct Ready {
    job: Job,
    reach: Arc<Reach>,
    plan: Plan,
    feeds: Vec<Feed>,
    posts: Vec<Post>,
    open: Open,
}

impl Ready {
    /// Gets a job ready. Which hosts are allowed is this process's to say, not the job's.
    ///
    /// # Errors
    /// When it goes where it may not, or the client cannot be set up.
    pub(crate) fn new(mut job: Job, allowed: &[String]) -> Result<Self, LoadError> {
        hosts::check(&job.base, &job.scenario, allowed)?;
        let reach = Arc::new(Reach::new(&job.base, allowed));
        let open = Open::default();
        let most = job.scenario.limits.sockets.unwrap_or(limits::SOCKETS_MAX).min(limits::SOCKETS_MAX);
        let parts = u32::try_from(job.of).unwrap_or(u32::MAX).max(1);
        let plan = Plan::new(&job.scenario).map_err(|why| LoadError::failed("the scenario", why))?;
        let target = || {
            let server: Arc<dyn Target> = Arc::new(Server::new(most.div_ceil(parts), &open)?);
            Ok(server)
        };
        let posts = Post::all(&plan.crews, target)?;
        let rows = std::mem::take(&mut job.rows);
        let feeds =
            job.scenario.feeders.iter().zip(rows).map(|(feeder, rows)| Feed::new(feeder, rows)).collect();
        Ok(Self { job, reach, plan, feeds, posts, open })
    }

    /// Does it; slices go where they are read, and none is lost.
    pub(crate) async fn work(self, slices: mpsc::Sender<Slice>, stop: CancellationToken) {
        let Self { job, reach, plan, feeds, posts, open } = self;
        let begin = Instant::now();
        let share = Share { part: job.part, of: job.of };
        let world = Arc::new(World {
            plan,
            reach,
            recorder: Recorder::default(),
            shared: Arc::new(job.shared),
            feeds,
            run: job.run,
            begin,
        });
        let mut shoppers = JoinSet::new();
        let (shared, stopped) = (Arc::clone(&world), stop.clone());
        shoppers.spawn(async move { engine::run(shared, posts, share, &stopped).await });
        let mut ticks = interval_at(begin + SECOND, SECOND);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            let over = tokio::select! {
                _ended = shoppers.join_next() => true,
                _tick = ticks.tick() => false,
            };
            let passed = begin.elapsed();
            // A tick closes the second before it.
            let second = if over { passed.as_secs() } else { passed.as_secs().saturating_sub(1) };
            let mut slice = world.recorder.second(second);
            slice.sockets = open.now().into();
            slice.target = rate(&world, Duration::from_secs(second)) / float(job.of.max(1));
            if slices.send(slice).await.is_err() || over {
                return;
            }
        }
    }
}

/// Starts per second that open executors are meant to make.
fn rate(world: &World, at: Duration) -> f64 {
    let open = world.plan.crews.iter().filter(|crew| crew.executor.model == Model::Open);
    let rate = |crew: &Arc<engine::plan::Crew>| {
        let from = at.checked_sub(crew.executor.start.0)?;
        Some(Profile::of(&crew.executor).level(from))
    };
    open.filter_map(rate).sum()
}
