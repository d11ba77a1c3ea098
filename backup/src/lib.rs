//! A backup of everything that cannot be made again, as of one moment, for any store.
//!
//! A backup is a folder: `truth/*.ndjson.gz` holds the rows of the truth, one JSON object a line, read in one look;
//! `media/` the pictures that events name; `manifest.json`, written last, says what belongs to it, with a SHA-256 of each
//! file. What a store can make again is left out: snapshots and documents. As nothing in it belongs to one database, it is
//! also the way from one to another.
//!
//! Persons' keys go into a file elsewhere, so that a backup alone tells nobody's name, and so that they can be kept for a
//! shorter time. Erasures are kept in a list outside of all backups, and replayed whenever one is restored: whoever was
//! erased stays erased.
#![warn(missing_docs)]

mod codec;
mod erasures;
mod files;
mod keys;
mod manifest;
mod media;
mod read;
mod write;

use std::io;
use std::path::PathBuf;

use amazoff_supervisor::archive::ImportError;
use amazoff_supervisor::journal::JournalError;

pub use erasures::Erasures;
pub use manifest::{FORMAT, Listed, Manifest, Media};
pub use read::{Restored, Target, restore, verify};
pub use write::{Source, backup};

/// Why a backup cannot be written or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file or folder cannot be used.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Nothing is written over.
    #[error("{} is there already: name a file that is not", .0.display())]
    Taken(PathBuf),
    /// The folder holds something.
    #[error("{} is not empty: a backup needs a folder of its own", .0.display())]
    FolderInUse(PathBuf),
    /// The keys would lie beside the data that they open.
    #[error("the keys must not lie in the backup: {} is inside {}", keys.display(), folder.display())]
    KeysInside {
        /// The keys' file.
        keys: PathBuf,
        /// The backup.
        folder: PathBuf,
    },
    /// A file is not what was written.
    #[error("{}: {reason}", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The backup is of a format that this program does not know.
    #[error("the backup has format {found}, this program reads {FORMAT}: use the program that wrote it")]
    Format {
        /// Its format.
        found: u32,
    },
    /// A row cannot be written as text. Only one that was damaged.
    #[error("a row of `{table}` cannot be backed up because it is damaged: run `amazoff fsck`")]
    Row {
        /// Of which table.
        table: &'static str,
    },
    /// The target is not empty, or is away.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A store is away.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl BackupError {
    fn file(path: &std::path::Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path: path.clone(), source }
    }
    fn damaged(path: &std::path::Path, reason: impl ToString) -> Self {
        Self::Damaged { path: path.to_owned(), reason: reason.to_string() }
    }
}
