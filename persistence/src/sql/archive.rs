//! The truth as rows, as of one moment.

use amazoff_supervisor::archive::{Archive, Cell, Holds, Look, Row, Table};
use amazoff_supervisor::journal::JournalError;
use futures::future::BoxFuture;
use sqlx::Error;

use super::dialect::Dialect;
use super::errors::{unavailable, unreadable};
use super::rows::Cells;
use super::statement::{Statement, Value, behind};
use super::turns::{Turn, Turns};

/// The rows of an open database.
pub(crate) struct SqlArchive<D: Dialect> {
    /// A connection of its own, so that nobody waits for a look.
    looks: Turns<D>,
}

impl<D: Dialect> SqlArchive<D> {
    /// The rows that connections of this queue see.
    pub(crate) fn over(looks: Turns<D>) -> Self {
        Self { looks }
    }

    async fn begin(&self) -> Result<Box<dyn Look>, JournalError> {
        let mut turn = self.looks.take().await?;
        for statement in D::BEGIN_LOOK {
            turn.run(&Statement::new(*statement)).await.map_err(unavailable)?;
        }
        // SQLite's moment is that of the first read.
        turn.run(&Statement::new("SELECT shard_id FROM shard LIMIT 1")).await.map_err(unavailable)?;
        Ok(Box::new(SqlLook { turn }))
    }
}

impl<D: Dialect> Archive for SqlArchive<D> {
    fn look(&self) -> BoxFuture<'_, Result<Box<dyn Look>, JournalError>> {
        Box::pin(self.begin())
    }
}

/// A transaction that only reads. Its connection ends with it.
struct SqlLook<D: Dialect> {
    turn: Turn<D>,
}

impl<D: Dialect> Look for SqlLook<D> {
    fn page<'a>(
        &'a mut self,
        table: &'static Table,
        after: Option<&'a [Cell]>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Row>, JournalError>> {
        Box::pin(async move {
            let statement = page_of::<D>(table, after, limit);
            let rows = self.turn.rows(&statement).await.map_err(unreadable::<D>(table.name))?;
            let rows: Result<Vec<Row>, Error> = rows.iter().map(|row| row_of(table, row)).collect();
            rows.map_err(unreadable::<D>(table.name))
        })
    }
}

fn page_of<'a, D: Dialect>(table: &'static Table, after: Option<&'a [Cell]>, limit: usize) -> Statement<'a> {
    let columns: Vec<String> =
        table.columns.iter().map(|column| column_of::<D>(table, column.name)).collect();
    let order: Vec<&str> = table.order.iter().map(|place| columns[*place].as_str()).collect();
    let head = format!("SELECT {} FROM {}", columns.join(", "), table.name);
    let tail = format!("ORDER BY {} LIMIT ?", order.join(", "));
    let Some(after) = after else { return Statement::new(format!("{head} {tail}")).limit(limit) };
    let behind = behind(&order, D::COMPARES_ROWS_BY_KEY);
    let statement = Statement::new(format!("{head} WHERE {} {tail}", behind.condition));
    let places = behind.places.into_iter();
    places.fold(statement, |statement, place| statement.bind(value_of(&after[place]))).limit(limit)
}

/// A column as statements name it: some names are reserved by one database or the other.
fn column_of<D: Dialect>(table: &Table, name: &str) -> String {
    let numbers_postings = table.name == "posting" && name == "number";
    if numbers_postings { D::POSTING_NUMBER.to_owned() } else { format!("`{name}`") }
}

pub(super) fn value_of(cell: &Cell) -> Value<'_> {
    match cell {
        Cell::Null => Value::Null,
        Cell::Int(number) => Value::Int(*number),
        Cell::Text(text) => Value::Text(text),
        Cell::Bytes(bytes) => Value::Bytes(bytes),
    }
}

fn row_of(table: &Table, row: &impl Cells) -> Result<Row, Error> {
    let cells = table.columns.iter().enumerate().map(|(place, column)| {
        Ok(match (column.holds, column.nullable) {
            (Holds::Int, false) => Cell::Int(row.int(place)?),
            (Holds::Int, true) => row.maybe_int(place)?.map_or(Cell::Null, Cell::Int),
            (Holds::Text, false) => text_of(row.raw_text(place)?),
            (Holds::Text, true) => {
                row.maybe_text(place)?.map_or(Cell::Null, |text| Cell::Text(text.to_owned()))
            }
            (Holds::Bytes, false) => Cell::Bytes(row.bytes(place)?.to_vec()),
            (Holds::Bytes, true) => {
                row.maybe_bytes(place)?.map_or(Cell::Null, |bytes| Cell::Bytes(bytes.to_vec()))
            }
        })
    });
    cells.collect()
}

fn text_of(bytes: &[u8]) -> Cell {
    String::from_utf8(bytes.to_vec()).map_or_else(|damaged| Cell::Bytes(damaged.into_bytes()), Cell::Text)
}
