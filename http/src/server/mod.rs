//! Listening: hyper with a limit on everything a stranger can do to a socket.
//!
//! `axum::serve` keeps slow and idle connections for ever. Here each connection has a time in which it must ask
//! something, one in which it must go on, and a bounded head; there are only so many connections; and a listener that
//! fails to accept (no more file descriptors) rests a moment and goes on.

mod activity;

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use amazoff_supervisor::spawn_guarded;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use futures::{FutureExt as _, StreamExt as _};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use activity::Activity;

use crate::limits::client::Peer;

/// Limits of the listener.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; more wait in the kernel's queue.
    pub connections_max: usize,
    /// From accepting a connection, or from its last answer, to the end of the next request's head.
    pub head_limit: Duration,
    /// How long a connection may be without a request, or stuck in writing an answer.
    pub idle_limit: Duration,
    /// Bytes of a request's head.
    pub head_bytes_max: usize,
    /// How long running requests have to end at shutdown.
    pub drain_limit: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 10_000,
            head_limit: Duration::from_secs(10),
            idle_limit: Duration::from_secs(60),
            head_bytes_max: 32 * 1024,
            drain_limit: Duration::from_secs(10),
        }
    }
}

/// How long a connection that came in at the last moment has to ask something.
const LATE_LIMIT: Duration = Duration::from_millis(500);
/// How long the listener rests after a failed accept.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
const HEADERS_MAX: usize = 100;
const STREAMS_MAX: u32 = 100;
const H2_PING_EVERY: Duration = Duration::from_secs(20);
const H2_PING_WITHIN: Duration = Duration::from_secs(10);

/// Serves until `shutdown`, then lets running requests end within the limit. WebSockets are the router's to close: an
/// upgraded connection is no longer counted here.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, shutdown: CancellationToken) {
    let builder = Arc::new(builder(&limits));
    let room = Arc::new(Semaphore::new(limits.connections_max));
    let connections = TaskTracker::new();
    while let Some((stream, permit)) = next(&listener, &room, &shutdown).await {
        let serving = connection(stream, Arc::clone(&builder), router.clone(), limits, shutdown.clone());
        spawn_guarded(
            "connection",
            connections.track_future(async move {
                serving.await;
                drop(permit);
            }),
        );
    }
    // Whoever the kernel has let in already is answered, too: the door of the router tells them to come back.
    let late = CancellationToken::new();
    while let Some(Ok((stream, peer))) = listener.accept().now_or_never() {
        let serving =
            connection((stream, Peer(peer.ip())), Arc::clone(&builder), router.clone(), limits, late.clone());
        spawn_guarded("connection", connections.track_future(serving));
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(LATE_LIMIT, connections.wait()).await.is_ok() {
        return;
    }
    late.cancel();
    if tokio::time::timeout(limits.drain_limit, connections.wait()).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "requests were still running at the end of the drain limit"
        );
    }
}

/// The next connection and its place, or `None` at shutdown.
async fn next(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
    shutdown: &CancellationToken,
) -> Option<((TcpStream, Peer), OwnedSemaphorePermit)> {
    let accepting = async {
        let permit = Arc::clone(room).acquire_owned().await.ok()?;
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => return Some(((stream, Peer(peer.ip())), permit)),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted: {error}");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    };
    shutdown.run_until_cancelled(accepting).await.flatten()
}

fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_limit)
        .max_buf_size(limits.head_bytes_max)
        .max_headers(HEADERS_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(H2_PING_EVERY)
        .keep_alive_timeout(H2_PING_WITHIN)
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(u32::try_from(limits.head_bytes_max).unwrap_or(u32::MAX));
    builder
}

async fn connection(
    (stream, peer): (TcpStream, Peer),
    builder: Arc<Builder<TokioExecutor>>,
    router: Router,
    limits: Limits,
    shutdown: CancellationToken,
) {
    let _ = stream.set_nodelay(true); // only slower when it fails
    let activity = Activity::new(limits.head_limit, limits.idle_limit);
    let service = service_fn(|request: Request<Incoming>| {
        answer(router.clone(), activity.clone(), shutdown.clone(), (peer, request))
    });
    let mut serving = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    let mut draining = false;
    let mut idle = pin!(activity.lapse());
    loop {
        tokio::select! {
            // A broken connection is the peer's business: whoever waited has gone.
            _ = serving.as_mut() => return,
            () = idle.as_mut() => return,
            () = shutdown.cancelled(), if !draining => {
                draining = true;
                serving.as_mut().graceful_shutdown();
            }
        }
    }
}

fn answer(
    router: Router,
    activity: Activity,
    shutdown: CancellationToken,
    (peer, mut request): (Peer, Request<Incoming>),
) -> impl Future<Output = Result<Response, Infallible>> {
    let running = activity.request();
    request.extensions_mut().insert(peer);
    async move {
        let response = router.oneshot(request.map(Body::new)).await;
        drop(running);
        response.map(
            |response| if is_stream(&response) { kept_open(response, activity, shutdown) } else { response },
        )
    }
}

fn is_stream(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

/// An answer without an end of its own: while its reader takes what is sent, the connection is of use; a shutdown ends it.
fn kept_open(response: Response, activity: Activity, shutdown: CancellationToken) -> Response {
    response.map(|body| {
        let frames = body.into_data_stream().inspect(move |_frame| activity.used());
        Body::from_stream(frames.take_until(shutdown.cancelled_owned()))
    })
}

#[cfg(test)]
mod tests;
