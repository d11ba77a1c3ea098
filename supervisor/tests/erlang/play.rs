//! Playing a scenario on our tree.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use amazoff_supervisor::tree::{
    Backoff, CellHost, ChildSpec, OnExhausted, Status, SupervisorSpec, TaskContext, TaskError, TreeHandle,
};
use futures::future::BoxFuture;
use ractor::{ActorCell, ActorId};
use tokio::sync::oneshot;

use crate::script::{Child, Flags, Role, Scenario};

/// What happened, and how to reach the workers that run.
#[derive(Clone, Default)]
struct Stage {
    notes: Arc<Mutex<Vec<String>>>,
    cues: Arc<Mutex<HashMap<String, oneshot::Sender<String>>>>,
}

impl Stage {
    fn note(&self, sign: char, path: &str) {
        self.notes.lock().unwrap().push(format!("{sign}{path}"));
    }

    /// A line of the answer: some words and what happened since the last one.
    fn line(&self, words: &str) -> String {
        let notes = std::mem::take(&mut *self.notes.lock().unwrap());
        [vec![words.to_owned()], notes].concat().join(" ")
    }

    /// A worker: ends as it is told to.
    async fn work(self, path: String, context: TaskContext) -> Result<(), TaskError> {
        let (sender, cue) = oneshot::channel();
        self.cues.lock().unwrap().insert(path.clone(), sender);
        self.note('+', &path);
        tokio::select! {
            () = context.cancel.cancelled() => {
                self.note('-', &path);
                Ok(())
            }
            cue = cue => match cue.unwrap().as_str() {
                "normal" => Ok(()),
                "shutdown" => {
                    context.cancel.cancel();
                    Ok(())
                }
                "error" => Err("it failed".into()),
                "panic" => panic!("it panicked"),
                other => panic!("no way to end: {other}"),
            },
        }
    }
}

/// A worker whose start can fail: only a domain's start runs code of its own before its supervisor goes on.
struct Reluctant {
    name: String,
    stage: Stage,
    fails: Vec<usize>,
    starts: Mutex<usize>,
}

impl CellHost for Reluctant {
    fn name(&self) -> &str {
        &self.name
    }
    fn opened(&self, _supervisor: ActorCell) {
        let number = {
            let mut starts = self.starts.lock().unwrap();
            *starts += 1;
            *starts
        };
        assert!(!self.fails.contains(&number), "not yet");
        self.stage.note('+', &self.name);
    }
    fn closed(&self, _retry_after: Duration) {}
    fn cell_ended(&self, _actor: ActorId, _cause: Option<String>) {}
    fn restart_cell(&self, _actor: ActorId) {}
    fn stop(&self) -> BoxFuture<'_, ()> {
        Box::pin(async { self.stage.note('-', &self.name) })
    }
    fn stats(&self) -> serde_json::Value {
        serde_json::Value::Null
    }
}

/// The supervisor of the children directly below a path.
fn supervisor(
    scenario: &Scenario,
    stage: &Stage,
    (above, name, flags): (&str, &str, &Flags),
) -> SupervisorSpec {
    let intensity = flags.intensity();
    let spec =
        SupervisorSpec::new(name, flags.strategy()).intensity(intensity.restarts_max, intensity.period);
    let below = scenario.children.iter().filter(|child| child.above() == above);
    below.fold(spec, |spec, child| spec.child(line(scenario, stage, child)))
}

fn line(scenario: &Scenario, stage: &Stage, child: &Child) -> ChildSpec {
    let reluctant = |child: &Child| matches!(&child.role, Role::Worker { fails } if !fails.is_empty());
    let spec = match &child.role {
        Role::Supervisor(flags) => supervisor(scenario, stage, (&child.path, child.name(), flags)).into(),
        // All are of one kind, so that each notes its start at the same point of it.
        Role::Worker { fails } if scenario.children.iter().any(reluctant) => {
            let (name, fails) = (child.path.clone(), fails.clone());
            ChildSpec::domain(Arc::new(Reluctant {
                name,
                stage: stage.clone(),
                fails,
                starts: Mutex::default(),
            }))
            .on_exhausted(OnExhausted::Escalate)
        }
        Role::Worker { .. } => {
            let (stage, path) = (stage.clone(), child.path.clone());
            ChildSpec::task(child.name(), move |context| stage.clone().work(path.clone(), context))
        }
    };
    let wait = Duration::from_millis(10);
    spec.restart(child.restart()).backoff(Backoff::new(wait, wait).steady())
}

/// Gives everything that follows from a crash the time to happen; far less than a window's period.
async fn settle() {
    tokio::time::sleep(Duration::from_secs(1)).await;
}

pub(crate) async fn play(scenario: &Scenario) -> Vec<String> {
    let stage = Stage::default();
    let tree = TreeHandle::start(supervisor(scenario, &stage, ("", "root", &scenario.root))).await.unwrap();
    settle().await;
    let mut lines = vec![stage.line("begin")];
    for crash in &scenario.crashes {
        if tree.snapshot().status == Status::Failed {
            break;
        }
        match crash.how.as_str() {
            "kill" => tree.kill(&crash.path).unwrap(),
            how => {
                let cue = stage.cues.lock().unwrap().remove(&crash.path).unwrap();
                cue.send(how.to_owned()).unwrap();
            }
        }
        settle().await;
        lines.push(stage.line(&format!("{} {}", crash.path, crash.how)));
    }
    let view = tree.snapshot();
    if view.status == Status::Failed {
        lines.push("end gave up".to_owned());
        return lines;
    }
    let workers = scenario.children.iter().filter(|child| matches!(child.role, Role::Worker { .. }));
    let alive = workers.filter(|child| view.at(&child.path).unwrap().status == Status::Running);
    lines.push(
        ["end alive"].into_iter().chain(alive.map(|child| child.path.as_str())).collect::<Vec<_>>().join(" "),
    );
    tree.stop().await;
    lines.push(stage.line("stop"));
    lines
}
