//! Tools for operators: they open the configured databases, say what they find, and end.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod catalogue;
mod export;
pub(crate) mod fsck;
pub(crate) mod journal;
pub(crate) mod paysim;
pub(crate) mod privacy;
mod rebuild;
pub(crate) mod recommend;
mod show;

use std::io::{self, Write as _};
use std::process::ExitCode;

use amazoff_actors::tree::DOMAINS;
use amazoff_backup::BackupError;
use amazoff_supervisor::journal::JournalError;
use amazoff_supervisor::{EntityId, Kind};
use serde::Serialize;
use uuid::Uuid;

use crate::config::{Config, ConfigError, Sources};
use crate::stores::{OpenError, Stores};

/// Exit code when something contradicts itself.
const EXIT_FINDINGS: u8 = 3;
/// Exit code when something was found that must not be there. Nobody who could not look says that there is nothing either.
const EXIT_HITS: u8 = 1;

/// How a tool ended that could do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All is well.
    Fine,
    /// Something contradicts itself.
    Findings,
    /// Something is there that must not be.
    Hits,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Fine => Self::SUCCESS,
            Verdict::Findings => Self::from(EXIT_FINDINGS),
            Verdict::Hits => Self::from(EXIT_HITS),
        }
    }
}

/// Why a tool could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ToolError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What is stored cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A backup cannot be written or restored.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// Nobody takes the output, or a file cannot be used.
    #[error(transparent)]
    Output(#[from] io::Error),
    /// The command line asks for something that there is not.
    #[error("{0}")]
    Asked(String),
}

/// The configuration that a shop in this folder would have.
fn config() -> Result<Config, ToolError> {
    Ok(Config::from_sources(&Sources::read()?)?)
}

/// The databases, only to look into them.
async fn look() -> Result<(Config, Stores), ToolError> {
    let config = config()?;
    let stores = Stores::look_into(&config).await?;
    Ok((config, stores))
}

/// An entity by its kind and an id in any spelling: `cart_…` as shoppers see it, or a UUID.
fn entity(kind: &str, id: &str) -> Result<EntityId, ToolError> {
    if !DOMAINS.contains(&kind) {
        return Err(ToolError::Asked(format!("there is no kind `{kind}`; there are {}", DOMAINS.join(", "))));
    }
    let bare = id.rsplit_once('_').map_or(id, |(_, bare)| bare);
    let id = Uuid::try_parse(bare)
        .map_err(|_not_one| ToolError::Asked(format!("`{id}` is no id like cart_0123… or a UUID")))?;
    Ok(EntityId { kind: Kind::stored(kind.to_owned()), id })
}

/// Prints a line. A reader that has gone away ends the tool.
fn line(text: &str) -> Result<(), ToolError> {
    Ok(writeln!(io::stdout().lock(), "{text}")?)
}

/// Prints JSON on a line of its own.
fn json_line(value: &impl Serialize) -> Result<(), ToolError> {
    line(&serde_json::to_string(value).map_err(io::Error::other)?)
}
