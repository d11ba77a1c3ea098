//! Everything that is in a file, row by row.

use std::path::{Path, PathBuf};

use amazoff_supervisor::archive::{Scan, Seen};
use amazoff_supervisor::journal::JournalError;
use futures::future::BoxFuture;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Error, Row as _};

use super::open::Setup;
use crate::sql::scan::shown;

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
        let mut connection = Setup::reading(&self.file).options().connect().await?;
        let tables = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
        let tables = tables.fetch_all(&mut connection).await?;
        let mut count = 0;
        for table in &tables {
            let table: String = table.try_get(0)?;
            // A name that a file holds is quoted as a name, whatever it is.
            let select = format!("SELECT * FROM \"{}\"", table.replace('"', "\"\""));
            let rows = sqlx::query(AssertSqlSafe(select)).fetch(&mut connection);
            count += shown(&table, rows, see).await?;
        }
        connection.close().await?;
        Ok(count)
    }
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
