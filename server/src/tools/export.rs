//! Rows of the journal as JSON.

use amazoff_http::redacted;
use amazoff_supervisor::Timestamp;
use amazoff_supervisor::archive::{Cell, JOURNAL, Row};
use serde_json::{Map, Value};

/// An event, whatever its row holds: one that is damaged is exported too, and says so.
pub(super) fn event(row: &Row) -> Value {
    let mut event = Map::new();
    for (column, cell) in JOURNAL.columns.iter().zip(row) {
        let value = match (column.name, cell) {
            ("checksum", _) => continue,
            ("at", Cell::Int(ms)) => Value::from(Timestamp::from_unix_ms(*ms).to_string()),
            ("payload", Cell::Text(text)) => {
                serde_json::from_str(text).map_or_else(|_| Value::from("(damaged)"), redacted)
            }
            ("payload", _) => Value::from("(damaged)"),
            (_, Cell::Null) => Value::Null,
            (_, Cell::Int(number)) => Value::from(*number),
            (_, Cell::Text(text)) => Value::from(text.as_str()),
            (_, Cell::Bytes(bytes)) => Value::from(hex(bytes)),
        };
        let name = if column.name == "payload" { "event" } else { column.name };
        event.insert(name.to_owned(), value);
    }
    Value::Object(event)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
