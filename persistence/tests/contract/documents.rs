use amazoff_supervisor::ShardId;
use amazoff_supervisor::documents::{DocumentPut, QUERY_LIMIT_MAX, Query, Sort};
use serde_json::{Value, json};

use crate::world::World;

contract!(
    mongodb:
    a_document_comes_back,
    any_json_comes_back_the_same,
    texts_are_ordered_by_their_bytes,
    of_several_writes_at_once_the_newest_stays,
    an_older_or_equal_write_changes_nothing,
    a_deleted_document_stays_deleted_for_older_writes,
    checkpoints_never_go_back,
    pages_cover_everything_once,
    pages_stay_stable_while_values_are_equal,
    documents_without_the_field_are_left_out_of_a_sorted_list,
    equal_fields_of_each_type_match,
    every_word_must_be_contained,
    counting_ignores_pages,
    a_field_is_only_ever_a_name,
    collections_are_apart,
    a_dropped_collection_is_gone_with_its_sequences_and_alone,
    forgotten_checkpoints_are_gone_and_no_others,
);

async fn put(world: &World, id: &str, source_seq: u64, body: Option<Value>) {
    let put = DocumentPut { collection: "products".to_owned(), id: id.to_owned(), source_seq, body };
    world.documents.write("test", ShardId::from_number(0).unwrap(), 1, &[put]).await.unwrap();
}

fn products() -> Query {
    Query { collection: "products".to_owned(), limit: 100, ..Query::default() }
}

fn sorted(field: &str, descending: bool) -> Query {
    Query { sort: Some(Sort { field: field.to_owned(), descending }), ..products() }
}

/// The ids of all pages, three documents at a time.
async fn walk(world: &World, query: Query) -> Vec<String> {
    let mut query = Query { limit: 3, ..query };
    let mut ids = Vec::new();
    loop {
        let page = world.documents.query(&query).await.unwrap();
        assert!(page.items.len() <= 3);
        ids.extend(page.items.into_iter().map(|(id, _)| id));
        match page.next {
            Some(next) => query.after = Some(next),
            None => return ids,
        }
    }
}

async fn ids(world: &World, query: &Query) -> Vec<String> {
    world.documents.query(query).await.unwrap().items.into_iter().map(|(id, _)| id).collect()
}

async fn a_document_comes_back(world: World) {
    let body = json!({"title": "Tea 🍵", "price_amount": 499, "tags": ["a", {"b": null}], "active": true});
    put(&world, "p1", 1, Some(body.clone())).await;
    assert_eq!(world.documents.get("products", "p1").await.unwrap(), Some(body.clone()));
    assert_eq!(world.documents.get("products", "p2").await.unwrap(), None);
    assert_eq!(world.documents.query(&products()).await.unwrap().items, [("p1".to_owned(), body)]);
}

async fn any_json_comes_back_the_same(world: World) {
    let bodies = [
        json!({"numbers": [0, -1, i64::MIN, i64::MAX, u64::MAX, 1.0, -0.5, 1e300]}),
        json!({"$set": {"a.b": {"": 1, ".": [2], "$": 3, "%24": 4}}, "a.b": "$title", "title": "$$ROOT"}),
        json!({"text": "a\u{0}b \u{10ffff} \\ \" {$x}", "\u{0}": null}),
        json!({"nested": [[[[[{"deep": [[], {}, [null]]}]]]]]}),
    ];
    for (number, body) in bodies.iter().enumerate() {
        put(&world, &format!("odd $id.{number}\u{0}"), 1, Some(body.clone())).await;
    }
    let page = world.documents.query(&products()).await.unwrap();
    let texts = |bodies: Vec<&Value>| bodies.into_iter().map(Value::to_string).collect::<Vec<_>>();
    assert_eq!(texts(page.items.iter().map(|(_, body)| body).collect()), texts(bodies.iter().collect()));
    for (id, body) in page.items {
        assert_eq!(world.documents.get("products", &id).await.unwrap(), Some(body));
    }
}

async fn texts_are_ordered_by_their_bytes(world: World) {
    let ordered = ["", " ", "10", "9", "A", "Z", "a", "a ", "aa", "z", "é", "ﬁ", "🍵"];
    for (number, text) in ordered.iter().enumerate() {
        // The ids are in no order that helps.
        put(&world, &format!("{}{text}", number * 7 % 13), 1, Some(json!({ "name": text }))).await;
    }
    let of_pages = async |descending| {
        let mut query = Query { limit: 3, ..sorted("name", descending) };
        let mut texts = Vec::new();
        loop {
            let page = world.documents.query(&query).await.unwrap();
            texts.extend(page.items.into_iter().map(|(_, body)| body["name"].as_str().unwrap().to_owned()));
            match page.next {
                Some(next) => query.after = Some(next),
                None => return texts,
            }
        }
    };
    assert_eq!(of_pages(false).await, ordered);
    assert_eq!(of_pages(true).await.into_iter().rev().collect::<Vec<_>>(), ordered);
}

async fn of_several_writes_at_once_the_newest_stays(world: World) {
    let puts =
        [(4, Some("old")), (6, Some("newest")), (6, Some("second")), (5, None)].map(|(source_seq, text)| {
            let body = text.map(|text| json!({ "text": text }));
            DocumentPut { collection: "products".to_owned(), id: "a".to_owned(), source_seq, body }
        });
    world.documents.write("test", ShardId::from_number(0).unwrap(), 1, &puts).await.unwrap();
    assert_eq!(world.documents.get("products", "a").await.unwrap(), Some(json!({"text": "newest"})));
    put(&world, "a", 6, None).await;
    assert_eq!(world.documents.count(&products()).await.unwrap(), 1);
}

async fn an_older_or_equal_write_changes_nothing(world: World) {
    put(&world, "p1", 5, Some(json!({"n": 5}))).await;
    for (seq, expected) in [(5, 5), (4, 5), (6, 6)] {
        put(&world, "p1", seq, Some(json!({"n": seq}))).await;
        assert_eq!(world.documents.get("products", "p1").await.unwrap(), Some(json!({"n": expected})));
    }
}

async fn a_deleted_document_stays_deleted_for_older_writes(world: World) {
    put(&world, "p1", 1, Some(json!({}))).await;
    put(&world, "p1", 3, None).await;
    put(&world, "p1", 2, Some(json!({}))).await;
    assert_eq!(world.documents.get("products", "p1").await.unwrap(), None);
    assert_eq!(world.documents.count(&products()).await.unwrap(), 0);
    put(&world, "p1", 4, Some(json!({}))).await;
    assert_eq!(world.documents.count(&products()).await.unwrap(), 1);
}

async fn checkpoints_never_go_back(world: World) {
    let shard = |n| ShardId::from_number(n).unwrap();
    assert_eq!(world.documents.checkpoints("orders").await.unwrap(), vec![]);
    for (number, seq) in [(9, 4), (2, 7), (9, 3)] {
        world.documents.write("orders", shard(number), seq, &[]).await.unwrap();
    }
    world.documents.write("products", shard(1), 1, &[]).await.unwrap();
    assert_eq!(world.documents.checkpoints("orders").await.unwrap(), [(shard(2), 7), (shard(9), 4)]);
}

async fn pages_cover_everything_once(world: World) {
    for (id, price) in [("a", 50), ("b", 10), ("c", 40), ("d", 20), ("e", 30), ("f", 9), ("g", 100)] {
        put(&world, id, 1, Some(json!({"price_amount": price, "title": format!("T{price}")}))).await;
    }
    assert_eq!(walk(&world, products()).await.concat(), "abcdefg");
    assert_eq!(walk(&world, sorted("price_amount", false)).await.concat(), "fbdecag");
    assert_eq!(walk(&world, sorted("price_amount", true)).await.concat(), "gacedbf");
    assert_eq!(walk(&world, sorted("title", false)).await.concat(), "bgdecaf");
    assert_eq!(walk(&world, sorted("title", true)).await.concat(), "facedgb");
}

async fn pages_stay_stable_while_values_are_equal(world: World) {
    for id in ["a", "b", "c", "d", "e", "f", "g"] {
        put(&world, id, 1, Some(json!({"price_amount": if id < "e" { 1 } else { 2 }}))).await;
    }
    assert_eq!(walk(&world, sorted("price_amount", false)).await.concat(), "abcdefg");
    assert_eq!(walk(&world, sorted("price_amount", true)).await.concat(), "gfedcba");
}

async fn documents_without_the_field_are_left_out_of_a_sorted_list(world: World) {
    for (id, body) in [
        ("a", json!({"rank": 1})),
        ("b", json!({})),
        ("c", json!({"rank": null})),
        ("d", json!({"rank": "text"})),
        ("e", json!({})),
        ("f", json!({})),
        ("g", json!({"rank": 2})),
    ] {
        put(&world, id, 1, Some(body)).await;
    }
    assert_eq!(walk(&world, sorted("rank", false)).await.concat(), "agd");
    assert_eq!(walk(&world, sorted("rank", true)).await.concat(), "dga");
    assert_eq!(world.documents.count(&sorted("rank", true)).await.unwrap(), 3);
}

async fn equal_fields_of_each_type_match(world: World) {
    put(&world, "a", 1, Some(json!({"status": "active", "stock": 3, "featured": true}))).await;
    put(&world, "b", 1, Some(json!({"status": "active", "stock": 4, "featured": false}))).await;
    put(&world, "c", 1, Some(json!({"status": "it's \"odd\"", "stock": 3.0}))).await;
    put(&world, "d", 1, Some(json!({"status": ["active"], "stock": [3], "featured": [true]}))).await;
    put(&world, "e", 1, None).await;
    for (conditions, expected) in [
        (vec![("status", json!("active"))], "ab"),
        (vec![("status", json!("active")), ("stock", json!(4))], "b"),
        (vec![("featured", json!(true))], "a"),
        (vec![("featured", json!(false))], "b"),
        (vec![("featured", json!(1))], ""),
        (vec![("stock", json!("3"))], ""),
        (vec![("stock", json!(3))], "a"),
        (vec![("status", json!("it's \"odd\""))], "c"),
        (vec![("missing", json!("x"))], ""),
    ] {
        let equals = conditions.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect();
        let query = Query { equals, ..products() };
        assert_eq!(ids(&world, &query).await.concat(), expected, "{conditions:?}");
        assert_eq!(world.documents.count(&query).await.unwrap(), u64::try_from(expected.len()).unwrap());
    }
}

async fn every_word_must_be_contained(world: World) {
    put(&world, "a", 1, Some(json!({"search": "green tea 100% pure"}))).await;
    put(&world, "b", 1, Some(json!({"search": "black tea_bags"}))).await;
    put(&world, "c", 1, Some(json!({"title": "no text"}))).await;
    put(&world, "d", 1, Some(json!({"search": "a.*b (c) [d] {e} ^$ \\d+?|\n\u{0}x"}))).await;
    for (words, expected) in [
        (&["tea"][..], "ab"),
        (&["tea", "green"], "a"),
        (&["00%"], "a"),
        (&["tea_"], "b"),
        (&["%"], "a"),
        (&["q"], ""),
        (&["tea", "q"], ""),
        (&[".*"], "d"),
        (&["(c)", "[d]", "{e}"], "d"),
        (&["^$"], "d"),
        (&["\\d+?|"], "d"),
        (&["\n\u{0}x"], "d"),
        (&["g.*n"], ""),
        (&[], "abcd"),
    ] {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        let query = Query { contains: Some(("search".to_owned(), words)), ..products() };
        assert_eq!(ids(&world, &query).await.concat(), expected);
    }
}

async fn counting_ignores_pages(world: World) {
    for id in ["a", "b", "c", "d"] {
        put(&world, id, 1, Some(json!({"n": 1}))).await;
    }
    let first = world.documents.query(&Query { limit: 1, ..sorted("n", false) }).await.unwrap();
    let query = Query { limit: 1, after: first.next, ..sorted("n", false) };
    assert_eq!(world.documents.count(&query).await.unwrap(), 4);
    assert!(ids(&world, &Query { limit: 0, ..products() }).await.is_empty());
    let all = world.documents.query(&Query { limit: QUERY_LIMIT_MAX + 1, ..products() }).await.unwrap();
    assert_eq!((all.items.len(), all.next), (4, None));
}

async fn a_field_is_only_ever_a_name(world: World) {
    for name in ["price'", "a.b", "$", "", "Title", "x) OR (1"] {
        assert!(world.documents.query(&sorted(name, false)).await.is_err(), "{name}");
        let equals = vec![(name.to_owned(), json!(1))];
        assert!(world.documents.count(&Query { equals, ..products() }).await.is_err(), "{name}");
    }
    for value in [json!(null), json!(1.5), json!([1])] {
        let equals = vec![("price".to_owned(), value)];
        assert!(world.documents.query(&Query { equals, ..products() }).await.is_err());
    }
}

async fn collections_are_apart(world: World) {
    put(&world, "a", 1, Some(json!({}))).await;
    let other =
        DocumentPut { collection: "orders".to_owned(), id: "a".to_owned(), source_seq: 1, body: None };
    world.documents.write("test", ShardId::from_number(0).unwrap(), 1, &[other]).await.unwrap();
    assert_eq!(world.documents.count(&products()).await.unwrap(), 1);
    assert_eq!(
        world.documents.count(&Query { collection: "orders".to_owned(), ..products() }).await.unwrap(),
        0
    );
}

async fn a_dropped_collection_is_gone_with_its_sequences_and_alone(world: World) {
    let all = ["products", "products@1", "products@10"];
    for collection in all {
        for (id, body) in [("a", Some(json!({"n": 1}))), ("b", None), ("c", Some(json!({"n": 3})))] {
            let put =
                DocumentPut { collection: collection.to_owned(), id: id.to_owned(), source_seq: 7, body };
            world.documents.write("test", ShardId::from_number(0).unwrap(), 1, &[put]).await.unwrap();
        }
    }
    let count = async |of: &str| {
        world.documents.count(&Query { collection: of.to_owned(), ..products() }).await.unwrap()
    };
    let step = async || world.documents.drop_collection("products@1", 2).await.unwrap();
    assert_eq!((step().await, step().await, step().await), (2, 1, 0));
    assert_eq!((count("products").await, count("products@1").await, count("products@10").await), (2, 0, 2));

    let again = DocumentPut {
        collection: "products@1".to_owned(),
        id: "b".to_owned(),
        source_seq: 1,
        body: Some(json!({})),
    };
    world.documents.write("test", ShardId::from_number(0).unwrap(), 1, &[again]).await.unwrap();
    assert_eq!(count("products@1").await, 1, "an older write counts again");
}

async fn forgotten_checkpoints_are_gone_and_no_others(world: World) {
    let shard = |n| ShardId::from_number(n).unwrap();
    for (name, number) in [("orders", 1), ("orders@2", 1), ("orders@2", 2)] {
        world.documents.write(name, shard(number), 5, &[]).await.unwrap();
    }
    world.documents.forget_checkpoints("orders@2").await.unwrap();
    assert_eq!(world.documents.checkpoints("orders@2").await.unwrap(), vec![]);
    assert_eq!(world.documents.checkpoints("orders").await.unwrap(), [(shard(1), 5)]);
    world.documents.write("orders@2", shard(2), 1, &[]).await.unwrap();
    assert_eq!(world.documents.checkpoints("orders@2").await.unwrap(), [(shard(2), 1)]);
}
