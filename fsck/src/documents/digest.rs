//! Comparing documents without keeping them.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// SHA-256 of a document.
pub(crate) type Digest = [u8; 32];

/// A digest of a document, whatever the order of its members.
pub(crate) fn digest(body: &Value) -> Digest {
    let mut hash = Sha256::new();
    add(&mut hash, body);
    hash.finalize().into()
}

fn add(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            hash.update(format!("{{{}", members.len()));
            for (name, value) in members {
                hash.update(format!("{}:{name}", name.len()));
                add(hash, value);
            }
        }
        Value::Array(items) => {
            hash.update(format!("[{}", items.len()));
            items.iter().for_each(|item| add(hash, item));
        }
        Value::String(text) => hash.update(format!("\"{}:{text}", text.len())),
        Value::Null | Value::Bool(_) | Value::Number(_) => hash.update(format!("={value};")),
    }
}
