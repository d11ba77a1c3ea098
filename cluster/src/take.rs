//! Becoming the owner, which may take a while.

use std::sync::Arc;
use std::time::Duration;

use amazoff_supervisor::journal::{Candidate, JournalError, ShardTable, Takeover};
use rand::Rng as _;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, sleep, timeout};

use crate::folder::DataFolder;
use crate::leased::LeasedNode;
use crate::single::TakeError;

/// The longest pause between two claims of a standby, and the shortest. Each is shorter by chance, so that several do not
/// come at the same moment.
const PAUSE_MAX: Duration = Duration::from_millis(500);
const PAUSE_MIN: Duration = Duration::from_millis(20);
/// How often a standby announces itself while an announcement counts.
const ANNOUNCEMENTS: u32 = 4;

/// What a standby waits for.
#[derive(Clone, Copy, Debug)]
pub enum Waiting<'a> {
    /// For the lease of the owner, which has this name, to end.
    Owner(&'a str),
    /// For the database, which says this.
    Database(&'a JournalError),
}

impl LeasedNode {
    /// Claims every shard with a lease of a length, as soon as nobody else's is alive. Until then the node is a standby, and
    /// `waiting` hears before each pause why. The database judges who is alive, and may be away for a while.
    ///
    /// A node that was killed and comes back from its folder does not wait for its own lease. A copy of that folder does: the
    /// folder remembers the generation that it took last, and if somebody with its name is further, that is another process.
    ///
    /// Dropping this future is safe; a claim that was just made then runs out.
    ///
    /// # Errors
    /// When the folder cannot be read or written, or the database is damaged.
    pub async fn take(
        folder: DataFolder,
        table: Arc<dyn ShardTable>,
        address: &str,
        ttl: Duration,
        waiting: impl Fn(Waiting<'_>),
    ) -> Result<Self, TakeError> {
        let name = folder.node_name().to_owned();
        let last_generation = folder.generation()?;
        let version = env!("CARGO_PKG_VERSION");
        let candidate = Candidate { node: &name, address, version, last_generation, lease: Some(ttl) };
        let mut announced: Option<Instant> = None;
        loop {
            let asked = Instant::now();
            // A question that is lost on the way is asked again: what is claimed without being heard of runs out.
            let claimed = timeout(ttl, table.claim(&candidate)).await.unwrap_or_else(unanswered);
            let for_another = match claimed {
                Ok(Takeover::Owned(ownership)) => {
                    folder.remember_generation(ownership.generation)?;
                    tracing::info!(
                        node = name,
                        generation = ownership.generation,
                        "node {name} owns all shards"
                    );
                    return Ok(Self::owning(folder, table, ownership, (asked, ttl)));
                }
                Ok(Takeover::Held { by, for_another }) => {
                    waiting(Waiting::Owner(&by));
                    if announced.is_none_or(|at| at.elapsed() >= ttl / ANNOUNCEMENTS) {
                        let announcing = timeout(ttl, announce(&*table, &candidate, &by));
                        announced = announcing.await.unwrap_or_default().or(announced);
                    }
                    for_another
                }
                Err(error @ JournalError::Corrupt { .. }) => return Err(error.into()),
                Err(error) => {
                    waiting(Waiting::Database(&error));
                    PAUSE_MAX
                }
            };
            let pause = for_another.min(PAUSE_MAX).mul_f64(rand::rng().random_range(0.5..1.0));
            sleep(pause.max(PAUSE_MIN)).await;
        }
    }
}

fn unanswered<T>(_elapsed: Elapsed) -> Result<T, JournalError> {
    Err(JournalError::Unavailable("the database does not answer".to_owned()))
}

/// Tells the owner that somebody waits; when it did. A copy of the owner's folder has a name of its own for this.
async fn announce(table: &dyn ShardTable, candidate: &Candidate<'_>, owner: &str) -> Option<Instant> {
    let copy = format!("{owner} (copy)");
    let node = if candidate.node == owner { &copy } else { candidate.node };
    match table.announce(&Candidate { node, ..*candidate }).await {
        Ok(()) => Some(Instant::now()),
        Err(error) => {
            tracing::debug!(%error, "a standby could not announce itself");
            None
        }
    }
}
