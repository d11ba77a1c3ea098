//! The audit trail: nobody changes, inserts or takes out an entry unnoticed.

use amazoff_supervisor::{AuditEntry, AuditError, AuditNote};

use std::str::FromStr as _;

use sqlx::ConnectOptions;
use sqlx::mysql::MySqlConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use crate::world::{NOW, World};

contract!(
    entries_are_numbered_and_chained,
    entries_are_read_newest_first_page_by_page,
    an_empty_trail_is_whole,
    a_changed_entry_is_found,
    a_missing_entry_is_found,
    an_entry_with_a_forged_hash_breaks_the_next_one,
);

fn note(action: &str) -> AuditNote {
    AuditNote {
        at: NOW,
        actor: "usr_1".to_owned(),
        action: action.to_owned(),
        subject: "cart_1".to_owned(),
        detail: "{\"why\":\"ünïcödé\"}".to_owned(),
    }
}

async fn written(world: &World, count: u64) -> Vec<AuditEntry> {
    let mut entries = Vec::new();
    for n in 1..=count {
        entries.push(world.audit.append(&note(&format!("action-{n}"))).await.unwrap());
    }
    entries
}

async fn entries_are_numbered_and_chained(world: World) {
    let entries = written(&world, 3).await;
    assert_eq!(entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(entries[0].hash, entries[0].hash_after(&amazoff_supervisor::audit::GENESIS));
    assert_eq!(entries[2].hash, entries[2].hash_after(&entries[1].hash));
    assert_ne!(entries[1].hash, entries[2].hash);
    assert_eq!(entries[0].detail, note("").detail);
    assert_eq!(world.audit.verify().await.unwrap(), 3);
}

async fn entries_are_read_newest_first_page_by_page(world: World) {
    let mut entries = written(&world, 7).await;
    entries.reverse();
    let mut seen: Vec<AuditEntry> = Vec::new();
    while let page = world.audit.page(seen.last().map(|entry| entry.number), 3).await.unwrap()
        && !page.is_empty()
    {
        seen.extend(page);
    }
    assert_eq!(seen, entries);
    assert!(world.audit.page(None, 0).await.unwrap().is_empty());
    assert!(world.audit.page(Some(1), 9).await.unwrap().is_empty());
}

async fn an_empty_trail_is_whole(world: World) {
    assert_eq!(world.audit.verify().await.unwrap(), 0);
    assert!(world.audit.page(None, 9).await.unwrap().is_empty());
}

/// How somebody with the database would change it.
enum Tampering {
    Subject(u64),
    Removal(u64),
    Hash(u64),
}

impl World {
    async fn tamper(&self, tampering: Tampering) {
        if let Some(memory) = &self.memory {
            memory.tamper_with_audit(|entries| match tampering {
                Tampering::Subject(n) => entry(entries, n).subject = "cart_2".to_owned(),
                Tampering::Removal(n) => entries.retain(|entry| entry.number != n),
                Tampering::Hash(n) => {
                    let forged = entry(entries, n);
                    forged.subject = "cart_2".to_owned();
                    let before = entries.get(usize::try_from(n).unwrap() - 2).unwrap().hash;
                    let forged = entry(entries, n);
                    forged.hash = forged.hash_after(&before);
                }
            });
            return;
        }
        match &self.server {
            Some(server) => {
                let mut intruder =
                    MySqlConnectOptions::from_str(server.url()).unwrap().connect().await.unwrap();
                let (sql, number, hash) = self.forged(tampering).await;
                let query = sqlx::query(sql).bind(hash).bind(number);
                assert_eq!(query.execute(&mut intruder).await.unwrap().rows_affected(), 1);
            }
            None => {
                let file = self.disk.as_ref().unwrap().folder.path().join("journal.db");
                let mut intruder = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
                let (sql, number, hash) = self.forged(tampering).await;
                let query = sqlx::query(sql).bind(hash).bind(number);
                assert_eq!(query.execute(&mut intruder).await.unwrap().rows_affected(), 1);
            }
        }
    }

    /// The statement that tampers, and its number and hash. The hash is bound first, and told apart by what it is not.
    async fn forged(&self, tampering: Tampering) -> (&'static str, i64, Vec<u8>) {
        match tampering {
            Tampering::Subject(n) => (
                "UPDATE audit SET subject = 'cart_2' WHERE hash <> ? AND number = ?",
                n.cast_signed(),
                Vec::new(),
            ),
            Tampering::Removal(n) => {
                ("DELETE FROM audit WHERE hash <> ? AND number = ?", n.cast_signed(), Vec::new())
            }
            Tampering::Hash(n) => {
                let mut pair = self.audit.page(Some(n + 1), 2).await.unwrap();
                let (before, mut forged) = (pair.remove(1), pair.remove(0));
                forged.subject = "cart_2".to_owned();
                let hash = forged.hash_after(&before.hash).to_vec();
                ("UPDATE audit SET subject = 'cart_2', hash = ? WHERE number = ?", n.cast_signed(), hash)
            }
        }
    }

    async fn broken_at(&self) -> u64 {
        match self.audit.verify().await {
            Err(AuditError::Broken { number }) => number,
            other => panic!("not noticed: {other:?}"),
        }
    }
}

fn entry(entries: &mut [AuditEntry], number: u64) -> &mut AuditEntry {
    entries.iter_mut().find(|entry| entry.number == number).unwrap()
}

async fn a_changed_entry_is_found(world: World) {
    written(&world, 4).await;
    world.tamper(Tampering::Subject(2)).await;
    assert_eq!(world.broken_at().await, 2);
    // Going on does not heal it.
    written(&world, 1).await;
    assert_eq!(world.broken_at().await, 2);
}

async fn a_missing_entry_is_found(world: World) {
    written(&world, 4).await;
    world.tamper(Tampering::Removal(3)).await;
    assert_eq!(world.broken_at().await, 3);
}

async fn an_entry_with_a_forged_hash_breaks_the_next_one(world: World) {
    written(&world, 4).await;
    world.tamper(Tampering::Hash(2)).await;
    assert_eq!(world.broken_at().await, 3);
}

/// Memory does not remember how many there were.
async fn entries_taken_off_the_end_are_missed(world: World) {
    written(&world, 4).await;
    world.tamper(Tampering::Removal(4)).await;
    assert_eq!(world.broken_at().await, 4);
}

#[tokio::test]
async fn entries_taken_off_the_end_are_missed_in_sqlite() {
    entries_taken_off_the_end_are_missed(World::in_sqlite().await).await;
}

#[tokio::test]
async fn entries_taken_off_the_end_are_missed_in_mariadb() {
    entries_taken_off_the_end_are_missed(World::in_mariadb().await).await;
}

#[tokio::test]
async fn a_trail_longer_than_a_page_is_checked_to_its_end() {
    let world = World::in_sqlite().await;
    let mut intruder = SqliteConnectOptions::new()
        .filename(world.disk.as_ref().unwrap().folder.path().join("journal.db"))
        .connect()
        .await
        .unwrap();
    let mut last = None;
    sqlx::query("BEGIN").execute(&mut intruder).await.unwrap();
    for n in 0..2_001 {
        let entry = AuditEntry::following(last, &note(&n.to_string()));
        last = Some((entry.number, entry.hash));
        sqlx::query("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)")
            .bind(entry.number.cast_signed())
            .bind(entry.at.unix_ms())
            .bind(entry.actor)
            .bind(entry.action)
            .bind(entry.subject)
            .bind(entry.detail)
            .bind(entry.hash.to_vec())
            .execute(&mut intruder)
            .await
            .unwrap();
    }
    sqlx::query("COMMIT").execute(&mut intruder).await.unwrap();
    assert_eq!(world.audit.verify().await.unwrap(), 2_001);
    world.tamper(Tampering::Subject(1_999)).await;
    assert_eq!(world.broken_at().await, 1_999);
}
