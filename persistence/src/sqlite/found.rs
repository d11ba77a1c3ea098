//! Rows as SQLite's own connections find them.

use rusqlite::types::ValueRef;
use sqlx::Error;

use crate::sql::Cells;

/// A row.
pub(crate) struct Found(Vec<Held>);

/// What a column of a row holds.
#[derive(Clone, Debug, PartialEq)]
enum Held {
    Null,
    Int(i64),
    Real(f64),
    /// As stored: a damaged text need not be one.
    Text(Vec<u8>),
    Bytes(Vec<u8>),
}

impl Found {
    /// Copies a row.
    pub(super) fn read(row: &rusqlite::Row<'_>, columns: usize) -> rusqlite::Result<Self> {
        let held = |column| {
            Ok(match row.get_ref(column)? {
                ValueRef::Null => Held::Null,
                ValueRef::Integer(number) => Held::Int(number),
                ValueRef::Real(number) => Held::Real(number),
                ValueRef::Text(text) => Held::Text(text.to_vec()),
                ValueRef::Blob(bytes) => Held::Bytes(bytes.to_vec()),
            })
        };
        (0..columns).map(held).collect::<rusqlite::Result<_>>().map(Self)
    }

    fn at(&self, column: usize) -> Result<&Held, Error> {
        self.0.get(column).ok_or(Error::ColumnIndexOutOfBounds { index: column, len: self.0.len() })
    }
}

impl Cells for Found {
    fn int(&self, column: usize) -> Result<i64, Error> {
        self.at(column)?.int(column)
    }
    fn maybe_int(&self, column: usize) -> Result<Option<i64>, Error> {
        self.at(column)?.maybe_int(column)
    }
    fn text(&self, column: usize) -> Result<&str, Error> {
        self.at(column)?.text(column)
    }
    fn maybe_text(&self, column: usize) -> Result<Option<&str>, Error> {
        self.at(column)?.maybe_text(column)
    }
    fn bytes(&self, column: usize) -> Result<&[u8], Error> {
        self.at(column)?.bytes(column)
    }
    fn maybe_bytes(&self, column: usize) -> Result<Option<&[u8]>, Error> {
        self.at(column)?.maybe_bytes(column)
    }
    fn raw_text(&self, column: usize) -> Result<&[u8], Error> {
        self.at(column)?.bytes(column)
    }
}

impl Held {
    fn int(&self, column: usize) -> Result<i64, Error> {
        self.maybe_int(column)?.ok_or_else(|| self.is_no("number", column))
    }

    fn maybe_int(&self, column: usize) -> Result<Option<i64>, Error> {
        match self {
            Self::Null => Ok(None),
            Self::Int(number) => Ok(Some(*number)),
            Self::Real(_) | Self::Text(_) | Self::Bytes(_) => Err(self.is_no("number", column)),
        }
    }

    fn text(&self, column: usize) -> Result<&str, Error> {
        self.maybe_text(column)?.ok_or_else(|| self.is_no("text", column))
    }

    fn maybe_text(&self, column: usize) -> Result<Option<&str>, Error> {
        match self {
            Self::Null => Ok(None),
            Self::Text(text) => {
                std::str::from_utf8(text).map(Some).map_err(|error| Error::Decode(error.into()))
            }
            Self::Int(_) | Self::Real(_) | Self::Bytes(_) => Err(self.is_no("text", column)),
        }
    }

    fn bytes(&self, column: usize) -> Result<&[u8], Error> {
        self.maybe_bytes(column)?.ok_or_else(|| self.is_no("bytes", column))
    }

    fn maybe_bytes(&self, column: usize) -> Result<Option<&[u8]>, Error> {
        match self {
            Self::Null => Ok(None),
            Self::Text(bytes) | Self::Bytes(bytes) => Ok(Some(bytes)),
            Self::Int(_) | Self::Real(_) => Err(self.is_no("bytes", column)),
        }
    }

    fn is_no(&self, what: &str, column: usize) -> Error {
        let holds = match self {
            Self::Null => "nothing",
            Self::Int(_) | Self::Real(_) => "a number",
            Self::Text(_) => "a text",
            Self::Bytes(_) => "bytes",
        };
        Error::Decode(format!("column {column} holds {holds}, not {what}").into())
    }
}
