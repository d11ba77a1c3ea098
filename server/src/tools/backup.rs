//! `amazoff backup` and `amazoff restore`.

use std::path::PathBuf;

use amazoff_actors::order::{ORDERS, OrderProjection};
use amazoff_actors::product::{CATEGORIES, PRODUCTS, ProductProjection, SEARCH};
use amazoff_actors::recommendation::{BASKETS, BasketProjection, LEFT_BASKETS};
use amazoff_actors::review::{REVIEWS, ReviewProjection};
use amazoff_backup::{Erasures, Restored, Source, Target, backup, restore};
use amazoff_cluster::DataFolder;
use amazoff_supervisor::documents::Documents;
use amazoff_supervisor::projection::Serving;
use amazoff_supervisor::{AuditNote, Clock as _, SystemClock};
use clap::Args;
use serde_json::json;

use super::{ToolError, Verdict, config, fsck, line, look, show};
use crate::config::Config;
use crate::erasures::list_in;
use crate::stores::Stores;

/// Where a backup goes.
#[derive(Args)]
pub(crate) struct BackupArguments {
    /// A new or empty folder.
    folder: PathBuf,
    /// A new file for the persons' keys, outside of the folder. Keep it apart, and not for long: whoever is erased later is
    /// still readable with it.
    #[arg(long)]
    keys: PathBuf,
    /// The list of erased persons; by default erasures.ndjson in the data folder.
    #[arg(long)]
    erasures: Option<PathBuf>,
}

/// Where a backup comes from.
#[derive(Args)]
pub(crate) struct RestoreArguments {
    /// The folder of the backup.
    folder: PathBuf,
    /// The file with the persons' keys.
    #[arg(long, required_unless_present = "without_keys")]
    keys: Option<PathBuf>,
    /// Restores without keys: everything personal stays unreadable, and nobody can log in.
    #[arg(long, conflicts_with = "keys")]
    without_keys: bool,
    /// The list of erased persons; by default erasures.ndjson in the data folder.
    #[arg(long)]
    erasures: Option<PathBuf>,
    /// Lets the shop serve although the check at the end finds errors.
    #[arg(long)]
    accept_findings: bool,
}

fn erasures(config: &Config, given: Option<PathBuf>) -> Result<Erasures, ToolError> {
    Ok(Erasures::open(&given.unwrap_or_else(|| list_in(&config.data_dir)))?)
}

/// Writes a backup, also of a shop that runs.
pub(crate) async fn back_up(arguments: BackupArguments) -> Result<Verdict, ToolError> {
    let (config, stores) = look().await?;
    let mut erasures = erasures(&config, arguments.erasures)?;
    let (archive, blobs) = (stores.archive(), stores.blobs());
    let source = Source {
        archive: &*archive,
        blobs: &*blobs,
        now: SystemClock.now(),
        program: env!("CARGO_PKG_VERSION"),
    };
    let manifest = backup(&source, &arguments.folder, &arguments.keys, &mut erasures).await?;
    for table in &manifest.tables {
        line(&format!("{:>10} {}", table.rows, table.table))?;
    }
    line(&format!("{:>10} pictures", manifest.media.count))?;
    line(&format!("backed up as of {} into {}", manifest.created_at, arguments.folder.display()))?;
    line(&format!(
        "keys in {}: keep them apart from the backup, and delete them soon",
        arguments.keys.display()
    ))?;
    line("not in it: the master key; documents, which are made again from the journal")?;
    if manifest.damaged_events == 0 {
        return Ok(Verdict::Fine);
    }
    line(&format!(
        "{} events in it are damaged: run amazoff fsck, and keep older backups",
        manifest.damaged_events
    ))?;
    Ok(Verdict::Findings)
}

/// Restores a backup into empty databases, checks them, and only then lets a shop serve from them.
pub(crate) async fn restore_into(arguments: RestoreArguments) -> Result<Verdict, ToolError> {
    let config = config()?;
    let _folder = DataFolder::lock(&config.data_dir).map_err(|error| ToolError::Asked(error.to_string()))?;
    // Without the key nobody reads what is restored.
    let master = config.load_master_key(false)?;
    let stores = Stores::restore_into(&config).await?;
    no_documents(&*stores.documents()).await?;
    let mut erasures = erasures(&config, arguments.erasures)?;
    let (import, blobs) = (stores.import(), stores.blobs());
    let target = Target { import: &*import, blobs: &*blobs, now: SystemClock.now() };
    let restored = restore(&target, &arguments.folder, arguments.keys.as_deref(), &mut erasures).await?;
    note(&stores, &restored).await?;
    let Restored { manifest, importing, erased } = restored;
    line(&format!("restored as of {}; {erased} persons stay erased; checking:", manifest.created_at))?;
    let verdict = show::report(&fsck::of(&config, &stores).await?, false)?;
    let is_ours = stores.is_sealed_with(&master).await;
    if !is_ours.map_err(|error| ToolError::Asked(error.to_string()))? {
        line(
            "the shop will not serve from it: this data was sealed with another master key; restore again with that one",
        )?;
        stores.close().await?;
        return Ok(Verdict::Findings);
    }
    let verdict = match verdict {
        Verdict::Findings if !arguments.accept_findings => {
            line(
                "the shop will not serve from it: mend the backup's source, or restore again with --accept-findings",
            )?;
            Verdict::Findings
        }
        verdict => {
            importing.finish().await?;
            line("the shop may serve from it; its documents are made at the first start")?;
            verdict
        }
    };
    stores.close().await?;
    Ok(verdict)
}

/// Documents of another shop would be taken for up to date.
async fn no_documents(documents: &dyn Documents) -> Result<(), ToolError> {
    let projections: [(&str, &[&str]); 5] = [
        (ProductProjection::NAME, &[PRODUCTS, CATEGORIES]),
        (OrderProjection::NAME, &[ORDERS]),
        (ReviewProjection::NAME, &[REVIEWS]),
        (BasketProjection::NAME, &[BASKETS, LEFT_BASKETS]),
        (SEARCH, &[SEARCH]),
    ];
    for (name, collections) in projections {
        let serving = Serving::of(documents, name, collections).await?;
        if serving.generation > 0 || !documents.checkpoints(&serving.name).await?.is_empty() {
            let reason = format!(
                "there are documents of `{name}` already: give the restored shop an empty database of documents"
            );
            return Err(ToolError::Asked(reason));
        }
    }
    Ok(())
}

async fn note(stores: &Stores, restored: &Restored) -> Result<(), ToolError> {
    let Restored { manifest, erased, .. } = restored;
    let note = AuditNote {
        at: SystemClock.now(),
        actor: "amazoff restore".to_owned(),
        action: "restored".to_owned(),
        subject: format!("backup of {}", manifest.created_at),
        detail: json!({ "program": manifest.program, "erased": erased }).to_string(),
    };
    stores.audit().append(&note).await?;
    Ok(())
}
