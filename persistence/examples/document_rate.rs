//! How many documents a second a projection can write: batches of 1, 50 and 200 products, each batch with its checkpoint.
//!
//! `cargo run --release -p amazoff-persistence --example document_rate -- [mongodb://… or folder] [seconds]`

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use amazoff_persistence::SqliteStore;
use amazoff_persistence::mongodb::{MongoStore, Options};
use amazoff_supervisor::ShardId;
use amazoff_supervisor::documents::{DocumentPut, Documents};
use futures::future::try_join_all;
use serde_json::json;
use uuid::Uuid;

/// Products that are written again and again.
const PRODUCTS: u64 = 5_000;

#[expect(clippy::print_stdout, reason = "a measuring tool talks to its user")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let place = arguments.next().unwrap_or_else(|| "target/document_rate".to_owned());
    let seconds: u64 = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let documents = if place.starts_with("mongodb://") {
        MongoStore::connect(&place, Options::default()).await?.documents()
    } else {
        SqliteStore::open(Path::new(&place)).await?.documents()
    };
    println!("writers  batch  documents/s  batch p50    p99");
    for writers in [1, 4] {
        for size in [1, 50, 200] {
            let limit = Duration::from_secs(seconds);
            let runs = (0..writers).map(|writer| write_on(Arc::clone(&documents), writer, size, limit));
            let mut waits: Vec<Duration> = try_join_all(runs).await?.concat();
            waits.sort_unstable();
            let rate = waits.len() * size / usize::try_from(seconds)?;
            let (p50, p99) = (waits[waits.len() / 2], waits[waits.len() * 99 / 100]);
            println!("{writers:7}  {size:5}  {rate:11}  {p50:8.1?}  {p99:8.1?}");
        }
    }
    Ok(())
}

/// Writes batches to one shard; returns how long each took.
async fn write_on(
    documents: Arc<dyn Documents>,
    shard: u16,
    size: usize,
    limit: Duration,
) -> Result<Vec<Duration>, Box<dyn Error>> {
    let shard = ShardId::from_number(shard).ok_or("no such shard")?;
    let (projection, collection) = ("products", format!("products@{}", shard.number()));
    let begin = Uuid::now_v7().get_timestamp().ok_or("no time")?.to_unix().0 << 20;
    let (mut seq, mut waits, began) = (begin, Vec::new(), Instant::now());
    while began.elapsed() < limit {
        let puts: Vec<DocumentPut> = (0..size)
            .map(|_| {
                seq += 1;
                put(&collection, seq)
            })
            .collect();
        let asked = Instant::now();
        documents.write(projection, shard, seq, &puts).await?;
        waits.push(asked.elapsed());
    }
    Ok(waits)
}

/// About what the shop keeps of a product.
fn put(collection: &str, seq: u64) -> DocumentPut {
    let id = format!("prod_{:032x}", seq % PRODUCTS);
    let body = json!({
        "id": id, "slug": format!("green-tea-{}", seq % PRODUCTS), "title": "Green tea, 100 g", "name": "green tea, 100 g",
        "description": "Loose leaf green tea of the first flush, from a garden at 1,200 m.", "category": "groceries",
        "brand": "Hillside", "status": "active", "price_amount": 499 + seq % 97, "price_max_amount": 1_499, "currency": "EUR",
        "image": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "created_at": 1_700_000_000_000 + seq % PRODUCTS,
        "search": "green tea, 100 g hillside groceries loose leaf green tea of the first flush tea-100 100 g",
        "variants": [{ "sku": "tea-100", "price": { "amount": 499, "currency": "EUR" }, "options": { "size": "100 g" } }],
    });
    DocumentPut { collection: collection.to_owned(), id, source_seq: seq, body: Some(body) }
}
