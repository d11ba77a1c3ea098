//! Tables for a terminal and for Markdown.

use super::{Report, Row};
use crate::compare::Change;

/// Column heads of the tables of steps and journeys.
const HEADS: [&str; 12] = [
    "", "count", "rate/s", "failed", "resp p50", "p95", "p99", "p99.9", "max ms", "serv p50", "p99", "max ms",
];

/// Table cells, the head first.
pub(crate) type Cells = Vec<Vec<String>>;

/// A table of steps or journeys.
pub(crate) fn rows(what: &str, rows: &[Row]) -> Cells {
    let mut head: Vec<String> = HEADS.iter().map(|head| (*head).to_owned()).collect();
    if let Some(first) = head.first_mut() {
        what.clone_into(first);
    }
    let mut cells = vec![head];
    cells.extend(rows.iter().map(|row| {
        let (response, service) = (&row.response, &row.service);
        let mut line =
            vec![row.name.clone(), row.count.to_string(), format!("{:.2}", row.rate), row.failed.to_string()];
        line.extend(
            [response.p50, response.p95, response.p99, response.p999, response.max]
                .map(|ms| format!("{ms:.1}")),
        );
        line.extend([service.p50, service.p99, service.max].map(|ms| format!("{ms:.1}")));
        line
    }));
    cells
}

/// What kinds of answers there were, good and bad.
pub(crate) fn answers(report: &Report) -> Cells {
    let mut cells = vec![vec!["step".to_owned(), "answer".to_owned(), "count".to_owned()]];
    for row in &report.steps {
        let good = row.outcomes.iter().map(|(name, count)| (name.clone(), count));
        let bad = row.errors.iter().map(|(name, count)| (format!("error: {name}"), count));
        cells.extend(good.chain(bad).map(|(name, count)| vec![row.name.clone(), name, count.to_string()]));
    }
    cells
}

/// Thresholds and invariants with what they came to.
pub(crate) fn judged(report: &Report) -> Cells {
    let mut cells = vec![vec![String::new(), "must hold".to_owned(), "was".to_owned()]];
    let mark = |holds: bool| if holds { "ok" } else { "BROKEN" }.to_owned();
    for line in &report.thresholds {
        cells.push(vec![mark(line.holds), line.check.clone(), line.actual.clone()]);
    }
    for held in &report.invariants {
        let seen = if held.holds { "holds".to_owned() } else { held.seen.clone() };
        cells.push(vec![mark(held.holds), held.name.clone(), seen]);
    }
    cells
}

/// Against an earlier run.
pub(crate) fn compared(changes: &[Change]) -> Cells {
    let heads = ["", "figure", "before", "now", "change", "95 % interval", "verdict"];
    let mut cells = vec![heads.iter().map(|head| (*head).to_owned()).collect()];
    cells.extend(changes.iter().map(|change| {
        vec![
            change.name.clone(),
            change.figure.clone(),
            format!("{:.2}", change.before),
            format!("{:.2}", change.now),
            format!("{:+.1} %", change.percent),
            format!("{:+.1} … {:+.1} %", change.low_percent, change.high_percent),
            change.verdict.to_string(),
        ]
    }));
    cells
}

/// The lines above the tables.
pub(crate) fn head(report: &Report) -> Vec<String> {
    let starts = &report.starts;
    let mut lines = vec![
        format!(
            "{} against {}: {}",
            report.scenario,
            report.target,
            if report.is_fine() { "ok" } else { "FAILED" }
        ),
        format!(
            "seed {}, run {}, {} process{}, {:.1} s measured after {:.1} s of warm-up ({} steps, {} failed, not counted)",
            report.seed,
            report.run,
            report.processes,
            if report.processes == 1 { "" } else { "es" },
            report.measured_s,
            report.warm_up_s,
            starts.warming,
            starts.warming_failed,
        ),
        format!(
            "journeys: {} started, {} dropped, {} cut short",
            starts.started, starts.dropped, starts.cut_short
        ),
    ];
    lines.extend(report.lost.iter().map(|lost| format!("lost: {lost}")));
    lines.extend(report.reasons.iter().map(|reason| format!("! {reason}")));
    lines
}

/// For a terminal.
pub(crate) fn text(report: &Report) -> String {
    let mut all = report.steps.clone();
    all.push(report.everything.clone());
    let mut parts = vec![
        head(report).join("\n"),
        aligned(&rows("step", &all)),
        aligned(&rows("journey", &report.journeys)),
    ];
    parts.extend(
        [answers(report), judged(report)].iter().filter(|cells| cells.len() > 1).map(|cells| aligned(cells)),
    );
    if let Some(comparison) = &report.comparison {
        parts.push(format!("{}\n{}", comparison.told(), aligned(&compared(&comparison.changes))));
    }
    parts.join("\n\n") + "\n"
}

/// Columns as wide as they need, numbers to the right.
fn aligned(cells: &[Vec<String>]) -> String {
    let columns = cells.first().map_or(0, Vec::len);
    let width = |column: usize| {
        cells.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let line = |line: &Vec<String>| {
        let cell = |(cell, width): (&String, &usize)| {
            let number = cell.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
            if number { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        };
        line.iter().zip(&widths).map(cell).collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    cells.iter().map(line).collect::<Vec<_>>().join("\n")
}
