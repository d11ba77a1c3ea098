//! The way down: what is refused, awaited and closed, in which order, and for how long.
//!
//! A request that was taken in is answered; one that comes later is told to come back. What effects are still to be
//! delivered stays in the journal and goes out at the next start.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use amazoff_http::Platform;
use amazoff_http::server::Tls;
use amazoff_supervisor::shutdown::{Phases, Report};
use amazoff_supervisor::tree::TreeHandle;

use crate::node::Node;
use crate::stores::Stores;

/// How long running requests have to be answered: a little more than a request may take.
const REQUESTS_LIMIT: Duration = Duration::from_secs(11);
/// How long open sockets have to say goodbye.
const SOCKETS_LIMIT: Duration = Duration::from_secs(2);
/// How long commands that nobody at the edge waits for any more have to end.
const ASKS_LIMIT: Duration = Duration::from_secs(5);
/// How long effects have to be delivered; the rest waits in the journal.
const OUTBOX_LIMIT: Duration = Duration::from_secs(3);
/// How long the tree has to stop. Its children have limits of their own, which add up to more in the worst case only.
const TREE_LIMIT: Duration = Duration::from_secs(20);
/// How long giving up the shards may take; else the lease runs out.
const LEASE_LIMIT: Duration = Duration::from_secs(2);
/// How long the databases have to close.
const DATABASES_LIMIT: Duration = Duration::from_secs(5);

/// The listening socket, until it is given up: only then does the kernel refuse who comes.
#[derive(Clone)]
pub(crate) struct Door {
    socket: Arc<Mutex<Option<std::net::TcpListener>>>,
    tls: Option<Tls>,
}

impl Door {
    pub(crate) fn new(listener: std::net::TcpListener, tls: Option<Tls>) -> Self {
        Self { socket: Arc::new(Mutex::new(Some(listener))), tls }
    }

    /// What connections are made with, when they speak TLS.
    pub(crate) fn tls(&self) -> Option<Tls> {
        self.tls.clone()
    }

    /// Another handle of the socket; `None` once it was given up.
    pub(crate) fn handle(&self) -> Option<std::io::Result<std::net::TcpListener>> {
        let listener = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        listener.as_ref().map(std::net::TcpListener::try_clone)
    }

    fn give_up(&self) {
        self.socket.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Goes all the way down.
pub(crate) async fn run(
    platform: Platform,
    tree: TreeHandle,
    (store, node): (Stores, Node),
    door: Door,
) -> Report {
    let (requests, sockets) = (platform.intake.clone(), platform.realtime.clone());
    let (asks, effects) = (platform.runtime.clone(), platform.runtime.clone());
    let intake = platform.intake.clone();
    Phases::new()
        .phase("unready", Duration::from_secs(1), move || async move { intake.close() })
        .phase("drain requests", REQUESTS_LIMIT, move || async move { requests.drained().await })
        .phase("close sockets", SOCKETS_LIMIT * 2, move || async move { sockets.close(SOCKETS_LIMIT).await })
        .phase("drain asks", ASKS_LIMIT, move || async move { asks.drained().await })
        .phase("flush outbox", OUTBOX_LIMIT, move || async move { effects.delivered().await })
        .phase("stop tree", TREE_LIMIT, move || async move {
            door.give_up();
            tree.stop().await;
        })
        .phase("give up the shards", LEASE_LIMIT, move || async move { node.release().await })
        .phase("close databases", DATABASES_LIMIT, move || async move {
            if let Err(error) = store.close().await {
                tracing::error!(%error, "the databases did not close well");
            }
        })
        .run()
        .await
}
