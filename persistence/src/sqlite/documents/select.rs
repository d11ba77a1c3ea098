//! Queries over documents as SQL. Values are always bound; fields are checked names.

use amazoff_supervisor::documents::{Page, Position, QUERY_LIMIT_MAX, Query, Sort};
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};

use crate::sql::rows;

/// The statement for one page, with one row more than asked for: it tells whether there is a next page.
pub(super) fn page(query: &Query) -> QueryBuilder<Sqlite> {
    let mut sql = QueryBuilder::new("SELECT id, body");
    matching(&mut sql, query);
    match &query.sort {
        None => {
            if let Some(after) = &query.after {
                sql.push(" AND id > ").push_bind(after.id.clone());
            }
            sql.push(" ORDER BY id");
        }
        Some(sort) => {
            if let Some(after) = &query.after {
                beyond(&mut sql, sort, after);
            }
            let direction = if sort.descending { " DESC" } else { "" };
            sql.push(" ORDER BY ");
            field(&mut sql, &sort.field);
            sql.push(direction).push(", id").push(direction);
        }
    }
    sql.push(" LIMIT ").push_bind(rows::limit(limit(query) + 1));
    sql
}

/// The statement that counts.
pub(super) fn count(query: &Query) -> QueryBuilder<Sqlite> {
    let mut sql = QueryBuilder::new("SELECT count(*)");
    matching(&mut sql, query);
    sql
}

/// What [`page`] found.
pub(super) fn read_page(query: &Query, found: &[SqliteRow]) -> Result<Page, sqlx::Error> {
    let items: Result<Vec<(String, Value)>, sqlx::Error> =
        found.iter().take(limit(query)).map(|row| Ok((row.try_get(0)?, body(row, 1)?))).collect();
    let items = items?;
    let next = items.last().filter(|_| found.len() > items.len()).map(|(id, document)| Position {
        value: query.sort.as_ref().and_then(|sort| document.get(&sort.field)).cloned().unwrap_or_default(),
        id: id.clone(),
    });
    Ok(Page { items, next })
}

/// A document's body.
pub(super) fn body(row: &SqliteRow, column: usize) -> Result<Value, sqlx::Error> {
    serde_json::from_str(row.try_get(column)?).map_err(|error| sqlx::Error::Decode(error.into()))
}

fn limit(query: &Query) -> usize {
    query.limit.min(QUERY_LIMIT_MAX)
}

fn matching(sql: &mut QueryBuilder<Sqlite>, query: &Query) {
    sql.push(" FROM document WHERE body IS NOT NULL AND collection = ").push_bind(query.collection.clone());
    for (name, value) in &query.equals {
        sql.push(" AND ");
        match value {
            // Booleans come out of JSON as 0 and 1; their type tells them from numbers.
            Value::Bool(truth) => {
                sql.push("json_type(body, '$.").push(name).push("') = ").push_bind(truth.to_string());
            }
            other => {
                field(sql, name);
                sql.push(" = ");
                bind(sql, other);
                if other.is_number() {
                    sql.push(" AND json_type(body, '$.").push(name).push("') = 'integer'");
                }
            }
        }
    }
    // The indexes hold only documents that have the field.
    if let Some(sort) = &query.sort {
        sql.push(" AND ");
        field(sql, &sort.field);
        sql.push(" IS NOT NULL");
    }
    if let Some((name, words)) = &query.contains {
        for word in words {
            sql.push(" AND instr(");
            field(sql, name);
            sql.push(", ").push_bind(word.clone()).push(") > 0");
        }
    }
}

/// Only what comes after a position.
fn beyond(sql: &mut QueryBuilder<Sqlite>, sort: &Sort, after: &Position) {
    sql.push(" AND (");
    field(sql, &sort.field);
    sql.push(", id) ").push(if sort.descending { "< (" } else { "> (" });
    bind(sql, &after.value);
    sql.push(", ").push_bind(after.id.clone()).push(")");
}

/// A field's value, spelled as in the indexes so that they can serve it.
fn field(sql: &mut QueryBuilder<Sqlite>, name: &str) {
    sql.push("json_extract(body, '$.").push(name).push("')");
}

fn bind(sql: &mut QueryBuilder<Sqlite>, value: &Value) {
    match value {
        Value::Null => sql.push("NULL"),
        Value::Bool(truth) => sql.push_bind(*truth),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => sql.push_bind(integer),
            None => sql.push_bind(number.as_f64()),
        },
        Value::String(text) => sql.push_bind(text.clone()),
        Value::Array(_) | Value::Object(_) => sql.push_bind(value.to_string()),
    };
}
