use std::path::Path;
use std::process::{Command, Stdio};

use amazoff_cluster::{DataFolder, SingleNode, TakeError};
use amazoff_persistence::SqliteStore;
use amazoff_supervisor::journal::{Journal, NewEvent, Part, PartRefusal, Shards};
use amazoff_supervisor::{CommandId, EntityId, Epoch, ShardId, Timestamp, Version};
use uuid::Uuid;

async fn booted(folder: &Path) -> (SqliteStore, SingleNode) {
    let store = SqliteStore::open(folder).await.unwrap();
    let node = SingleNode::take(folder, &*store.shard_table(), "127.0.0.1:8080").await.unwrap();
    (store, node)
}

async fn append(
    journal: &dyn Journal,
    node: &SingleNode,
    seen: u64,
    cart: &EntityId,
) -> Result<(), PartRefusal> {
    let epoch = node.epoch(cart.shard()).unwrap();
    let mut part = Part::empty(cart.clone(), Version(seen), epoch, Timestamp::default());
    part.events = vec![NewEvent {
        schema: 1,
        payload: "{}".to_owned(),
        command_id: CommandId::new(),
        causation: None,
        correlation: CommandId::new(),
    }];
    let mut lane = journal.lane(0).await.unwrap();
    lane.append(&[part]).await.unwrap().remove(0).map(drop)
}

#[tokio::test]
async fn a_second_node_is_told_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let (store, node) = booted(folder.path()).await;
    let refusal = SingleNode::take(folder.path(), &*store.shard_table(), "127.0.0.1:8081").await.unwrap_err();
    assert!(matches!(refusal, TakeError::InUse { .. }));
    let text = refusal.to_string();
    assert!(text.contains("in use") && text.contains("AMAZOFF_DATA_DIR"), "{text}");
    assert!(text.contains(&folder.path().display().to_string()), "{text}");
    // The refused one has claimed nothing.
    let cart = EntityId::new("cart", Uuid::now_v7());
    assert_eq!(append(&*store.journal(), &node, 0, &cart).await, Ok(()));
}

#[tokio::test]
async fn the_folder_is_free_again_when_the_node_ends() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        let (store, node) = booted(folder.path()).await;
        drop(node);
        store.close().await.unwrap();
    }
}

#[tokio::test]
async fn every_boot_has_the_same_name_and_larger_epochs() {
    let folder = tempfile::tempdir().unwrap();
    let mut names = Vec::new();
    for boot in 1..=3 {
        let (store, node) = booted(folder.path()).await;
        assert!(ShardId::all().all(|shard| node.epoch(shard) == Some(Epoch(boot))));
        names.push(node.node().to_owned());
        store.close().await.unwrap();
    }
    assert!(names[0].starts_with("node_"));
    names.dedup();
    assert_eq!(names.len(), 1);
}

#[tokio::test]
async fn what_an_earlier_boot_appends_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cart = EntityId::new("cart", Uuid::now_v7());
    let store = SqliteStore::open(folder.path()).await.unwrap();
    let earlier = SingleNode::take(folder.path(), &*store.shard_table(), "").await.unwrap();
    assert_eq!(append(&*store.journal(), &earlier, 0, &cart).await, Ok(()));
    // As if the lock had been lost: another node claims while the earlier one still runs.
    let elsewhere = tempfile::tempdir().unwrap();
    let later = SingleNode::take(elsewhere.path(), &*store.shard_table(), "").await.unwrap();
    let refusal = append(&*store.journal(), &earlier, 1, &cart).await;
    assert_eq!(refusal, Err(PartRefusal::ShardLost(cart.shard())));
    assert_eq!(append(&*store.journal(), &later, 1, &cart).await, Ok(()));
}

#[tokio::test]
async fn a_damaged_name_is_not_taken_for_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("node_id"), "\u{0}\u{0}").unwrap();
    assert!(matches!(DataFolder::lock(folder.path()), Err(TakeError::Name { .. })));
    // And the refusal does not keep the folder locked.
    std::fs::remove_file(folder.path().join("node_id")).unwrap();
    assert!(DataFolder::lock(folder.path()).is_ok());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let refusal = DataFolder::lock(&file).unwrap_err();
    assert!(matches!(refusal, TakeError::Folder { .. }), "{refusal}");
}

const CHILD_FOLDER: &str = "AMAZOFF_TEST_LOCK_FOLDER";

/// Only does something when [`the_lock_holds_across_processes_and_ends_with_them`] runs it as a process of its own.
#[test]
fn a_child_tries_to_lock() {
    let Ok(folder) = std::env::var(CHILD_FOLDER) else { return };
    let in_use = matches!(DataFolder::lock(Path::new(&folder)), Err(TakeError::InUse { .. }));
    std::process::exit(if in_use { 42 } else { 43 });
}

#[test]
fn the_lock_holds_across_processes_and_ends_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let child = || {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args(["--exact", "lock_and_epochs::a_child_tries_to_lock"])
            .env(CHILD_FOLDER, folder.path())
            .stdout(Stdio::null());
        child.status().unwrap().code()
    };
    let held = DataFolder::lock(folder.path()).unwrap();
    assert_eq!(child(), Some(42));
    drop(held);
    assert_eq!(child(), Some(43));
    assert!(DataFolder::lock(folder.path()).is_ok());
}
