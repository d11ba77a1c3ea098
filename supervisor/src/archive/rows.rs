//! Rows of a look, one after the other.

use std::vec::IntoIter;

use super::{Cell, Look, Row, Table};
use crate::journal::JournalError;

/// Rows read at once: few enough that the largest payloads fit into memory.
const PAGE: usize = 200;

/// Follows one table of a look; at most a page of it is in memory.
pub struct Rows<'l> {
    look: &'l mut dyn Look,
    table: &'static Table,
    page: IntoIter<Row>,
    after: Option<Vec<Cell>>,
    is_over: bool,
}

impl<'l> Rows<'l> {
    /// All rows of a table.
    pub fn of(look: &'l mut dyn Look, table: &'static Table) -> Self {
        Self { look, table, page: Vec::new().into_iter(), after: None, is_over: false }
    }

    /// The next row; `None` at the end.
    ///
    /// # Errors
    /// See [`Look::page`].
    pub async fn next(&mut self) -> Result<Option<Row>, JournalError> {
        loop {
            if let Some(row) = self.page.next() {
                return Ok(Some(row));
            }
            if self.is_over {
                return Ok(None);
            }
            let page = self.look.page(self.table, self.after.as_deref(), PAGE).await?;
            self.is_over = page.len() < PAGE;
            self.after = page.last().map(|row| self.table.position(row));
            self.page = page.into_iter();
        }
    }
}
