//! Whoever has seen a commit finds it in the documents, or is told "not yet".

use std::sync::Arc;
use std::time::Duration;

use amazoff_persistence::MemoryStore;
use amazoff_supervisor::consistency::{self, Token, WAIT_MAX};
use amazoff_supervisor::documents::{Documents, Query};
use amazoff_supervisor::journal::JournalError;
use amazoff_supervisor::{EntityId, ShardId};
use tokio::time::Instant;
use uuid::Uuid;

use crate::shelf::{Hindered, Lines, Shelf, in_shard};

fn lines() -> Query {
    Query { collection: "lines".to_owned(), limit: 100, ..Query::default() }
}

/// A shelf whose documents are held back.
async fn held() -> (Shelf, Arc<Hindered>) {
    let store = MemoryStore::new();
    let documents = Hindered::over(&store);
    let port: Arc<dyn Documents> = Arc::<Hindered>::clone(&documents);
    let shelf = Shelf::over(store, port, vec![Lines::of("lines", &["lines"])]).await;
    shelf.add(in_shard(1)).await;
    shelf.runtime.projected().await;
    documents.held.send_replace(true);
    (shelf, documents)
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_presents_a_token_sees_what_its_writer_was_told() {
    let (shelf, documents) = held().await;
    let (answer, token) = consistency::scope(None, shelf.add(in_shard(2))).await;
    let expected = [(ShardId::from_number(2).expect("a shard"), answer.position)];
    assert_eq!(token.positions().collect::<Vec<_>>(), expected);
    assert_eq!(
        shelf.documents.count(&lines()).await.expect("readable"),
        1,
        "nobody waits outside of a scope"
    );

    let reading = async {
        let (count, _) = consistency::scope(Some(token), shelf.documents.count(&lines())).await;
        count.expect("in time")
    };
    let releasing = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        documents.held.send_replace(false);
    };
    let began = Instant::now();
    let (count, ()) = tokio::join!(reading, releasing);
    assert_eq!(count, 2);
    assert!(began.elapsed() >= Duration::from_millis(700) && began.elapsed() < WAIT_MAX);
}

#[tokio::test(start_paused = true)]
async fn a_reader_is_told_not_yet_when_the_documents_do_not_come() {
    let (shelf, _documents) = held().await;
    let began = Instant::now();
    let (found, _) = consistency::scope(None, async {
        shelf.add(in_shard(2)).await;
        shelf.documents.query(&lines()).await
    })
    .await;
    assert!(matches!(found, Err(JournalError::NotYet)), "{found:?}");
    assert_eq!(began.elapsed().as_secs(), WAIT_MAX.as_secs());
    let (found, _) = consistency::scope(None, shelf.documents.query(&lines())).await;
    assert_eq!(found.expect("demands nothing").items.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_read_from_an_entity_is_demanded_of_its_documents_by_whoever_presents_the_token() {
    let (shelf, documents) = held().await;
    let id = in_shard(2);
    let answer = shelf.add(id).await;
    let (found, token) = consistency::scope(None, async {
        let committed = shelf.tallies.read(id).await.expect("readable").expect("exists");
        assert_eq!(committed.position, answer.position);
        shelf.documents.get("lines", &format!("{}-1", EntityId::new("tally", id))).await
    })
    .await;
    assert!(matches!(found, Ok(None)), "whoever only reads waits for no list: {found:?}");
    let id = format!("{}-1", EntityId::new("tally", id));
    let (found, _) = consistency::scope(Some(token.clone()), shelf.documents.get("lines", &id)).await;
    assert!(matches!(found, Err(JournalError::NotYet)), "{found:?}");
    documents.held.send_replace(false);
    let (found, _) = consistency::scope(Some(token), shelf.documents.get("lines", &id)).await;
    assert!(found.expect("readable").is_some());
}

#[tokio::test(start_paused = true)]
async fn what_a_projection_does_not_follow_is_waited_for_only_when_a_caller_demands_it() {
    let (shelf, documents) = held().await;
    shelf.add(in_shard(2)).await;
    let shard = ShardId::from_number(2).expect("a shard");
    let (found, _) = consistency::scope(None, async {
        consistency::note_of("cart", shard, 1);
        shelf.documents.query(&lines()).await
    })
    .await;
    assert_eq!(found.expect("carts do not concern it").items.len(), 1);
    let (found, _) = consistency::scope(None, async {
        consistency::note(shard, 1);
        shelf.documents.query(&lines()).await
    })
    .await;
    assert!(matches!(found, Err(JournalError::NotYet)), "{found:?}");
    documents.held.send_replace(false);
}

#[tokio::test(start_paused = true)]
async fn a_position_that_the_journal_does_not_have_ends_in_not_yet() {
    let shelf = Shelf::start(vec![Lines::of("lines", &["lines"])]).await;
    shelf.add(in_shard(2)).await;
    let mut token = Token::default();
    token.note(ShardId::from_number(2).expect("a shard"), 1_000);
    let (found, _) = consistency::scope(Some(token), shelf.documents.query(&lines())).await;
    assert!(matches!(found, Err(JournalError::NotYet)), "{found:?}");
}

#[tokio::test(start_paused = true)]
async fn a_replayed_answer_and_a_state_from_a_snapshot_know_their_position() {
    let shelf = Shelf::start(vec![Lines::of("lines", &["lines"])]).await;
    let id = Uuid::now_v7();
    for _ in 0..100 {
        shelf.add(id).await;
    }
    let (entity, journal) = (EntityId::new("tally", id), shelf.store.journal());
    crate::world::until(async || journal.load(&entity).await.expect("readable").snapshot.is_some()).await;
    shelf.tree.stop().await;
    let store = shelf.store.clone();
    let next = Shelf::over(store.clone(), store.documents(), vec![Lines::of("lines", &["lines"])]).await;
    let loaded = next.tallies.read(id).await.expect("readable").expect("exists");
    assert_eq!((loaded.version.0, loaded.position), (100, 100));
    let repeat = || crate::world::repeatable("once");
    let first = next.tallies.execute(id, crate::tally::Command::Add(1), repeat()).await.expect("accepted");
    next.add(id).await;
    let again = next.tallies.execute(id, crate::tally::Command::Add(1), repeat()).await.expect("answered");
    assert!(again.replayed && first.position == 101 && again.position == 102, "{first:?} {again:?}");
}
