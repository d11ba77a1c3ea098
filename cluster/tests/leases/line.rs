//! A node's line to the database, which may break.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use amazoff_supervisor::journal::{Candidate, JournalError, Renewal, ShardTable, Takeover};
use futures::future::BoxFuture;

/// What a line does to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weather {
    Fine,
    /// It fails at once.
    Cut,
    /// Nothing is ever answered, and nothing reaches the database.
    Hangs,
    /// The request takes a while to get there.
    SlowThere(Duration),
    /// The answer takes a while to come back.
    SlowBack(Duration),
    /// It is done, but the answer is lost.
    AnswerLost,
}

/// The table of shards as a node sees it.
pub(crate) struct Line {
    table: Arc<dyn ShardTable>,
    weather: Mutex<Weather>,
    in_flight: AtomicUsize,
}

/// A request on the line.
struct InFlight<'a>(&'a AtomicUsize);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Line {
    pub(crate) fn to(table: Arc<dyn ShardTable>) -> Arc<Self> {
        Arc::new(Self { table, weather: Mutex::new(Weather::Fine), in_flight: AtomicUsize::new(0) })
    }

    pub(crate) fn set(&self, weather: Weather) {
        *self.weather.lock().unwrap() = weather;
    }

    /// Whether somebody waits for an answer.
    pub(crate) fn is_busy(&self) -> bool {
        self.in_flight.load(Ordering::SeqCst) > 0
    }

    fn weather(&self) -> Weather {
        *self.weather.lock().unwrap()
    }

    fn through<'a, T: Send + 'a>(
        &'a self,
        request: BoxFuture<'a, Result<T, JournalError>>,
    ) -> BoxFuture<'a, Result<T, JournalError>> {
        let away = || Err(JournalError::Unavailable("as told".to_owned()));
        Box::pin(async move {
            self.in_flight.fetch_add(1, Ordering::SeqCst);
            let _in_flight = InFlight(&self.in_flight);
            match self.weather() {
                Weather::Fine => request.await,
                Weather::Cut => away(),
                Weather::Hangs => std::future::pending().await,
                Weather::SlowThere(time) => {
                    tokio::time::sleep(time).await;
                    request.await
                }
                Weather::SlowBack(time) => {
                    let answer = request.await;
                    tokio::time::sleep(time).await;
                    answer
                }
                Weather::AnswerLost => {
                    request.await?;
                    away()
                }
            }
        })
    }
}

impl ShardTable for Line {
    fn claim<'a>(&'a self, candidate: &'a Candidate<'a>) -> BoxFuture<'a, Result<Takeover, JournalError>> {
        self.through(self.table.claim(candidate))
    }
    fn renew<'a>(
        &'a self,
        node: &'a str,
        generation: u64,
        lease: Duration,
    ) -> BoxFuture<'a, Result<Renewal, JournalError>> {
        self.through(self.table.renew(node, generation, lease))
    }
    fn announce<'a>(&'a self, candidate: &'a Candidate<'a>) -> BoxFuture<'a, Result<(), JournalError>> {
        self.through(self.table.announce(candidate))
    }
    fn release<'a>(&'a self, node: &'a str, generation: u64) -> BoxFuture<'a, Result<(), JournalError>> {
        self.through(self.table.release(node, generation))
    }
    fn raise_epochs(&self, by: u32) -> BoxFuture<'_, Result<(), JournalError>> {
        self.through(self.table.raise_epochs(by))
    }
}
