//! Where a run's slices come from: this process, or others.

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::RunOptions;
use crate::agent::local::{Children, Program};
use crate::agent::remote::{Agent, Event};
use crate::agent::wire::Job;
use crate::agent::work::Ready;
use crate::error::LoadError;
use crate::limits;
use crate::numbers::count;

/// Events that wait to be looked at.
const WAITING_MAX: usize = 256;

/// The processes of a run.
#[derive(Debug)]
pub(super) struct Sources {
    events: mpsc::Receiver<Event>,
    tasks: JoinSet<()>,
    processes: usize,
    running: usize,
    _children: Children,
}

impl Sources {
    /// Starts the processes, gives each its part, and lets them begin together.
    pub(super) async fn start(
        job: Job,
        options: &RunOptions,
        stop: &CancellationToken,
    ) -> Result<Self, LoadError> {
        let (to, events) = mpsc::channel(WAITING_MAX);
        let mut tasks = JoinSet::new();
        let (children, mut addresses) = if options.processes > 1 {
            let program = options.program.clone().map_or_else(Program::own, Ok)?;
            Children::start(&program, options.processes, &options.allow_host).await?
        } else {
            (Children::default(), Vec::new())
        };
        addresses.extend(&options.agents);
        if addresses.len() > limits::AGENTS_MAX {
            return Err(LoadError::Refused(format!("at most {} processes share a run", limits::AGENTS_MAX)));
        }
        let processes = addresses.len().max(1);
        if addresses.is_empty() {
            let ready = Ready::new(job, &options.allow_host)?;
            tasks.spawn(alone(ready, to, stop.clone()));
        } else {
            let mut agents = Vec::new();
            for (part, address) in (0..).zip(&addresses) {
                let job = Job { part, of: count(addresses.len()), ..job.clone() };
                let hired = Agent::hire(*address, job).await;
                agents.push(hired.map_err(|why| LoadError::AgentLost { address: address.to_string(), why })?);
            }
            for agent in agents {
                tasks.spawn(agent.follow(to.clone(), stop.clone()));
            }
        }
        Ok(Self { events, tasks, processes, running: processes, _children: children })
    }

    /// How many there are, or were.
    pub(super) const fn processes(&self) -> usize {
        self.processes
    }

    /// How many are not done yet.
    pub(super) const fn running(&self) -> usize {
        self.running
    }

    /// What comes next; nothing when all are done or lost.
    pub(super) async fn next(&mut self) -> Option<Event> {
        let event = self.events.recv().await;
        match event {
            Some(Event::Done | Event::Lost { .. }) => self.running = self.running.saturating_sub(1),
            Some(Event::Slice(_)) => {}
            None => while self.tasks.join_next().await.is_some() {},
        }
        event
    }

    /// Waits until all have stopped.
    pub(super) async fn drain(&mut self) {
        while self.next().await.is_some() {}
    }
}

/// The only process of a run is this one.
async fn alone(ready: Ready, to: mpsc::Sender<Event>, stop: CancellationToken) {
    let (slices, mut made) = mpsc::channel(WAITING_MAX);
    let mut work = JoinSet::new();
    work.spawn(ready.work(slices, stop));
    while let Some(slice) = made.recv().await {
        if to.send(Event::Slice(Box::new(slice))).await.is_err() {
            return;
        }
    }
    while work.join_next().await.is_some() {}
    // Nobody is left to be told when the run is over.
    drop(to.send(Event::Done).await);
}
