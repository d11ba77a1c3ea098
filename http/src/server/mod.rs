//! Listening: hyper with a limit on everything a stranger can do to a socket.
//!
//! `axum::serve` keeps slow and idle connections for ever. Here each connection has a time in which it must ask
//! something, one in which it must go on, and a bounded head; there are only so many connections; and a listener that
//! fails to accept (no more file descriptors) rests a moment and goes on. With [`Tls`] it speaks HTTPS only.

mod activity;
mod crowd;
mod tls;

use std::convert::Infallible;
use std::future::{Future, pending};
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
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use activity::Activity;
use crowd::{Crowd, Standing};
pub use tls::{Tls, TlsError, TlsFile};

use crate::limits::client::{Peer, TrustedProxies};

/// Limits of the listener.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; more wait in the kernel's queue.
    pub connections_max: usize,
    /// Connections at once from one IPv4 address or IPv6 /64; further ones are closed at once.
    pub address_max: usize,
    /// How long the handshake of TLS may take.
    pub handshake_limit: Duration,
    /// How often the files of the certificate are looked at.
    pub look_every: Duration,
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
            address_max: 2_000,
            handshake_limit: Duration::from_secs(10),
            look_every: Duration::from_secs(10),
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

/// Where connections come from, and whether they speak TLS.
pub struct Listener {
    socket: TcpListener,
    tls: Option<Tls>,
    proxies: TrustedProxies,
}

impl Listener {
    /// Over TLS when there is a certificate.
    pub fn new(socket: TcpListener, tls: Option<Tls>) -> Self {
        Self { socket, tls, proxies: TrustedProxies::default() }
    }
    /// From these, any number of connections may come.
    #[must_use]
    pub fn behind(mut self, proxies: &TrustedProxies) -> Self {
        self.proxies.clone_from(proxies);
        self
    }
}

impl From<TcpListener> for Listener {
    fn from(socket: TcpListener) -> Self {
        Self::new(socket, None)
    }
}

/// What all connections share.
struct Serving {
    builder: Builder<TokioExecutor>,
    router: Router,
    limits: Limits,
    tls: Option<Tls>,
    crowd: Crowd,
}

/// Serves until `shutdown`, then lets running requests end within the limit. WebSockets are the router's to close: an
/// upgraded connection is no longer counted here.
pub async fn serve(
    listener: impl Into<Listener>,
    router: Router,
    limits: Limits,
    shutdown: CancellationToken,
) {
    let Listener { socket, tls, proxies } = listener.into();
    let crowd = Crowd::new(limits.address_max, proxies);
    let serving = Arc::new(Serving { builder: builder(&limits), router, limits, tls, crowd });
    let connections = TaskTracker::new();
    tokio::select! {
        () = accept(&socket, &serving, &connections, &shutdown) => {}
        () = renewed(&serving) => {}
    }
    // Whoever the kernel has let in already is answered, too: the door of the router tells them to come back.
    let late = CancellationToken::new();
    while let Some(Ok((stream, peer))) = socket.accept().now_or_never() {
        let one = connection(Arc::clone(&serving), (stream, Peer(peer.ip())), late.clone());
        spawn_guarded("connection", connections.track_future(one));
    }
    drop(socket);
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

/// Takes in connections until shutdown.
async fn accept(
    socket: &TcpListener,
    serving: &Arc<Serving>,
    connections: &TaskTracker,
    shutdown: &CancellationToken,
) {
    let room = Arc::new(Semaphore::new(serving.limits.connections_max));
    while let Some((stream, permit)) = next(socket, &room, shutdown).await {
        let Some(standing) = serving.crowd.enter(stream.1.0) else { continue };
        let ended = move |()| drop::<(Standing, OwnedSemaphorePermit)>((standing, permit));
        let one = connection(Arc::clone(serving), stream, shutdown.clone()).map(ended);
        spawn_guarded("connection", connections.track_future(one));
    }
}

/// Keeps the certificate up to date; never ends.
async fn renewed(serving: &Serving) {
    match &serving.tls {
        Some(tls) => tls.watch(serving.limits.look_every).await,
        None => pending().await,
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

/// Serves one connection. Over TLS its handshake comes first; whoever does not complete it, or speaks something else, is
/// cut off.
async fn connection(serving: Arc<Serving>, (stream, peer): (TcpStream, Peer), shutdown: CancellationToken) {
    let _ = stream.set_nodelay(true); // only slower when it fails
    let Some(tls) = &serving.tls else { return speak(&serving, (stream, peer), shutdown).await };
    let handshake = tokio::time::timeout(serving.limits.handshake_limit, tls.acceptor().accept(stream));
    if let Some(Ok(Ok(stream))) = shutdown.run_until_cancelled(handshake).await {
        speak(&serving, (stream, peer), shutdown).await;
    }
}

/// Answers what is asked on a connection until one side has enough.
async fn speak<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    serving: &Serving,
    (stream, peer): (S, Peer),
    shutdown: CancellationToken,
) {
    let Serving { builder, router, limits, .. } = serving;
    let activity = Activity::new(limits.head_limit, limits.idle_limit);
    let service = service_fn(|request: Request<Incoming>| {
        answer(router.clone(), activity.clone(), shutdown.clone(), (peer, request))
    });
    let mut asked = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    let mut draining = false;
    let mut idle = pin!(activity.lapse());
    loop {
        tokio::select! {
            // A broken connection is the peer's business: whoever waited has gone.
            _ = asked.as_mut() => return,
            () = idle.as_mut() => return,
            () = shutdown.cancelled(), if !draining => {
                draining = true;
                asked.as_mut().graceful_shutdown();
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
        running.answered();
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
