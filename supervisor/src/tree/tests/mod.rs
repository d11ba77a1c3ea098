//! The tree on tokio's paused clock.

mod cells;
mod degrade;
mod events;
mod exits;
mod halting;
mod matrix;
mod operators;
mod order;
mod otp;
mod policy;
mod specs;
mod starts;
mod strategies;
mod tables;
mod view;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::broadcast;

use super::{ChildSpec, Decision, Status, SupervisorSpec, TaskContext, TaskError, TreeHandle};
use crate::clock::{ManualClock, Timestamp};

/// What a test tells a player to do.
#[derive(Clone, Copy, Debug)]
enum Cue {
    Finish,
    /// End as one who was asked to.
    Shutdown,
    Fail,
    Panic,
}

/// Where players (tasks that obey) perform; it notes who came (`+a`) and who left on request (`-a`).
#[derive(Clone)]
struct Stage {
    notes: Arc<Mutex<Vec<String>>>,
    cues: broadcast::Sender<(String, Cue)>,
}

impl Stage {
    fn new() -> Self {
        Self { notes: Arc::default(), cues: broadcast::Sender::new(64) }
    }

    fn note(&self, text: String) {
        self.notes.lock().unwrap().push(text);
    }

    fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap().clone()
    }

    /// The notes until now, which are then forgotten.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.notes.lock().unwrap())
    }

    /// How often a player has come.
    fn entries(&self, name: &str) -> usize {
        let entry = format!("+{name}");
        self.notes().iter().filter(|note| **note == entry).count()
    }

    async fn comes(&self, name: &str, times: usize) {
        until(&format!("{name} comes {times} times"), || self.entries(name) >= times).await;
    }

    fn cue(&self, name: &str, cue: Cue) {
        self.cues.send((name.to_owned(), cue)).unwrap();
    }

    fn player(&self, name: &'static str) -> ChildSpec {
        let stage = self.clone();
        ChildSpec::task(name, move |context| stage.clone().play(name, context))
            .backoff(super::Backoff::new(Duration::from_millis(10), Duration::from_secs(60)).steady())
    }

    async fn play(self, name: &'static str, context: TaskContext) -> Result<(), TaskError> {
        let mut cues = self.cues.subscribe();
        self.note(format!("+{name}"));
        loop {
            tokio::select! {
                () = context.cancel.cancelled() => {
                    self.note(format!("-{name}"));
                    return Ok(());
                }
                cue = cues.recv() => match cue {
                    Ok((to, Cue::Finish)) if to == name => return Ok(()),
                    Ok((to, Cue::Shutdown)) if to == name => {
                        context.cancel.cancel();
                        return Ok(());
                    }
                    Ok((to, Cue::Fail)) if to == name => return Err("it failed".into()),
                    Ok((to, Cue::Panic)) if to == name => panic!("it panicked"),
                    Ok(_) | Err(_) => {}
                },
            }
        }
    }
}

async fn start(spec: SupervisorSpec) -> TreeHandle {
    let clock = ManualClock::at(Timestamp::from_unix_ms(1_700_000_000_000));
    TreeHandle::start_with(spec, Arc::new(clock)).await.unwrap()
}

/// Waits for a condition, at most ten minutes of (paused) time.
async fn until(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..600_000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("never happened: {what}");
}

/// Gives whatever might still happen a minute of paused time to happen.
async fn quiet() {
    tokio::time::sleep(Duration::from_secs(60)).await;
}

fn status(tree: &TreeHandle, path: &str) -> Status {
    tree.snapshot().at(path).unwrap().status
}

fn decisions(tree: &TreeHandle, path: &str) -> Vec<Decision> {
    tree.events().into_iter().filter(|event| event.path == path).map(|event| event.decision).collect()
}

#[expect(clippy::disallowed_methods, reason = "a test's own task")]
async fn ends_within(limit: Duration, future: impl Future<Output = ()> + Send + 'static) -> bool {
    tokio::time::timeout(limit, tokio::spawn(future)).await.is_ok()
}
