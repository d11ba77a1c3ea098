use amazoff_supervisor::documents::{Query, Sort};
use sqlx::{AssertSqlSafe, Row as _};

use super::select;
use crate::SqliteStore;

/// A generation of a collection is a collection like any other: the indexes that start with its name serve it.
#[tokio::test]
async fn the_usual_lists_of_any_generation_are_served_by_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).await.unwrap();
    for (equals, sort, index) in [
        (None, "price_amount", "document_price"),
        (None, "created_at", "document_created"),
        (Some("category"), "created_at", "document_category"),
        (Some("user"), "placed_at", "document_user"),
        (Some("product"), "shown_since", "document_product_shown"),
        (Some("product"), "helpful", "document_product_helpful"),
        (Some("author"), "created_at", "document_author"),
        (Some("product"), "at", "document_product_at"),
        (None, "at", "document_at"),
        (None, "available", "document_available"),
    ] {
        let query = Query {
            collection: "orders@3".to_owned(),
            equals: equals.map(|field| (field.to_owned(), "x".into())).into_iter().collect(),
            sort: Some(Sort { field: sort.to_owned(), descending: true }),
            limit: 20,
            ..Query::default()
        };
        let sql = select::page(&query);
        let plan = format!("EXPLAIN QUERY PLAN {}", sql.sql().as_str());
        let rows = sqlx::query(AssertSqlSafe(plan)).fetch_all(store.views.database.readers()).await.unwrap();
        let steps: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
        assert!(steps[0].contains(index), "{sort}: {steps:?}");
        assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{sort}: {steps:?}");
    }
}
