//! `amazoff audit`: who did what, and whether the trail of it is whole; straight from the database.

use amazoff_http::views::ops::AuditBody;
use amazoff_supervisor::AuditError;
use clap::Subcommand;

use super::{ToolError, Verdict, json_line, line, look};

/// What is done with the trail.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Checks the chain of hashes from the first entry to the newest. Ends with 3 when an entry is missing, or is not what
    /// was written.
    Verify,
    /// Shows the newest entries, the newest last.
    Tail {
        /// How many.
        #[arg(short = 'n', long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=10_000))]
        lines: u16,
        /// One JSON object per line.
        #[arg(long)]
        json: bool,
    },
}

/// Looks into the trail.
pub(crate) async fn run(command: Command) -> Result<Verdict, ToolError> {
    let (_, stores) = look().await?;
    let audit = stores.audit();
    let verdict = match command {
        Command::Verify => match audit.verify().await {
            Ok(entries) => {
                line(&format!("{entries} entries, intact"))?;
                Verdict::Fine
            }
            Err(AuditError::Broken { number }) => {
                line(&format!("broken: entry {number} is missing, or is not what was written"))?;
                Verdict::Findings
            }
            Err(AuditError::Journal(error)) => return Err(error.into()),
        },
        Command::Tail { lines, json } => {
            let entries = audit.page(None, usize::from(lines)).await?;
            // As the API shows them: personal and secret values masked.
            for entry in entries.into_iter().rev().map(AuditBody::from) {
                if json { json_line(&entry)? } else { line(&as_line(&entry))? }
            }
            Verdict::Fine
        }
    };
    stores.close().await?;
    Ok(verdict)
}

fn as_line(entry: &AuditBody) -> String {
    let AuditBody { number, at, actor, action, subject, detail, .. } = entry;
    format!("{number:>6} {at} {actor} {action} {subject} {detail}")
}
