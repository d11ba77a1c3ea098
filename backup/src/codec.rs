//! Rows as JSON: an object per row, a member per column. Bytes are hex digits.

use std::fmt::Write as _;

use amazoff_supervisor::archive::{Cell, Holds, Row, Table};
use serde_json::{Map, Value};

/// A row as a line; `None` when a text of it was damaged so that it is none.
pub(crate) fn encode(table: &Table, row: &Row) -> Option<String> {
    let members = table.columns.iter().zip(row).map(|(column, cell)| {
        let value = match (column.holds, cell) {
            (_, Cell::Null) => Value::Null,
            (_, Cell::Int(number)) => Value::from(*number),
            (_, Cell::Text(text)) => Value::from(text.as_str()),
            (Holds::Bytes, Cell::Bytes(bytes)) => Value::from(hex(bytes)),
            (Holds::Int | Holds::Text, Cell::Bytes(_)) => return None,
        };
        Some((column.name.to_owned(), value))
    });
    let members: Option<Map<String, Value>> = members.collect();
    members.map(|members| Value::Object(members).to_string())
}

/// A line as a row.
///
/// # Errors
/// Text that says what does not fit.
pub(crate) fn decode(table: &Table, line: &str) -> Result<Row, String> {
    let members: Map<String, Value> = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let cells = table.columns.iter().map(|column| {
        let value = members.get(column.name).ok_or_else(|| format!("there is no `{}`", column.name))?;
        let cell = match (column.holds, value) {
            (_, Value::Null) if column.nullable => Some(Cell::Null),
            (Holds::Int, Value::Number(number)) => number.as_i64().map(Cell::Int),
            (Holds::Text, Value::String(text)) => Some(Cell::Text(text.clone())),
            (Holds::Bytes, Value::String(text)) => bytes(text).map(Cell::Bytes),
            _ => None,
        };
        cell.ok_or_else(|| format!("`{}` does not fit", column.name))
    });
    cells.collect()
}

/// Bytes as hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        // Writing into a text cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Hex digits as bytes.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let pairs = digits.chunks(2).map(|pair| {
        let text = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(text, 16).ok()
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use amazoff_supervisor::archive::{OUTBOX, PERSON_KEY};

    use super::*;

    #[test]
    fn a_row_reads_back_as_it_was() {
        let rows = [
            (&PERSON_KEY, vec![Cell::Bytes(vec![0; 16]), Cell::Bytes(vec![0, 15, 255]), Cell::Null]),
            (&PERSON_KEY, vec![Cell::Bytes(vec![7; 16]), Cell::Null, Cell::Int(i64::MIN)]),
        ];
        for (table, row) in rows {
            let line = encode(table, &row).unwrap();
            assert_eq!(decode(table, &line), Ok(row), "{line}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let whole = r#"{"person":"00ff","wrapped":null,"erased_at":1}"#;
        assert!(decode(&PERSON_KEY, whole).is_ok());
        for wrong in [
            "{",
            "{}",
            r#"{"person":null,"wrapped":null,"erased_at":1}"#,
            r#"{"person":"0","wrapped":null,"erased_at":1}"#,
            r#"{"person":"zz","wrapped":null,"erased_at":1}"#,
            r#"{"person":"00","wrapped":null,"erased_at":1.5}"#,
            r#"{"person":"00","wrapped":1,"erased_at":1}"#,
        ] {
            assert!(decode(&PERSON_KEY, wrong).is_err(), "{wrong}");
        }
        let damaged = OUTBOX.columns.iter().map(|_| Cell::Bytes(vec![255])).collect();
        assert_eq!(encode(&OUTBOX, &damaged), None);
    }
}
