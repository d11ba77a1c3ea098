//! The same over documents in SQLite, by the real clock.

use std::time::Duration;

use amazoff_persistence::{MemoryStore, SqliteStore};
use amazoff_supervisor::documents::Query;
use tokio::time::timeout;

use crate::shelf::{Lines, Shelf};

#[tokio::test]
async fn a_rebuild_in_sqlite_serves_after_a_restart_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = SqliteStore::open(folder.path()).await.expect("opens");
    let store = MemoryStore::new();
    let lines = || vec![Lines::of("lines", &["lines", "more-lines"])];
    let shelf = Shelf::over(store.clone(), disk.documents(), lines()).await;
    shelf.add_many(60).await;
    shelf.runtime.projected().await;
    shelf.runtime.rebuild("lines").await.expect("begins");
    shelf.add_many(20).await;
    let count = async |collection: &str| {
        let query = Query { collection: collection.to_owned(), ..Query::default() };
        disk.documents().count(&query).await.expect("readable")
    };
    let removed = async {
        shelf.serves("lines", 1).await;
        crate::world::until(async || count("lines").await + count("more-lines").await == 0).await;
    };
    timeout(Duration::from_secs(20), removed).await.expect("it is soon done");
    shelf.tree.stop().await;

    let next = Shelf::over(store, disk.documents(), lines()).await;
    assert_eq!(next.editions("lines").await.len(), 80);
    next.runtime.projected().await;
    assert_eq!(next.stats("lines").await.generation, 1);
    assert_eq!((count("lines@1").await, count("more-lines@1").await), (80, 80));
}
