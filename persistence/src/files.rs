//! Blobs as files: a folder per first two digits of the name, so that no folder grows too large.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use amazoff_supervisor::documents::Blobs;
use amazoff_supervisor::journal::JournalError;
use futures::future::BoxFuture;
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;
use uuid::Uuid;

/// Immutable bytes in a folder, each file named by the SHA-256 of its content.
///
/// A file appears under its name only when it is complete and on disk, and is checked whenever it is read.
#[derive(Clone, Debug)]
pub struct FileBlobs {
    folder: Arc<Path>,
}

impl FileBlobs {
    /// Opens a folder; makes it when it is missing.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.into() })
    }

    /// A folder that is only looked into: it is not made.
    pub fn look_into(folder: &Path) -> Self {
        Self { folder: folder.into() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(&name[..2]).join(name)
    }
}

impl Blobs for FileBlobs {
    fn put<'a>(&'a self, bytes: &'a [u8]) -> BoxFuture<'a, Result<String, JournalError>> {
        Box::pin(async move {
            let name = name_of(bytes);
            let (path, bytes) = (self.path(&name), bytes.to_vec());
            let stored =
                spawn_blocking(move || if path.exists() { Ok(()) } else { store(&path, &bytes) }).await;
            stored.map_err(unavailable)?.map_err(unavailable)?;
            Ok(name)
        })
    }

    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>> {
        Box::pin(async move {
            if !is_name(name) {
                return Ok(None);
            }
            let bytes = match tokio::fs::read(self.path(name)).await {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(unavailable(error)),
            };
            if name_of(&bytes) == name {
                return Ok(Some(bytes));
            }
            let reason = "the content does not match its name".to_owned();
            Err(JournalError::Corrupt { entity: format!("blob {name}"), reason })
        })
    }
}

/// Writes a file so that it is seen whole or not at all, also after a power failure.
fn store(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let unfinished = folder.join(format!("{}.tmp", Uuid::now_v7().simple()));
    let written = std::fs::File::create_new(&unfinished).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&unfinished, path)
    });
    if written.is_err() {
        // The first error is the one to report.
        let _ = std::fs::remove_file(&unfinished);
    }
    written?;
    std::fs::File::open(folder)?.sync_all()?;
    folder.parent().map_or(Ok(()), |above| std::fs::File::open(above)?.sync_all())
}

fn unavailable(error: impl std::fmt::Display) -> JournalError {
    JournalError::Unavailable(error.to_string())
}

/// The hex SHA-256 of some bytes.
pub(crate) fn name_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a name could have come from [`name_of`]; anything else never reaches the file system.
pub(crate) fn is_name(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
