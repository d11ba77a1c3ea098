//! What belongs to a backup.

use std::collections::BTreeMap;
use std::path::Path;

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use crate::BackupError;
use crate::files::write_whole;

/// The format that this program writes and reads.
pub const FORMAT: u32 = 1;

const FILE: &str = "manifest.json";

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// What it holds: the name of a table.
    pub table: String,
    /// Where it is in the folder.
    pub file: String,
    /// How many rows it has.
    pub rows: u64,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// The pictures of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// How many.
    pub count: u64,
    /// SHA-256 of the list of their names.
    pub sha256: String,
}

/// What belongs to a backup. Written last: a folder without it is an unfinished backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format of the folder, and of the rows in it.
    pub format: u32,
    /// The version of the program that wrote it.
    pub program: String,
    /// When it was begun; it holds all that was acknowledged before.
    pub created_at: Timestamp,
    /// The rows.
    pub tables: Vec<Listed>,
    /// The newest event of each shard that has any.
    pub heads: BTreeMap<u16, u64>,
    /// Events that were damaged already: they are in it as they were found.
    pub damaged_events: u64,
    /// How often each shard had changed hands.
    pub epochs: BTreeMap<u16, u64>,
    /// The pictures.
    pub media: Media,
}

impl Manifest {
    /// Reads that of a backup.
    pub(crate) fn read(folder: &Path) -> Result<Self, BackupError> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let path = folder.join(FILE);
        let text = std::fs::read_to_string(&path).map_err(BackupError::file(&path))?;
        let damaged = |error: serde_json::Error| BackupError::damaged(&path, error);
        let Format { format } = serde_json::from_str(&text).map_err(damaged)?;
        if format != FORMAT {
            return Err(BackupError::Format { found: format });
        }
        serde_json::from_str(&text).map_err(damaged)
    }

    /// Writes it, which ends the backup.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), BackupError> {
        let path = folder.join(FILE);
        let text = serde_json::to_string_pretty(self).map_err(|error| BackupError::damaged(&path, error))?;
        write_whole(&path, &text)
    }
}
