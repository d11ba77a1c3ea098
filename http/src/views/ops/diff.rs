//! What differs between two states.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::redact::redacted;

/// Differences that are shown.
const CHANGES_MAX: usize = 500;

/// A place where two states differ. What is personal or secret is masked; that it differs is not.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Change)]
pub struct ChangeBody {
    /// JSON pointer into the state.
    #[schema(example = "/lines/0/quantity")]
    pub pointer: String,
    /// What was there; absent when nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value)]
    pub before: Option<Value>,
    /// What is there; absent when nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value)]
    pub after: Option<Value>,
}

/// A value beside its masked form: which of them is equal says the one, what is shown says the other.
#[derive(Clone, Copy)]
struct Side<'a> {
    whole: &'a Value,
    masked: &'a Value,
}

impl<'a> Side<'a> {
    fn member(self, name: &str) -> Option<Self> {
        Some(Self { whole: self.whole.get(name)?, masked: self.masked.get(name)? })
    }
    fn item(self, index: usize) -> Option<Self> {
        Some(Self { whole: self.whole.get(index)?, masked: self.masked.get(index)? })
    }
}

/// The differences, members by name and items by place, and whether these are all.
pub(crate) fn between(before: &Value, after: &Value) -> (Vec<ChangeBody>, bool) {
    let (masked_before, masked_after) = (redacted(before.clone()), redacted(after.clone()));
    let mut changes = Vec::new();
    let before = Side { whole: before, masked: &masked_before };
    let after = Side { whole: after, masked: &masked_after };
    let complete = compare(String::new(), Some(before), Some(after), &mut changes);
    (changes, complete)
}

/// Adds what differs from `pointer` on; `false` when there was no more room.
fn compare(
    pointer: String,
    before: Option<Side<'_>>,
    after: Option<Side<'_>>,
    changes: &mut Vec<ChangeBody>,
) -> bool {
    if before.map(|side| side.whole) == after.map(|side| side.whole) {
        return true;
    }
    if let (Some(before), Some(after)) = (before, after) {
        if let (Value::Object(old), Value::Object(new)) = (before.masked, after.masked) {
            let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
            return names.into_iter().all(|name| {
                let below = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                compare(below, before.member(name), after.member(name), changes)
            });
        }
        if let (Value::Array(old), Value::Array(new)) = (before.masked, after.masked) {
            return (0..old.len().max(new.len())).all(|index| {
                compare(format!("{pointer}/{index}"), before.item(index), after.item(index), changes)
            });
        }
    }
    if changes.len() == CHANGES_MAX {
        return false;
    }
    let shown = |side: Option<Side<'_>>| side.map(|side| side.masked.clone());
    changes.push(ChangeBody { pointer, before: shown(before), after: shown(after) });
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointers(before: &Value, after: &Value) -> Vec<String> {
        between(before, after).0.into_iter().map(|change| change.pointer).collect()
    }

    #[test]
    fn a_difference_names_its_place_and_both_values() {
        let before = json!({"lines": [{"quantity": 1}, {"quantity": 2}], "status": "open", "gone": null});
        let after =
            json!({"lines": [{"quantity": 1}, {"quantity": 3}, 7], "status": {"closed": 1}, "a/b~": 1});
        let (changes, complete) = between(&before, &after);
        let change = |pointer: &str, before: Option<Value>, after: Option<Value>| ChangeBody {
            pointer: pointer.to_owned(),
            before,
            after,
        };
        let mut expected = vec![
            change("/lines/1/quantity", Some(json!(2)), Some(json!(3))),
            change("/lines/2", None, Some(json!(7))),
            change("/status", Some(json!("open")), Some(json!({"closed": 1}))),
            change("/gone", Some(Value::Null), None),
            change("/a~1b~0", None, Some(json!(1))),
        ];
        let mut changes = changes;
        changes.sort_by(|a, b| a.pointer.cmp(&b.pointer));
        expected.sort_by(|a, b| a.pointer.cmp(&b.pointer));
        assert_eq!(changes, expected);
        assert!(complete);
        assert_eq!(between(&before, &before), (Vec::new(), true));
    }

    #[test]
    fn that_a_secret_differs_is_shown_but_not_how() {
        let state = |name: &str, token: &str| json!({"name": {"box": {"person": "x", "data": name}}, "token": {"deep": token}, "same": {"token": 1}});
        let (before, after) = (state("old-name", "old-token"), state("new-name", "new-token"));
        assert_eq!(pointers(&before, &after), ["/name", "/token"]);
        let shown = serde_json::to_string(&between(&before, &after).0).unwrap();
        for secret in ["old-", "new-"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }

    #[test]
    fn only_so_many_differences_are_shown() {
        let many: Vec<_> = (0..=CHANGES_MAX).collect();
        let (changes, complete) = between(&json!(many[1..]), &json!(many[..CHANGES_MAX]));
        assert_eq!((changes.len(), complete), (CHANGES_MAX, true));
        let (changes, complete) = between(&json!([]), &json!(many));
        assert_eq!((changes.len(), complete), (CHANGES_MAX, false));
    }
}
