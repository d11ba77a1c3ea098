//! What a query may say, the same for every adapter. A field's name is the only text of it that becomes part of a statement.

use amazoff_supervisor::documents::Query;
use amazoff_supervisor::journal::JournalError;
use serde_json::Value;

/// Checks a query: fields are lower-case letters, digits and underscores, and are compared with texts, integers or booleans.
///
/// # Errors
/// [`JournalError::Unavailable`] with what is wrong; such a query is a mistake in the program.
pub(crate) fn checked(query: &Query) -> Result<(), JournalError> {
    let equals = query.equals.iter().map(|(field, _)| field);
    let contains = query.contains.iter().map(|(field, _)| field);
    let sort = query.sort.iter().map(|sort| &sort.field);
    if let Some(field) = equals.chain(contains).chain(sort).find(|field| !is_field(field)) {
        return Err(JournalError::Unavailable(format!("`{field}` is not the name of a document field")));
    }
    match query.equals.iter().find(|(_, value)| !is_comparable(value)) {
        Some((field, _)) => {
            Err(JournalError::Unavailable(format!("`{field}` cannot be compared with that value")))
        }
        None => Ok(()),
    }
}

fn is_comparable(value: &Value) -> bool {
    value.is_string() || value.is_i64() || value.is_boolean()
}

fn is_field(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_fields() {
        for name in ["price_amount", "_x", "line2"] {
            assert!(is_field(name), "{name}");
        }
        for name in ["", "Price", "2nd", "a.b", "a'b", "a\"", "x y", "é"] {
            assert!(!is_field(name), "{name}");
        }
    }
}
