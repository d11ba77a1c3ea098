//! The list of persons who were erased: kept outside of all backups, so that none brings anybody back.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::BackupError;

/// A list of erased persons in a file of one JSON object a line. It only ever grows.
#[derive(Clone, Debug)]
pub struct Erasures {
    path: PathBuf,
    known: BTreeMap<Uuid, Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    person: Uuid,
    at: Timestamp,
}

impl Erasures {
    /// Reads the list; one that is not there is empty. An unfinished last line is left out: whoever wrote it was not yet
    /// told that it is done.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(path: &Path) -> Result<Self, BackupError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(source) => return Err(BackupError::File { path: path.to_owned(), source }),
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let mut known = BTreeMap::new();
        for line in text[..whole].lines() {
            let Line { person, at } =
                serde_json::from_str(line).map_err(|error| BackupError::damaged(path, error))?;
            known.entry(person).or_insert(at);
        }
        if whole < text.len() {
            let cut = OpenOptions::new().write(true).open(path);
            let cut = cut.and_then(|file| file.set_len(u64::try_from(whole).unwrap_or(0)));
            cut.map_err(BackupError::file(path))?;
        }
        Ok(Self { path: path.to_owned(), known })
    }

    /// When a person was erased.
    pub fn of(&self, person: Uuid) -> Option<Timestamp> {
        self.known.get(&person).copied()
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = (Uuid, Timestamp)> {
        self.known.iter().map(|(person, at)| (*person, *at))
    }

    /// Adds persons that are not in it yet; durable when it returns.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, persons: impl IntoIterator<Item = (Uuid, Timestamp)>) -> Result<(), BackupError> {
        let mut lines = String::new();
        for (person, at) in persons {
            if self.known.insert(person, self.of(person).unwrap_or(at)).is_none() {
                let line = serde_json::to_string(&Line { person, at });
                lines.push_str(&line.map_err(|error| BackupError::damaged(&self.path, error))?);
                lines.push('\n');
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        let opened = OpenOptions::new().create(true).append(true).open(&self.path);
        let written = opened.and_then(|mut file| {
            file.write_all(lines.as_bytes())?;
            file.sync_all()
        });
        written.map_err(BackupError::file(&self.path))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a surprise ends the test")]

    use super::*;

    #[test]
    fn the_list_grows_and_forgets_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("erasures.ndjson");
        let (ann, ben) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let at = |ms| Timestamp::from_unix_ms(ms);
        let mut list = Erasures::open(&path).unwrap();
        assert!(!path.exists());
        list.add([(ann, at(1_000))]).unwrap();
        list.add([(ann, at(9_000)), (ben, at(2_000))]).unwrap();
        std::fs::write(&path, std::fs::read_to_string(&path).unwrap() + "{\"person\":\"0").unwrap();
        let mut again = Erasures::open(&path).unwrap();
        assert_eq!(again.all().collect::<Vec<_>>(), [(ann, at(1_000)), (ben, at(2_000))]);
        again.add([(Uuid::from_u128(3), at(3_000))]).unwrap();
        assert_eq!(Erasures::open(&path).unwrap().all().count(), 3);
    }
}
