//! **What restarts with what?**
//!
//! Three children a, b and c under each of the three strategies; b is killed. The story prints who was stopped and who was
//! started, in order, then what a crash does to a permanent, a transient and a temporary child, and last what happens
//! when a child that may fail twice fails a third time.
#![allow(clippy::unwrap_used, reason = "an example ends where it is surprised")]

pub(crate) mod shared;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use amazoff_supervisor::tree::{
    Backoff, ChildSpec, OnExhausted, Restart, Status, Strategy, SupervisorSpec, TaskError, TreeHandle,
};
use shared::say;

/// What the children did, in order.
type Diary = Arc<Mutex<Vec<String>>>;

/// A child that notes its start and, when it is asked to end, its stop. A killed one has no time for notes.
fn child(name: &'static str, diary: &Diary) -> ChildSpec {
    let diary = Arc::clone(diary);
    ChildSpec::task(name, move |context| {
        let diary = Arc::clone(&diary);
        async move {
            diary.lock().unwrap().push(format!("+{name}"));
            context.cancel.cancelled().await;
            diary.lock().unwrap().push(format!("-{name}"));
            Ok(())
        }
    })
}

/// Kills b under a strategy and returns what the children did about it.
async fn kill_b(strategy: Strategy) -> String {
    let diary = Diary::default();
    let children = ["a", "b", "c"].map(|name| child(name, &diary));
    let spec = children.into_iter().fold(SupervisorSpec::new("abc", strategy), SupervisorSpec::child);
    let tree = TreeHandle::start(spec).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    diary.lock().unwrap().clear();
    tree.kill("b").unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let did = diary.lock().unwrap().join(" ");
    tree.stop().await;
    did
}

/// Crashes a child with a restart policy and returns how it is afterwards.
async fn crash_with(restart: Restart) -> (Status, u64) {
    let diary = Diary::default();
    let spec = SupervisorSpec::one_for_one("one").child(child("b", &diary).restart(restart));
    let tree = TreeHandle::start(spec).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    tree.kill("b").unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let view = tree.snapshot().at("b").map(|b| (b.status, b.restarts)).unwrap();
    tree.stop().await;
    view
}

/// A child that always fails, under a supervisor that bears two restarts in ten seconds.
async fn hopeless(on_exhausted: OnExhausted) -> (Status, Option<u64>, Status) {
    let broken = ChildSpec::task("broken", |_| async { Err(TaskError::from("no database")) })
        .backoff(Backoff::new(Duration::from_millis(100), Duration::from_secs(30)).steady())
        .on_exhausted(on_exhausted);
    let spec = SupervisorSpec::one_for_one("two")
        .intensity(2, Duration::from_secs(10))
        .child(broken)
        .child(child("sibling", &Diary::default()));
    let tree = TreeHandle::start(spec).await.unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let view = tree.snapshot();
    let broken = view.at("broken").unwrap();
    let seen = (broken.status, broken.next_restart_in_ms, view.at("sibling").unwrap().status);
    tree.stop().await;
    seen
}

async fn story() {
    for strategy in [Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne] {
        say(format!("{strategy:?}, b is killed: {}", kill_b(strategy).await));
    }
    for restart in [Restart::Permanent, Restart::Transient, Restart::Temporary] {
        let (status, restarts) = crash_with(restart).await;
        say(format!("{restart:?}, killed once: {status:?} after {restarts} restarts"));
    }
    for on_exhausted in [OnExhausted::Escalate, OnExhausted::Degrade] {
        let (broken, next, sibling) = hopeless(on_exhausted).await;
        let next = if next.is_some() { "tried again later" } else { "not tried again" };
        say(format!("{on_exhausted:?}, always failing: {broken:?}, {next}; its sibling is {sibling:?}"));
    }
}

pub(crate) fn main() {
    shared::run(story());
}
