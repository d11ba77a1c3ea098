//! Who owns after whom.

use std::time::Duration;

use amazoff_cluster::LeaseEnd;
use amazoff_persistence::MemoryStore;
use tokio::time::sleep;

use crate::line::Weather;
use crate::world::{Machine, TTL, owner, standby, within};

const SOON: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_standby_takes_over_when_the_owner_is_gone() {
    let store = MemoryStore::new();
    let mut first = owner(&store).await;
    let second = standby(&store).await;
    let before = first.epoch().unwrap();
    sleep(TTL * 10).await;
    assert!(first.owns() && !second.owns(), "nobody is robbed of a lease that is renewed");
    first.kill().await;
    within(TTL + SOON, || second.owns()).await;
    assert_eq!(second.epoch().map(|epoch| epoch.0), Some(before.0 + 1));
}

#[tokio::test(start_paused = true)]
async fn a_planned_stop_hands_over_at_once() {
    let store = MemoryStore::new();
    let first = owner(&store).await;
    let second = standby(&store).await;
    let node = first.node().unwrap();
    node.release().await.unwrap();
    assert!(first.epoch().is_none());
    within(SOON, || second.owns()).await;
    assert_eq!(first.end(), Some(LeaseEnd::Released));
}

#[tokio::test(start_paused = true)]
async fn a_release_without_the_database_lets_the_lease_run_out() {
    let store = MemoryStore::new();
    let first = owner(&store).await;
    let second = standby(&store).await;
    for weather in [Weather::Hangs, Weather::Cut] {
        first.weather(weather);
        first.node().unwrap().release().await.unwrap_err();
        assert!(first.epoch().is_none());
    }
    within(TTL + SOON, || second.owns()).await;
}

#[tokio::test(start_paused = true)]
async fn a_killed_node_comes_back_at_once() {
    let store = MemoryStore::new();
    let mut machine = owner(&store).await;
    let waiting = standby(&store).await;
    for _ in 0..3 {
        let before = machine.epoch().unwrap();
        machine.kill().await;
        machine.start();
        within(Duration::from_millis(20), || machine.owns()).await;
        assert_eq!(machine.epoch().map(|epoch| epoch.0), Some(before.0 + 1));
    }
    assert!(waiting.node().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_copy_of_the_owners_folder_waits_and_nobody_flaps() {
    let store = MemoryStore::new();
    let mut original = owner(&store).await;
    let mut copy = original.copied(&store);
    // The folder was copied before the owner's last start, so the copy remembers less.
    original.kill().await;
    original.start();
    within(SOON, || original.owns()).await;
    copy.start();
    within(SOON, || copy.waits_for().is_some()).await;
    sleep(TTL * 10).await;
    assert!(original.owns() && copy.node().is_none());

    original.kill().await;
    within(TTL + SOON, || copy.owns()).await;
    original.start();
    within(SOON, || original.waits_for().is_some()).await;
    sleep(TTL * 10).await;
    assert!(copy.owns() && original.node().is_none());
}

#[tokio::test(start_paused = true)]
async fn of_two_processes_with_one_past_the_newer_wins_and_the_older_ends() {
    let store = MemoryStore::new();
    let mut original = owner(&store).await;
    let mut copy = original.copied(&store);
    // It remembers what the owner remembers, as a process that was killed and started again does.
    copy.start();
    within(SOON, || copy.owns()).await;
    within(TTL, || original.end() == Some(LeaseEnd::Lost)).await;
    original.kill().await;
    original.start();
    sleep(TTL * 10).await;
    assert!(copy.owns() && original.node().is_none(), "and it stays so");
}

#[tokio::test(start_paused = true)]
async fn a_standby_waits_through_an_outage_of_the_database() {
    let store = MemoryStore::new();
    let mut first = owner(&store).await;
    let second = standby(&store).await;
    second.weather(Weather::Cut);
    first.kill().await;
    sleep(TTL * 3).await;
    assert!(second.node().is_none());
    second.weather(Weather::Fine);
    within(SOON, || second.owns()).await;
}

#[tokio::test(start_paused = true)]
async fn of_many_standbys_one_takes_over() {
    let store = MemoryStore::new();
    let mut first = owner(&store).await;
    let mut others: Vec<Machine> = Vec::new();
    for _ in 0..5 {
        others.push(standby(&store).await);
    }
    first.kill().await;
    within(TTL + SOON, || others.iter().any(Machine::owns)).await;
    sleep(TTL * 5).await;
    assert_eq!(others.iter().filter(|machine| machine.owns()).count(), 1);
}
