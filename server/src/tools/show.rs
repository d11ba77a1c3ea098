//! Events and reports as people and programs read them. Personal and secret values are masked.

use amazoff_fsck::Report;
use amazoff_http::redacted;
use amazoff_supervisor::journal::StoredEvent;
use serde_json::{Value, json};

use super::{ToolError, Verdict, json_line, line};

/// An event as JSON.
pub(super) fn event_json(stored: &StoredEvent) -> Value {
    let event = &stored.event;
    json!({
        "entity": stored.entity.to_string(),
        "kind": stored.entity.kind,
        "id": stored.entity.id,
        "seq": stored.seq,
        "shard": stored.shard,
        "shard_seq": stored.shard_seq,
        "epoch": stored.epoch,
        "at": stored.at,
        "schema": event.schema,
        "command_id": event.command_id.to_string(),
        "causation": event.causation.map(|cause| cause.to_string()),
        "correlation": event.correlation.to_string(),
        "event": payload(&event.payload),
    })
}

/// An event on a line: when, where, whose, what.
pub(super) fn event_line(stored: &StoredEvent) -> String {
    format!(
        "{} {:>3}/{:<7} {}:{:<4} {}",
        stored.at,
        stored.shard.number(),
        stored.shard_seq,
        stored.entity,
        stored.seq,
        payload(&stored.event.payload)
    )
}

/// A stored payload, fit to be shown.
pub(super) fn payload(text: &str) -> Value {
    serde_json::from_str(text).map_or_else(|_unreadable| Value::from("(unreadable)"), redacted)
}

/// Prints what a check found.
pub(super) fn report(report: &Report, as_json: bool) -> Result<Verdict, ToolError> {
    if as_json {
        json_line(report)?;
    } else {
        for finding in &report.findings {
            line(&finding.to_string())?;
            line(&format!("    {}", finding.advice))?;
        }
        let errors = report.errors().count();
        let warnings = report.findings.len() - errors;
        line(&format!(
            "{} events, {} entities, {} other rows and {} documents: {errors} errors, {warnings} warnings",
            report.events, report.entities, report.rows, report.documents
        ))?;
    }
    Ok(if report.is_sound() { Verdict::Fine } else { Verdict::Findings })
}
