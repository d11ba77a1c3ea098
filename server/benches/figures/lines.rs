//! Gives stored carts the lines of another one, event by event as if each had been added. Over HTTP it would take ten times as
//! long as opening them.

use std::collections::HashMap;
use std::path::Path;

use amazoff_supervisor::EntityId;
use amazoff_supervisor::journal::event_checksum;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _, QueryBuilder};
use uuid::Uuid;

/// Carts of one statement.
const AT_ONCE: usize = 20;
/// Statements of one transaction.
const STATEMENTS: usize = 50;

/// An event of the model, and the command that it came from.
#[derive(sqlx::FromRow)]
struct Step {
    seq: i64,
    schema: u16,
    at: i64,
    payload: String,
    fingerprint: i64,
    outcome: String,
    sealed_command: String,
    context: String,
    expires_at: i64,
}

/// The next number and the epoch of each shard.
type Shards = HashMap<u16, (i64, i64)>;

/// Stores for each cart what the model has beyond the first two events (opened, a line), in a folder that no program has open.
/// How many events that is.
pub(crate) async fn copy(data: &Path, model: Uuid, carts: &[Uuid]) -> usize {
    let mut journal = open(&data.join("journal.db")).await;
    let steps: Vec<Step> = sqlx::query_as(
        "SELECT seq, schema, at, payload, fingerprint, outcome, sealed_command, context, expires_at
         FROM journal JOIN command_log USING (kind, id, seq) WHERE kind = 'cart' AND id = ? AND seq > 2 ORDER BY seq",
    )
    .bind(model.as_bytes().as_slice())
    .fetch_all(&mut journal)
    .await
    .unwrap();
    let rows: Vec<(u16, i64, i64)> = sqlx::query_as(
        "SELECT shard_id, (SELECT coalesce(max(shard_seq), 0) FROM journal WHERE journal.shard_id = shard.shard_id), epoch
         FROM shard",
    )
    .fetch_all(&mut journal)
    .await
    .unwrap();
    let mut shards: Shards = rows.into_iter().map(|(shard, head, epoch)| (shard, (head, epoch))).collect();
    for group in carts.chunks(AT_ONCE * STATEMENTS) {
        let mut transaction = journal.begin().await.unwrap();
        for carts in group.chunks(AT_ONCE) {
            write(&mut transaction, &steps, carts, &mut shards).await;
        }
        transaction.commit().await.unwrap();
    }
    journal.close().await.unwrap();
    catch_up(&data.join("documents.db"), &shards).await;
    steps.len() * carts.len()
}

async fn open(file: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file).pragma("synchronous", "OFF");
    options.pragma("cache_size", "-262144").connect().await.unwrap()
}

async fn write(journal: &mut SqliteConnection, steps: &[Step], carts: &[Uuid], shards: &mut Shards) {
    let rows: Vec<_> = carts
        .iter()
        .flat_map(|cart| steps.iter().map(move |step| (EntityId::new("cart", *cart), step, Uuid::now_v7())))
        .collect();
    let mut events = QueryBuilder::new(
        "INSERT INTO journal (kind, id, seq, shard_id, shard_seq, epoch, schema, at, command_id, causation, correlation,
                              payload, checksum) ",
    );
    events.push_values(&rows, |mut row, (cart, step, command)| {
        let shard = cart.shard().number();
        let (head, epoch) = shards.get_mut(&shard).unwrap();
        *head += 1;
        let checksum = event_checksum(cart, step.seq.cast_unsigned(), step.schema, step.payload.as_bytes());
        row.push_bind("cart")
            .push_bind(cart.id.as_bytes().to_vec())
            .push_bind(step.seq)
            .push_bind(shard)
            .push_bind(*head)
            .push_bind(*epoch)
            .push_bind(step.schema)
            .push_bind(step.at)
            .push_bind(command.as_bytes().to_vec())
            .push_bind(None::<Vec<u8>>)
            .push_bind(command.as_bytes().to_vec())
            .push_bind(step.payload.clone())
            .push_bind(checksum);
    });
    events.build().execute(&mut *journal).await.unwrap();
    let mut commands = QueryBuilder::new(
        "INSERT INTO command_log (kind, id, command_id, fingerprint, outcome, sealed_command, context, seq, expires_at) ",
    );
    commands.push_values(&rows, |mut row, (cart, step, command)| {
        row.push_bind("cart")
            .push_bind(cart.id.as_bytes().to_vec())
            .push_bind(command.as_bytes().to_vec())
            .push_bind(step.fingerprint)
            .push_bind(step.outcome.clone())
            .push_bind(step.sealed_command.clone())
            .push_bind(step.context.clone())
            .push_bind(step.seq)
            .push_bind(step.expires_at);
    });
    commands.build().execute(journal).await.unwrap();
}

/// Tells the read models that they have seen it all: what is measured is not how fast they follow.
async fn catch_up(documents: &Path, shards: &Shards) {
    let mut documents = open(documents).await;
    let projections: Vec<String> = sqlx::query_scalar("SELECT DISTINCT projection FROM checkpoint")
        .fetch_all(&mut documents)
        .await
        .unwrap();
    for projection in &projections {
        let mut come = QueryBuilder::new("REPLACE INTO checkpoint (projection, shard_id, shard_seq) ");
        come.push_values(shards, |mut row, (shard, (head, _))| {
            row.push_bind(projection.clone()).push_bind(*shard).push_bind(*head);
        });
        come.build().execute(&mut documents).await.unwrap();
    }
    documents.close().await.unwrap();
}
