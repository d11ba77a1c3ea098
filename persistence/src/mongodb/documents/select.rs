//! Queries as MongoDB understands them.
//!
//! MongoDB compares a field that is an array by its items, and values of different types not at all. The port does neither,
//! so conditions say which types they mean. Texts are compared byte by byte, as everywhere.

use amazoff_supervisor::documents::{Page, Position, QUERY_LIMIT_MAX, Query, Sort};
use bson::{Bson, Document, RawDocumentBuf, doc};
use serde_json::Value;

use super::names::{BODY, DELETED, field};
use crate::mongodb::json;

const ID: &str = "_id";

/// The condition that a document of the collection matches, wherever the page starts.
pub(super) fn matching(query: &Query) -> Document {
    let mut all: Vec<Document> =
        query.equals.iter().map(|(name, value)| doc! { field(name): equal(value) }).collect();
    if let Some((name, words)) = &query.contains {
        let contains = |word| doc! { "$regex": literal(word), "$not": { "$type": "array" } };
        all.extend(words.iter().map(|word| doc! { field(name): contains(word) }));
    }
    // Whoever has no such field is left out of a sorted list.
    all.extend(query.sort.iter().map(|sort| doc! { field(&sort.field): { "$ne": Bson::Null } }));
    // A deleted document has no field that could match.
    if all.is_empty() {
        all.push(doc! { DELETED: false });
    }
    conjunction(all)
}

/// The condition of one page.
pub(super) fn page(query: &Query) -> Document {
    let Some(after) = &query.after else { return matching(query) };
    let beyond = match &query.sort {
        None => doc! { ID: { "$gt": &after.id } },
        Some(sort) => beyond(sort, after),
    };
    conjunction(vec![matching(query), beyond])
}

/// The order of a page.
pub(super) fn order(query: &Query) -> Document {
    match &query.sort {
        None => doc! { ID: 1 },
        Some(sort) => {
            let direction = if sort.descending { -1 } else { 1 };
            doc! { field(&sort.field): direction, ID: direction }
        }
    }
}

/// How many documents to ask for: one more than the page has tells whether there is a next one.
pub(super) fn limit(query: &Query) -> usize {
    query.limit.min(QUERY_LIMIT_MAX) + 1
}

/// What was found, up to [`limit`].
///
/// # Errors
/// When a document is nothing that this program stored.
pub(super) fn read_page(query: &Query, found: &[RawDocumentBuf]) -> Result<Page, String> {
    let items: Result<Vec<(String, Value)>, String> = found
        .iter()
        .take(limit(query) - 1)
        .map(|document| Ok((id(document)?, body(document)?.unwrap_or_default())))
        .collect();
    let items = items?;
    let next = items.last().filter(|_| found.len() > items.len()).map(|(id, body)| Position {
        value: query.sort.as_ref().and_then(|sort| body.get(&sort.field)).cloned().unwrap_or_default(),
        id: id.clone(),
    });
    Ok(Page { items, next })
}

/// The body of a document; `None` when it was deleted.
pub(super) fn body(document: &RawDocumentBuf) -> Result<Option<Value>, String> {
    let body = document.get(BODY).map_err(|error| error.to_string())?;
    body.map(json::decode).transpose()
}

/// The id of a document.
pub(super) fn id(document: &RawDocumentBuf) -> Result<String, String> {
    document.get_str(ID).map(str::to_owned).map_err(|error| error.to_string())
}

fn conjunction(mut all: Vec<Document>) -> Document {
    match all.len() {
        1 => all.remove(0),
        _ => doc! { "$and": all },
    }
}

fn equal(value: &Value) -> Document {
    let mut equal = doc! { "$eq": json::encode(value), "$not": { "$type": "array" } };
    if value.is_number() {
        // 3 is not 3.0.
        equal.insert("$type", vec!["int", "long"]);
    }
    equal
}

/// Only what comes after a position: the same value and a later id, or a later value; numbers come before texts. `$gt` and its
/// kin compare values of one type only, and their negations take in all others: either way each of the two conditions is one
/// range of an index.
fn beyond(sort: &Sort, after: &Position) -> Document {
    let (field, value) = (field(&sort.field), json::encode(&after.value));
    let is = |condition: Document| doc! { field.as_str(): condition };
    let beside = doc! { if sort.descending { "$lt" } else { "$gt" }: &after.id };
    let later = match (&after.value, sort.descending) {
        (Value::Number(_), true) => {
            doc! { "$nor": [is(doc! { "$gte": value.clone() }), is(doc! { "$gte": "" })] }
        }
        (Value::Number(_), false) => is(doc! { "$not": { "$lte": value.clone() } }),
        (_, true) => is(doc! { "$not": { "$gte": value.clone() } }),
        (_, false) => is(doc! { "$gt": value.clone() }),
    };
    doc! { "$or": [{ field.as_str(): value, ID: beside }, later] }
}

/// A regular expression that finds a text as it is.
fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '^' | '$' | '.' | '|' | '?' | '*' | '+' | '(' | ')' | '[' | ']' | '{' | '}' => {
                pattern.extend(['\\', character]);
            }
            '\0' => pattern.push_str("\\x00"),
            other => pattern.push(other),
        }
    }
    pattern
}
