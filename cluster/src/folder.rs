//! A data folder: locked by one process at a time, and named once.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::single::TakeError;

const LOCK_FILE: &str = "amazoff.lock";
const NAME_FILE: &str = "node_id";
const GENERATION_FILE: &str = "node_generation";

/// A data folder that this process holds. The lock ends with this value, and with the process at the latest.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    name: String,
    _lock: File,
}

impl DataFolder {
    /// Locks a folder, which is made when it is missing. Its node name is drawn at the first time.
    ///
    /// # Errors
    /// [`TakeError::InUse`] when another process holds it; otherwise when it cannot be made, locked, read or written.
    pub fn lock(folder: &Path) -> Result<Self, TakeError> {
        let lock = lock(folder)?;
        Ok(Self { path: folder.to_owned(), name: node_name(folder)?, _lock: lock })
    }

    /// The folder's node name, the same at every start.
    pub fn node_name(&self) -> &str {
        &self.name
    }

    /// The generation under which the folder's node last took its shards; `None` when it never did, or nobody knows.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn generation(&self) -> Result<Option<u64>, TakeError> {
        match std::fs::read_to_string(self.path.join(GENERATION_FILE)) {
            Ok(text) => Ok(text.trim().parse().ok()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Remembers the generation for the next start.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn remember_generation(&self, generation: u64) -> Result<(), TakeError> {
        let file = self.path.join(GENERATION_FILE);
        write_whole(&file, &generation.to_string()).map_err(|error| self.failed(error))
    }

    fn failed(&self, source: std::io::Error) -> TakeError {
        TakeError::Folder { folder: self.path.clone(), source }
    }
}

fn lock(folder: &Path) -> Result<File, TakeError> {
    let failed = |source| TakeError::Folder { folder: folder.to_owned(), source };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join(LOCK_FILE))
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(TakeError::InUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

fn node_name(folder: &Path) -> Result<String, TakeError> {
    let failed = |source| TakeError::Folder { folder: folder.to_owned(), source };
    let path = folder.join(NAME_FILE);
    match std::fs::read_to_string(&path) {
        Ok(name) => checked(name.trim(), folder),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let name = format!("node_{}", Uuid::now_v7().simple());
            write_whole(&path, &name).map_err(failed)?;
            Ok(name)
        }
        Err(error) => Err(failed(error)),
    }
}

fn checked(name: &str, folder: &Path) -> Result<String, TakeError> {
    let id = name.strip_prefix("node_").and_then(|id| Uuid::try_parse(id).ok());
    match id {
        Some(_) => Ok(name.to_owned()),
        None => Err(TakeError::Name { file: folder.join(NAME_FILE) }),
    }
}

/// Writes a file so that it is there whole or not at all.
fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    let unfinished = path.with_extension("tmp");
    let mut file = File::create(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)
}
