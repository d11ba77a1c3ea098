//! How many carts a second can durably gain a line: groups of 32 parts, each with an event and a command record.
//!
//! `cargo run --release -p amazoff-persistence --example append_rate -- [folder] [group size] [groups]`

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use amazoff_persistence::SqliteStore;
use amazoff_supervisor::journal::{CommandRecord, NewEvent, Part};
use amazoff_supervisor::{CommandId, EntityId, Epoch, Timestamp, Version};
use uuid::Uuid;

#[expect(clippy::print_stdout, reason = "a measuring tool talks to its user")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "target/append_rate".to_owned());
    let size: usize = arguments.next().map_or(Ok(32), |text| text.parse())?;
    let groups: u32 = arguments.next().map_or(Ok(1_000), |text| text.parse())?;

    let store = SqliteStore::open(Path::new(&folder)).await?;
    let epochs = store.shard_table().claim_all("node_bench", "").await?;
    let epoch = epochs.first().map_or(Epoch(0), |(_, epoch)| *epoch);
    let mut lane = store.journal().lane(0).await?;
    let carts: Vec<EntityId> = (0..5_000).map(|_| EntityId::new("cart", Uuid::now_v7())).collect();
    let mut versions = vec![0; carts.len()];
    let mut next = (0..carts.len()).cycle();

    let mut waits = Vec::new();
    let start = Instant::now();
    for _ in 0..groups {
        let parts: Vec<Part> = next
            .by_ref()
            .take(size)
            .map(|n| {
                versions[n] += 1;
                part(&carts[n], Version(versions[n] - 1), epoch)
            })
            .collect();
        let asked = Instant::now();
        let verdicts = lane.append(&parts).await?;
        waits.push(asked.elapsed());
        if let Some(refusal) = verdicts.into_iter().find_map(Result::err) {
            return Err(refusal.into());
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    waits.sort_unstable();
    let appends = f64::from(groups) * f64::from(u32::try_from(size)?);
    println!("{:.0} parts/s, {:.0} groups/s of {size}", appends / seconds, f64::from(groups) / seconds);
    println!("group p50 {:?}, p99 {:?}", waits[waits.len() / 2], waits[waits.len() * 99 / 100]);
    store.close().await?;
    Ok(())
}

/// About what adding a line to a cart stores.
fn part(cart: &EntityId, seen: Version, epoch: Epoch) -> Part {
    let command_id = CommandId::new();
    let mut part = Part::empty(cart.clone(), seen, epoch, Timestamp::from_unix_ms(1_700_000_000_000));
    part.events = vec![NewEvent {
        schema: 1,
        payload: format!("{{\"LineAdded\":\"{}\"}}", "x".repeat(280)),
        command_id,
        causation: None,
        correlation: command_id,
    }];
    part.commands = vec![CommandRecord {
        command_id,
        fingerprint: 7,
        outcome: "y".repeat(600),
        sealed_command: "z".repeat(250),
        context: "c".repeat(150),
        seq: Version(seen.0 + 1),
        expires_at: Timestamp::from_unix_ms(1_700_086_400_000),
    }];
    part
}
