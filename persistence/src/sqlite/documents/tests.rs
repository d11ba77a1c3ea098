use amazoff_supervisor::ShardId;
use amazoff_supervisor::documents::{DocumentPut, Query, Sort};
use futures::future::join_all;
use serde_json::json;
use sqlx::{AssertSqlSafe, Row as _};

use super::select;
use crate::SqliteStore;
use crate::sql::Statement;

/// A generation of a collection is a collection like any other: the indexes that start with its name serve it.
#[tokio::test]
async fn the_usual_lists_of_any_generation_are_served_by_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).await.unwrap();
    for (equals, sort, index) in [
        (None, Some("created_at"), "document_created"),
        (None, Some("placed_at"), "document_placed"),
        (None, Some("started_at"), "document_started"),
        (Some("status"), Some("created_at"), "document_status_created"),
        (Some("status"), Some("since"), "document_status_since"),
        (Some("category"), Some("created_at"), "document_category"),
        (Some("user"), Some("placed_at"), "document_user"),
        (Some("number"), Some("placed_at"), "document_number"),
        (Some("return_status"), Some("placed_at"), "document_return_status"),
        (Some("product"), Some("shown_since"), "document_product_shown"),
        (Some("product"), Some("helpful"), "document_product_helpful"),
        (Some("author"), Some("created_at"), "document_author"),
        (Some("product"), Some("at"), "document_product_at"),
        (None, Some("at"), "document_at"),
        (None, Some("available"), "document_available"),
        (Some("user"), None, "document_of_user"),
        (Some("stage_day"), None, "document_stage_day"),
    ] {
        let query = Query {
            collection: "orders@3".to_owned(),
            equals: equals.map(|field| (field.to_owned(), "x".into())).into_iter().collect(),
            sort: sort.map(|field| Sort { field: field.to_owned(), descending: true }),
            limit: 20,
            ..Query::default()
        };
        let sql = select::page(&query);
        let plan = format!("EXPLAIN QUERY PLAN {}", sql.sql().as_str());
        let rows =
            sqlx::query(AssertSqlSafe(plan)).fetch_all(store.views.database.readers().pool()).await.unwrap();
        let steps: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
        assert!(steps[0].contains(index), "{index}: {steps:?}");
        assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{index}: {steps:?}");
    }
}

/// A document that the file refuses is the matter of whoever wrote it, also when it is written with others.
#[tokio::test]
async fn what_comes_together_is_written_but_for_what_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).await.unwrap();
    let mut turn = store.views.database.turn().await.unwrap();
    let refusing = "CREATE TRIGGER refusing BEFORE INSERT ON document WHEN NEW.id = '7'
                    BEGIN SELECT RAISE(ABORT, 'not this one'); END";
    turn.run(&Statement::new(refusing)).await.unwrap();
    let documents = store.documents();
    let shards: Vec<ShardId> = ShardId::all().take(20).collect();
    let writing = shards.iter().enumerate().map(async |(n, shard)| {
        let put = DocumentPut {
            collection: "things".to_owned(),
            id: n.to_string(),
            source_seq: 1,
            body: Some(json!({ "n": n })),
        };
        documents.write("projection", *shard, 5, &[put]).await
    });
    // All of them wait for the turn, then it is free.
    let (written, ()) = futures::join!(join_all(writing), async { turn.end() });
    let refused: Vec<_> = (0..20).filter(|n| written[*n].is_err()).collect();
    assert_eq!(refused, [7]);
    let all = Query { collection: "things".to_owned(), limit: 50, ..Query::default() };
    assert_eq!(documents.query(&all).await.unwrap().items.len(), 19);
    assert_eq!(documents.checkpoints("projection").await.unwrap().len(), 19);
}
