//! What a node believes of itself when renewals fail.

use std::time::Duration;

use amazoff_cluster::{FENCED_AFTER, LeaseEnd};
use amazoff_persistence::MemoryStore;
use amazoff_supervisor::ShardId;
use amazoff_supervisor::journal::{Shards as _, Standing};
use tokio::time::sleep;

use crate::line::Weather;
use crate::world::{TTL, owner, standby, within};

const SLICE: Duration = Duration::from_millis(50);

fn trusted_for() -> Duration {
    TTL.mul_f64(FENCED_AFTER)
}

#[tokio::test(start_paused = true)]
async fn a_lone_node_without_its_database_answers_from_memory_and_writes_nothing() {
    let store = MemoryStore::new();
    let machine = owner(&store).await;
    let epoch = machine.epoch();
    machine.weather(Weather::Cut);
    let took = within(trusted_for(), || !machine.owns()).await;
    assert!(took > trusted_for() - TTL / 3 - Duration::from_millis(50), "{took:?}");
    assert_eq!((machine.standing(), machine.epoch()), (Some(Standing::Stale), None));
    sleep(TTL * 100).await;
    assert_eq!((machine.standing(), machine.epoch()), (Some(Standing::Stale), None));
    machine.weather(Weather::Fine);
    within(Duration::from_secs(1), || machine.owns()).await;
    assert_eq!(machine.epoch(), epoch, "nobody has claimed, so nothing in memory is outdated");
}

#[tokio::test(start_paused = true)]
async fn a_node_that_others_wait_for_answers_nothing_when_it_is_unsure() {
    for weather in [Weather::Cut, Weather::Hangs, Weather::AnswerLost, Weather::SlowBack(TTL)] {
        let store = MemoryStore::new();
        let machine = owner(&store).await;
        let mut other = standby(&store).await;
        sleep(TTL).await;
        // It only waits, and does not come back.
        other.kill().await;
        let epoch = machine.epoch();
        machine.weather(weather);
        within(trusted_for() + Duration::from_millis(100), || !machine.owns()).await;
        assert_eq!((machine.standing(), machine.epoch()), (Some(Standing::Fenced), None), "{weather:?}");
        sleep(TTL).await;
        assert_eq!(machine.standing(), Some(Standing::Fenced), "{weather:?}");
        machine.weather(Weather::Fine);
        within(TTL / 2, || machine.owns()).await;
        assert_eq!(machine.epoch(), epoch);
    }
}

#[tokio::test(start_paused = true)]
async fn renewals_that_are_slow_but_fast_enough_keep_the_shards() {
    let store = MemoryStore::new();
    let machine = owner(&store).await;
    machine.weather(Weather::SlowThere(TTL / 4));
    for _ in 0..1_000 {
        sleep(TTL / 50).await;
        assert!(machine.owns());
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_that_was_frozen_is_fenced_in_the_moment_it_goes_on() {
    let store = MemoryStore::new();
    let machine = owner(&store).await;
    let other = standby(&store).await;
    sleep(TTL).await;
    machine.freeze();
    within(TTL + Duration::from_secs(1), || other.owns()).await;
    machine.thaw();
    // Before any of its tasks had a turn.
    assert_eq!((machine.standing(), machine.epoch()), (Some(Standing::Fenced), None));
    within(TTL, || machine.end().is_some()).await;
    assert_eq!(machine.end(), Some(LeaseEnd::Lost));
    assert_eq!((machine.standing(), machine.epoch()), (Some(Standing::Fenced), None));
    assert!(other.owns());
}

#[tokio::test(start_paused = true)]
async fn a_renewal_counts_from_when_it_was_asked_for() {
    let store = MemoryStore::new();
    let machine = owner(&store).await;
    machine.weather(Weather::SlowBack(TTL / 10));
    within(TTL, || machine.line.is_busy()).await;
    machine.freeze();
    sleep(TTL * 2).await;
    assert!(machine.line.is_busy(), "the answer is still to be found");
    machine.weather(Weather::Cut);
    machine.thaw();
    within(SLICE, || !machine.line.is_busy()).await;
    assert!(!machine.owns(), "an old answer says nothing of now");
}

#[tokio::test(start_paused = true)]
async fn a_lost_node_stays_lost() {
    let store = MemoryStore::new();
    let machine = owner(&store).await;
    let mut other = standby(&store).await;
    machine.weather(Weather::Cut);
    within(TTL + Duration::from_secs(1), || other.owns()).await;
    machine.weather(Weather::Fine);
    within(TTL, || machine.end() == Some(LeaseEnd::Lost)).await;
    other.kill().await;
    let node = machine.node().unwrap();
    sleep(TTL * 2).await;
    assert_eq!(node.keep().await, LeaseEnd::Lost);
    assert_eq!((node.standing(), machine.epoch()), (Standing::Fenced, None));
}

#[tokio::test(start_paused = true)]
async fn a_refused_append_fences_until_a_renewal_says_who_is_right() {
    let store = MemoryStore::new();
    let machine = owner(&store).await;
    let shard = ShardId::all().next().unwrap();
    let node = machine.node().unwrap();
    node.refused(shard);
    assert_eq!((node.standing(), machine.epoch()), (Standing::Fenced, None));
    within(Duration::from_millis(20), || machine.owns()).await;
    store.shard_table().raise_epochs(1).await.unwrap();
    assert!(machine.owns(), "it cannot know yet");
    node.refused(shard);
    within(Duration::from_millis(20), || machine.end() == Some(LeaseEnd::Lost)).await;
}

#[tokio::test(start_paused = true)]
async fn a_doubt_survives_an_answer_that_was_asked_for_before() {
    let store = MemoryStore::new();
    let machine = owner(&store).await;
    machine.weather(Weather::SlowBack(TTL / 10));
    within(TTL, || machine.line.is_busy()).await;
    // The answer that is on its way is older than the doubt.
    let node = machine.node().unwrap();
    node.refused(ShardId::all().next().unwrap());
    machine.weather(Weather::Cut);
    within(TTL, || !machine.line.is_busy()).await;
    assert_eq!(node.standing(), Standing::Fenced);
}
