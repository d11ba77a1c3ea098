//! Masks what operators need not see.

use serde_json::{Map, Value};

const MASK: &str = "(masked)";
/// Members that are never shown, whatever they hold.
const SECRET: [&str; 5] = ["password_hash", "email_claim", "token", "user_agent", "contact"];

/// The same JSON with sealed and secret values masked. An erased value still says that it is.
pub fn redacted(value: Value) -> Value {
    match value {
        Value::Object(members) if members.len() == 1 && is_sealed(members.get("box")) => Value::from(MASK),
        Value::Object(mut members) if is_claim(&members) => {
            members.insert("key".to_owned(), Value::from(MASK));
            Value::Object(members)
        }
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| {
                let secret = SECRET.contains(&name.as_str()) && value.as_str() != Some("erased");
                let value = if secret { Value::from(MASK) } else { redacted(value) };
                (name, value)
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(redacted).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// A unique key: it may be the digest of an e-mail address.
fn is_claim(members: &Map<String, Value>) -> bool {
    members.len() == 2 && members.contains_key("namespace") && members.contains_key("key")
}

fn is_sealed(boxed: Option<&Value>) -> bool {
    boxed
        .and_then(Value::as_object)
        .is_some_and(|boxed| boxed.contains_key("person") && boxed.contains_key("data"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sealed_and_secret_values_are_masked_at_any_depth() {
        let state = json!({
            "name": {"box": {"person": "x", "data": "y"}}, "contact": "erased",
            "lines": [{"token": "tok_ok", "quantity": 1}], "password_hash": {"a": 1},
            "claims": [{"Take": {"namespace": "email", "key": "0123"}}]
        });
        let expected = json!({
            "name": MASK, "contact": "erased", "lines": [{"token": MASK, "quantity": 1}], "password_hash": MASK,
            "claims": [{"Take": {"namespace": "email", "key": MASK}}]
        });
        assert_eq!(redacted(state), expected);
    }
}
