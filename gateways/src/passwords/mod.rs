//! Password hashing with argon2id on a CPU pool, off the event loop and with a bound on how many at once.
//!
//! Hashes are PHC strings (`$argon2id$v=19$m=19456,t=2,p=1$salt$hash`), so the cost can be raised later without losing old
//! ones. Each thread keeps its 19 MiB of working memory from one password to the next.

mod job;
#[cfg(test)]
mod tests;

use std::time::Duration;

use amazoff_actors::user::passwords::{PasswordError, PasswordHasher};
use amazoff_supervisor::compute::{ComputeError, ComputePool};
use amazoff_supervisor::tree::ChildSpec;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::time::Instant;
use zeroize::Zeroizing;

use job::{Hash, PasswordJob, Task};

/// How long a password may take, waiting included.
const WITHIN: Duration = Duration::from_secs(10);

/// The pool that hashes passwords. Clones are the same pool.
#[derive(Clone)]
pub struct Argon2Pool {
    pool: ComputePool<PasswordJob>,
}

impl Argon2Pool {
    /// A pool of so many threads, for which at most `queue_max` passwords wait.
    pub fn new(threads: u32, queue_max: usize) -> Self {
        Self { pool: ComputePool::new(threads, queue_max) }
    }

    /// The pool's place in the supervision tree.
    pub fn supervise(&self) -> ChildSpec {
        self.pool.supervise()
    }

    async fn run(&self, password: &str, task: Task) -> Result<Hash, PasswordError> {
        let job = PasswordJob { password: Zeroizing::new(password.to_owned()), task };
        self.pool.run(job, Instant::now() + WITHIN).await.map_err(unavailable)?
    }
}

fn unavailable(error: ComputeError) -> PasswordError {
    match error {
        ComputeError::Busy { .. } => PasswordError::Busy,
        ComputeError::Expired | ComputeError::Panicked { .. } | ComputeError::Closed => {
            PasswordError::Failed(error.to_string())
        }
    }
}

impl PasswordHasher for Argon2Pool {
    fn hash<'a>(&'a self, password: &'a str) -> BoxFuture<'a, Result<String, PasswordError>> {
        async move {
            match self.run(password, Task::Hash).await? {
                Hash::Made(hash) => Ok(hash),
                Hash::Compared(_) => {
                    Err(PasswordError::Failed("a hash was asked, not a comparison".to_owned()))
                }
            }
        }
        .boxed()
    }

    fn verify<'a>(&'a self, password: &'a str, hash: &'a str) -> BoxFuture<'a, Result<bool, PasswordError>> {
        async move {
            match self.run(password, Task::Verify { hash: hash.to_owned() }).await? {
                Hash::Compared(same) => Ok(same),
                Hash::Made(_) => Err(PasswordError::Failed("a comparison was asked, not a hash".to_owned())),
            }
        }
        .boxed()
    }
}
