//! Texts that are more than a length: what a field calls its `format` in `#[schema]` becomes a pattern in the document, the
//! same for everybody who reads it (ECMA-262 classes would say something else about blanks than the server does).

use serde_json::{Map, Value, json};

/// Words of lower-case letters and digits, joined by single hyphens.
pub(super) const SLUG: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";
/// A text with something to read in it.
pub(super) const READABLE: &str =
    r"[^\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]";
/// The same on one line, without control characters.
const TEXT: &str = concat!(
    r"^[^\u0000-\u001f\u007f-\u009f]*",
    r"[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
    r"[^\u0000-\u001f\u007f-\u009f]*$"
);
/// The same on several lines.
const LINES: &str = concat!(
    r"^(\u000d\u000a|[^\u0000-\u0008\u000b-\u001f\u007f-\u009f])*",
    r"[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
    r"(\u000d\u000a|[^\u0000-\u0008\u000b-\u001f\u007f-\u009f])*$"
);
/// An e-mail address: one `@`, no blanks.
const MAIL: &str = concat!(
    r"^[^@\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+",
    r"@[^@\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$"
);
/// The address of an account: no part of its host is empty either.
const ACCOUNT: &str = concat!(
    r"^[^@\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]{1,64}",
    r"@[^@.\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+",
    r"(\.[^@.\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+)*$"
);

/// A UUID, with or without its hyphens.
pub(super) const UUID: &str =
    "^([0-9a-fA-F]{32}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})$";

const FORMATS: [(&str, &str); 7] = [
    ("lines", LINES),
    ("any-uuid", UUID),
    ("slug", SLUG),
    ("readable", READABLE),
    ("text", TEXT),
    ("mail", MAIL),
    ("account", ACCOUNT),
];

/// Writes out what a field calls its format.
pub(super) fn write_out(field: &mut Map<String, Value>) {
    let format = field.get("format").and_then(Value::as_str);
    if let Some((_, pattern)) = FORMATS.iter().find(|(name, _)| Some(*name) == format) {
        field.remove("format");
        field.insert("pattern".to_owned(), json!(pattern));
    }
}
