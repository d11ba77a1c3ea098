//! Everything that is in a file, row by row.

use std::path::{Path, PathBuf};

use amazoff_supervisor::archive::{Scan, Seen};
use amazoff_supervisor::journal::JournalError;
use futures::TryStreamExt as _;
use futures::future::BoxFuture;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Column as _, ConnectOptions as _, Connection as _, Error, Row as _};

use super::open;

/// Every table of a database file, with what is in its write-ahead log.
pub struct SqliteScan {
    file: PathBuf,
}

impl SqliteScan {
    /// Of this file. It is opened only to read.
    pub fn of(file: &Path) -> Self {
        Self { file: file.to_owned() }
    }

    async fn all(&self, see: &mut (dyn FnMut(Seen<'_>) + Send)) -> Result<u64, Error> {
        let mut connection = open::reading(&self.file).connect().await?;
        let tables = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
        let tables = tables.fetch_all(&mut connection).await?;
        let mut count = 0;
        for table in &tables {
            let table: String = table.try_get(0)?;
            // A name that a file holds is quoted as a name, whatever it is.
            let select = format!("SELECT * FROM \"{}\"", table.replace('"', "\"\""));
            let mut rows = sqlx::query(AssertSqlSafe(select)).fetch(&mut connection);
            let mut number = 0_u64;
            while let Some(row) = rows.try_next().await? {
                number += 1;
                show(&table, &number.to_string(), &row, see)?;
            }
            count += number;
        }
        connection.close().await?;
        Ok(count)
    }
}

fn show(
    table: &str,
    number: &str,
    row: &SqliteRow,
    see: &mut (dyn FnMut(Seen<'_>) + Send),
) -> Result<(), Error> {
    for column in row.columns() {
        // Whatever it is declared as: SQLite hands out any value as its bytes.
        let bytes: Option<Vec<u8>> = row.try_get_unchecked(column.ordinal())?;
        if let Some(bytes) = bytes {
            see(Seen { table, row: number, column: column.name(), bytes: &bytes });
        }
    }
    Ok(())
}

impl Scan for SqliteScan {
    fn scan<'a>(
        &'a self,
        see: &'a mut (dyn FnMut(Seen<'_>) + Send),
    ) -> BoxFuture<'a, Result<u64, JournalError>> {
        Box::pin(async move {
            let read = self.all(see).await;
            read.map_err(|error| JournalError::Unavailable(format!("{}: {error}", self.file.display())))
        })
    }
}
