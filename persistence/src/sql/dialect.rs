//! Where SQL databases differ.

use std::future::Future;

#[cfg(feature = "mariadb")]
use futures::{Stream, TryStreamExt as _};
#[cfg(feature = "mariadb")]
use sqlx::Either;
use sqlx::Error;

use super::rows::Cells;
use super::statement::Statement;

/// What a statement answered.
#[derive(Debug)]
pub(crate) struct Answer<R> {
    /// The rows that it read.
    pub(crate) rows: Vec<R>,
    /// How many rows it wrote.
    pub(crate) affected: u64,
}

#[cfg(feature = "mariadb")]
impl<R> Answer<R> {
    /// Takes in all that a driver answers; `written` reads the number of rows from its report.
    pub(crate) async fn of<Q>(
        mut answers: impl Stream<Item = Result<Either<Q, R>, Error>> + Unpin,
        written: impl Fn(&Q) -> u64,
    ) -> Result<Self, Error> {
        let (mut rows, mut affected) = (Vec::new(), 0);
        while let Some(answer) = answers.try_next().await? {
            match answer {
                Either::Left(done) => affected += written(&done),
                Either::Right(row) => rows.push(row),
            }
        }
        Ok(Self { rows, affected })
    }
}

/// What an error of a statement or a commit means for its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A unique key refused a row. The transaction can go on.
    Taken,
    /// Another transaction was in the way: all of this one is rolled back, or must be. Run again from its start, it may
    /// succeed.
    Conflict,
    /// The database refuses or cannot be reached; nothing of the transaction is stored.
    #[cfg_attr(not(feature = "mariadb"), expect(dead_code, reason = "SQLite does not tell"))]
    Away,
    /// As [`Fault::Away`], but a commit that ended so may have happened.
    Unknown,
}

/// A database that speaks SQL.
pub(crate) trait Dialect: Send + Sync + 'static {
    /// How a writing connection is opened.
    type Settings: Send + Sync;
    /// A writing connection.
    type Connection: Send;
    /// The reading connections.
    type Readers: Send + Sync;
    /// A row.
    type Row: Cells;

    /// Begins a transaction whose reads stay true until it commits, as far as [`Dialect::SHARE_LOCK`] is used.
    const BEGIN: &'static str;
    /// The database's own time, in milliseconds since 1970.
    const NOW_MS: &'static str;
    /// Behind a query: nobody may change the rows until the transaction ends.
    const SHARE_LOCK: &'static str;
    /// Behind a query: nobody else may read the rows so, or change them, until the transaction ends.
    const UPDATE_LOCK: &'static str;
    /// Whether keys of several columns are looked up by `(a, b) > (?, ?)`.
    const COMPARES_ROWS_BY_KEY: bool;
    /// Deletes up to a number of command records that expired before a moment.
    const FORGET_COMMANDS: &'static str;
    /// Makes this transaction the only one that adds to the audit trail; `None` where it is the only writer anyway.
    const LOCK_AUDIT: Option<&'static str>;
    /// Remembers that the trail has one entry more; `None` where the database does it by itself.
    const COUNT_AUDIT: Option<&'static str>;
    /// The highest number that the trail ever had.
    const AUDIT_GIVEN: &'static str;
    /// Begin a transaction that reads everything as of its first statement and writes nothing. The session is not used for
    /// anything else afterwards.
    const BEGIN_LOOK: &'static [&'static str];
    /// What orders the postings.
    const POSTING_NUMBER: &'static str;

    /// Has the audit trail begin anew, once it is empty.
    const FORGET_AUDIT: &'static str;
    /// Remembers how far an audit trail goes that was filled in; `None` where the database does it by itself.
    const COUNTED_AUDIT: Option<&'static str>;

    /// Takes all rows out of a table.
    fn empty(table: &str) -> String;

    /// Most rows of one statement, and most shards of a list.
    const ROWS_AT_ONCE: usize;

    /// Behind an `INSERT`: does nothing when the key is there already.
    fn unless_there(key_column: &str) -> String;

    /// As [`Dialect::unless_there`], but what follows, such as `RETURNING`, is about a row that was there, too.
    fn or_as_it_is(key_column: &str) -> String;

    /// Opens a writing connection.
    fn connect(settings: &Self::Settings) -> impl Future<Output = Result<Self::Connection, Error>> + Send;

    /// Runs a statement.
    fn run(
        connection: &mut Self::Connection,
        statement: &Statement<'_>,
    ) -> impl Future<Output = Result<Answer<Self::Row>, Error>> + Send;

    /// Runs a query on a reading connection.
    fn read(
        readers: &Self::Readers,
        statement: &Statement<'_>,
    ) -> impl Future<Output = Result<Vec<Self::Row>, Error>> + Send;

    /// Makes what was deleted unreadable, as far as the database can.
    fn scrub(connection: &mut Self::Connection) -> impl Future<Output = Result<(), Error>> + Send;

    /// Closes the reading connections.
    fn close_readers(readers: &Self::Readers) -> impl Future<Output = ()> + Send;

    /// Closes a writing connection in an orderly way.
    fn close(connection: Self::Connection) -> impl Future<Output = Result<(), Error>> + Send;

    /// What an error means.
    fn fault(error: &Error) -> Fault;

    /// Whether an error says that the connection was lost, and not only that it was slow.
    fn is_lost(error: &Error) -> bool;

    /// Whether an error says that what is stored is damaged.
    fn is_damage(error: &Error) -> bool;
}
