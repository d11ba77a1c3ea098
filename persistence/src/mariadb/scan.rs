//! Everything that is in a database, row by row.

use amazoff_supervisor::archive::{Scan, Seen};
use amazoff_supervisor::journal::JournalError;
use futures::future::BoxFuture;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Error, Row as _};

use super::connection::connect_options;
use super::url::Server;
use crate::OpenError;
use crate::sql::scan::shown;

/// Every table of a database. Reads on a connection of its own, without a limit for a statement.
pub struct MariaDbScan {
    server: Server,
}

impl MariaDbScan {
    /// Of the database of a URL. Connects to nothing yet.
    ///
    /// # Errors
    /// When the URL is wrong.
    pub fn of(url: &str) -> Result<Self, OpenError> {
        Ok(Self { server: Server::parse(url)? })
    }

    async fn all(&self, see: &mut (dyn FnMut(Seen<'_>) + Send)) -> Result<u64, Error> {
        let mut connection = connect_options(&self.server).connect().await?;
        let tables = "SELECT CAST(table_name AS BINARY) FROM information_schema.tables \
                      WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY table_name";
        let tables = sqlx::query(tables).fetch_all(&mut connection).await?;
        let mut count = 0;
        for table in &tables {
            let name: Vec<u8> = table.try_get_unchecked(0)?;
            let table = String::from_utf8_lossy(&name).into_owned();
            let select = format!("SELECT * FROM `{}`", table.replace('`', "``"));
            let rows = sqlx::query(AssertSqlSafe(select)).fetch(&mut connection);
            count += shown(&table, rows, see).await?;
        }
        connection.close().await?;
        Ok(count)
    }
}

impl Scan for MariaDbScan {
    fn scan<'a>(
        &'a self,
        see: &'a mut (dyn FnMut(Seen<'_>) + Send),
    ) -> BoxFuture<'a, Result<u64, JournalError>> {
        Box::pin(
            async move { self.all(see).await.map_err(|error| JournalError::Unavailable(error.to_string())) },
        )
    }
}
