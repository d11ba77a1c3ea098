//! Where in the file something is.

use toml::de::{DeTable, DeValue};

/// Line and column of a byte, both from 1; columns count characters.
pub(crate) fn line_column(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, before.get(start..).unwrap_or_default().chars().count() + 1)
}

/// Where the value at a path of keys and indices stands; of what is absent, where its nearest parent stands.
pub(crate) fn locate(text: &str, path: &[String]) -> Option<(usize, usize)> {
    let table = DeTable::parse(text).ok()?;
    let mut at = None;
    let mut value: Option<&DeValue<'_>> = None;
    for segment in path {
        let next = match value {
            None => table.get_ref().get_key_value(segment.as_str()),
            Some(DeValue::Table(inner)) => inner.get_key_value(segment.as_str()),
            Some(DeValue::Array(items)) => {
                let Some(item) = segment.parse().ok().and_then(|index: usize| items.get(index)) else {
                    break;
                };
                // A table that is told by its parts begins where its first key stands.
                let inside = match item.get_ref() {
                    DeValue::Table(inner) => inner.keys().map(|key| key.span().start).min(),
                    _ => None,
                };
                at = Some(inside.unwrap_or(item.span().start));
                value = Some(item.get_ref());
                continue;
            }
            Some(_) => break,
        };
        let Some((key, found)) = next else { break };
        at = Some(key.span().start);
        value = Some(found.get_ref());
    }
    at.map(|byte| line_column(text, byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "name = 'x'\n\n[[journeys]]\nname = 'a'\n[[journeys.steps]]\nname = 's'\nget = '/'\n";

    fn at(path: &[&str]) -> Option<(usize, usize)> {
        locate(TEXT, &path.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn values_are_found_and_absent_ones_lead_to_their_parent() {
        assert_eq!(at(&["name"]), Some((1, 1)));
        assert_eq!(at(&["journeys", "0", "steps", "0", "get"]), Some((7, 1)));
        assert_eq!(at(&["journeys", "0", "steps", "0", "put"]), Some((6, 1)));
        assert_eq!(at(&["nothing"]), None);
    }
}
