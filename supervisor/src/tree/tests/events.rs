use std::time::Duration;

use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::super::{Backoff, ChildSpec, Decision, OnExhausted, SupervisorSpec, TaskError};
use super::{Cue, Stage, start};

/// Fails at once, for ever.
fn broken() -> ChildSpec {
    ChildSpec::task("broken", |_| async { Err::<(), TaskError>("no database".into()) })
        .on_exhausted(OnExhausted::Degrade)
        .backoff(Backoff::new(Duration::from_millis(10), Duration::from_secs(1)).steady())
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_sees_what_the_log_keeps_in_the_same_order() {
    let stage = Stage::new();
    let tree = start(SupervisorSpec::one_for_one("root").child(stage.player("a"))).await;
    stage.comes("a", 1).await;
    let before = tree.events().len();
    let mut live = tree.subscribe();
    stage.cue("a", Cue::Fail);
    let planned = live.recv().await.unwrap();
    assert_eq!((planned.path.as_str(), planned.decision), ("a", Decision::Planned { in_ms: 10 }));
    assert_eq!(planned.cause.as_deref(), Some("it failed"));
    stage.comes("a", 2).await;
    tree.stop().await;
    let mut seen = vec![planned];
    while let Ok(event) = live.try_recv() {
        seen.push(event);
    }
    let events = tree.events();
    assert_eq!(seen, events[before..]);
    let numbers: Vec<u64> = events.iter().map(|event| event.number).collect();
    assert_eq!(numbers, (1..=u64::try_from(events.len()).unwrap()).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_restart_on_request_is_not_told_with_the_cause_of_an_earlier_failure() {
    let stage = Stage::new();
    let tree = start(SupervisorSpec::one_for_one("root").child(stage.player("a"))).await;
    stage.comes("a", 1).await;
    stage.cue("a", Cue::Fail);
    stage.comes("a", 2).await;
    tree.restart("a").unwrap();
    stage.comes("a", 3).await;
    let planned =
        tree.events().into_iter().filter(|event| matches!(event.decision, Decision::Planned { .. }));
    let causes: Vec<_> = planned.map(|event| event.cause).collect();
    assert_eq!(causes, [Some("it failed".to_owned()), None]);
    assert_eq!(tree.snapshot().children[0].last_error.as_deref(), Some("it failed"));
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_that_falls_behind_is_told_how_much_it_missed() {
    let tree = start(SupervisorSpec::one_for_one("root").child(broken())).await;
    let mut live = tree.subscribe();
    let known = tree.events().last().unwrap().number;
    tokio::time::sleep(Duration::from_secs(600)).await;
    let newest = tree.events().last().unwrap().number;
    let Err(RecvError::Lagged(missed)) = live.recv().await else { panic!("nothing was missed") };
    assert_eq!(missed, newest - known - 256);
    let oldest = live.recv().await.unwrap();
    assert_eq!(oldest.number, known + missed + 1);
    assert_eq!(Some(&oldest), tree.events().first(), "what is left is what the log keeps");
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn one_slow_subscriber_costs_the_others_nothing() {
    let tree = start(SupervisorSpec::one_for_one("root").child(broken())).await;
    let (_slow, mut quick) = (tree.subscribe(), tree.subscribe());
    for _ in 0..1_000 {
        quick.recv().await.unwrap();
    }
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_subscription_ends_with_its_tree() {
    let stage = Stage::new();
    let tree = start(SupervisorSpec::one_for_one("root").child(stage.player("a"))).await;
    let mut live = tree.subscribe();
    tree.stop().await;
    drop(tree);
    super::until("it ends", || {
        loop {
            match live.resubscribe().try_recv() {
                Err(TryRecvError::Closed) => break true,
                Err(TryRecvError::Empty) => break false,
                Ok(_) | Err(TryRecvError::Lagged(_)) => {}
            }
        }
    })
    .await;
    assert_eq!(live.recv().await.unwrap().decision, Decision::Stopped, "what was sent before is still there");
}
