//! Puts as statements of `update` commands.

use std::collections::BTreeMap;

use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::JournalError;
use bson::{Document, RawArrayBuf, RawDocumentBuf, doc};

use super::names::{BODY, DELETED, SOURCE_SEQ};
use crate::mongodb::errors::unsayable;
use crate::mongodb::json;

/// The server takes documents of 16 MiB; this leaves room for what a command says beside them.
const DOCUMENT_BYTES_MAX: usize = (16 << 20) - (16 << 10);
/// A command's statements, at most: half of what fits into a message, and few enough that none keeps others waiting.
const COMMAND_BYTES_MAX: usize = 8 << 20;
const COMMAND_STATEMENTS_MAX: usize = 1_000;

/// The puts that decide, by collection: of several to one document the newest, of equally new ones the first. That is what
/// writing all of them in turn would leave.
pub(super) fn deciding(puts: &[DocumentPut]) -> BTreeMap<&str, Vec<&DocumentPut>> {
    let mut newest: BTreeMap<(&str, &str), &DocumentPut> = BTreeMap::new();
    for put in puts {
        let kept = newest.entry((&put.collection, &put.id)).or_insert(put);
        if kept.source_seq < put.source_seq {
            *kept = put;
        }
    }
    let mut by_collection: BTreeMap<&str, Vec<&DocumentPut>> = BTreeMap::new();
    for ((collection, _), put) in newest {
        by_collection.entry(collection).or_default().push(put);
    }
    by_collection
}

/// The statements of some puts to one collection, in as few commands as hold them.
///
/// # Errors
/// When a document is too large for MongoDB.
pub(super) fn commands(puts: &[&DocumentPut]) -> Result<Vec<RawArrayBuf>, JournalError> {
    let mut commands = Vec::new();
    let (mut statements, mut count, mut bytes) = (RawArrayBuf::new(), 0, 0);
    for put in puts {
        let statement = statement(put)?;
        let size = statement.as_bytes().len();
        if count == COMMAND_STATEMENTS_MAX || (count > 0 && bytes + size > COMMAND_BYTES_MAX) {
            commands.push(std::mem::take(&mut statements));
            (count, bytes) = (0, 0);
        }
        statements.push(statement);
        (count, bytes) = (count + 1, bytes + size);
    }
    commands.push(statements);
    Ok(commands)
}

/// Replaces the document unless the stored one is as new: decided by the server, in one step. A document that is not there
/// has no sequence, which is less than any. Two writers that both find nothing there meet at the id, and the server repeats
/// the statement of the one that came second.
fn statement(put: &DocumentPut) -> Result<RawDocumentBuf, JournalError> {
    let too_large = |bytes: usize| {
        unsayable(format!(
            "{}/{} has {bytes} bytes, over the limit of {DOCUMENT_BYTES_MAX}",
            put.collection, put.id
        ))
    };
    let seq = sequence(put.source_seq)?;
    let mut document = doc! { "_id": &put.id, SOURCE_SEQ: seq, DELETED: put.body.is_none() };
    if let Some(body) = &put.body {
        document.insert(BODY, json::encode(body));
    }
    let is_newer = doc! { "$lt": [format!("${SOURCE_SEQ}"), seq] };
    // Literally: a text that starts with `$` is no field.
    let replacement = doc! { "$cond": [is_newer, { "$literal": document }, "$$ROOT"] };
    let statement: Document =
        doc! { "q": { "_id": &put.id }, "u": [{ "$replaceWith": replacement }], "upsert": true };
    let statement = RawDocumentBuf::try_from(&statement)
        .map_err(|error| unsayable(format!("{}/{}: {error}", put.collection, put.id)))?;
    let bytes = statement.as_bytes().len();
    if bytes > DOCUMENT_BYTES_MAX { Err(too_large(bytes)) } else { Ok(statement) }
}

/// A sequence as MongoDB counts: 63 bits.
pub(super) fn sequence(number: u64) -> Result<i64, JournalError> {
    i64::try_from(number).map_err(|_beyond| unsayable(format!("sequence {number} is too large")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn put(id: &str, source_seq: u64, text: &str) -> DocumentPut {
        let body = Some(json!({ "text": text }));
        DocumentPut { collection: "products".to_owned(), id: id.to_owned(), source_seq, body }
    }

    #[test]
    fn of_several_puts_the_first_of_the_newest_decides() {
        let puts = [
            put("a", 2, "old"),
            put("b", 1, "other"),
            put("a", 3, "first"),
            put("a", 3, "second"),
            put("a", 1, ""),
        ];
        let deciding = deciding(&puts);
        assert_eq!(deciding["products"], [&puts[2], &puts[1]]);
    }

    #[test]
    fn many_or_large_puts_are_several_commands() {
        let sizes = |puts: &[DocumentPut]| -> Vec<usize> {
            let commands = commands(&puts.iter().collect::<Vec<_>>()).unwrap();
            commands.iter().map(|statements| statements.into_iter().count()).collect()
        };
        let small: Vec<_> = (0..2_001).map(|n| put(&n.to_string(), 1, "")).collect();
        assert_eq!(sizes(&small), [1_000, 1_000, 1]);
        let large: Vec<_> = (0..5).map(|n| put(&n.to_string(), 1, &"x".repeat(3 << 20))).collect();
        assert_eq!(sizes(&large), [2, 2, 1]);
        assert_eq!(sizes(&[put("a", 1, &"x".repeat(15 << 20)), put("b", 1, "")]), [1, 1]);
    }

    #[test]
    fn what_is_too_large_is_refused() {
        let refusal = commands(&[&put("a", 1, &"x".repeat(16 << 20))]).unwrap_err().to_string();
        assert!(refusal.contains("products/a") && refusal.contains("over the limit"), "{refusal}");
        assert!(commands(&[&put("a", u64::MAX, "")]).is_err());
    }
}
