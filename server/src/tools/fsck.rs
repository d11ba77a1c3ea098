//! `amazoff fsck`: checks everything, and with `--repair` builds documents anew. What is truth is never changed.

use std::collections::BTreeSet;

use amazoff_cluster::TakeError;
use amazoff_fsck::{Report, projection_of};
use clap::Args;

use super::rebuild::RebuildFailure;
use super::{ToolError, Verdict, config, line, look, rebuild, show};
use crate::checker::Databases;
use crate::config::Config;
use crate::stores::Stores;

/// How the check is made.
#[derive(Args)]
pub(crate) struct Arguments {
    /// One JSON object.
    #[arg(long)]
    json: bool,
    /// Builds documents that differ anew from the journal; only while no shop runs. Nothing else is changed.
    #[arg(long)]
    repair: bool,
}

/// Checks, and repairs if that is wished.
pub(crate) async fn run(arguments: Arguments) -> Result<Verdict, ToolError> {
    let report = checked().await?;
    let broken = projections_of(&report);
    if !arguments.repair || broken.is_empty() {
        return show::report(&report, arguments.json);
    }
    // What was found is told before it is gone; a program that reads JSON gets the report of how it is afterwards.
    if !arguments.json {
        show::report(&report, false)?;
    }
    repair(&config()?, &broken, arguments.json).await?;
    show::report(&checked().await?, arguments.json)
}

async fn checked() -> Result<Report, ToolError> {
    let (config, stores) = look().await?;
    let report = of(&config, &stores).await?;
    stores.close().await?;
    Ok(report)
}

/// Checks open databases.
pub(super) async fn of(config: &Config, stores: &Stores) -> Result<Report, ToolError> {
    Ok(Databases::of(stores, config.data_dir.clone()).checked().await?)
}

/// The projections whose documents are not as they must be.
fn projections_of(report: &Report) -> BTreeSet<&'static str> {
    report.findings.iter().filter_map(projection_of).collect()
}

async fn repair(config: &Config, broken: &BTreeSet<&'static str>, quiet: bool) -> Result<(), ToolError> {
    let rebuilt = rebuild::rebuild(config, broken).await;
    let generations = match rebuilt {
        Err(RebuildFailure::Taken(TakeError::InUse { .. }) | RebuildFailure::Owned) => {
            let paths = broken.iter().map(|name| format!("POST /ops/v1/projections/{name}/rebuild"));
            let paths = paths.collect::<Vec<_>>().join(", ");
            return Err(ToolError::Asked(format!(
                "the shop runs: it rebuilds its documents itself, ask it by {paths}"
            )));
        }
        Err(error) => return Err(ToolError::Asked(format!("the documents were not rebuilt: {error}"))),
        Ok(generations) => generations,
    };
    if !quiet {
        for (name, generation) in generations {
            line(&format!("repaired: `{name}` was built anew from the journal, as generation {generation}"))?;
        }
        line("checking again:")?;
    }
    Ok(())
}
