//! `amazoff catalogue`: products as files. An export only looks, also beside a running shop; an import takes the data as a
//! shop would, so none may run, and documents and search follow when one starts.

mod csv;
mod export;
mod import;
mod lines;
mod record;
#[cfg(test)]
mod tests;
mod way;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::{ToolError, Verdict};

/// What is asked of the catalogue.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Prints every product, whatever its status; also while the shop runs.
    Export {
        /// How.
        #[arg(long, value_enum, default_value_t = Format::Jsonl)]
        format: Format,
    },
    /// Makes products what a file says: those that are not there are drafted, those that differ are changed, each as a whole or not
    /// at all. Products and variants that the file does not name stay. Running it again goes on where it was stopped.
    Import(ImportArguments),
}

/// What is read, and whether anything is done.
#[derive(Args)]
pub(crate) struct ImportArguments {
    /// As an export writes it.
    file: PathBuf,
    /// How it is written; else its name says so: `.csv`, or `.jsonl`.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Says what would be done, and does nothing; also while the shop runs.
    #[arg(long)]
    dry_run: bool,
}

/// How products are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A line of column names, then a line per variant.
    Csv,
    /// A JSON object per line and product.
    Jsonl,
}

impl Format {
    fn of(file: &Path) -> Option<Self> {
        match file.extension()?.to_str()? {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            _ => None,
        }
    }
}

/// Answers.
pub(crate) async fn run(command: Command) -> Result<Verdict, ToolError> {
    match command {
        Command::Export { format } => export::run(format).await,
        Command::Import(arguments) => import::run(arguments).await,
    }
}
