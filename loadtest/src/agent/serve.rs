//! An agent: waits for a leader and does its part. One run at a time.

use std::net::SocketAddr;

use tokio::io::{AsyncBufRead, AsyncWrite, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::wire::{Order, PROTOCOL, Word, hear, say};
use super::work::Ready;
use crate::error::LoadError;

/// Slices that wait to be sent.
const WAITING_MAX: usize = 64;

/// How an agent is started.
#[derive(Clone, Debug)]
pub(crate) struct AgentOptions {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Hosts beside this machine that it may put under load.
    pub allow_host: Vec<String>,
    /// Whether it ends after one run.
    pub once: bool,
}

/// Binds the address of an agent; this machine only.
///
/// # Errors
/// When the address is not of this machine, or taken.
pub(crate) async fn bind(options: &AgentOptions) -> Result<TcpListener, LoadError> {
    if !options.listen.ip().is_loopback() {
        return Err(LoadError::Refused(format!(
            "an agent does what it is told by anybody who reaches it, so it listens on loopback only, not on {}; \
             reach it from elsewhere through a tunnel",
            options.listen
        )));
    }
    let bound = TcpListener::bind(options.listen).await;
    bound.map_err(|error| LoadError::failed(format!("listening on {}", options.listen), error))
}

/// Serves one leader after the other.
///
/// # Errors
/// When connections cannot be accepted.
pub(crate) async fn serve(listener: TcpListener, options: AgentOptions) -> Result<(), LoadError> {
    loop {
        let (stream, _) =
            listener.accept().await.map_err(|error| LoadError::failed("accepting a leader", error))?;
        let told = converse(stream, &options.allow_host).await;
        if options.once {
            return told.map_err(|why| LoadError::failed("the run", why));
        }
    }
}

async fn converse(stream: TcpStream, allowed: &[String]) -> Result<(), String> {
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    let (from, mut to) = stream.into_split();
    let mut from = BufReader::new(from);
    let Some(Order::Job(job)) = hear(&mut from).await? else {
        return say(&mut to, &Word::Failed("expected a job first".to_owned())).await;
    };
    let ready = if job.protocol == PROTOCOL {
        Ready::new(job, allowed).map_err(|error| error.to_string())
    } else {
        Err(format!(
            "the leader speaks protocol {}, this agent {PROTOCOL}; use the same version of both",
            job.protocol
        ))
    };
    match ready {
        Err(why) => say(&mut to, &Word::Failed(why)).await,
        Ok(ready) => {
            say(&mut to, &Word::Ready).await?;
            match hear(&mut from).await? {
                Some(Order::Go) => work(ready, from, to).await,
                _ => Ok(()),
            }
        }
    }
}

async fn work(
    ready: Ready,
    mut from: impl AsyncBufRead + Unpin + Send + 'static,
    mut to: impl AsyncWrite + Unpin + Send,
) -> Result<(), String> {
    let stop = CancellationToken::new();
    let (slices, mut made) = mpsc::channel(WAITING_MAX);
    let mut tasks = JoinSet::new();
    tasks.spawn(ready.work(slices, stop.clone()));
    let mut listening = JoinSet::new();
    // A leader that hangs up wants no more load either.
    listening.spawn(async move {
        let _heard: Result<Option<Order>, _> = hear(&mut from).await;
        stop.cancel();
    });
    while let Some(slice) = made.recv().await {
        say(&mut to, &Word::Slice(Box::new(slice))).await?;
    }
    say(&mut to, &Word::Done).await
}
