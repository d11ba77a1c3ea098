//! HTTP: a listener on the loopback interface whose connections can be cut.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body as HttpBody, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::{Router, routing};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::wire::{Ask, Body, Fate, Reply, pairs};
use crate::world::Shared;
use crate::{admin, app};

/// The longest body that is read.
const BODY_MAX: usize = 64 * 1024;
/// How many connections are open at once.
const CONNECTIONS_MAX: usize = 1_024;
/// How long a request may take to arrive.
const HEADERS_MAX: Duration = Duration::from_secs(10);

/// An answer that must not arrive.
#[derive(Clone, Copy)]
struct Cut;

/// Listens before anybody asks, so that the address is known.
pub(crate) fn listen(address: SocketAddr) -> io::Result<(std::net::TcpListener, SocketAddr)> {
    if !address.ip().is_loopback() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the simulator listens on loopback only"));
    }
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let bound = listener.local_addr()?;
    Ok((listener, bound))
}

/// Serves until it is told to stop; open connections end with it.
pub(crate) async fn serve(
    listener: std::net::TcpListener,
    world: Shared,
    stop: CancellationToken,
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let router = Router::new().fallback(routing::any(answer)).with_state(world);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            Some(_ended) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < CONNECTIONS_MAX => {
                // A caller that hangs up before it is served is no reason to end.
                if let Ok((stream, _)) = accepted {
                    connections.spawn(converse(stream, router.clone()));
                }
            }
        }
    }
}

async fn converse(stream: TcpStream, router: Router) {
    let cut = Arc::new(AtomicBool::new(false));
    let io = TokioIo::new(Cuttable { stream, cut: Arc::clone(&cut) });
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let (router, cut) = (router.clone(), Arc::clone(&cut));
        async move {
            let response = match router.oneshot(request.map(HttpBody::new)).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            if response.extensions().get::<Cut>().is_some() {
                cut.store(true, Ordering::Release);
                return Err(io::Error::from(io::ErrorKind::ConnectionReset));
            }
            Ok(response)
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS_MAX);
    // How a conversation ended is the caller's to notice.
    drop(builder.serve_connection(io, service).await);
}

async fn answer(State(world): State<Shared>, request: Request) -> Result<Response, Infallible> {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_MAX).await else {
        return Ok(written(Reply::empty(413), Fate::Whole));
    };
    let header = |(name, value): (&header::HeaderName, &HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    let ask = Ask {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: pairs(parts.uri.query().unwrap_or_default()),
        headers: parts.headers.iter().filter_map(header).collect(),
        body: String::from_utf8_lossy(&bytes).into_owned(),
    };
    if let Some(reply) = admin::answer(&world, &ask) {
        return Ok(written(reply, Fate::Whole));
    }
    let (reply, fate) = app::answer(&world, &ask).await;
    Ok(written(reply, fate))
}

fn written(reply: Reply, fate: Fate) -> Response {
    let (kind, text) = match reply.body {
        Body::Json(value) => (Some("application/json"), value.to_string()),
        Body::Html(text) => (Some("text/html; charset=utf-8"), text),
        Body::Empty => (None, String::new()),
    };
    let mut response = Response::new(match fate {
        Fate::Truncated => half(&text),
        Fate::Whole | Fate::Reset => HttpBody::from(text.clone()),
    });
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(kind) = kind {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    if fate == Fate::Truncated {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(text.len()));
    }
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    if fate == Fate::Reset {
        response.extensions_mut().insert(Cut);
    }
    response
}

/// A body that ends in the middle.
fn half(text: &str) -> HttpBody {
    let bytes = text.as_bytes();
    let first = Bytes::copy_from_slice(bytes.get(..bytes.len() / 2).unwrap_or_default());
    let parts = [Ok(first), Err(io::Error::from(io::ErrorKind::ConnectionReset))];
    HttpBody::from_stream(Parts(parts.into_iter().collect()))
}

/// A stream of what is there already.
struct Parts(std::collections::VecDeque<io::Result<Bytes>>);

impl futures::Stream for Parts {
    type Item = io::Result<Bytes>;
    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.pop_front())
    }
}

/// A connection that ends with a reset once it is cut.
struct Cuttable {
    stream: TcpStream,
    cut: Arc<AtomicBool>,
}

impl Cuttable {
    fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Acquire)
    }
}

impl Drop for Cuttable {
    fn drop(&mut self) {
        if self.is_cut() {
            // Without lingering, the system ends the connection with a reset. If it cannot, the caller sees an early end.
            drop(self.stream.set_zero_linger());
        }
    }
}

impl AsyncRead for Cuttable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Cuttable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_cut() { Poll::Ready(Ok(())) } else { Pin::new(&mut self.stream).poll_shutdown(context) }
    }
}
