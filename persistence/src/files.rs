//! Blobs as files: a folder per first two digits of the name, so that no folder grows too large. What is derived from them lies
//! in the same order in the folder `derived`, behind the SHA-256 of its own content.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use amazoff_supervisor::Timestamp;
use amazoff_supervisor::documents::{Blobs, QUERY_LIMIT_MAX, StoredBlob, is_form};
use amazoff_supervisor::journal::JournalError;
use futures::future::BoxFuture;
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;
use uuid::Uuid;

/// The folder of what is derived.
const DERIVED: &str = "derived";
/// Bytes of a SHA-256.
const DIGEST_BYTES: usize = 32;

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

    fn derived(&self, name: &str, form: &str) -> PathBuf {
        self.folder.join(DERIVED).join(&name[..2]).join(format!("{name}.{form}"))
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

    fn list<'a>(
        &'a self,
        after: Option<&'a str>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<StoredBlob>, JournalError>> {
        Box::pin(async move {
            let (folder, after) = (Arc::clone(&self.folder), after.unwrap_or_default().to_owned());
            let limit = limit.min(QUERY_LIMIT_MAX);
            let listed = spawn_blocking(move || listed(&folder, &after, limit)).await;
            listed.map_err(unavailable)?.map_err(unavailable)
        })
    }

    fn put_derived<'a>(
        &'a self,
        name: &'a str,
        form: &'a str,
        bytes: &'a [u8],
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            check_derived(name, form)?;
            let (path, proven) = (self.derived(name, form), proven(bytes));
            let stored = spawn_blocking(move || store(&path, &proven)).await;
            stored.map_err(unavailable)?.map_err(unavailable)
        })
    }

    fn get_derived<'a>(
        &'a self,
        name: &'a str,
        form: &'a str,
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>> {
        Box::pin(async move {
            if !is_derived(name, form) {
                return Ok(None);
            }
            match tokio::fs::read(self.derived(name, form)).await {
                Ok(bytes) => Ok(content(bytes)),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(unavailable(error)),
            }
        })
    }
}

/// Files by their names, from behind `after` on. What is no blob is passed over.
fn listed(folder: &Path, after: &str, limit: usize) -> std::io::Result<Vec<StoredBlob>> {
    let first = after.get(..2).unwrap_or_default();
    let mut found = Vec::new();
    for part in names_in(folder)?.into_iter().filter(|part| part.len() == 2 && part.as_str() >= first) {
        let part = folder.join(part);
        for name in names_in(&part)?.into_iter().filter(|name| is_name(name) && name.as_str() > after) {
            if found.len() >= limit {
                return Ok(found);
            }
            let about = std::fs::metadata(part.join(&name))?;
            let age = about.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
            let stored_at = Timestamp::from_unix_ms(0).plus(age);
            found.push(StoredBlob { name, bytes: about.len(), stored_at });
        }
    }
    Ok(found)
}

/// What is in a folder, in order; nothing when there is no folder.
fn names_in(folder: &Path) -> std::io::Result<Vec<String>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry?.file_name().into_string());
    }
    names.sort_unstable();
    Ok(names)
}

/// Bytes behind their SHA-256.
pub(crate) fn proven(bytes: &[u8]) -> Vec<u8> {
    [Sha256::digest(bytes).as_slice(), bytes].concat()
}

/// Bytes that stood behind their SHA-256; `None` when they are not what was written.
pub(crate) fn content(mut proven: Vec<u8>) -> Option<Vec<u8>> {
    let (digest, bytes) = proven.split_at_checked(DIGEST_BYTES)?;
    if Sha256::digest(bytes).as_slice() != digest {
        return None;
    }
    proven.drain(..DIGEST_BYTES);
    Some(proven)
}

/// Whether something can be derived of a blob of this name in this form.
pub(crate) fn is_derived(name: &str, form: &str) -> bool {
    is_name(name) && is_form(form)
}

/// Refuses what cannot be derived.
pub(crate) fn check_derived(name: &str, form: &str) -> Result<(), JournalError> {
    if is_derived(name, form) {
        return Ok(());
    }
    Err(JournalError::Unavailable(format!("`{form}` of blob `{name}` cannot be stored")))
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
