//! `amazoff recommend`: how well recommendations foretell orders, by the counts and ranks that the shop uses.

mod log;
mod measure;
mod model;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use self::log::Log;
use self::measure::{Figures, Split, evaluate};
use super::{ToolError, Verdict, json_line, line};

/// What is done about recommendations.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Hides a product of each order that is tried, recommends by the others, and counts how often it is found; beside it, how
    /// often the best-selling products would have found it. No database is opened.
    Evaluate(Evaluation),
}

/// How it is evaluated.
#[derive(Args)]
pub(crate) struct Evaluation {
    /// Makes 5,000 orders up, in which some products belong together; the same for the same number.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Reads orders from a CSV file with the columns order_id, product_id and time (RFC 3339, or an integer) instead.
    #[arg(long, conflicts_with = "seed")]
    orders: Option<PathBuf>,
    /// What is learnt from and what is tried.
    #[arg(long, value_enum, default_value_t = Parted::Time)]
    split: Parted,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

/// What is learnt from and what is tried.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Parted {
    /// The oldest four fifths of the orders are learnt from, the newest fifth is tried.
    Time,
    /// Every order is tried, and learnt from without what is hidden of it.
    LeaveOneOut,
}

/// What came of it.
#[derive(Serialize)]
struct Outcome {
    orders: usize,
    products: usize,
    together: Figures,
    popularity: Figures,
}

/// Evaluates.
pub(crate) async fn run(command: Command) -> Result<Verdict, ToolError> {
    let Command::Evaluate(asked) = command;
    let log = match &asked.orders {
        Some(file) => Log::read(std::fs::File::open(file)?)
            .map_err(|reason| ToolError::Asked(format!("{}: {reason}", file.display())))?,
        None => Log::made_up(asked.seed),
    };
    let split = match asked.split {
        Parted::Time => Split::Time,
        Parted::LeaveOneOut => Split::LeaveOneOut,
    };
    let (together, popularity) = evaluate(&log, split);
    let outcome = Outcome { orders: log.orders.len(), products: log.products(), together, popularity };
    if asked.json {
        json_line(&outcome)?;
        return Ok(Verdict::Fine);
    }
    let Outcome { orders, products, together, popularity } = outcome;
    line(&format!("{orders} orders of {products} products, {} tried", together.tried))?;
    line(&format!("{:<12}{:>14}{:>14}{:>14}", "", "hit rate@5", "hit rate@10", "coverage@10"))?;
    for (name, of) in [("together", together), ("popularity", popularity)] {
        let [five, ten, coverage] = [of.hit_rate_5, of.hit_rate_10, of.coverage_10].map(percent);
        line(&format!("{name:<12}{five:>14}{ten:>14}{coverage:>14}"))?;
    }
    Ok(Verdict::Fine)
}

/// Thousandths as people read them.
fn percent(thousandths: u64) -> String {
    format!("{}.{} %", thousandths / 10, thousandths % 10)
}
