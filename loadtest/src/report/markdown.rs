//! The report for a pull request's page.

use super::Report;
use super::tables;

/// As Markdown. What a server sent cannot become markup.
pub(crate) fn markdown(report: &Report) -> String {
    let mut all = report.steps.clone();
    all.push(report.everything.clone());
    let mut lines = tables::head(report).into_iter();
    let mut parts = vec![format!("## {}", safe(&lines.next().unwrap_or_default()))];
    parts.push(lines.map(|line| format!("- {}", safe(&line))).collect::<Vec<_>>().join("\n"));
    parts.push(table(&tables::rows("step", &all)));
    parts.push(table(&tables::rows("journey", &report.journeys)));
    for cells in [tables::answers(report), tables::judged(report)] {
        if cells.len() > 1 {
            parts.push(table(&cells));
        }
    }
    if let Some(comparison) = &report.comparison {
        parts.push(safe(&comparison.told()));
        parts.push(table(&tables::compared(&comparison.changes)));
    }
    parts.join("\n\n") + "\n"
}

fn table(cells: &[Vec<String>]) -> String {
    let line = |line: &Vec<String>| {
        format!("| {} |", line.iter().map(|cell| safe(cell)).collect::<Vec<_>>().join(" | "))
    };
    let mut lines: Vec<String> = cells.iter().map(line).collect();
    let columns = cells.first().map_or(0, Vec::len);
    lines.insert(1.min(lines.len()), format!("|{}", "---|".repeat(columns)));
    lines.join("\n")
}

fn safe(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '&' => safe.push_str("&amp;"),
            '|' | '[' | ']' | '`' | '*' | '_' | '\\' => safe.extend(['\\', c]),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}
