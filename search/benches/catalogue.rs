//! Searching a catalogue of 100,000 products: how long it takes to index, what it holds, how long searches take that arrive 200
//! times a second whether or not the earlier ones are answered (open loop), alone and while products change: `make bench`.
//!
//! Products and questions are made from a fixed seed. `BENCH_PRODUCTS` says how many products.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measuring tool: a surprise ends it, figures are printed"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use amazoff_actors::ids::ProductId;
use amazoff_actors::money::{Currency, Money};
use amazoff_actors::product::{
    ListQuery, PriceRange, ProductCard, ProductIndex as _, SEARCH, SearchDocument, Sorting,
};
use amazoff_actors::rating::Tally;
use amazoff_search::SearchIndex;
use amazoff_supervisor::ShardId;
use amazoff_supervisor::documents::{DocumentPut, Documents as _};
use hdrhistogram::Histogram;
use tokio::task::JoinSet;
use uuid::Uuid;

/// Questions in a second.
const RATE: u32 = 200;
/// For how long they are asked.
const MEASURE: Duration = Duration::from_secs(30);
/// Products of one commit while the catalogue is filled.
const BATCH: u32 = 500;
/// Made-up words of titles and texts.
const WORDS: u64 = 5_000;
const COLOURS: [&str; 8] = ["red", "blue", "green", "black", "white", "grey", "yellow", "brown"];
const SIZES: [&str; 5] = ["xs", "s", "m", "l", "xl"];

/// SplitMix64 (Steele, Lea, Flood 2014), so that every run asks the same.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let at = self.below(u64::try_from(of.len()).unwrap());
        of[usize::try_from(at).unwrap()]
    }

    /// A word; those with small numbers occur far more often than others, as in any language.
    fn word(&mut self) -> String {
        let rare = self.below(WORDS) + 1;
        spelled(self.below(rare))
    }

    fn words(&mut self, count: u64) -> String {
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }
}

/// A word that can be spoken, for a number.
fn spelled(mut number: u64) -> String {
    let mut word = String::new();
    for _ in 0..3 {
        for letters in [b"bdfgklmnprstvz".as_slice(), b"aeiou".as_slice()] {
            let count = u64::try_from(letters.len()).unwrap();
            word.push(char::from(letters[usize::try_from(number % count).unwrap()]));
            number /= count;
        }
    }
    word
}

fn product(number: u32) -> SearchDocument {
    let mut chance = Chance(u64::from(number));
    let id = ProductId::from(Uuid::from_u128(u128::from(number) << 64 | u128::from(number)));
    let price = Money::new(i64::try_from(100 + chance.below(100_000)).unwrap(), Currency::EUR);
    let category = format!("category-{}", chance.below(60));
    let options = [("colour", chance.pick(&COLOURS)), ("size", chance.pick(&SIZES))];
    let card = ProductCard {
        id,
        slug: format!("product-{number}"),
        title: chance.words(4),
        category: category.clone(),
        brand: format!("Brand {}", chance.below(300)),
        price,
        price_max: price,
        image: None,
        image_alt: None,
        rating: Tally::default(),
    };
    SearchDocument {
        card,
        category_name: category.replace('-', " "),
        description: chance.words(40),
        skus: vec![format!("SKU{number}")],
        options: options
            .map(|(name, value)| (name.to_owned(), BTreeSet::from([value.to_owned()])))
            .into_iter()
            .collect(),
        created_at: i64::from(number),
    }
}

fn put(number: u32, source_seq: u64) -> DocumentPut {
    let document = product(number);
    let body = Some(serde_json::to_value(&document).unwrap());
    DocumentPut { collection: SEARCH.to_owned(), id: document.card.id.to_string(), source_seq, body }
}

/// What shoppers ask: words, with wrong letters too, categories, attributes, prices, in every order, with counts as pages need
/// them.
fn question(chance: &mut Chance) -> ListQuery {
    let mut query = ListQuery { limit: 24, counts: true, ..ListQuery::default() };
    match chance.below(10) {
        0..=3 => query.q = Some(chance.words(2)),
        4 => query.q = Some(chance.word().chars().take(3).collect()),
        5 => query.q = Some(format!("{}x", chance.word())),
        6 => query.category = Some(format!("category-{}", chance.below(60))),
        7 => {
            query.q = Some(chance.word());
            query.facets =
                BTreeMap::from([("colour".to_owned(), BTreeSet::from([chance.pick(&COLOURS).to_owned()]))]);
        }
        8 => {
            query.sort = Some(Sorting::PriceAsc);
            query.price = PriceRange { min: Some(10_000), max: Some(20_000) };
        }
        _ => {
            query.sort = Some(
                [Sorting::Newest, Sorting::Name, Sorting::PriceDesc]
                    [usize::try_from(chance.below(3)).unwrap()],
            )
        }
    }
    query
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let products: u32 =
        std::env::var("BENCH_PRODUCTS").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::tempdir().unwrap();
    let before = resident_mib();
    let index = SearchIndex::in_folder(folder.path(), 2, 256);
    let shard = ShardId::of(Uuid::nil());
    let begun = Instant::now();
    for first in (0..products).step_by(usize::try_from(BATCH).unwrap()) {
        let puts: Vec<_> = (first..products.min(first + BATCH)).map(|number| put(number, 1)).collect();
        index.write(SEARCH, shard, u64::from(first) + 1, &puts).await.unwrap();
    }
    let took = begun.elapsed().as_secs_f64();
    println!("{products} products indexed in {took:.1} s, {:.0} a second", f64::from(products) / took);
    println!("on disk {:.0} MiB", mib(size(folder.path())));
    asked(&index, "nothing else happens").await;
    let (mapped, own) = (resident_mib() - before, anonymous_mib());
    println!(
        "memory: {mapped:.0} MiB more than before, with mapped files; {own:.0} MiB are the process's own"
    );
    let changes = changing(index.clone(), products);
    let (lags, ()) = tokio::join!(changes, asked(&index, "5 products change each second"));
    println!(
        "a change is found after p50 {:.0} ms, p99 {:.0} ms, at most {:.0} ms, from its write on",
        ms(lags.value_at_quantile(0.5)),
        ms(lags.value_at_quantile(0.99)),
        ms(lags.max())
    );
}

/// Asks at a fixed rate. The time of an answer counts from when it was to be asked.
async fn asked(index: &SearchIndex, meanwhile: &str) {
    let mut chance = Chance(1);
    let mut answers = JoinSet::new();
    let (begun, worked) = (Instant::now(), cpu_ticks());
    let mut due = begun;
    while begun.elapsed() < MEASURE {
        tokio::time::sleep_until(due.into()).await;
        let (index, query, asked) = (index.clone(), question(&mut chance), due);
        answers.spawn(async move {
            let found = index.find(SEARCH, &query).await;
            (asked.elapsed(), found.map(|page| page.items.len()).ok())
        });
        due += Duration::from_secs(1) / RATE;
    }
    let (mut times, mut failed, mut items) = (Histogram::<u64>::new(3).unwrap(), 0_u64, 0);
    while let Some(answer) = answers.join_next().await {
        let (time, found) = answer.unwrap();
        times.record(u64::try_from(time.as_micros()).unwrap()).unwrap();
        failed += u64::from(found.is_none());
        items += found.unwrap_or_default();
    }
    let each = f64::from(cpu_ticks() - worked) * 10.0 / f64::from(u32::try_from(times.len()).unwrap());
    println!(
        "{} searches at {RATE}/s while {meanwhile}: p50 {:.1} ms, p99 {:.1} ms, at most {:.1} ms; {failed} failed, {items} products shown; {each:.1} ms of a core for each",
        times.len(),
        ms(times.value_at_quantile(0.5)),
        ms(times.value_at_quantile(0.99)),
        ms(times.max())
    );
}

/// Changes products as long as questions are asked; how long each write takes until it can be found.
async fn changing(index: SearchIndex, products: u32) -> Histogram<u64> {
    let (mut chance, mut lags) = (Chance(2), Histogram::<u64>::new(3).unwrap());
    let begun = Instant::now();
    let mut due = begun;
    while begun.elapsed() < MEASURE {
        tokio::time::sleep_until(due.into()).await;
        let number = u32::try_from(chance.below(u64::from(products))).unwrap();
        let shard_seq = u64::from(products) + lags.len() + 1;
        let puts = [put(number, 2 + lags.len())];
        index.write(SEARCH, ShardId::of(Uuid::nil()), shard_seq, &puts).await.unwrap();
        lags.record(u64::try_from(due.elapsed().as_micros()).unwrap()).unwrap();
        due += Duration::from_millis(200);
    }
    lags
}

/// Hundredths of a second of a core that this process has used (`proc_pid_stat(5)`, fields 14 and 15).
fn cpu_ticks() -> u32 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = text.rsplit_once(") ").unwrap().1;
    after_name.split(' ').skip(11).take(2).map(|field| field.parse::<u32>().unwrap()).sum()
}

fn ms(micros: u64) -> f64 {
    f64::from(u32::try_from(micros).unwrap_or(u32::MAX)) / 1_000.0
}

fn mib(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1_024).unwrap_or(u32::MAX)) / 1_024.0
}

fn size(folder: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| match entry.metadata().unwrap() {
            about if about.is_dir() => size(&entry.path()),
            about => about.len(),
        })
        .sum()
}

fn status(field: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(field)).unwrap();
    mib(line.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024)
}

fn resident_mib() -> f64 {
    status("VmRSS")
}

fn anonymous_mib() -> f64 {
    status("RssAnon")
}
