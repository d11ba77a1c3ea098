use amazoff_databases::{Database, shared_mongo};
use amazoff_supervisor::documents::{Position, Query, Sort};
use bson::{Document, doc};
use serde_json::json;

use super::*;
use crate::mongodb::Options;

async fn documents() -> (Database, MongoDocuments) {
    let database = shared_mongo().await.unwrap().database();
    let server = Server::new(database.url(), Options::default()).await.unwrap();
    (database, MongoDocuments::over(Arc::new(server)))
}

/// The indexes that a find reads, and the steps of its plan.
async fn plan(documents: &MongoDocuments, query: &Query) -> (BTreeSet<String>, Vec<String>) {
    let collection = names::collection(&query.collection).unwrap();
    let find =
        doc! { "find": collection, "filter": select::page(query), "sort": select::order(query), "limit": 21 };
    let explain = doc! { "explain": find, "verbosity": "queryPlanner" };
    let reply = documents.server.database().run_command(explain).await.unwrap();
    let winner = reply.get_document("queryPlanner").unwrap().get_document("winningPlan").unwrap();
    let (mut indexes, mut steps) = (BTreeSet::new(), Vec::new());
    walk(winner, &mut indexes, &mut steps);
    (indexes, steps)
}

fn walk(stage: &Document, indexes: &mut BTreeSet<String>, steps: &mut Vec<String>) {
    steps.extend(stage.get_str("stage").map(str::to_owned));
    indexes.extend(stage.get_str("indexName").map(str::to_owned));
    let inputs = stage.get_array("inputStages").into_iter().flatten().filter_map(|stage| stage.as_document());
    for input in stage.get_document("inputStage").into_iter().chain(inputs) {
        walk(input, indexes, steps);
    }
}

/// Many documents, so that the choice of a plan is none of chance.
async fn fill(documents: &MongoDocuments, collection: &str) {
    let puts: Vec<DocumentPut> = (0..500)
        .map(|n| {
            let body = json!({
                "status": "active", "category": format!("c{}", n % 5), "user": format!("u{}", n % 9),
                "slug": n.to_string(), "created_at": n / 15, "price_amount": n / 12, "name": format!("n{:02}", n / 10),
                "placed_at": n, "number": n.to_string(), "return_status": if n % 9 == 0 { "requested" } else { "approved" },
            });
            DocumentPut { collection: collection.to_owned(), id: n.to_string(), source_seq: 1, body: Some(body) }
        })
        .collect();
    documents.write("test", ShardId::from_number(0).unwrap(), 1, &puts).await.unwrap();
}

/// A collection, fields that must be equal, the order, and the index that serves it.
type Case = (&'static str, &'static [(&'static str, &'static str)], Option<&'static str>, &'static str);

/// A generation of a collection has the same ones.
#[tokio::test]
async fn the_shops_lists_are_read_in_order_from_an_index() {
    let (_database, documents) = documents().await;
    let cases: &[Case] = &[
        ("products", &[("status", "active")], Some("created_at"), "created"),
        ("products", &[("status", "active")], Some("price_amount"), "price"),
        ("products", &[("status", "active")], Some("name"), "name"),
        ("products", &[("status", "active"), ("category", "c1")], Some("created_at"), "category_created"),
        ("products", &[("status", "active"), ("category", "c1")], Some("price_amount"), "category_price"),
        ("products@3", &[("status", "active"), ("category", "c1")], Some("name"), "category_name"),
        ("products@3", &[("slug", "7"), ("status", "active")], None, "slug"),
        ("orders@12", &[("user", "u1")], Some("placed_at"), "user"),
        ("orders@12", &[("number", "7")], Some("placed_at"), "number"),
        ("orders@12", &[("return_status", "requested")], Some("placed_at"), "return_status"),
        ("orders@12", &[], Some("placed_at"), "placed"),
        ("orders@12", &[("status", "active")], Some("placed_at"), "placed"),
    ];
    for collection in ["products", "products@3", "orders@12"] {
        fill(&documents, collection).await;
    }
    for (collection, equals, sort, index) in cases {
        let equals = equals.iter().map(|(field, value)| ((*field).to_owned(), json!(value))).collect();
        let mut query = Query { collection: (*collection).to_owned(), equals, limit: 20, ..Query::default() };
        for descending in [true, false] {
            query.sort = sort.map(|field| Sort { field: field.to_owned(), descending });
            let value = if *sort == Some("name") { json!("n07") } else { json!(7) };
            for after in [None, sort.map(|_| Position { value, id: "7".to_owned() })] {
                query.after = after;
                let (indexes, steps) = plan(&documents, &query).await;
                // Of the few documents with an equal value a second index may be as fast.
                assert!(indexes.contains(*index), "{query:?}: {indexes:?}");
                assert!(
                    !steps.iter().any(|step| step == "SORT" || step == "COLLSCAN"),
                    "{query:?}: {steps:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn nothing_that_was_dropped_stays_and_what_is_written_later_has_its_indexes() {
    let (_database, documents) = documents().await;
    let names = async || documents.server.database().list_collection_names().await.unwrap();
    for _ in 0..2 {
        fill(&documents, "orders@1").await;
        assert!(names().await.contains(&"documents.orders@1".to_owned()));
        let indexes = documents.server.collection("documents.orders@1").list_index_names().await.unwrap();
        assert_eq!(indexes, ["_id_", "user", "number", "return_status", "placed"]);
        while documents.drop_collection("orders@1", 300).await.unwrap() > 0 {}
        assert!(!names().await.contains(&"documents.orders@1".to_owned()));
    }
}
