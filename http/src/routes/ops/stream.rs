//! `/ops/v1/stream`: what happens, as it happens, as Server-Sent Events.
//!
//! | event | data | id |
//! |-------|------|----|
//! | `tree` | a decision of a supervisor | its number in the tree's log |
//! | `audit` | an entry of the audit trail | - |
//! | `stats` | the figures of the runtime, at once and then every few seconds; also the heartbeat | - |
//! | `missed` | `source` and, where it is known, `count` of what a slow reader did not get | - |
//! | `end` | why the server ends the stream: the session or the role is gone | - |
//!
//! A browser that reconnects sends the last id, and gets what the tree's log (the newest 256 decisions) has since. Nothing
//! is queued for a slow reader beyond what the runtime keeps for all.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use amazoff_supervisor::AuditEntry;
use amazoff_supervisor::tree::TreeEvent;
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Sse;
use axum::response::sse::Event;
use futures::Stream;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::acting::Actor;
use crate::access;
use crate::identity::Shopper;
use crate::limits::client::Client;
use crate::limits::seats::Seat;
use crate::openapi::StreamProblems;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::realtime::session::SessionChanges;
use crate::redact::redacted;
use crate::views::ops::{AuditBody, RuntimeBody};

/// Streams at once.
const STREAMS_MAX: usize = 16;
/// How often the figures are told, and the reader's right to them is looked at.
const STATS_EVERY: Duration = Duration::from_secs(5);
const PATH: &str = "/ops/v1/stream";

/// The places for streams of this node. Clones share them.
#[derive(Clone)]
pub struct Streams(Arc<Semaphore>);

impl Default for Streams {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(STREAMS_MAX)))
    }
}

impl Streams {
    fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0).try_acquire_owned().ok()
    }
    /// How many streams are open.
    pub fn open(&self) -> usize {
        STREAMS_MAX - self.0.available_permits()
    }
}

/// Tells what supervisors decide, what operators do, and every few seconds the figures of the runtime.
#[utoipa::path(get, path = "/ops/v1/stream", tag = "ops",
    params(("Last-Event-ID" = Option<String>, Header, description = "go on after this decision of the tree")),
    responses((status = 200, content_type = "text/event-stream",
        description = "events tree, audit, stats, missed and end"), StreamProblems))]
pub(crate) async fn open(
    State(platform): State<Platform>,
    Actor(shopper): Actor,
    client: Client,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let place = platform.streams.place().ok_or_else(|| Problem::busy("Too many streams are open."))?;
    let place = (platform.realtime.seat(&shopper, client)?, place);
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.trim().parse().ok());
    let watch = Watch::new(platform, shopper, last, place)?;
    let events = futures::stream::unfold(watch, |mut watch| async move {
        let event = watch.next().await?;
        Some((Ok(event), watch))
    });
    Ok(Sse::new(events))
}

/// One reader.
struct Watch {
    platform: Platform,
    shopper: Shopper,
    tree: Receiver<TreeEvent>,
    audit: Receiver<AuditEntry>,
    stats: Interval,
    backlog: VecDeque<Event>,
    /// The newest decision that was told or is in the backlog.
    told: u64,
    session: SessionChanges,
    over: bool,
    _place: (Seat, OwnedSemaphorePermit),
}

impl Watch {
    fn new(
        platform: Platform,
        shopper: Shopper,
        last: Option<u64>,
        place: (Seat, OwnedSemaphorePermit),
    ) -> Result<Self, Problem> {
        let every = STATS_EVERY.min(platform.settings.heartbeat);
        let mut stats = interval(every);
        stats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let session = SessionChanges::of(&platform, &shopper);
        let audit = platform.runtime.subscribe_audit();
        // Subscribed before the log is read: nothing falls between.
        let tree = platform.tree()?.subscribe();
        let log = platform.tree()?.events();
        let mut watch = Self {
            platform,
            shopper,
            tree,
            audit,
            stats,
            backlog: VecDeque::new(),
            told: 0,
            session,
            over: false,
            _place: place,
        };
        watch.told = log.last().map_or(0, |newest| newest.number);
        if let Some(last) = last {
            watch.catch_up(last, &log);
        }
        Ok(watch)
    }

    /// What the log still has after `last`, and a word about what it has not.
    fn catch_up(&mut self, last: u64, log: &[TreeEvent]) {
        let first = log.first().map_or(1, |oldest| oldest.number);
        // A number that was never given is from before a restart: of that time the log knows nothing.
        let last = if last > self.told {
            self.backlog.push_back(event("missed", &json!({"source": "tree"})));
            0
        } else {
            if last + 1 < first {
                let missed = json!({"source": "tree", "count": first - last - 1});
                self.backlog.push_back(event("missed", &missed));
            }
            last
        };
        self.backlog.extend(log.iter().filter(|decision| decision.number > last).map(decided));
    }

    async fn next(&mut self) -> Option<Event> {
        if self.over {
            return None;
        }
        if let Some(event) = self.backlog.pop_front() {
            return Some(event);
        }
        loop {
            tokio::select! {
                decision = self.tree.recv() => match decision {
                    Ok(decision) if decision.number <= self.told => {}
                    Ok(decision) => {
                        self.told = decision.number;
                        return Some(decided(&decision));
                    }
                    Err(RecvError::Lagged(count)) => return Some(missed("tree", count)),
                    Err(RecvError::Closed) => return None,
                },
                entry = self.audit.recv() => match entry {
                    Ok(entry) => return Some(event("audit", &AuditBody::from(entry))),
                    Err(RecvError::Lagged(count)) => return Some(missed("audit", count)),
                    Err(RecvError::Closed) => return None,
                },
                _ = self.stats.tick() => return Some(self.figures().await),
                () = self.session.next() => return Some(self.figures().await),
            }
        }
    }

    /// The figures, or the end when the reader may see them no more. While nobody knows, the stream goes on.
    async fn figures(&mut self) -> Event {
        let allowed = access::check(&self.platform, access::of(&Method::GET, PATH), &self.shopper).await;
        let forbidden = allowed.is_err_and(|problem| problem.status().is_client_error());
        self.over = forbidden || self.shopper.login_is_over(&self.platform).await;
        match self.over {
            true => event("end", &json!({"reason": "the session or the role is gone"})),
            false => event("stats", &RuntimeBody::of(&self.platform)),
        }
    }
}

fn decided(decision: &TreeEvent) -> Event {
    event("tree", decision).id(decision.number.to_string())
}

fn missed(source: &str, count: u64) -> Event {
    event("missed", &json!({ "source": source, "count": count }))
}

fn event(name: &str, data: &impl Serialize) -> Event {
    let data = serde_json::to_value(data).map_or(Value::Null, redacted);
    // JSON has no line breaks of its own, and the names are ours.
    Event::default().event(name).data(data.to_string())
}
