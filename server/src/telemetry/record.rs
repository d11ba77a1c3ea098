//! A line of the log as a log record of OTLP, in its JSON form.

use std::fmt;

use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Level};

/// Longest text of a record; what is beyond is cut off.
const TEXT_BYTES_MAX: usize = 8 * 1024;
/// The field that names the trace of a request, as hexadecimal digits.
const TRACE: &str = "trace.id";
const TRACE_DIGITS: usize = 32;

/// The record of an event at a moment.
pub(super) fn of(event: &Event<'_>, unix_ms: i64) -> Value {
    let mut fields = Fields::default();
    event.record(&mut fields);
    let meta = event.metadata();
    let (number, text) = severity(*meta.level());
    let time = format!("{unix_ms}000000"); // in nanoseconds; numbers of 64 bits are text in JSON
    let mut record = json!({
        "timeUnixNano": time,
        "observedTimeUnixNano": time,
        "severityNumber": number,
        "severityText": text,
        "body": { "stringValue": fields.message },
        "attributes": fields.attributes.into_iter().chain([attribute("code.namespace", text_of(meta.target()))])
            .collect::<Vec<_>>(),
    });
    if let (Some(trace), Some(record)) = (fields.trace, record.as_object_mut()) {
        record.insert("traceId".to_owned(), Value::String(trace));
    }
    record
}

fn severity(level: Level) -> (u8, &'static str) {
    if level == Level::ERROR {
        (17, "ERROR")
    } else if level == Level::WARN {
        (13, "WARN")
    } else if level == Level::INFO {
        (9, "INFO")
    } else if level == Level::DEBUG {
        (5, "DEBUG")
    } else {
        (1, "TRACE")
    }
}

/// A name and its value, as OTLP has them.
pub(super) fn attribute(name: &str, value: Value) -> Value {
    json!({ "key": name, "value": value })
}

/// A text as a value of OTLP.
pub(super) fn text_of(text: &str) -> Value {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    one("stringValue", text[..end].into())
}

fn one(kind: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(kind.to_owned(), value)]))
}

#[derive(Default)]
struct Fields {
    message: String,
    trace: Option<String>,
    attributes: Vec<Value>,
}

impl Fields {
    fn push(&mut self, field: &Field, value: Value) {
        self.attributes.push(attribute(field.name(), value));
    }
}

impl Visit for Fields {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, one("intValue", value.to_string().into()));
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, one("intValue", value.to_string().into()));
    }
    fn record_u128(&mut self, field: &Field, value: u128) {
        self.push(field, one("intValue", value.to_string().into()));
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.push(field, one("doubleValue", value.into()));
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, one("boolValue", value.into()));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        let is_trace = value.len() == TRACE_DIGITS && value.bytes().all(|byte| byte.is_ascii_hexdigit());
        match field.name() {
            TRACE if is_trace => self.trace = Some(value.to_owned()),
            "message" => self.message = value.to_owned(),
            _ if value.is_empty() => {}
            _ => self.push(field, text_of(value)),
        }
    }
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        if field.name() == "message" {
            self.message = text;
        } else {
            self.push(field, text_of(&text));
        }
    }
}
