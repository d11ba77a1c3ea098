//! Writing a backup.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use amazoff_supervisor::archive::{Archive, Cell, JOURNAL, Look, Row, Rows, SHARD, TRUTH, Table};
use amazoff_supervisor::documents::Blobs;
use amazoff_supervisor::journal::event_checksum;
use amazoff_supervisor::{EntityId, Kind, Timestamp};
use uuid::Uuid;

use crate::BackupError;
use crate::codec::encode;
use crate::erasures::Erasures;
use crate::files::Lines;
use crate::manifest::{FORMAT, Listed, Manifest};
use crate::{keys, media};

/// What is backed up.
pub struct Source<'a> {
    /// The truth.
    pub archive: &'a dyn Archive,
    /// The pictures.
    pub blobs: &'a dyn Blobs,
    /// The time.
    pub now: Timestamp,
    /// The version of the program.
    pub program: &'a str,
}

/// What the journal's rows tell on the way.
#[derive(Default)]
struct Told {
    heads: BTreeMap<u16, u64>,
    damaged: u64,
    pictures: BTreeSet<[u8; 32]>,
}

/// Writes a backup into an empty or new folder, and the keys into a new file elsewhere. Erasures that the source knows are
/// added to the list. The shop may run meanwhile: what is in the backup is as of one moment, the pictures apart, of which
/// there may be more than needed.
///
/// # Errors
/// When a file cannot be written, the source is away, or a row of it is damaged so that it cannot be copied.
pub async fn backup(
    source: &Source<'_>,
    folder: &Path,
    keys: &Path,
    erasures: &mut Erasures,
) -> Result<Manifest, BackupError> {
    let truth = folder.join("truth");
    std::fs::create_dir_all(folder).map_err(BackupError::file(folder))?;
    if std::fs::read_dir(folder).map_err(BackupError::file(folder))?.next().is_some() {
        return Err(BackupError::FolderInUse(folder.to_owned()));
    }
    keys::check_place(keys, folder)?;
    std::fs::create_dir(&truth).map_err(BackupError::file(&truth))?;
    let mut look = source.archive.look().await?;
    let (mut tables, mut told) = (Vec::new(), Told::default());
    for table in TRUTH {
        let file = format!("truth/{}.ndjson.gz", table.name);
        let (rows, sha256) = copy(&mut *look, table, &folder.join(&file), &mut told).await?;
        tables.push(Listed { table: table.name.to_owned(), file, rows, sha256 });
    }
    let epochs = numbers(&mut *look, &SHARD).await?;
    erasures.add(keys::write(&mut *look, keys, source.now).await?)?;
    drop(look);
    let media = media::write(source.blobs, &told.pictures, folder).await?;
    let manifest = Manifest {
        format: FORMAT,
        program: source.program.to_owned(),
        created_at: source.now,
        tables,
        heads: told.heads,
        damaged_events: told.damaged,
        epochs,
        media,
    };
    manifest.write(folder)?;
    Ok(manifest)
}

async fn copy(
    look: &mut dyn Look,
    table: &'static Table,
    path: &Path,
    told: &mut Told,
) -> Result<(u64, String), BackupError> {
    let mut lines = Lines::begin(path)?;
    let mut rows = Rows::of(look, table);
    while let Some(row) = rows.next().await? {
        if table.name == JOURNAL.name {
            told.event(&row);
        }
        lines.add(&encode(table, &row).ok_or(BackupError::Row { table: table.name })?)?;
    }
    lines.end()
}

impl Told {
    fn event(&mut self, row: &Row) {
        self.damaged += u64::from(!is_whole(row));
        if let (Some(Cell::Int(shard)), Some(Cell::Int(number))) = (row.get(3), row.get(4))
            && let Ok(shard) = u16::try_from(*shard)
        {
            self.heads.insert(shard, number.cast_unsigned());
        }
        if let Some(Cell::Text(payload)) = row.get(11) {
            media::names_in(payload, &mut self.pictures);
        }
    }
}

/// Whether an event is what was written.
fn is_whole(row: &Row) -> bool {
    let [Cell::Text(kind), Cell::Bytes(id), Cell::Int(seq), .., Cell::Text(payload), Cell::Int(checksum)] =
        row.as_slice()
    else {
        return false;
    };
    let (Ok(id), Some(Cell::Int(schema))) = (Uuid::from_slice(id), row.get(6)) else { return false };
    let entity = EntityId { kind: Kind::stored(kind.clone()), id };
    let Ok(schema) = u16::try_from(*schema) else { return false };
    i64::from(event_checksum(&entity, seq.cast_unsigned(), schema, payload.as_bytes())) == *checksum
}

/// A table of two numbers.
async fn numbers(look: &mut dyn Look, table: &'static Table) -> Result<BTreeMap<u16, u64>, BackupError> {
    let (mut numbers, mut rows) = (BTreeMap::new(), Rows::of(look, table));
    while let Some(row) = rows.next().await? {
        if let (Some(Cell::Int(key)), Some(Cell::Int(value))) = (row.first(), row.get(1))
            && let Ok(key) = u16::try_from(*key)
        {
            numbers.insert(key, value.cast_unsigned());
        }
    }
    Ok(numbers)
}
