//! Checking and restoring a backup.

use std::path::Path;

use amazoff_supervisor::archive::{Cell, Import, Importing, PERSON_KEY, Row, TRUTH, Table};
use amazoff_supervisor::documents::Blobs;
use amazoff_supervisor::{Epoch, ShardId, Timestamp};

use crate::BackupError;
use crate::codec::decode;
use crate::erasures::Erasures;
use crate::files::{LinesOf, digest};
use crate::manifest::{Listed, Manifest};
use crate::{keys, media};

/// Rows and bytes of one transaction.
const ROWS_AT_ONCE: usize = 500;
const BYTES_AT_ONCE: usize = 4 * 1024 * 1024;
/// How far the epochs go beyond those of the backup: more than any store has changed hands since.
const EPOCHS_AHEAD: u64 = 1 << 20;

/// What is restored into.
pub struct Target<'a> {
    /// An empty store.
    pub import: &'a dyn Import,
    /// Where the pictures go.
    pub blobs: &'a dyn Blobs,
    /// The time.
    pub now: Timestamp,
}

/// A restore that is complete but for the mark: the target does not serve before [`Importing::finish`].
pub struct Restored {
    /// What was restored.
    pub manifest: Manifest,
    /// Ends it.
    pub importing: Box<dyn Importing>,
    /// Persons who stay erased.
    pub erased: usize,
}

/// Checks that all of a backup is there and is what was written.
///
/// # Errors
/// [`BackupError::Damaged`] and [`BackupError::File`] name the first file that is not.
pub fn verify(folder: &Path) -> Result<Manifest, BackupError> {
    let manifest = Manifest::read(folder)?;
    for table in TRUTH {
        let listed = listed(&manifest, table, folder)?;
        let path = folder.join(&listed.file);
        if digest(&path)? != listed.sha256 {
            return Err(BackupError::damaged(&path, "it is not what was written"));
        }
    }
    for (name, path) in media::listed(folder, &manifest.media)? {
        media::read(&name, &path)?;
    }
    Ok(manifest)
}

fn listed<'m>(manifest: &'m Manifest, table: &Table, folder: &Path) -> Result<&'m Listed, BackupError> {
    let listed = manifest.tables.iter().find(|listed| listed.table == table.name);
    listed.ok_or_else(|| BackupError::damaged(folder, format!("it has no `{}`", table.name)))
}

/// Checks a backup and fills an empty store with it. Without keys, what is sealed stays unreadable. Interrupted, it can be
/// done again: what it left is thrown away.
///
/// # Errors
/// When the backup is damaged (nothing has changed then), the target is not empty or away, or a row does not fit.
pub async fn restore(
    target: &Target<'_>,
    folder: &Path,
    keys: Option<&Path>,
    erasures: &mut Erasures,
) -> Result<Restored, BackupError> {
    let manifest = verify(folder)?;
    let persons = keys::read(keys, erasures)?;
    let source = format!("{} of {}", folder.display(), manifest.created_at);
    let mut importing = target.import.begin(&source, target.now).await?;
    for table in TRUTH {
        fill(&mut *importing, table, listed(&manifest, table, folder)?, folder).await?;
    }
    for rows in persons.chunks(ROWS_AT_ONCE) {
        importing.put(&PERSON_KEY, rows).await?;
    }
    for (name, path) in media::listed(folder, &manifest.media)? {
        target.blobs.put(&media::read(&name, &path)?).await?;
    }
    importing.epochs(&epochs(&manifest)).await?;
    Ok(Restored { manifest, importing, erased: erasures.all().count() })
}

fn epochs(manifest: &Manifest) -> Vec<(ShardId, Epoch)> {
    let epoch = |shard: &ShardId| manifest.epochs.get(&shard.number()).copied().unwrap_or_default();
    ShardId::all().map(|shard| (shard, Epoch(epoch(&shard) + EPOCHS_AHEAD))).collect()
}

async fn fill(
    importing: &mut dyn Importing,
    table: &'static Table,
    listed: &Listed,
    folder: &Path,
) -> Result<(), BackupError> {
    let path = folder.join(&listed.file);
    let (mut rows, mut bytes, mut count) = (Vec::new(), 0, 0_u64);
    for line in LinesOf::open(&path)? {
        let line = line?;
        let row = decode(table, &line).map_err(|reason| BackupError::damaged(&path, reason))?;
        bytes += size(&row);
        rows.push(row);
        count += 1;
        if rows.len() >= ROWS_AT_ONCE || bytes >= BYTES_AT_ONCE {
            importing.put(table, &rows).await?;
            rows.clear();
            bytes = 0;
        }
    }
    if !rows.is_empty() {
        importing.put(table, &rows).await?;
    }
    if count != listed.rows {
        return Err(BackupError::damaged(&path, format!("it has {count} rows, not {}", listed.rows)));
    }
    Ok(())
}

fn size(row: &Row) -> usize {
    let cells = row.iter().map(|cell| match cell {
        Cell::Null | Cell::Int(_) => 8,
        Cell::Text(text) => text.len(),
        Cell::Bytes(bytes) => bytes.len(),
    });
    cells.sum()
}
