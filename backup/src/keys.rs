//! Persons' keys in a file of their own.

use std::path::{Path, PathBuf};

use amazoff_supervisor::Timestamp;
use amazoff_supervisor::archive::{Cell, Look, PERSON_KEY, Row, Rows};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::BackupError;
use crate::codec::{decode, encode};
use crate::erasures::Erasures;
use crate::files::{Lines, LinesOf};
use crate::manifest::FORMAT;

/// The first line of the file.
#[derive(Serialize, Deserialize)]
struct Head {
    format: u32,
    created_at: Timestamp,
}

/// The last one: a file that was cut off has none.
#[derive(Serialize, Deserialize)]
struct End {
    end: u64,
}

/// Refuses a place inside of the backup, and one where something is.
pub(crate) fn check_place(keys: &Path, folder: &Path) -> Result<(), BackupError> {
    let parent = keys.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = |path: &Path| -> Result<PathBuf, BackupError> {
        path.canonicalize().map_err(BackupError::file(path))
    };
    if real(parent)?.starts_with(real(folder)?) {
        return Err(BackupError::KeysInside { keys: keys.to_owned(), folder: folder.to_owned() });
    }
    if keys.try_exists().map_err(BackupError::file(keys))? {
        return Err(BackupError::Taken(keys.to_owned()));
    }
    Ok(())
}

/// Writes the keys that a look sees; who is erased in it.
pub(crate) async fn write(
    look: &mut dyn Look,
    path: &Path,
    now: Timestamp,
) -> Result<Vec<(Uuid, Timestamp)>, BackupError> {
    let mut lines = Lines::begin(path)?;
    let json = |error: serde_json::Error| BackupError::damaged(path, error);
    lines.add(&serde_json::to_string(&Head { format: FORMAT, created_at: now }).map_err(json)?)?;
    let (mut erased, mut count) = (Vec::new(), 0);
    let mut rows = Rows::of(look, &PERSON_KEY);
    while let Some(row) = rows.next().await? {
        erased.extend(erasure(&row));
        lines.add(&encode(&PERSON_KEY, &row).ok_or(BackupError::Row { table: PERSON_KEY.name })?)?;
        count += 1;
    }
    lines.add(&serde_json::to_string(&End { end: count }).map_err(json)?)?;
    lines.end()?;
    Ok(erased)
}

/// Reads the keys of a file, without those of erased persons, who are erased in the answer; whom the file says to be
/// erased is added to the list.
pub(crate) fn read(path: Option<&Path>, erasures: &mut Erasures) -> Result<Vec<Row>, BackupError> {
    let rows = path.map(rows_of).transpose()?.unwrap_or_default();
    erasures.add(rows.iter().filter_map(erasure))?;
    let is_erased = |row: &Row| person(row).is_some_and(|person| erasures.of(person).is_some());
    let mut kept: Vec<Row> = rows.into_iter().filter(|row| !is_erased(row)).collect();
    // Also whoever has no key here: none is ever to be made again.
    kept.extend(erasures.all().map(|(person, at)| {
        vec![Cell::Bytes(person.as_bytes().to_vec()), Cell::Null, Cell::Int(at.unix_ms())]
    }));
    Ok(kept)
}

fn rows_of(path: &Path) -> Result<Vec<Row>, BackupError> {
    let mut lines = LinesOf::open(path)?;
    let head = lines.next().transpose()?.unwrap_or_default();
    let Head { format, .. } =
        serde_json::from_str(&head).map_err(|error| BackupError::damaged(path, error))?;
    if format != FORMAT {
        return Err(BackupError::Format { found: format });
    }
    let mut rows = Vec::new();
    for line in lines {
        let line = line?;
        if let Ok(End { end }) = serde_json::from_str(&line) {
            let whole = u64::try_from(rows.len()) == Ok(end);
            return if whole { Ok(rows) } else { Err(BackupError::damaged(path, "rows are missing")) };
        }
        rows.push(decode(&PERSON_KEY, &line).map_err(|reason| BackupError::damaged(path, reason))?);
    }
    Err(BackupError::damaged(path, "its end is missing"))
}

fn person(row: &Row) -> Option<Uuid> {
    match row.first() {
        Some(Cell::Bytes(bytes)) => Uuid::from_slice(bytes).ok(),
        _ => None,
    }
}

/// Who a row says to be erased, and since when.
fn erasure(row: &Row) -> Option<(Uuid, Timestamp)> {
    match row.get(2) {
        Some(Cell::Int(at)) => Some((person(row)?, Timestamp::from_unix_ms(*at))),
        _ => None,
    }
}
