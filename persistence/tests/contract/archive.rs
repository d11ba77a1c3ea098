use amazoff_supervisor::archive::{
    AUDIT, CLAIM, COMMAND_LOG, Cell, EFFECT_MARK, ImportError, JOURNAL, Look, OUTBOX, PERSON_KEY, POSTING,
    REMINDER, Row, Rows, SHARD, SNAPSHOT, TRUTH, Table,
};
use amazoff_supervisor::journal::{Posting, event_checksum};
use amazoff_supervisor::{AuditNote, ClaimChange, Epoch, ReminderChange, ShardId, Version};
use uuid::Uuid;

use crate::world::{NOW, World, cart, claim, command, effect, mark};

contract!(a_look_stays_as_of_its_moment, rows_come_whole_and_in_order_page_by_page, rows_are_what_was_stored,);

async fn all(look: &mut dyn Look, table: &'static Table) -> Vec<Row> {
    let (mut all, mut rows) = (Vec::new(), Rows::of(look, table));
    while let Some(row) = rows.next().await.unwrap() {
        all.push(row);
    }
    all
}

async fn a_look_stays_as_of_its_moment(mut world: World) {
    let (before, after) = (cart(), cart());
    world.store(world.events(&before, 0, 2)).await.unwrap();
    let mut look = world.archive.look().await.unwrap();
    world.store(world.events(&after, 0, 3)).await.unwrap();
    world.keys.put_if_absent(Uuid::from_u128(1), b"key").await.unwrap();
    assert_eq!(all(&mut *look, &JOURNAL).await.len(), 2);
    assert_eq!(all(&mut *look, &PERSON_KEY).await.len(), 0);
    // Whoever writes does not wait for it.
    world.store(world.events(&after, 3, 1)).await.unwrap();
    drop(look);
    let mut look = world.archive.look().await.unwrap();
    assert_eq!(all(&mut *look, &JOURNAL).await.len(), 6);
    assert_eq!(all(&mut *look, &PERSON_KEY).await.len(), 1);
}

async fn rows_come_whole_and_in_order_page_by_page(mut world: World) {
    for _ in 0..9 {
        let cart = cart();
        let mut part = world.events(&cart, 0, 3);
        part.postings = vec![posting("a", -1), posting("b", 1)];
        part.outbox = vec![effect(&cart, 3, 0), effect(&cart, 3, 1)];
        part.claims = vec![ClaimChange::Take(claim(&cart.to_string()))];
        world.store(part).await.unwrap();
    }
    let mut look = world.archive.look().await.unwrap();
    for (table, count) in [(&JOURNAL, 27), (&POSTING, 18), (&OUTBOX, 18), (&CLAIM, 9), (&SHARD, 256)] {
        let whole = look.page(table, None, 1_000).await.unwrap();
        assert_eq!(whole.len(), count, "{}", table.name);
        assert!(whole.is_sorted_by_key(|row| table.position(row)), "{}", table.name);
        let (mut paged, mut after): (Vec<Row>, Option<Vec<Cell>>) = (Vec::new(), None);
        loop {
            let page = look.page(table, after.as_deref(), 4).await.unwrap();
            after = page.last().map(|row| table.position(row));
            paged.extend(page);
            if after.is_none() {
                break;
            }
        }
        assert_eq!(paged, whole, "{}", table.name);
    }
}

fn posting(account: &str, amount: i64) -> Posting {
    Posting { account: account.to_owned(), asset: "EUR".to_owned(), amount }
}

async fn rows_are_what_was_stored(mut world: World) {
    let cart = cart();
    let mut part = world.events(&cart, 0, 1);
    part.events[0].payload = "{\"name\":\"Zoë 😀\"}".to_owned();
    let event = part.events[0].clone();
    part.commands.push(command(event.command_id));
    part.marks.push(mark("cart_x", 7));
    part.outbox.push(effect(&cart, 1, 0));
    part.reminders.push(ReminderChange::Set { name: "late".to_owned(), due_at: NOW });
    part.postings = vec![posting("shelf", -5), posting("till", 5)];
    world.store(part).await.unwrap();
    world.journal.save_snapshot(&cart, Version(1), "{}", 3).await.unwrap();
    let note = AuditNote {
        at: NOW,
        actor: "ann".to_owned(),
        action: "limits-change".to_owned(),
        subject: "runtime".to_owned(),
        detail: "{}".to_owned(),
    };
    let entry = world.audit.append(&note).await.unwrap();

    let mut look = world.archive.look().await.unwrap();
    let (kind, id) = (Cell::Text("cart".to_owned()), Cell::Bytes(cart.id.as_bytes().to_vec()));
    let checksum = event_checksum(&cart, 1, event.schema, event.payload.as_bytes());
    let stored = all(&mut *look, &JOURNAL).await.remove(0);
    assert_eq!(stored[..3], [kind.clone(), id.clone(), Cell::Int(1)]);
    assert_eq!(stored[3], Cell::Int(cart.shard().number().into()));
    assert_eq!(stored[8], Cell::Bytes(event.command_id.0.as_bytes().to_vec()));
    assert_eq!(stored[9], Cell::Null);
    assert_eq!(stored[11..], [Cell::Text(event.payload), Cell::Int(checksum.into())]);
    for table in [&COMMAND_LOG, &EFFECT_MARK, &OUTBOX, &REMINDER, &SNAPSHOT] {
        let row = all(&mut *look, table).await.remove(0);
        assert_eq!(row.len(), table.columns.len(), "{}", table.name);
        assert_eq!(row[..2], [kind.clone(), id.clone()], "{}", table.name);
    }
    let amounts: Vec<Cell> = all(&mut *look, &POSTING).await.into_iter().map(|row| row[7].clone()).collect();
    assert_eq!(amounts, [Cell::Int(-5), Cell::Int(5)]);
    assert_eq!(all(&mut *look, &AUDIT).await.remove(0)[6], Cell::Bytes(entry.hash.to_vec()));
}

#[tokio::test]
async fn sqlite_is_filled_once_and_only_when_it_is_empty() {
    let (from, to) = (World::in_sqlite().await, World::in_sqlite().await);
    is_filled(from, to).await;
}

#[tokio::test]
async fn mariadb_is_filled_once_and_only_when_it_is_empty() {
    let (from, to) = (World::in_sqlite().await, World::in_mariadb().await);
    is_filled(from, to).await;
}

#[tokio::test]
async fn sqlite_is_filled_from_mariadb() {
    let (from, to) = (World::in_mariadb().await, World::in_sqlite().await);
    is_filled(from, to).await;
}

async fn is_filled(mut from: World, to: World) {
    for _ in 0..3 {
        let cart = cart();
        let mut part = from.events(&cart, 0, 2);
        part.outbox.push(effect(&cart, 2, 0));
        part.postings = vec![posting("a", -1), posting("b", 1)];
        from.store(part).await.unwrap();
    }
    let import = to.import.clone().unwrap();
    // The first attempt is interrupted after some rows.
    for interrupted in [true, false] {
        let mut importing = import.begin("a test", NOW).await.unwrap();
        let mut look = from.archive.look().await.unwrap();
        for table in TRUTH {
            importing.put(table, &all(&mut *look, table).await).await.unwrap();
        }
        if !interrupted {
            importing.epochs(&[(ShardId::from_number(7).unwrap(), Epoch(1_000))]).await.unwrap();
            importing.finish().await.unwrap();
        }
    }
    let (mut old, mut new) = (from.archive.look().await.unwrap(), to.archive.look().await.unwrap());
    for table in TRUTH {
        let (mut before, mut after) = (all(&mut *old, table).await, all(&mut *new, table).await);
        for row in before.iter_mut().chain(&mut after).filter(|_| table.name == POSTING.name) {
            row.remove(0);
        }
        assert_eq!(before, after, "{}", table.name);
    }
    let epochs = all(&mut *new, &SHARD).await;
    assert_eq!(epochs[7], [Cell::Int(7), Cell::Int(1_000)]);
    let refused = import.begin("another", NOW).await.err().unwrap();
    assert!(matches!(refused, ImportError::NotEmpty { table: "journal" }), "{refused}");
    assert_eq!(to.audit.verify().await.unwrap(), from.audit.verify().await.unwrap());
}
