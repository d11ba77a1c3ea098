//! `amazoff privacy`: whether anything of a person is still stored in clear.

mod needles;
mod places;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{ToolError, Verdict, config, json_line, line};
use crate::stores::Stores;
use needles::{Form, Needles};

/// What is done.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Looks for texts of a person in every file of the data folder and in every table and collection, also while the shop
    /// runs. Ends with 1 when it finds one.
    Scan(ScanArguments),
}

/// What is looked for, and where.
#[derive(Args)]
pub(crate) struct ScanArguments {
    /// A file with one text a line, such as the person's e-mail address, name and street: each at least 4 characters. They
    /// are found whatever their case, in clear, escaped as in JSON, and in base64.
    #[arg(long, value_name = "FILE")]
    person_text: PathBuf,
    /// Also the files of this folder, such as a backup; those that end with .gz are unpacked.
    #[arg(long = "also", value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
}

/// A place where a text was found. The text itself is not repeated: its number is that of its line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Hit {
    /// The file, or the table.
    place: String,
    /// The row and column, or where in the file.
    at: String,
    /// The line of the file of texts, from 1 on.
    text: usize,
    /// How it is written there.
    form: Form,
}

/// What was looked at, and found.
#[derive(Default)]
struct Report {
    hits: BTreeSet<Hit>,
    files: u64,
    rows: u64,
}

/// Looks for a person.
pub(crate) async fn run(command: Command) -> Result<Verdict, ToolError> {
    let Command::Scan(ScanArguments { person_text, folders, json }) = command;
    let texts = std::fs::read_to_string(&person_text)?;
    let needles = Needles::of(texts.lines()).map_err(ToolError::Asked)?;
    let config = config()?;
    let mut report = Report::default();
    for folder in [&config.data_dir].into_iter().chain(&folders) {
        places::files(folder, &skipped(&person_text), &needles, &mut report)?;
    }
    for (store, scan) in Stores::scans(&config).await? {
        let hits = &mut report.hits;
        let rows = scan
            .scan(&mut |seen| {
                for (text, form) in needles.in_value(seen.bytes) {
                    let at = format!("row {} {}", seen.row, seen.column).trim_end().to_owned();
                    hits.insert(Hit { place: format!("{store} {}", seen.table), at, text, form });
                }
            })
            .await?;
        report.rows += rows;
    }
    tell(&report, json)
}

/// The file of texts holds all of them, wherever it is.
fn skipped(person_text: &Path) -> Option<PathBuf> {
    person_text.canonicalize().ok()
}

fn tell(report: &Report, json: bool) -> Result<Verdict, ToolError> {
    for hit in &report.hits {
        match json {
            true => json_line(hit)?,
            false => line(&format!("{}: {}: text {} ({})", hit.place, hit.at, hit.text, hit.form.name()))?,
        }
    }
    if !json {
        let Report { hits, files, rows } = report;
        line(&format!("{files} files and {rows} rows; {} hits", hits.len()))?;
    }
    Ok(if report.hits.is_empty() { Verdict::Fine } else { Verdict::Hits })
}
