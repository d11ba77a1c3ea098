//! The report as one page: no scripts, no other files.

use std::collections::BTreeMap;

use super::Report;
use super::svg::{self, Series};
use super::tables;
use crate::collect::{Moment, heat_end};
use crate::numbers::{float, millis};

const STYLE: &str = include_str!("report.css");

/// As a page. Whatever a server sent is text in it, never markup.
pub(crate) fn html(report: &Report) -> String {
    let mut head = tables::head(report).into_iter();
    let title = safe(&head.next().unwrap_or_default());
    let class = if report.is_fine() { "ok" } else { "bad" };
    let mut body = format!("<h1 class=\"{class}\">{title}</h1>");
    body += &format!("<p>{}</p>", safe(&report.description));
    body += &format!("<ul>{}</ul>", head.map(|line| format!("<li>{}</li>", safe(&line))).collect::<String>());
    let judged = tables::judged(report);
    if judged.len() > 1 {
        body += &section("Must hold", &table(&judged));
    }
    body += &charts(&report.timeline);
    let mut all = report.steps.clone();
    all.push(report.everything.clone());
    body += &section("Steps", &table(&tables::rows("step", &all)));
    body += &section("Journeys", &table(&tables::rows("journey", &report.journeys)));
    let answers = tables::answers(report);
    if answers.len() > 1 {
        body += &section("Answers", &table(&answers));
    }
    if let Some(comparison) = &report.comparison {
        let told =
            format!("<p>{}</p>{}", safe(&comparison.told()), table(&tables::compared(&comparison.changes)));
        body += &section("Against an earlier run", &told);
    }
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style></head>\
         <body><main>{body}<footer>Response times count from the intended start, service times from the real one. \
         Began {}.</footer></main></body></html>\n",
        safe(&report.began_at)
    )
}

fn charts(timeline: &[Moment]) -> String {
    let each = |of: &dyn Fn(&Moment) -> f64| timeline.iter().map(of).collect::<Vec<f64>>();
    let rate = [
        Series { name: "starts asked for", class: "d", values: each(&|moment| moment.target) },
        Series { name: "starts made", class: "a", values: each(&|moment| float(moment.started)) },
        Series { name: "steps", class: "b", values: each(&|moment| float(moment.all.count)) },
        Series { name: "dropped", class: "c", values: each(&|moment| float(moment.dropped)) },
    ];
    let times = [
        Series { name: "p50", class: "a", values: each(&|moment| millis(moment.all.p50)) },
        Series { name: "p95", class: "b", values: each(&|moment| millis(moment.all.p95)) },
        Series { name: "p99", class: "c", values: each(&|moment| millis(moment.all.p99)) },
    ];
    let heat: Vec<Vec<u64>> = timeline.iter().map(|moment| moment.heat.clone()).collect();
    let map = svg::heat("Response times", &heat, |row| heat_end(row) / 1_000.0);
    section("Rate, per second", &(svg::legend(&rate) + &svg::lines("Rate", "", &rate, false)))
        + &section(
            "Response times, ms",
            &(svg::legend(&times) + &svg::lines("Percentiles", " ms", &times, true)),
        )
        + &section("Where response times fall", &map)
        + &errors(timeline)
}

/// Errors by what was wrong: how many, and when.
fn errors(timeline: &[Moment]) -> String {
    let mut totals: BTreeMap<&str, u64> = BTreeMap::new();
    for (error, count) in timeline.iter().flat_map(|moment| &moment.errors) {
        *totals.entry(error).or_default() += count;
    }
    let mut totals: Vec<_> = totals.into_iter().collect();
    totals.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let chart = |(error, count): &(&str, u64)| {
        let values =
            timeline.iter().map(|moment| float(moment.errors.get(*error).copied().unwrap_or(0))).collect();
        let series = [Series { name: "", class: "c", values }];
        format!("<h3>{} <small>{count}</small></h3>{}", safe(error), svg::lines("Errors", "", &series, false))
    };
    if totals.is_empty() {
        return String::new();
    }
    section("Errors by code", &totals.iter().take(8).map(chart).collect::<String>())
}

fn section(title: &str, inside: &str) -> String {
    format!("<section><h2>{}</h2>{inside}</section>", safe(title))
}

fn table(cells: &[Vec<String>]) -> String {
    let numeric = |column: usize| {
        let below = cells.get(1).and_then(|row| row.get(column));
        below.is_some_and(|cell| is_number(cell))
    };
    let head = cells.first().into_iter().flatten().enumerate().map(|(column, cell)| {
        let class = if numeric(column) { " class=\"n\"" } else { "" };
        format!("<th{class}>{}</th>", safe(cell))
    });
    let row =
        |row: &Vec<String>| format!("<tr>{}</tr>", row.iter().map(|cell| data(cell)).collect::<String>());
    format!(
        "<div class=\"t\"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>",
        head.collect::<String>(),
        cells.iter().skip(1).map(row).collect::<String>()
    )
}

fn is_number(cell: &str) -> bool {
    cell.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'))
}

fn data(cell: &str) -> String {
    let class = match cell {
        "BROKEN" | "slower" | "fewer" => " class=\"bad\"",
        "ok" | "faster" | "more" => " class=\"ok\"",
        cell if is_number(cell) => " class=\"n\"",
        _ => "",
    };
    format!("<td{class}>{}</td>", safe(cell))
}

/// Text that is no markup.
fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}
