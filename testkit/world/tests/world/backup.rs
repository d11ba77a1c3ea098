//! A backup of a shop holds all of it: restored into another kind of store, row by row.

use amazoff_backup::{BackupError, Erasures, Source, Target, backup, restore, verify};
use amazoff_fsck::{Subject, check};
use amazoff_persistence::{MemoryBlobs, MemoryStore, SqliteStore};
use amazoff_supervisor::archive::{
    Archive, Cell, ImportError, PERSON_KEY, POSTING, Row, Rows, SHARD, TRUTH, Table,
};
use amazoff_supervisor::{Timestamp, chance};
use amazoff_world::{World, paused};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_unix_ms(1_767_225_600_000);

async fn rows(archive: &dyn Archive, table: &'static Table) -> Vec<Row> {
    let mut look = archive.look().await.unwrap();
    let (mut all, mut rows) = (Vec::new(), Rows::of(&mut *look, table));
    while let Some(mut row) = rows.next().await.unwrap() {
        if table.name == POSTING.name {
            row[0] = Cell::Null;
        }
        all.push(row);
    }
    all
}

/// A shop in which something of everything happened.
fn shop() -> (MemoryStore, MemoryBlobs) {
    let store = paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 10).await;
        for token in ["tok_ok", "tok_decline", "tok_action", "tok_lost"] {
            let cart = world.full_cart(&[(shelf, 1)]).await;
            drop(world.complete(cart, token).await);
        }
        world.store()
    });
    (store, MemoryBlobs::default())
}

/// Runs on a clock that moves, as files need it.
fn real(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

#[test]
fn every_row_is_restored_into_another_kind_of_store() {
    let (store, blobs) = shop();
    real(restored_row_by_row(store, blobs));
}

async fn restored_row_by_row(store: MemoryStore, blobs: MemoryBlobs) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut erasures = Erasures::open(&at("erasures")).unwrap();
    let archive = store.archive();
    let source = Source { archive: &*archive, blobs: &blobs, now: NOW, program: "test" };
    let manifest = backup(&source, &at("backup"), &at("keys"), &mut erasures).await.unwrap();
    assert_eq!(verify(&at("backup")).unwrap(), manifest);
    assert!(manifest.tables.iter().find(|table| table.table == "journal").unwrap().rows > 20);

    let target = SqliteStore::open(&at("target")).await.unwrap();
    let import = target.import();
    let into = Target { import: &*import, blobs: &blobs, now: NOW };
    let restored = restore(&into, &at("backup"), Some(&at("keys")), &mut erasures).await.unwrap();
    // Until it is finished, nobody serves from it.
    let refused = SqliteStore::open(&at("target")).await.err().unwrap().to_string();
    assert!(refused.contains("half restored"), "{refused}");
    restored.importing.finish().await.unwrap();
    for table in TRUTH.into_iter().chain([&PERSON_KEY]) {
        assert_eq!(rows(&*target.archive(), table).await, rows(&*archive, table).await, "{}", table.name);
    }
    let epochs = rows(&*target.archive(), &SHARD).await;
    assert!(epochs.iter().all(|row| matches!(row[1], Cell::Int(epoch) if epoch > 1 << 20)), "{epochs:?}");

    let (archive, journal, audit) = (target.archive(), target.journal(), target.audit());
    let (documents, blobs) = (target.documents(), MemoryBlobs::default());
    let subject = Subject {
        archive: &*archive,
        journal: &journal,
        audit: &*audit,
        documents: Some(&*documents),
        blobs: Some(&blobs),
        books: None,
        now: NOW,
    };
    let report = check(&subject).await.unwrap();
    assert!(report.is_sound(), "{:#?}", report.findings);
    target.close().await.unwrap();

    let reopened = SqliteStore::open(&at("target")).await.unwrap();
    let import = reopened.import();
    let into = Target { import: &*import, blobs: &blobs, now: NOW };
    let full = restore(&into, &at("backup"), Some(&at("keys")), &mut erasures).await.err().unwrap();
    assert!(matches!(full, BackupError::Import(ImportError::NotEmpty { table: "journal" })), "{full}");
}

#[test]
fn a_backup_writes_over_nothing() {
    let (store, blobs) = (MemoryStore::default(), MemoryBlobs::default());
    real(async move {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("keys"), "of an older backup").unwrap();
        let mut erasures = Erasures::open(&at("erasures")).unwrap();
        let archive = store.archive();
        let source = Source { archive: &*archive, blobs: &blobs, now: NOW, program: "test" };
        let refused = backup(&source, &at("backup"), &at("keys"), &mut erasures).await.err().unwrap();
        assert!(matches!(&refused, BackupError::Taken(file) if *file == at("keys")), "{refused}");
        assert_eq!(std::fs::read_to_string(at("keys")).unwrap(), "of an older backup");
        // Nothing was begun, so the folder can be named again.
        backup(&source, &at("backup"), &at("other keys"), &mut erasures).await.unwrap();
        let refused = backup(&source, &at("backup"), &at("more keys"), &mut erasures).await.err().unwrap();
        assert!(matches!(&refused, BackupError::FolderInUse(used) if *used == at("backup")), "{refused}");
    });
}

#[test]
fn whoever_was_erased_after_the_backup_stays_erased() {
    let (store, blobs) = shop();
    real(erased_stays_erased(store, blobs));
}

async fn erased_stays_erased(store: MemoryStore, blobs: MemoryBlobs) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let keys = store.key_table();
    let [early, late, never] = [(); 3].map(|()| chance::uuid());
    for person in [early, late, never] {
        keys.put_if_absent(person, b"wrapped").await.unwrap();
    }
    keys.erase(early, NOW).await.unwrap();
    let mut erasures = Erasures::open(&at("erasures")).unwrap();
    let archive = store.archive();
    let source = Source { archive: &*archive, blobs: &blobs, now: NOW, program: "test" };
    backup(&source, &at("backup"), &at("keys"), &mut erasures).await.unwrap();
    assert!(erasures.of(early).is_some(), "the list does not know who the store says was erased");
    let unseen = Uuid::from_u128(77);
    erasures.add([(late, NOW), (unseen, NOW)]).unwrap();

    let target = SqliteStore::open(&at("target")).await.unwrap();
    let import = target.import();
    let into = Target { import: &*import, blobs: &blobs, now: NOW };
    let mut list = Erasures::open(&at("erasures")).unwrap();
    let restored = restore(&into, &at("backup"), Some(&at("keys")), &mut list).await.unwrap();
    assert_eq!(restored.erased, 3);
    restored.importing.finish().await.unwrap();
    let restored = target.key_table();
    assert_eq!(restored.get(never).await.unwrap(), Some(b"wrapped".to_vec()));
    for erased in [early, late, unseen] {
        assert_eq!(restored.get(erased).await.unwrap(), None);
        assert_eq!(restored.put_if_absent(erased, b"new").await.unwrap(), None, "a key was made again");
    }
}
