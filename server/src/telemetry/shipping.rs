//! The log for a collector, by OTLP over HTTP (JSON).
//!
//! What is logged goes into a queue with a limit; what finds it full is counted and lost to the collector, never to standard
//! error, and nobody waits. One task sends what is queued in batches. A batch that the collector does not take is tried
//! again a few times, and then lost and counted, too.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use amazoff_supervisor::{Clock as _, SystemClock};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use uuid::Uuid;

use super::record;

/// Lines that wait for the collector.
const QUEUED_MAX: usize = 4096;
/// Lines in one request.
const BATCH_MAX: usize = 512;
/// How long a line may wait for others to go with it.
const LINGER: Duration = Duration::from_millis(500);
/// How long the collector may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// Pauses before a batch is sent again; then it is given up.
const PAUSES: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(5)];
/// How long the last lines may take when the shop stops.
const FLUSH_LIMIT: Duration = Duration::from_secs(3);
/// What sending itself logs, if everything is logged: it would feed itself.
const OWN: [&str; 6] = ["hyper", "hyper_util", "reqwest", "h2", "rustls", "tower"];

/// Where the log goes.
#[derive(Clone, Debug)]
pub(crate) struct Collector {
    /// Without the path of the signal, such as `http://collector:4318`.
    pub(crate) endpoint: String,
    /// What is shown as `Authorization`.
    pub(crate) authorization: Option<SecretString>,
}

/// Takes lines for the collector.
pub(super) struct Queue {
    lines: mpsc::Sender<Value>,
    lost: Arc<AtomicU64>,
}

/// What sends the lines, before it has begun.
pub(crate) struct Shipping {
    collector: Collector,
    lines: mpsc::Receiver<Value>,
    lost: Arc<AtomicU64>,
}

/// Lines on their way.
pub(crate) struct Shipped {
    stopping: CancellationToken,
    sending: tokio::task::JoinHandle<()>,
}

/// A queue, and what empties it.
pub(super) fn queue(collector: Collector) -> (Queue, Shipping) {
    let (sender, lines) = mpsc::channel(QUEUED_MAX);
    let lost = Arc::<AtomicU64>::default();
    (Queue { lines: sender, lost: Arc::clone(&lost) }, Shipping { collector, lines, lost })
}

impl<S: Subscriber> Layer<S> for Queue {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let target = event.metadata().target().split("::").next().unwrap_or_default();
        if OWN.contains(&target) {
            return;
        }
        // A place first: what nobody takes need not be written.
        match self.lines.try_reserve() {
            Ok(place) => place.send(record::of(event, SystemClock.now().unix_ms())),
            Err(_full) => drop(self.lost.fetch_add(1, Ordering::Relaxed)),
        }
    }
}

impl Shipping {
    /// Lines that the collector never got.
    pub(crate) fn lost(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.lost)
    }

    /// Begins to send.
    pub(crate) fn begin(self) -> Shipped {
        let stopping = CancellationToken::new();
        let sending = amazoff_supervisor::spawn_guarded("log shipping", self.run(stopping.clone()));
        Shipped { stopping, sending }
    }

    async fn run(mut self, stopping: CancellationToken) {
        let client = match reqwest::Client::builder().timeout(ANSWER_LIMIT).build() {
            Ok(client) => client,
            Err(error) => {
                tracing::error!(%error, "the log goes to no collector: {error}");
                return;
            }
        };
        let resource = resource();
        let mut told = false;
        loop {
            let mut batch = Vec::new();
            let stopped = stopping.run_until_cancelled(self.gather(&mut batch)).await.is_none();
            if stopped {
                while batch.len() < QUEUED_MAX
                    && let Ok(line) = self.lines.try_recv()
                {
                    batch.push(line);
                }
            }
            if batch.is_empty() {
                return;
            }
            let lines = u64::try_from(batch.len()).unwrap_or(u64::MAX);
            let body = body(&resource, batch);
            let mut sent = self.send(&client, &body).await;
            for pause in PAUSES {
                // The last lines have no time for further attempts.
                if sent.is_ok() || stopping.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                    break;
                }
                sent = self.send(&client, &body).await;
            }
            if let Err(cause) = &sent {
                let lost = self.lost.fetch_add(lines, Ordering::Relaxed) + lines;
                if !told {
                    tracing::warn!(%cause, lost, "the collector does not take the log: {cause}");
                }
            }
            told = sent.is_err();
            if stopped {
                return;
            }
        }
    }

    /// Waits for a line, and a little for more.
    async fn gather(&mut self, batch: &mut Vec<Value>) {
        if self.lines.recv_many(batch, BATCH_MAX).await == 0 {
            std::future::pending::<()>().await;
        }
        let until = Instant::now() + LINGER;
        while batch.len() < BATCH_MAX {
            let room = BATCH_MAX - batch.len();
            match timeout_at(until, self.lines.recv_many(batch, room)).await {
                Ok(more) if more > 0 => {}
                Ok(_) | Err(_) => return,
            }
        }
    }

    async fn send(&self, client: &reqwest::Client, body: &Value) -> Result<(), String> {
        let mut request = client.post(format!("{}/v1/logs", self.collector.endpoint)).json(body);
        if let Some(authorization) = &self.collector.authorization {
            request = request.header("authorization", authorization.expose_secret());
        }
        // Neither its address, which may hold a secret, nor its words are repeated.
        let answer = request.send().await.map_err(|error| error.without_url().to_string())?;
        let status = answer.status();
        if status.is_success() { Ok(()) } else { Err(format!("it answered {status}")) }
    }
}

impl Shipped {
    /// Sends what is left, within a limit.
    pub(crate) async fn finish(self) {
        self.stopping.cancel();
        // What is not sent by then stands on standard error.
        let _ = tokio::time::timeout(FLUSH_LIMIT, self.sending).await;
    }
}

/// Who speaks.
fn resource() -> Value {
    let attributes = [
        ("service.name", "amazoff".to_owned()),
        ("service.version", env!("CARGO_PKG_VERSION").to_owned()),
        ("service.instance.id", Uuid::now_v7().to_string()),
    ];
    let attributes = attributes.map(|(name, value)| record::attribute(name, record::text_of(&value)));
    json!({ "attributes": attributes })
}

fn body(resource: &Value, lines: Vec<Value>) -> Value {
    let logs = json!({ "scope": { "name": "amazoff" }, "logRecords": lines });
    json!({ "resourceLogs": [{ "resource": resource, "scopeLogs": [logs] }] })
}
