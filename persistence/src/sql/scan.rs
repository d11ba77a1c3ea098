//! What every scan of tables does, whatever the database is.

use amazoff_supervisor::archive::Seen;
use futures::{Stream, TryStreamExt as _};
use sqlx::{Column as _, ColumnIndex, Decode, Error, Row};

/// Shows every value of a table's rows as its bytes, whatever its type is: both databases hand any value out as such.
pub(crate) async fn shown<R>(
    table: &str,
    mut rows: impl Stream<Item = Result<R, Error>> + Unpin,
    see: &mut (dyn FnMut(Seen<'_>) + Send),
) -> Result<u64, Error>
where
    R: Row,
    usize: ColumnIndex<R>,
    for<'r> Option<Vec<u8>>: Decode<'r, R::Database>,
{
    let mut count = 0_u64;
    while let Some(row) = rows.try_next().await? {
        count += 1;
        let number = count.to_string();
        for column in row.columns() {
            let bytes: Option<Vec<u8>> = row.try_get_unchecked(column.ordinal())?;
            if let Some(bytes) = bytes {
                see(Seen { table, row: &number, column: column.name(), bytes: &bytes });
            }
        }
    }
    Ok(count)
}
