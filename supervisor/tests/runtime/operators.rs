//! What operators do is done, and written down before it is.

use amazoff_supervisor::tree::Status;
use amazoff_supervisor::{CellStatus, CommandId, EntityId, Fault, FaultKind, OperateError};
use serde_json::json;
use uuid::Uuid;

use crate::tally::Command;
use crate::world::{World, repeatable, until};

async fn trail(world: &World) -> Vec<(String, String)> {
    let entries = world.store.audit().page(None, 50).await.expect("readable");
    entries.into_iter().rev().map(|entry| (entry.action, entry.subject)).collect()
}

fn entry(action: &str, subject: &str) -> (String, String) {
    (action.to_owned(), subject.to_owned())
}

#[tokio::test(start_paused = true)]
async fn every_act_is_in_the_audit_trail_and_one_that_failed_says_so() {
    let world = World::start().await;
    let operator = world.runtime.operator(world.tree.clone(), "ann");
    operator.change_limits(Some("tally"), &json!({"active_max": 7})).await.expect("sensible");
    assert_eq!(world.runtime.limits().domains["tally"].active_max, 7);
    let refused = operator.change_limits(None, &json!({"loads_max": 0})).await.expect_err("nonsense");
    assert_eq!((refused.kind(), refused.code()), (FaultKind::Invalid, "limits-invalid"));
    let missing = operator.restart_node("nowhere").await.expect_err("no such node");
    assert_eq!((missing.kind(), missing.code()), (FaultKind::NotFound, "tree-node-not-found"));
    let expected = [
        entry("limits-change", "tally"),
        entry("limits-change", "runtime"),
        entry("limits-change-failed", "runtime"),
        entry("tree-restart", "nowhere"),
        entry("tree-restart-failed", "nowhere"),
    ];
    assert_eq!(trail(&world).await, expected);
    assert_eq!(world.store.audit().verify().await.expect("whole"), 5);
    assert!(
        world.store.audit().page(None, 9).await.expect("readable").iter().all(|entry| entry.actor == "ann")
    );
}

#[tokio::test(start_paused = true)]
async fn a_node_is_halted_until_it_is_restarted() {
    let world = World::start().await;
    let operator = world.runtime.operator(world.tree.clone(), "ann");
    let id = Uuid::now_v7();
    operator.halt_node("tally").await.expect("it runs");
    until(async || world.tree.snapshot().at("tally").is_some_and(|node| node.status == Status::Stopped))
        .await;
    assert!(world.ask(id, Command::Add(1)).await.is_err());
    operator.restart_node("tally").await.expect("it is known");
    until(async || world.ask(id, Command::Add(1)).await.is_ok()).await;
}

#[tokio::test(start_paused = true)]
async fn a_quarantined_command_is_run_again_or_refused_for_ever() {
    let world = World::start().await;
    let operator = world.runtime.operator(world.tree.clone(), "ann");
    let id = Uuid::now_v7();
    let entity = EntityId::new("tally", id);
    let poison = CommandId::derived(&[b"poison"]);
    for _ in 0..2 {
        let _ = world.tallies.execute(id, Command::Panic, repeatable("poison")).await;
    }
    // It still crashes, so nothing is gained, and the entity goes on.
    let failed = operator.retry_command(&entity, poison).await.expect_err("it crashes again");
    assert_eq!(failed.code(), "not-committed");
    until(async || world.ask(id, Command::Add(1)).await.is_ok()).await;
    operator.dismiss_command(&entity, poison).await.expect("kept");
    let never = CommandId::derived(&[b"never given"]);
    let unknown = operator.retry_command(&entity, never).await.expect_err("unknown");
    assert_eq!(unknown.kind(), FaultKind::NotFound);
    let wrong = EntityId::new("robot", id);
    assert!(matches!(operator.passivate(&wrong).await, Err(OperateError::UnknownDomain(_))));
}

/// Its supervisor may notice only later that the actor has ended: that is none of the operator's business.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_entity_is_sent_away_at_the_first_word() {
    let world = World::start().await;
    let operator = world.runtime.operator(world.tree.clone(), "ann");
    let member = world.runtime.member("tally").unwrap();
    for _ in 0..30 {
        let id = Uuid::now_v7();
        let entity = EntityId::new("tally", id);
        world.ask(id, Command::Add(1)).await.expect("accepted");
        let idle = || {
            member
                .cells(100)
                .iter()
                .any(|cell| cell.entity == entity.to_string() && cell.status == CellStatus::Idle)
        };
        until(async || idle()).await;
        operator.passivate(&entity).await.expect("it is idle");
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_entity_is_sent_away_and_a_live_one_can_be_ended() {
    let world = World::start().await;
    let operator = world.runtime.operator(world.tree.clone(), "ann");
    let id = Uuid::now_v7();
    let entity = EntityId::new("tally", id);
    world.ask(id, Command::Add(1)).await.expect("accepted");
    operator.kill_cell(&entity).await.expect("it is awake");
    until(async || world.ask(id, Command::Add(1)).await.is_ok()).await;
    operator.passivate(&entity).await.expect("it is idle");
    assert!(matches!(operator.passivate(&entity).await, Err(OperateError::NotIdle)));
    assert!(matches!(operator.kill_cell(&entity).await, Err(OperateError::NotActive)));
    assert_eq!(world.sum(id).await, 2);
}
