//! Which row of a feeder a journey sees. It follows from the journey's number, so any process comes to the same.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, Zipf};
use serde_json::Value;

use crate::error::LoadError;
use crate::limits;
use crate::numbers::{count, float, index, whole};
use crate::scenario::read::text_of;
use crate::scenario::{Feeder, Pick};

/// A row.
pub(crate) type Row = BTreeMap<String, Value>;

/// A feeder with its rows.
#[derive(Debug)]
pub(crate) struct Feed {
    /// Its name in templates.
    pub name: String,
    rows: Vec<Arc<Row>>,
    pick: Pick,
    exponent: f64,
}

impl Feed {
    /// A feeder of these rows.
    pub(crate) fn new(feeder: &Feeder, rows: Vec<Row>) -> Self {
        Self {
            name: feeder.name.clone(),
            rows: rows.into_iter().map(Arc::new).collect(),
            pick: feeder.pick,
            exponent: feeder.exponent.unwrap_or(1.0),
        }
    }

    /// The row for the journey with this number; nothing when a unique feeder has no more.
    pub(crate) fn row(&self, number: u64, chance: &mut ChaCha8Rng) -> Option<Arc<Row>> {
        let length = count(self.rows.len());
        let at = match self.pick {
            Pick::Sequential => number.checked_rem(length)?,
            Pick::Unique => number,
            Pick::Random => chance.random_range(0..length.max(1)),
            Pick::Zipf => {
                let zipf = Zipf::new(float(length), self.exponent).ok()?;
                whole(zipf.sample(chance)).saturating_sub(1)
            }
        };
        self.rows.get(index(at)).cloned()
    }
}

/// The rows of a feeder that stand in the scenario or in a file; nothing when setup has them.
///
/// # Errors
/// When the file cannot be read, or is not what it should be.
pub(crate) fn rows(feeder: &Feeder, folder: Option<&Path>) -> Result<Option<Vec<Row>>, LoadError> {
    let rows = if let Some(rows) = &feeder.rows {
        rows.clone()
    } else if let Some(name) = &feeder.csv {
        csv_rows(name, &file(name, folder)?)?
    } else if let Some(name) = &feeder.jsonl {
        jsonl_rows(name, &file(name, folder)?)?
    } else {
        return Ok(None);
    };
    checked(&feeder.name, rows).map(Some)
}

/// The rows of a feeder among what setup extracted. Elements that are no objects become rows with the column `value`.
///
/// # Errors
/// When there is no array.
pub(crate) fn rows_of_setup(feeder: &Feeder, shared: &Row) -> Result<Vec<Row>, LoadError> {
    let name = feeder.from_setup.as_deref().unwrap_or_default();
    let Some(Value::Array(items)) = shared.get(name) else {
        return Err(LoadError::failed(
            format!("feeder `{}`", feeder.name),
            format!("setup's `{name}` is no array"),
        ));
    };
    checked(&feeder.name, items.iter().map(row_of).collect())
}

/// An element of an array as a row: an object's members, or the column `value`.
pub(crate) fn row_of(item: &Value) -> Row {
    match item {
        Value::Object(members) => members.clone().into_iter().collect(),
        other => BTreeMap::from([("value".to_owned(), other.clone())]),
    }
}

fn checked(name: &str, rows: Vec<Row>) -> Result<Vec<Row>, LoadError> {
    let why = match rows.len() {
        0 => "it has no rows".to_owned(),
        1..=limits::ROWS_MAX => return Ok(rows),
        many => format!("it has {many} rows, more than {}", limits::ROWS_MAX),
    };
    Err(LoadError::Unreadable { what: format!("feeder `{name}`"), why })
}

fn file(name: &str, folder: Option<&Path>) -> Result<String, LoadError> {
    text_of(&folder.unwrap_or_else(|| Path::new("")).join(name))
}

fn csv_rows(name: &str, text: &str) -> Result<Vec<Row>, LoadError> {
    let unreadable = |why: String| LoadError::Unreadable { what: name.to_owned(), why };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let row = |row: Result<BTreeMap<String, String>, csv::Error>| {
        let row = row.map_err(|error| unreadable(error.to_string()))?;
        Ok(row.into_iter().map(|(column, value)| (column, Value::String(value))).collect())
    };
    reader.deserialize().map(row).collect()
}

fn jsonl_rows(name: &str, text: &str) -> Result<Vec<Row>, LoadError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let row = |(number, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| LoadError::Unreadable {
            what: format!("{name}:{}", number + 1),
            why: error.to_string(),
        })
    };
    lines.map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::{Whose, chance};

    fn feed(pick: &str, rows: u32) -> Feed {
        let feeder: Feeder = toml::from_str(&format!("name = 'f'\nrows = []\npick = '{pick}'")).unwrap();
        let rows = (0..rows).map(|n| BTreeMap::from([("n".to_owned(), n.into())])).collect();
        Feed::new(&feeder, rows)
    }

    fn drawn(feed: &Feed, numbers: std::ops::Range<u64>) -> Vec<Option<u64>> {
        let mut chance = chance(1, Whose { executor: 0, number: 0, round: 0 });
        numbers.map(|number| feed.row(number, &mut chance).and_then(|row| row["n"].as_u64())).collect()
    }

    #[test]
    fn sequential_rows_begin_again_and_unique_ones_end() {
        assert_eq!(drawn(&feed("sequential", 2), 0..3), [Some(0), Some(1), Some(0)]);
        assert_eq!(drawn(&feed("unique", 2), 0..3), [Some(0), Some(1), None]);
    }

    #[test]
    fn random_rows_are_alike_and_zipf_rows_are_not() {
        let times = |pick, row| drawn(&feed(pick, 10), 0..20_000).iter().filter(|n| **n == Some(row)).count();
        assert!((1_800..2_200).contains(&times("random", 0)));
        assert!((1_800..2_200).contains(&times("random", 9)));
        // Zipf of 10 with exponent 1: the first has 1/H(10) = 34.1 %, the second half of that.
        assert!((6_500..7_200).contains(&times("zipf", 0)), "{}", times("zipf", 0));
        assert!((3_200..3_700).contains(&times("zipf", 1)));
    }

    #[test]
    fn files_become_rows() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.csv"), "word,n\ntea,1\n\"a,b\",2\n").unwrap();
        std::fs::write(folder.path().join("a.jsonl"), "{\"word\": \"tea\"}\n\n{\"word\": 3}\n").unwrap();
        let read = |text: &str| rows(&toml::from_str(text).unwrap(), Some(folder.path()));
        assert_eq!(read("name = 'f'\ncsv = 'a.csv'").unwrap().unwrap()[1]["word"], "a,b");
        assert_eq!(read("name = 'f'\njsonl = 'a.jsonl'").unwrap().unwrap()[1]["word"], 3);
        assert!(read("name = 'f'\ncsv = 'none.csv'").unwrap_err().to_string().contains("cannot be read"));
    }
}
