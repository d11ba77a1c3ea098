//! Files of JSON objects, one per line, and what is wrong with a line of any file.

use std::collections::HashMap;
use std::fmt;
use std::io::BufRead;

use serde_json::Value;

use super::record::Record;

/// Longest line of a file, in bytes: a product with all it may have fits.
pub(super) const LINE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Its number; 1 for the first.
    pub(super) line: u64,
    /// Which field, or empty when none alone.
    pub(super) field: String,
    /// The stable code.
    pub(super) code: String,
    /// In words.
    pub(super) detail: String,
}

impl Wrong {
    pub(super) fn new(line: u64, field: &str, code: &str, detail: impl fmt::Display) -> Self {
        Self { line, field: field.to_owned(), code: code.to_owned(), detail: detail.to_string() }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, field, code, detail } = self;
        let field = if field.is_empty() { "-" } else { field };
        write!(f, "line {line}: {field}: {code}: {detail}")
    }
}

/// A product of a file, with the line on which it begins.
pub(super) type Read = Result<(u64, Record), Wrong>;

/// The products of a file of JSON objects. Empty lines are skipped.
pub(super) fn products(mut from: impl BufRead) -> impl Iterator<Item = Read> {
    let mut number = 0;
    let mut is_over = false;
    std::iter::from_fn(move || {
        while !is_over {
            number += 1;
            let mut line = Vec::new();
            match read_line(&mut from, &mut line) {
                Ok(0) => is_over = true,
                Ok(_) if line.len() > LINE_BYTES_MAX => {
                    is_over = true;
                    return Some(Err(Wrong::new(number, "", "line-too-long", "it has more than 4 MiB")));
                }
                Ok(_) if line.iter().all(u8::is_ascii_whitespace) => {}
                Ok(_) => return Some(product(number, &line)),
                Err(error) => {
                    is_over = true;
                    return Some(Err(Wrong::new(number, "", "file-unreadable", error)));
                }
            }
        }
        None
    })
}

fn read_line(from: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<usize> {
    let limit = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    std::io::Read::take(from, limit).read_until(b'\n', line)
}

fn product(number: u64, line: &[u8]) -> Read {
    let mut parser = serde_json::Deserializer::from_slice(line);
    let read = serde_path_to_error::deserialize::<_, Record>(&mut parser);
    let record = read.map_err(|error| {
        let path = error.path().to_string();
        let field = if path == "." { String::new() } else { path };
        Wrong::new(number, &field, "unreadable", error.into_inner())
    })?;
    parser.end().map_err(|error| Wrong::new(number, "", "unreadable", error))?;
    Ok((number, record))
}

/// Refuses a product that stands twice in a file: which of the two would win is chance.
#[derive(Default)]
pub(super) struct Once {
    seen: HashMap<String, u64>,
}

impl Once {
    pub(super) fn check(&mut self, read: Read) -> Read {
        let (line, record) = read?;
        let id = record.id.map(|id| ("id", id.to_string()));
        for (field, name) in id.into_iter().chain([("slug", record.slug.clone())]) {
            if let Some(first) = self.seen.insert(name, line) {
                let detail = format!("the product stands on line {first} already");
                return Err(Wrong::new(line, field, "product-twice", detail));
            }
        }
        Ok((line, record))
    }
}

/// A field as a text that a column has: a JSON value, or its default when it is empty.
pub(super) fn json<T: serde::de::DeserializeOwned + Default>(
    (line, field): (u64, &str),
    text: &str,
) -> Result<T, Wrong> {
    if text.trim().is_empty() {
        return Ok(T::default());
    }
    serde_json::from_str(text).map_err(|error| Wrong::new(line, field, "unreadable", error))
}

/// A field as a word that a column has.
pub(super) fn word<T: serde::de::DeserializeOwned>(
    (line, field): (u64, &str),
    text: &str,
) -> Result<T, Wrong> {
    serde_json::from_value(Value::from(text)).map_err(|error| Wrong::new(line, field, "unreadable", error))
}
