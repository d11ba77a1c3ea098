use amazoff_databases::shared_mongo;
use amazoff_persistence::mongodb::{MongoStore, Options};
use bson::{Document, doc};
use futures::future::{join_all, try_join_all};

use super::{number, numbered, shard, shared};

const WRITERS: u64 = 16;

/// All of them find nothing at first: the server sees as many inserts of one id.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_writers_that_race_for_new_documents_the_newest_always_wins() {
    let (database, _store) = shared().await;
    let stores = try_join_all((0..WRITERS).map(|_| MongoStore::connect(database.url(), Options::default())));
    let stores = stores.await.unwrap();
    for round in 0..25 {
        let ids: Vec<String> = (0..4).map(|n| format!("{round}-{n}")).collect();
        let writes = stores.iter().zip(1..).map(|(store, seq)| {
            let puts: Vec<_> = ids.iter().map(|id| numbered(id, seq)).collect();
            let documents = store.documents();
            async move { documents.write("test", shard(0), round * WRITERS + seq, &puts).await }
        });
        for written in join_all(writes).await {
            written.unwrap();
        }
        for id in &ids {
            assert_eq!(number(&stores[0].documents(), id).await, WRITERS, "{id}");
        }
    }
    let checkpoints = stores[0].documents().checkpoints("test").await.unwrap();
    assert_eq!(checkpoints, [(shard(0), 25 * WRITERS)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_of_many_shards_do_not_hinder_each_other() {
    let (_database, store) = shared().await;
    let writers = (0..u16::try_from(WRITERS).unwrap()).map(|writer| {
        let documents = store.documents();
        async move {
            for seq in 1..=20 {
                let puts: Vec<_> = (0..5).map(|n| numbered(&format!("{writer}-{n}"), seq)).collect();
                documents.write("test", shard(writer), seq, &puts).await.unwrap();
            }
        }
    });
    join_all(writers).await;
    let checkpoints = store.documents().checkpoints("test").await.unwrap();
    assert_eq!(checkpoints, (0..16).map(|number| (shard(number), 20)).collect::<Vec<_>>());
    for writer in 0..WRITERS {
        assert_eq!(number(&store.documents(), &format!("{writer}-4")).await, 20);
    }
}

/// Several chunks each, so that writers overtake each other between them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_of_the_same_bytes_store_them_once() {
    let (database, store) = shared().await;
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[usize::from(n % 3 == 0)]).collect();
    let stores = try_join_all((0..4).map(|_| MongoStore::connect(database.url(), Options::default())));
    let blobs: Vec<_> = stores.await.unwrap().iter().map(MongoStore::blobs).collect();
    let names = try_join_all(blobs.iter().map(|blobs| blobs.put(&bytes))).await.unwrap();
    assert!(names.iter().all(|name| *name == names[0]));
    assert_eq!(store.blobs().get(&names[0]).await.unwrap().as_ref(), Some(&bytes));
    assert_eq!(
        (count(database.name(), "media.files").await, count(database.name(), "media.chunks").await),
        (1, 12)
    );
}

async fn count(database: &str, collection: &str) -> i32 {
    let reply = run(database, doc! { "count": collection }).await;
    reply.get_i32("n").unwrap()
}

async fn run(database: &str, command: Document) -> Document {
    shared_mongo().await.unwrap().run_command(database, command).await.unwrap()
}

#[tokio::test]
async fn what_a_killed_or_broken_upload_left_is_made_whole_by_the_next_one() {
    let (database, store) = shared().await;
    let (blobs, bytes) = (store.blobs(), vec![7; 700_000]);
    let name = blobs.put(&bytes).await.unwrap();
    let set = doc! { "$set": { "data": bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: vec![8; 261_120] } } };
    let first_chunk = doc! { "files_id": &name, "n": 0 };
    let beyond = doc! { "files_id": &name, "n": 3 };
    let gone =
        |collection: &str, of: Document| doc! { "delete": collection, "deletes": [{ "q": of, "limit": 0 }] };
    let update = |of: &Document| doc! { "update": "media.chunks", "updates": [{ "q": of.clone(), "u": set.clone(), "upsert": true }] };
    for (damage, is_there) in [
        // Killed before the file appeared, or in between its chunks.
        (gone("media.files", doc! {}), false),
        (gone("media.chunks", first_chunk.clone()), true),
        (gone("media.chunks", doc! { "files_id": &name }), true),
        // Other bytes, and more of them.
        (update(&first_chunk), true),
        (
            doc! { "update": "media.files", "updates": [{ "q": {}, "u": { "$set": { "length": 5_i64 } } }] },
            true,
        ),
    ] {
        run(database.name(), damage.clone()).await;
        run(database.name(), update(&beyond)).await;
        let read = blobs.get(&name).await;
        let is_corrupt = matches!(read, Err(amazoff_supervisor::journal::JournalError::Corrupt { .. }));
        assert!(if is_there { is_corrupt } else { matches!(read, Ok(None)) }, "{damage}: {read:?}");
        assert_eq!(blobs.put(&bytes).await.unwrap(), name);
        assert_eq!(blobs.get(&name).await.unwrap().as_ref(), Some(&bytes), "{damage}");
        assert_eq!(count(database.name(), "media.chunks").await, 3);
    }
}
