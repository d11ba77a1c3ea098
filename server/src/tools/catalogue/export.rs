//! `amazoff catalogue export`.

use std::io;

use amazoff_actors::product::{Product, Status};
use amazoff_supervisor::Entity as _;

use super::csv::Lines;
use super::record::Record;
use super::way::replayed;
use super::{Format, ToolError, Verdict};
use crate::tools::{json_line, look};

/// Products looked up at once.
const PAGE: usize = 200;

pub(super) async fn run(format: Format) -> Result<Verdict, ToolError> {
    let (_config, stores) = look().await?;
    let journal = stores.journal();
    let mut lines = match format {
        Format::Csv => Some(Lines::begin(io::stdout()).map_err(io::Error::from)?),
        Format::Jsonl => None,
    };
    let mut after = None;
    loop {
        let page = journal.entities(Product::KIND, after, PAGE).await?;
        for id in &page {
            let product = replayed(&*journal, (*id).into()).await?;
            if product.status == Status::Absent {
                continue;
            }
            let record = Record::of((*id).into(), &product);
            match &mut lines {
                Some(lines) => lines.write(&record).map_err(io::Error::from)?,
                None => json_line(&record)?,
            }
        }
        after = page.last().copied();
        if page.len() < PAGE {
            break;
        }
    }
    if let Some(lines) = lines {
        lines.finish()?;
    }
    Ok(Verdict::Fine)
}
