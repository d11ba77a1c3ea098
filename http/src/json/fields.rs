//! Turns serde's words about a field into ours: they name Rust types, ours must not.

use serde_path_to_error::{Path, Segment};

use crate::problem::FieldError;

/// Longest part of a stranger's field name that is echoed.
const NAME_CHARS_MAX: usize = 64;

/// What is wrong, and where.
pub(super) fn refusal(error: &serde_path_to_error::Error<serde_json::Error>) -> FieldError {
    let place = pointer(error.path());
    let text = error.inner().to_string();
    if text.starts_with("missing field") {
        return FieldError::new(&named(&place, &text), "missing-field", "This field is required.");
    }
    if text.starts_with("unknown field") {
        return FieldError::new(&named(&place, &text), "unknown-field", "This field is not known here.");
    }
    if text.starts_with("invalid type") {
        return FieldError::new(&place, "wrong-type", "This field has the wrong type.");
    }
    FieldError::new(&place, "invalid-value", "This value is not allowed here.")
}

fn pointer(path: &Path) -> String {
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } => format!("{pointer}/{}", escaped(key)),
        Segment::Enum { .. } | Segment::Unknown => pointer,
    })
}

/// Adds the field that serde's message quotes, unless the path already ends there.
fn named(place: &str, text: &str) -> String {
    let name = escaped(text.split('`').nth(1).unwrap_or_default());
    let whole = format!("{place}/{name}");
    if place.ends_with(&format!("/{name}")) { place.to_owned() } else { whole }
}

pub(super) fn escaped(name: &str) -> String {
    name.chars().take(NAME_CHARS_MAX).collect::<String>().replace('~', "~0").replace('/', "~1")
}
