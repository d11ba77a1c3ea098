//! Looking through documents for those that fit, where the store itself cannot tell.

use serde_json::Value;

use super::{Documents, Position, QUERY_LIMIT_MAX, Query};
use crate::journal::JournalError;

/// What becomes of a document that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick<T> {
    /// It belongs into the page.
    Take(T),
    /// It does not.
    Leave,
    /// Neither does it, nor does any behind it.
    End,
}

/// A page of what was picked. It may be short, or empty, and yet have a next one.
#[derive(Clone, Debug, PartialEq)]
pub struct Picked<T> {
    /// What fits, in the query's order.
    pub items: Vec<T>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Position>,
}

/// Picks as many documents as the query's limit says out of what it finds, and looks at no more than `looked_at_max` for
/// that.
///
/// # Errors
/// When documents cannot be read, or whoever chooses fails.
pub async fn pick<T, E, C>(
    documents: &dyn Documents,
    mut query: Query,
    looked_at_max: usize,
    mut choose: impl FnMut(String, Value) -> C,
) -> Result<Picked<T>, E>
where
    E: From<JournalError>,
    C: Future<Output = Result<Pick<T>, E>>,
{
    let wanted = query.limit;
    let (mut items, mut looked_at) = (Vec::new(), 0);
    loop {
        let page = documents.query(&query).await?;
        let mut found = page.items.into_iter().peekable();
        while let Some((id, body)) = found.next() {
            let here = position(&query, &id, &body);
            looked_at += 1;
            match choose(id, body).await? {
                Pick::Take(item) => items.push(item),
                Pick::Leave => {}
                Pick::End => return Ok(Picked { items, next: None }),
            }
            let is_last = found.peek().is_none() && page.next.is_none();
            if !is_last && (items.len() >= wanted || looked_at >= looked_at_max) {
                return Ok(Picked { items, next: Some(here) });
            }
        }
        if page.next.is_none() {
            return Ok(Picked { items, next: None });
        }
        // Some did not fit, so more of them are likely needed than are left to pick.
        (query.after, query.limit) = (page.next, QUERY_LIMIT_MAX);
    }
}

fn position(query: &Query, id: &str, body: &Value) -> Position {
    let value = query.sort.as_ref().and_then(|sort| body.get(&sort.field)).cloned();
    Position { value: value.unwrap_or_default(), id: id.to_owned() }
}
