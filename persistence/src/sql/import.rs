//! Filling an empty database with rows of another store.

use std::sync::Arc;

use amazoff_supervisor::archive::{
    Cell, Import, ImportError, Importing, PERSON_KEY, POSTING, Row, SNAPSHOT, TRUTH, Table,
};
use amazoff_supervisor::journal::JournalError;
use amazoff_supervisor::{Epoch, ShardId, Timestamp};
use futures::future::BoxFuture;

use super::archive::value_of;
use super::database::Database;
use super::dialect::Dialect;
use super::errors::{unavailable, unreadable};
use super::rows;
use super::statement::{ROWS_MAX, Statement, many};

/// What an interrupted import was filling in; `None` when there is none.
pub(crate) const MARK: &str = "SELECT source FROM restoring";

/// An open database that may be filled.
pub(crate) struct SqlImport<D: Dialect> {
    database: Arc<Database<D>>,
}

impl<D: Dialect> SqlImport<D> {
    /// Fills a database.
    pub(crate) fn over(database: Arc<Database<D>>) -> Self {
        Self { database }
    }

    async fn started(&self, source: &str, at: Timestamp) -> Result<Box<dyn Importing>, ImportError> {
        let marked = self.database.row(Statement::new(MARK)).await.map_err(unavailable)?.is_some();
        for table in filled() {
            let any = Statement::new(format!("SELECT 1 FROM {} LIMIT 1", table.name));
            let any = self.database.row(any).await.map_err(unavailable)?.is_some();
            if any && !marked {
                return Err(ImportError::NotEmpty { table: table.name });
            }
        }
        // The mark first: from here on nobody serves what is half there.
        let forget = Statement::new("DELETE FROM restoring");
        let mark =
            Statement::new("INSERT INTO restoring (started_at, source) VALUES (?, ?)").bind(at).bind(source);
        self.database.write(&[forget, mark]).await?;
        for table in filled() {
            self.database.write(&[Statement::new(D::empty(table.name))]).await?;
        }
        self.database.write(&[Statement::new(D::FORGET_AUDIT)]).await?;
        Ok(Box::new(SqlImporting { database: Arc::clone(&self.database) }))
    }
}

/// All tables that an import may write to.
fn filled() -> impl Iterator<Item = &'static Table> {
    TRUTH.into_iter().chain([&PERSON_KEY, &SNAPSHOT])
}

impl<D: Dialect> Import for SqlImport<D> {
    fn begin<'a>(
        &'a self,
        source: &'a str,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<Box<dyn Importing>, ImportError>> {
        Box::pin(self.started(source, at))
    }
}

struct SqlImporting<D: Dialect> {
    database: Arc<Database<D>>,
}

impl<D: Dialect> Importing for SqlImporting<D> {
    fn put<'a>(
        &'a mut self,
        table: &'static Table,
        rows: &'a [Row],
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            if let Some(row) = rows.iter().find(|row| row.len() != table.columns.len()) {
                let reason = format!("a row has {} columns, not {}", row.len(), table.columns.len());
                return Err(JournalError::Corrupt { entity: table.name.to_owned(), reason });
            }
            // Postings are numbered anew.
            let first = usize::from(table.name == POSTING.name);
            let columns: Vec<String> =
                table.columns[first..].iter().map(|column| format!("`{}`", column.name)).collect();
            let head = format!("INSERT INTO {} ({}) ", table.name, columns.join(", "));
            let rows: Vec<&'a [Cell]> = rows.iter().map(|row| &row[first..]).collect();
            let statements = many(ROWS_MAX, &head, &rows, "", |values, cells| {
                for cell in *cells {
                    values.bind(value_of(cell));
                }
            });
            self.database.write(&statements).await.map(drop)
        })
    }

    fn epochs<'a>(&'a mut self, epochs: &'a [(ShardId, Epoch)]) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            let raise = |(shard, epoch): &(ShardId, Epoch)| {
                Statement::new("UPDATE shard SET epoch = ? WHERE shard_id = ?").bind(*epoch).bind(*shard)
            };
            let statements: Vec<Statement<'_>> = epochs.iter().map(raise).collect();
            self.database.write(&statements).await.map(drop)
        })
    }

    fn finish(self: Box<Self>) -> BoxFuture<'static, Result<(), JournalError>> {
        Box::pin(async move {
            let mut statements: Vec<Statement<'_>> =
                D::COUNTED_AUDIT.map(Statement::new).into_iter().collect();
            statements.push(Statement::new("DELETE FROM restoring"));
            self.database.write(&statements).await.map(drop)
        })
    }
}

/// What an interrupted import was filling in.
pub(crate) async fn mark<D: Dialect>(database: &Database<D>) -> Result<Option<String>, JournalError> {
    let row = database.row(Statement::new(MARK)).await.map_err(unreadable::<D>("restoring"))?;
    row.map(|row| rows::text(&row, 0)).transpose().map_err(unreadable::<D>("restoring"))
}
