//! Read models in memory.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Mutex;

use amazoff_supervisor::ShardId;
use amazoff_supervisor::documents::{DocumentPut, Documents, Page, Position, QUERY_LIMIT_MAX, Query, Sort};
use amazoff_supervisor::journal::JournalError;
use futures::future::BoxFuture;
use serde_json::Value;

use super::locked;
use crate::fields;

#[derive(Default)]
struct Stored {
    /// By (collection, id): the sequence of the last write, and the body unless that deleted it.
    documents: BTreeMap<(String, String), (u64, Option<Value>)>,
    checkpoints: BTreeMap<(String, ShardId), u64>,
}

/// Documents and checkpoints.
#[derive(Default)]
pub(super) struct MemoryDocuments {
    stored: Mutex<Stored>,
}

impl MemoryDocuments {
    fn matching(&self, query: &Query) -> Result<Vec<(String, Value)>, JournalError> {
        fields::checked(query)?;
        let stored = locked(&self.stored);
        let all = stored.documents.range((query.collection.clone(), String::new())..);
        let found = all
            .take_while(|((collection, _), _)| *collection == query.collection)
            .filter_map(|((_, id), (_, body))| Some((id, body.as_ref()?)))
            .filter(|(_, body)| matches(body, query) && (query.sort.is_none() || !key(body, query).is_null()))
            .map(|(id, body)| (id.clone(), body.clone()));
        Ok(found.collect())
    }

    fn page(&self, query: &Query) -> Result<Page, JournalError> {
        let mut found = self.matching(query)?;
        let position = |(id, body): &(String, Value)| Position { value: key(body, query), id: id.clone() };
        found.sort_by(|a, b| order(&position(a), &position(b), query.sort.as_ref()));
        if let Some(after) = &query.after {
            found.retain(|item| order(&position(item), after, query.sort.as_ref()) == Ordering::Greater);
        }
        let more = found.len() > query.limit.min(QUERY_LIMIT_MAX);
        found.truncate(query.limit.min(QUERY_LIMIT_MAX));
        let next = found.last().filter(|_| more).map(position);
        Ok(Page { items: found, next })
    }
}

impl Documents for MemoryDocuments {
    fn write<'a>(
        &'a self,
        projection: &'a str,
        shard: ShardId,
        shard_seq: u64,
        puts: &'a [DocumentPut],
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            let mut stored = locked(&self.stored);
            for put in puts {
                let key = (put.collection.clone(), put.id.clone());
                if stored.documents.get(&key).is_none_or(|(seq, _)| *seq < put.source_seq) {
                    stored.documents.insert(key, (put.source_seq, put.body.clone()));
                }
            }
            let checkpoint = stored.checkpoints.entry((projection.to_owned(), shard)).or_default();
            *checkpoint = shard_seq.max(*checkpoint);
            Ok(())
        })
    }

    fn checkpoints<'a>(
        &'a self,
        projection: &'a str,
    ) -> BoxFuture<'a, Result<Vec<(ShardId, u64)>, JournalError>> {
        Box::pin(async move {
            let stored = locked(&self.stored);
            let of_it = stored.checkpoints.iter().filter(|((name, _), _)| name == projection);
            Ok(of_it.map(|((_, shard), seq)| (*shard, *seq)).collect())
        })
    }

    fn get<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<Value>, JournalError>> {
        Box::pin(async move {
            let key = (collection.to_owned(), id.to_owned());
            Ok(locked(&self.stored).documents.get(&key).and_then(|(_, body)| body.clone()))
        })
    }

    fn query<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, JournalError>> {
        Box::pin(async move { self.page(query) })
    }

    fn count<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<u64, JournalError>> {
        Box::pin(async move { Ok(u64::try_from(self.matching(query)?.len()).unwrap_or(u64::MAX)) })
    }

    fn drop_collection<'a>(
        &'a self,
        collection: &'a str,
        limit: usize,
    ) -> BoxFuture<'a, Result<u64, JournalError>> {
        Box::pin(async move {
            let mut stored = locked(&self.stored);
            let all = stored.documents.range((collection.to_owned(), String::new())..);
            let gone: Vec<_> =
                all.map(|(key, _)| key.clone()).take_while(|(of, _)| of == collection).take(limit).collect();
            for key in &gone {
                stored.documents.remove(key);
            }
            Ok(u64::try_from(gone.len()).unwrap_or(u64::MAX))
        })
    }

    fn forget_checkpoints<'a>(&'a self, projection: &'a str) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            locked(&self.stored).checkpoints.retain(|(name, _), _| name != projection);
            Ok(())
        })
    }
}

fn matches(body: &Value, query: &Query) -> bool {
    let equal = |(field, value): &(String, Value)| body.get(field).is_some_and(|found| found == value);
    let contains = |(field, words): &(String, Vec<String>)| {
        let text = body.get(field).and_then(Value::as_str).unwrap_or_default();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    query.equals.iter().all(equal) && query.contains.iter().all(contains)
}

fn key(body: &Value, query: &Query) -> Value {
    query.sort.as_ref().and_then(|sort| body.get(&sort.field)).cloned().unwrap_or_default()
}

fn order(a: &Position, b: &Position, sort: Option<&Sort>) -> Ordering {
    let by_value = sort.map_or(Ordering::Equal, |_| values(&a.value, &b.value));
    let ascending = by_value.then_with(|| a.id.cmp(&b.id));
    if sort.is_some_and(|sort| sort.descending) { ascending.reverse() } else { ascending }
}

/// Numbers, then text.
fn values(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_i64().cmp(&b.as_i64()),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (a, b) => rank(a).cmp(&rank(b)),
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) | Value::Number(_) => 1,
        Value::String(_) | Value::Array(_) | Value::Object(_) => 2,
    }
}
