//! The same documents in every store: each list of one is that of the others, page by page.

use amazoff_supervisor::ShardId;
use amazoff_supervisor::documents::{DocumentPut, Documents, Page, Query, Sort};
use serde_json::{Value, json};

use crate::world::World;

const TEXTS: &[&str] =
    &["", "a", "A", "a b", "é", "z\u{301}", "🍵", "10", "9", "$x", "a.b", "tea", "green tea"];
const IDS: u64 = 60;

/// Numbers that look like chance and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
    fn text(&mut self) -> &'static str {
        TEXTS[usize::try_from(self.roll(13)).unwrap()]
    }
}

fn body(dice: &mut Dice) -> Value {
    let mut body = json!({ "status": dice.text(), "name": dice.text(), "search": format!("{} {}", dice.text(), dice.text()) });
    match dice.roll(8) {
        0 => {}
        1 => body["price_amount"] = Value::Null,
        2 => body["price_amount"] = json!(dice.text()),
        3 => body["price_amount"] = json!(i64::MAX),
        _ => body["price_amount"] = json!(i64::try_from(dice.roll(6)).unwrap() - 2),
    }
    match dice.roll(6) {
        0 => body["flag"] = json!(true),
        1 => body["flag"] = json!(false),
        2 => body["flag"] = json!(1),
        3 => body["flag"] = json!([true, "a", 1]),
        4 => body["odd $ key."] = json!({ "$gt": [dice.text(), null, 0.5] }),
        _ => {}
    }
    body
}

/// Batches with repeats, deletions, and writes that come late.
fn batches() -> Vec<Vec<DocumentPut>> {
    let mut dice = Dice(7);
    let put = |dice: &mut Dice| {
        let id = dice.roll(IDS);
        let (collection, source_seq) =
            (["products", "orders@2"][usize::from(id.is_multiple_of(3))], dice.roll(30));
        let body = (dice.roll(7) > 0).then(|| body(dice));
        DocumentPut { collection: collection.to_owned(), id: format!("{}-{id}", TEXTS[0]), source_seq, body }
    };
    (0..40).map(|n| (0..n % 12).map(|_| put(&mut dice)).collect()).collect()
}

fn queries() -> Vec<Query> {
    let equals: &[Vec<(String, Value)>] = &[
        vec![],
        vec![("status".to_owned(), json!("a"))],
        vec![("flag".to_owned(), json!(true))],
        vec![("flag".to_owned(), json!(1))],
        vec![("flag".to_owned(), json!("a"))],
        vec![("price_amount".to_owned(), json!(i64::MAX))],
        vec![("price_amount".to_owned(), json!(-1)), ("name".to_owned(), json!("$x"))],
    ];
    let contains = [
        None,
        Some(vec!["tea"]),
        Some(vec!["green tea", "a"]),
        Some(vec!["$x"]),
        Some(vec!["a.b"]),
        Some(vec!["."]),
    ];
    let sorts = [None, Some("price_amount"), Some("name"), Some("search"), Some("missing")];
    let mut queries = Vec::new();
    for (collection, equals) in
        ["products", "orders@2"].iter().flat_map(|name| equals.iter().map(move |e| (name, e)))
    {
        for words in &contains {
            for (field, descending) in sorts.iter().flat_map(|sort| [(sort, false), (sort, true)]) {
                queries.push(Query {
                    collection: (*collection).to_owned(),
                    equals: equals.clone(),
                    contains: words.as_ref().map(|words| {
                        ("search".to_owned(), words.iter().map(|word| (*word).to_owned()).collect())
                    }),
                    sort: field.map(|field| Sort { field: field.to_owned(), descending }),
                    after: None,
                    limit: 7,
                });
            }
        }
    }
    queries
}

async fn pages(documents: &dyn Documents, query: &Query) -> Vec<Page> {
    let (mut query, mut pages) = (query.clone(), Vec::new());
    loop {
        let page = documents.query(&query).await.unwrap();
        query.after.clone_from(&page.next);
        pages.push(page);
        if query.after.is_none() {
            return pages;
        }
    }
}

#[tokio::test]
async fn every_list_is_the_same_in_every_store() {
    let worlds = [World::in_memory().await, World::in_sqlite().await, World::in_mongodb().await];
    let [memory, sqlite, mongodb] = worlds.each_ref().map(|world| &*world.documents);
    for (batch, seq) in batches().iter().zip(1..) {
        let shard = ShardId::from_number(u16::try_from(seq % 5).unwrap()).unwrap();
        for documents in [memory, sqlite, mongodb] {
            documents.write("test", shard, seq, batch).await.unwrap();
        }
    }
    let (mut listed, mut lists) = (0, 0);
    for query in queries() {
        let expected = pages(memory, &query).await;
        let count = memory.count(&query).await.unwrap();
        for documents in [sqlite, mongodb] {
            assert_eq!(pages(documents, &query).await, expected, "{query:?}");
            assert_eq!(documents.count(&query).await.unwrap(), count, "{query:?}");
        }
        let items: usize = expected.iter().map(|page| page.items.len()).sum();
        assert_eq!(u64::try_from(items).unwrap(), count);
        (listed, lists) = (listed + items, lists + usize::from(items > 7));
    }
    assert!(listed > 1_000 && lists > 20, "{listed} documents listed, {lists} lists of several pages");
    for (collection, id) in
        ["products", "orders@2"].iter().flat_map(|name| (0..IDS).map(move |id| (name, format!("-{id}"))))
    {
        let expected = memory.get(collection, &id).await.unwrap();
        assert_eq!(sqlite.get(collection, &id).await.unwrap(), expected);
        assert_eq!(mongodb.get(collection, &id).await.unwrap(), expected);
    }
    let expected = memory.checkpoints("test").await.unwrap();
    assert_eq!(sqlite.checkpoints("test").await.unwrap(), expected);
    assert_eq!(mongodb.checkpoints("test").await.unwrap(), expected);
}
