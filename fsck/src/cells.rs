//! Reading cells of rows.

use amazoff_supervisor::archive::{Cell, Row};
use amazoff_supervisor::{EntityId, Kind};
use uuid::Uuid;

/// A number; 0 when there is none.
pub(crate) fn int(row: &Row, place: usize) -> i64 {
    match row.get(place) {
        Some(Cell::Int(number)) => *number,
        Some(Cell::Null | Cell::Text(_) | Cell::Bytes(_)) | None => 0,
    }
}

/// A number that was stored with the same 64 bits.
pub(crate) fn unsigned(row: &Row, place: usize) -> u64 {
    int(row, place).cast_unsigned()
}

/// A text; `None` when it is absent or damaged so that it is none.
pub(crate) fn text(row: &Row, place: usize) -> Option<&str> {
    match row.get(place) {
        Some(Cell::Text(text)) => Some(text),
        Some(Cell::Null | Cell::Int(_) | Cell::Bytes(_)) | None => None,
    }
}

/// A text's bytes, damaged or not.
pub(crate) fn raw_text(row: &Row, place: usize) -> &[u8] {
    match row.get(place) {
        Some(Cell::Text(text)) => text.as_bytes(),
        Some(Cell::Bytes(bytes)) => bytes,
        Some(Cell::Null | Cell::Int(_)) | None => &[],
    }
}

/// A 16-byte id; `None` when it is absent or of another length.
pub(crate) fn id(row: &Row, place: usize) -> Option<Uuid> {
    match row.get(place) {
        Some(Cell::Bytes(bytes)) => Uuid::from_slice(bytes).ok(),
        Some(Cell::Null | Cell::Int(_) | Cell::Text(_)) | None => None,
    }
}

/// Whether there is a value.
pub(crate) fn is_there(row: &Row, place: usize) -> bool {
    !matches!(row.get(place), Some(Cell::Null) | None)
}

/// The entity whose kind and id stand at two places. A damaged id is all zeros, which no entity has.
pub(crate) fn entity(row: &Row, kind: usize, of: usize) -> EntityId {
    let kind = text(row, kind).unwrap_or("damaged").to_owned();
    EntityId { kind: Kind::stored(kind), id: id(row, of).unwrap_or_default() }
}
