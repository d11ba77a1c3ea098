//! The dispatcher: hands effects over, in order per (entity, destination), until each is done.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval_at};
use tokio_util::sync::CancellationToken;

use super::attempt::until_done;
use super::streams::Streams;
use crate::journal::{JournalError, OutboxKey, OutboxRow};
use crate::runtime::{Core, Members};

/// Rows that the dispatcher holds in memory; the rest waits in the journal.
const HELD_MAX: usize = 50_000;
const SCAN_PAGE: usize = 1_000;
/// Attempts running at the same time, per kind of sender and kind of receiver (a destination up to its first colon):
/// payments that wait for a slow provider take no place from checkouts, nor from payments that report to their checkout. A
/// place is taken for an attempt, which has an end, and not for a pause. An order asks its provider twice: so many places are a
/// thousand orders a second with one that takes 500 ms.
const DELIVERIES_MAX: usize = 1_024;
/// Pairs of sender and receiver that are remembered before unused ones are forgotten.
const SERVICES_MAX: usize = 1_024;
/// How soon the journal is read again after rows did not fit into memory.
const RESCAN_AFTER: Duration = Duration::from_millis(200);
/// How often it is read anyway, should a hint have been lost.
const RESCAN_EVERY: Duration = Duration::from_secs(10);

struct Dispatcher<'a> {
    core: &'a Arc<Core>,
    members: &'a Arc<Members>,
    running: JoinSet<(OutboxKey, String)>,
    places: HashMap<(&'static str, String), Arc<Semaphore>>,
}

/// Delivers effects until cancelled. At its start, and after a restart, it reads what is undelivered from the journal.
///
/// # Errors
/// When the journal cannot be read.
pub(crate) async fn dispatch(
    core: &Arc<Core>,
    members: &Arc<Members>,
    cancel: &CancellationToken,
) -> Result<(), JournalError> {
    let mut feed = core.outbox.receiver.lock().await;
    core.outbox.rescan();
    *core.outbox.streams() = Streams::default();
    let mut dispatcher = Dispatcher { core, members, running: JoinSet::new(), places: HashMap::new() };
    let mut rounds = interval_at(Instant::now() + RESCAN_EVERY, RESCAN_EVERY);
    loop {
        if core.outbox.missed() && core.outbox.streams().held() < HELD_MAX / 2 {
            dispatcher.scan().await?;
        }
        tokio::select! {
            // In a fixed order, so that a simulation repeats. Nothing starves: deliveries that end make room, and each
            // needs commits of its own; the feed is only a hint, and what does not fit into it is read from the journal.
            biased;
            () = cancel.cancelled() => return Ok(()),
            _ = rounds.tick() => core.outbox.rescan(),
            Some(finished) = dispatcher.running.join_next() => {
                // Deliveries catch their panics, so a join error means that the program ends.
                if let Ok((key, destination)) = finished {
                    let next = core.outbox.streams().done(&key, destination);
                    next.into_iter().for_each(|next| dispatcher.deliver(next));
                }
            }
            () = core.outbox.missing.notified() => {}
            row = feed.recv() => match row {
                // While rows are missing, a later one must not overtake them: the scan brings all in order.
                Some(_) if core.outbox.missed() => {}
                Some(row) => dispatcher.add(row),
                None => return Ok(()),
            },
            () = tokio::time::sleep(RESCAN_AFTER), if core.outbox.missed() => {}
        }
        core.outbox.report(core.outbox.streams().held() + feed.len());
    }
}

impl Dispatcher<'_> {
    fn add(&mut self, row: OutboxRow) {
        if self.core.outbox.streams().held() >= HELD_MAX {
            self.core.outbox.rescan();
            return;
        }
        let first = self.core.outbox.streams().add(row);
        first.into_iter().for_each(|first| self.deliver(first));
    }

    /// Reads undelivered rows from the journal, as many as fit.
    async fn scan(&mut self) -> Result<(), JournalError> {
        self.core.outbox.scanning();
        self.core.outbox.heads.sweep();
        let mut after: Option<OutboxKey> = None;
        while !self.core.outbox.missed() {
            let rows = self.core.journal.outbox(after.as_ref(), SCAN_PAGE).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.key.clone());
            rows.into_iter().for_each(|row| self.add(row));
        }
        Ok(())
    }

    fn deliver(&mut self, row: OutboxRow) {
        let core = Arc::clone(self.core);
        let kind = row.key.entity.kind.as_str();
        let sender = self.members.get(kind).cloned();
        let sender = sender.map(|member| (self.places(member.kind(), &row.destination), member));
        self.running.spawn(async move {
            let (key, destination) = (row.key.clone(), row.destination.clone());
            match sender {
                Some((places, member)) => until_done(&core, &*member, row, &places).await,
                None => tracing::error!(sender = %key.entity, "an effect of an unknown domain is left where it is"),
            }
            (key, destination)
        });
    }

    /// The places of a kind of sender for a kind of receiver.
    fn places(&mut self, kind: &'static str, destination: &str) -> Arc<Semaphore> {
        let service = destination.split(':').next().unwrap_or(destination);
        if self.places.len() >= SERVICES_MAX {
            self.places.retain(|_, places| Arc::strong_count(places) > 1);
        }
        let places = self.places.entry((kind, service.to_owned()));
        Arc::clone(places.or_insert_with(|| Arc::new(Semaphore::new(DELIVERIES_MAX))))
    }
}
