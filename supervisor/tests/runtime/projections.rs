//! Documents follow the journal, each projection on its own, and are rebuilt beside what serves.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use amazoff_persistence::{AppendFailure, MemoryStore};
use amazoff_supervisor::documents::{DocumentPut, Documents};
use amazoff_supervisor::{AskError, Fault, RebuildError, ShardId};
use uuid::Uuid;

use crate::shelf::{Hindered, Lines, Shelf, in_shard};
use crate::tally::Command;
use crate::world::{envelope, until};

const LINES: &[&str] = &["lines"];

#[tokio::test(start_paused = true)]
async fn a_failing_shard_holds_back_neither_its_projections_other_shards_nor_other_projections() {
    let (broken, whole) = (Lines::of("broken", &["broken-lines"]), Lines::of("whole", LINES));
    let hindrance = Arc::clone(&broken.hindrance);
    hindrance.fails.store(true, Ordering::SeqCst);
    hindrance.shards.lock().expect("unpoisoned").insert(7);
    let shelf = Shelf::start(vec![broken, whole]).await;
    let poisoned = in_shard(7);
    shelf.add(poisoned).await;
    for number in [3, 8, 200] {
        shelf.add(in_shard(number)).await;
    }
    until(async || shelf.stored("lines").await == 4 && shelf.stored("broken-lines").await == 3).await;
    tokio::time::sleep(Duration::from_secs(5)).await;

    let stats = shelf.stats("broken").await;
    assert_eq!(stats.behind, 1);
    assert!(stats.oldest_unprojected_age_ms >= 5_000, "{stats:?}");
    assert_eq!(stats.failing.len(), 1);
    assert_eq!(stats.failing[0].shard, 7);
    assert!(stats.failing[0].error.contains("told to fail") && stats.failing[0].times >= 4, "{stats:?}");
    assert!(stats.failing[0].next_try_in_ms > 0);
    let whole = serde_json::to_value(shelf.stats("whole").await).expect("serialisable");
    assert_eq!((&whole["behind"], &whole["oldest_unprojected_age_ms"]), (&0.into(), &0.into()));
    assert!(whole["failing"].as_array().is_some_and(Vec::is_empty) && whole["rebuilding"].is_null());

    hindrance.fails.store(false, Ordering::SeqCst);
    shelf.runtime.projected().await;
    assert_eq!(shelf.stored("broken-lines").await, 4);
    assert_eq!(shelf.stats("broken").await.failing, []);
}

#[tokio::test(start_paused = true)]
async fn what_is_committed_while_a_failed_shard_is_tried_again_is_projected() {
    let (store, lines) = (MemoryStore::new(), Lines::of("lines", LINES));
    let (documents, hindrance) = (Hindered::over(&store), Arc::clone(&lines.hindrance));
    hindrance.fails.store(true, Ordering::SeqCst);
    let port: Arc<dyn Documents> = Arc::<Hindered>::clone(&documents);
    let shelf = Shelf::over(store, port, vec![lines]).await;
    let id = in_shard(7);
    shelf.add(id).await;
    until(async || !shelf.stats("lines").await.failing.is_empty()).await;
    documents.held.send_replace(true);
    hindrance.fails.store(false, Ordering::SeqCst);
    until(async || hindrance.projected.load(Ordering::SeqCst) == 1).await;
    shelf.add(id).await;
    let let_go = tokio::time::Instant::now();
    documents.held.send_replace(false);
    until(async || shelf.stored("lines").await == 2).await;
    assert!(let_go.elapsed() < Duration::from_secs(1), "{:?}", let_go.elapsed());
}

#[tokio::test(start_paused = true)]
async fn what_was_stored_behind_an_outcome_that_nobody_knows_is_projected_although_nobody_asks_again() {
    let shelf = Shelf::start(vec![Lines::of("lines", LINES)]).await;
    shelf.runtime.projected().await;
    shelf.store.fail_next(AppendFailure::LostAfter);
    for _ in 0..40 {
        shelf.store.fail_next(AppendFailure::Unavailable);
    }
    let outcome = shelf.tallies.execute(in_shard(7), Command::Add(1), envelope()).await;
    assert!(matches!(outcome, Err(AskError::NoAnswer)), "{outcome:?}");
    until(async || shelf.stored("lines").await == 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_failure_of_its_shard_alone_and_what_precedes_it_is_kept() {
    let lines = Lines::of("lines", LINES);
    let hindrance = Arc::clone(&lines.hindrance);
    let shelf = Shelf::start(vec![lines]).await;
    let id = in_shard(7);
    shelf.add(id).await;
    shelf.runtime.projected().await;
    hindrance.shards.lock().expect("unpoisoned").insert(7);
    hindrance.panics.store(true, Ordering::SeqCst);
    shelf.add(id).await;
    shelf.add(in_shard(9)).await;
    until(async || shelf.stored("lines").await == 2).await;
    until(async || shelf.stats("lines").await.failing.first().is_some_and(|shard| shard.times >= 2)).await;
    let failing = shelf.stats("lines").await.failing;
    assert!(failing[0].error.contains("panicked: no line today"), "{failing:?}");
    hindrance.panics.store(false, Ordering::SeqCst);
    shelf.runtime.projected().await;
    assert_eq!(shelf.stored("lines").await, 3);
}

#[tokio::test(start_paused = true)]
async fn a_projection_that_hangs_on_one_event_is_cut_off() {
    let lines = Lines::of("lines", LINES);
    let hindrance = Arc::clone(&lines.hindrance);
    let shelf = Shelf::start(vec![lines]).await;
    hindrance.ms_per_event.store(3_600_000, Ordering::SeqCst);
    shelf.add(in_shard(1)).await;
    until(async || !shelf.stats("lines").await.failing.is_empty()).await;
    assert!(shelf.stats("lines").await.failing[0].error.contains("no documents after"));
}

#[tokio::test(start_paused = true)]
async fn while_much_happens_turns_get_larger_and_whoever_waits_is_not_kept() {
    let store = MemoryStore::new();
    let documents = Hindered::over(&store);
    let port: Arc<dyn Documents> = Arc::<Hindered>::clone(&documents);
    let shelf = Shelf::over(store, port, vec![Lines::of("lines", LINES)]).await;
    let id = in_shard(7);
    shelf.add(id).await;
    shelf.runtime.projected().await;
    let left = documents.writes_left.load(Ordering::SeqCst);
    for _ in 0..40 {
        shelf.add(id).await;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let written = left - documents.writes_left.load(Ordering::SeqCst);
    assert!((3..=6).contains(&written), "{written} writes in 200 ms");

    until(async || shelf.stored("lines").await == 41).await;
    let began = tokio::time::Instant::now();
    shelf.add(id).await;
    shelf.runtime.projected().await;
    assert_eq!(shelf.stored("lines").await, 42);
    assert!(began.elapsed() < Duration::from_millis(10), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn readers_see_a_rebuild_all_at_once_while_writes_go_on() {
    let lines = Lines::of("lines", LINES);
    let hindrance = Arc::clone(&lines.hindrance);
    hindrance.edition.store(1, Ordering::SeqCst);
    let shelf = Shelf::start(vec![lines]).await;
    shelf.add_many(100).await;
    shelf.runtime.projected().await;

    hindrance.ms_per_event.store(5, Ordering::SeqCst);
    hindrance.edition.store(2, Ordering::SeqCst);
    assert_eq!(shelf.runtime.rebuild("lines").await.expect("begins"), 1);
    let (mut of_old, mut of_new, mut reported) = (0, 0, 0);
    let reading = async {
        let mut seen = 100;
        loop {
            let editions = shelf.editions("lines").await;
            assert!(editions.len() >= seen, "a list never shrinks: {seen} then {}", editions.len());
            seen = editions.len();
            match editions.iter().filter(|edition| **edition == 1).count() {
                100 => of_old += 1,
                0 => of_new += 1,
                mixed => panic!("{mixed} of the 100 old documents in one list"),
            }
            let stats = shelf.stats("lines").await;
            reported += stats.rebuilding.map_or(0, |rebuilding| {
                assert!(rebuilding.passed <= rebuilding.events && rebuilding.generation == 1);
                usize::from(rebuilding.passed > 0 && rebuilding.passed < rebuilding.events)
            });
            if of_new > 10 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(7)).await;
        }
    };
    let writing = async {
        for _ in 0..40 {
            shelf.add(Uuid::now_v7()).await;
            tokio::time::sleep(Duration::from_millis(9)).await;
        }
    };
    tokio::join!(reading, writing);
    assert!(of_old > 10 && reported > 5, "{of_old} lists before the swap, {reported} reports of progress");
    shelf.runtime.projected().await;
    assert_eq!(shelf.editions("lines").await, vec![2; 140]);
    until(async || shelf.stored("lines").await == 0).await;
    assert_eq!(shelf.stored("lines@1").await, 140);
    until(async || shelf.store.documents().checkpoints("lines").await.expect("readable").is_empty()).await;
}

#[tokio::test(start_paused = true)]
async fn only_one_rebuild_of_a_projection_runs_at_a_time() {
    let lines = Lines::of("lines", LINES);
    let hindrance = Arc::clone(&lines.hindrance);
    let shelf = Shelf::start(vec![lines, Lines::of("others", &["others"])]).await;
    shelf.add_many(10).await;
    shelf.runtime.projected().await;
    hindrance.ms_per_event.store(100, Ordering::SeqCst);
    shelf.runtime.rebuild("lines").await.expect("begins");
    let second = shelf.runtime.rebuild("lines").await.expect_err("refused");
    assert!(matches!(second, RebuildError::Running { name: "lines", generation: 1 }), "{second}");
    assert_eq!(second.code(), "rebuild-running");
    shelf.runtime.rebuild("others").await.expect("another projection may");
    assert!(matches!(shelf.runtime.rebuild("nobody").await, Err(RebuildError::Unknown(_))));
    shelf.serves("lines", 1).await;
    assert_eq!(shelf.runtime.rebuild("lines").await.expect("the first is over"), 2);
    shelf.serves("lines", 2).await;
    assert_eq!(shelf.stored("lines@2").await, 10);
}

#[tokio::test(start_paused = true)]
async fn a_rebuild_goes_on_where_the_process_ended() {
    let lines = Lines::of("lines", LINES);
    let hindrance = Arc::clone(&lines.hindrance);
    let shelf = Shelf::start(vec![lines]).await;
    shelf.add_many(100).await;
    shelf.runtime.projected().await;
    hindrance.ms_per_event.store(10, Ordering::SeqCst);
    shelf.runtime.rebuild("lines").await.expect("begins");
    let passed = async || shelf.stats("lines").await.rebuilding.map_or(0, |rebuilding| rebuilding.passed);
    until(async || passed().await >= 50).await;
    assert_eq!(shelf.editions("lines").await.len(), 100, "half a rebuild is nobody's business");
    shelf.tree.stop().await;

    let again = Lines::of("lines", LINES);
    let hindrance = Arc::clone(&again.hindrance);
    let store = shelf.store.clone();
    let next = Shelf::over(store.clone(), store.documents(), vec![again]).await;
    assert_eq!(next.editions("lines").await.len(), 100);
    next.serves("lines", 1).await;
    assert_eq!(next.stored("lines@1").await, 100);
    let projected = hindrance.projected.load(Ordering::SeqCst);
    assert!(projected <= 60, "it began anew: {projected}");
}

/// Kills the process at each write of a rebuild in turn; readers never notice.
#[tokio::test(start_paused = true)]
async fn a_kill_at_any_write_of_a_rebuild_leaves_complete_documents() {
    let (mut kills, mut whole) = (0, false);
    for writes in 0..60 {
        let store = MemoryStore::new();
        let documents = Hindered::over(&store);
        let port: Arc<dyn Documents> = Arc::<Hindered>::clone(&documents);
        let shelf = Shelf::over(store.clone(), port, vec![Lines::of("lines", LINES)]).await;
        for number in 0..8 {
            shelf.add(in_shard(number * 31)).await;
        }
        shelf.runtime.projected().await;
        documents.writes_left.store(writes, Ordering::SeqCst);
        let begun = tokio::time::timeout(Duration::from_secs(1), shelf.runtime.rebuild("lines")).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        whole = documents.writes_left.load(Ordering::SeqCst) > 0;
        kills += usize::from(!whole);
        shelf.tree.stop().await;

        let lines = Lines::of("lines", LINES);
        lines.hindrance.ms_per_event.store(10, Ordering::SeqCst);
        let next = Shelf::over(store.clone(), store.documents(), vec![lines]).await;
        assert_eq!(next.editions("lines").await.len(), 8, "killed at write {writes}");
        next.add(in_shard(5)).await;
        // A rebuild that was noted is done, one that was not is forgotten.
        let generation = u64::from(begun.is_ok());
        next.serves("lines", generation).await;
        assert_eq!(next.editions("lines").await.len(), 9, "killed at write {writes}");
        let leftover = if generation == 0 { "lines@1" } else { "lines" };
        until(async || next.stored(leftover).await == 0).await;
        next.tree.stop().await;
        if whole {
            break;
        }
    }
    assert!(whole && kills >= 12, "{kills} kills, and one rebuild to its end: {whole}");
}

#[tokio::test(start_paused = true)]
async fn another_version_is_built_beside_and_served_by_itself() {
    let shelf = Shelf::start(vec![Lines::of("lines", LINES)]).await;
    shelf.add_many(30).await;
    shelf.runtime.projected().await;
    assert_eq!(shelf.stats("lines").await.version, 1);
    shelf.tree.stop().await;

    let mut lines = Lines { version: 2, ..Lines::of("lines", &["lines", "more-lines"]) };
    lines.hindrance.ms_per_event.store(10, Ordering::SeqCst);
    lines.hindrance.edition.store(2, Ordering::SeqCst);
    let store = shelf.store.clone();
    let next = Shelf::over(store.clone(), store.documents(), vec![lines]).await;
    assert_eq!(next.editions("lines").await, vec![0; 30]);
    let new = next.documents.get("more-lines", "x").await;
    assert!(new.is_err(), "a collection that is not built yet is not empty: {new:?}");
    next.serves("lines", 1).await;
    assert_eq!(next.stats("lines").await.version, 2);
    assert_eq!(next.editions("lines").await, vec![2; 30]);
    assert_eq!(next.editions("more-lines").await.len(), 30);
    next.tree.stop().await;

    // The same version again has nothing to do.
    lines = Lines { version: 2, ..Lines::of("lines", &["lines", "more-lines"]) };
    let hindrance = Arc::clone(&lines.hindrance);
    let last = Shelf::over(store.clone(), store.documents(), vec![lines]).await;
    last.runtime.projected().await;
    assert_eq!(last.stats("lines").await.generation, 1);
    assert_eq!(hindrance.projected.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_rebuild_that_another_version_began_is_given_up() {
    let shelf = Shelf::start(vec![Lines::of("lines", LINES)]).await;
    shelf.add_many(20).await;
    shelf.runtime.projected().await;
    shelf.tree.stop().await;
    let store = shelf.store.clone();
    let start = async |version: u32, pause: u64| {
        let lines = Lines { version, ..Lines::of("lines", LINES) };
        lines.hindrance.ms_per_event.store(pause, Ordering::SeqCst);
        lines.hindrance.edition.store(version, Ordering::SeqCst);
        Shelf::over(store.clone(), store.documents(), vec![lines]).await
    };
    let second = start(2, 10).await;
    until(async || second.stored("lines@1").await > 5).await;
    second.tree.stop().await;
    let third = start(3, 0).await;
    third.serves("lines", 2).await;
    assert_eq!(third.editions("lines").await, vec![3; 20]);
    until(async || third.stored("lines@1").await == 0 && third.stored("lines").await == 0).await;
}

#[tokio::test(start_paused = true)]
async fn documents_of_a_projection_are_written_by_nobody_else() {
    let shelf = Shelf::start(vec![Lines::of("lines", LINES)]).await;
    let shard = ShardId::of(Uuid::nil());
    let put = |collection: &str| DocumentPut {
        collection: collection.to_owned(),
        id: "x".to_owned(),
        source_seq: 1,
        body: None,
    };
    assert!(shelf.documents.write("mine", shard, 1, &[put("lines")]).await.is_err());
    assert!(shelf.documents.write("lines", shard, 1, &[]).await.is_err());
    assert!(shelf.documents.drop_collection("lines", 1).await.is_err());
    assert!(shelf.documents.forget_checkpoints("lines").await.is_err());
    shelf.documents.write("mine", shard, 1, &[put("others")]).await.expect("free");
}
