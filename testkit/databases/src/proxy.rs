//! A TCP proxy in front of a server, which breaks connections on demand.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Error;
use crate::port::Port;

/// Which way bytes flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// What the client asks.
    ToServer,
    /// What the server answers.
    ToClient,
}

impl Direction {
    fn index(self) -> usize {
        match self {
            Self::ToServer => 0,
            Self::ToClient => 1,
        }
    }
}

/// What a proxy has seen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Connections that were accepted.
    pub accepted: u64,
    /// Of those, how many found no server behind the proxy.
    pub unreachable: u64,
    /// Of those, how many were reset on demand.
    pub reset: u64,
    /// Bytes passed on to the server.
    pub bytes_to_server: u64,
    /// Bytes passed on to the client.
    pub bytes_to_client: u64,
}

/// What goes wrong at the moment.
#[derive(Clone, Default)]
struct Plan {
    delays: [Duration; 2],
    stalled: [bool; 2],
    refusing: bool,
    /// Grows with each order to reset.
    resets: u64,
}

#[derive(Default)]
struct Tally {
    accepted: AtomicU64,
    unreachable: AtomicU64,
    reset: AtomicU64,
    bytes: [AtomicU64; 2],
}

struct Shared {
    server: SocketAddr,
    plan: watch::Sender<Plan>,
    listening: watch::Sender<bool>,
    /// How many bytes still pass in a direction before everything is cut.
    budgets: [Mutex<Option<u64>>; 2],
    tally: Tally,
    closed: watch::Sender<bool>,
}

/// A TCP proxy on a port of its own, run by a thread of its own: it goes on while a test blocks, and in real time.
///
/// Dropped, it resets all connections.
pub struct Proxy {
    port: Port,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Starts a proxy that passes everything on.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start(server: SocketAddr) -> Result<Self, Error> {
        let port = Port::lease()?;
        let address = port.address();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::file("the proxy's runtime"))?;
        let shared = Arc::new(Shared {
            server,
            plan: watch::Sender::default(),
            listening: watch::Sender::default(),
            budgets: [Mutex::new(None), Mutex::new(None)],
            tally: Tally::default(),
            closed: watch::Sender::default(),
        });
        let own = shared.clone();
        let thread = std::thread::spawn(move || runtime.block_on(serve(address, own)));
        let proxy = Self { port, shared, thread: Some(thread) };
        proxy.until_listening(true).await;
        Ok(proxy)
    }

    /// Where clients connect to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.port.address()
    }

    /// Delays everything that flows in a direction, piece by piece.
    pub fn delay(&self, direction: Direction, delay: Duration) {
        self.shared.plan.send_modify(|plan| plan.delays[direction.index()] = delay);
    }

    /// Lets nothing through in a direction; the connections stay open.
    pub fn stall(&self, direction: Direction) {
        self.shared.plan.send_modify(|plan| plan.stalled[direction.index()] = true);
    }

    /// Resets all connections that there are. New ones work.
    pub fn reset(&self) {
        self.shared.reset();
    }

    /// Lets `bytes` more through in a direction, counted over all connections, and resets them all after the last.
    ///
    /// With 0 bytes towards the client, a command reaches the server and its answer is lost.
    pub fn cut_after(&self, direction: Direction, bytes: u64) {
        *self.shared.budget(direction) = Some(bytes);
    }

    /// Refuses new connections, as a machine without the server would. Those that there are go on.
    pub async fn refuse(&self) {
        self.shared.plan.send_modify(|plan| plan.refusing = true);
        self.until_listening(false).await;
    }

    /// Ends everything that goes wrong. Bytes that were held back arrive.
    pub async fn heal(&self) {
        for direction in [Direction::ToServer, Direction::ToClient] {
            *self.shared.budget(direction) = None;
        }
        self.shared.plan.send_modify(|plan| *plan = Plan { resets: plan.resets, ..Plan::default() });
        self.until_listening(true).await;
    }

    /// What happened so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        let tally = &self.shared.tally;
        let bytes = |direction: Direction| tally.bytes[direction.index()].load(Ordering::SeqCst);
        Counters {
            accepted: tally.accepted.load(Ordering::SeqCst),
            unreachable: tally.unreachable.load(Ordering::SeqCst),
            reset: tally.reset.load(Ordering::SeqCst),
            bytes_to_server: bytes(Direction::ToServer),
            bytes_to_client: bytes(Direction::ToClient),
        }
    }

    async fn until_listening(&self, wanted: bool) {
        // The sender lives as long as `self`.
        drop(self.shared.listening.subscribe().wait_for(|listening| *listening == wanted).await);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.closed.send_replace(true);
        // A panic of the thread has been printed.
        drop(self.thread.take().map(JoinHandle::join));
    }
}

impl Shared {
    fn budget(&self, direction: Direction) -> std::sync::MutexGuard<'_, Option<u64>> {
        self.budgets[direction.index()].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reset(&self) {
        self.plan.send_modify(|plan| plan.resets += 1);
    }

    /// How many of `wanted` bytes may pass, and whether they are the last.
    fn take(&self, direction: Direction, wanted: usize) -> (usize, bool) {
        let mut budget = self.budget(direction);
        let Some(left) = *budget else { return (wanted, false) };
        let passed = usize::try_from(left).unwrap_or(usize::MAX).min(wanted);
        let left = left.saturating_sub(u64::try_from(passed).unwrap_or(u64::MAX));
        *budget = (left > 0).then_some(left);
        (passed, left == 0)
    }
}

/// Accepts until the proxy is dropped. The connections end with the set that holds them.
async fn serve(address: SocketAddr, shared: Arc<Shared>) {
    let mut plan = shared.plan.subscribe();
    let mut closed = shared.closed.subscribe();
    let mut connections = JoinSet::new();
    while !*closed.borrow() {
        if plan.borrow_and_update().refusing {
            shared.listening.send_replace(false);
            tokio::select! {
                _ = closed.changed() => {}
                _ = plan.changed() => {}
            }
            continue;
        }
        // The port is leased, so that only a connection of our own in its last seconds can be in the way.
        let Ok(listener) = TcpListener::bind(address).await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        shared.listening.send_replace(true);
        while !plan.borrow_and_update().refusing && !*closed.borrow() {
            tokio::select! {
                _ = closed.changed() => {}
                _ = plan.changed() => {}
                Some(_) = connections.join_next() => {}
                Ok((client, _)) = listener.accept() => {
                    shared.tally.accepted.fetch_add(1, Ordering::SeqCst);
                    connections.spawn(connection(client, shared.clone()));
                }
            }
        }
    }
}

async fn connection(mut client: TcpStream, shared: Arc<Shared>) {
    let mut plan = shared.plan.subscribe();
    let before = plan.borrow().resets;
    let Ok(mut server) = TcpStream::connect(shared.server).await else {
        shared.tally.unreachable.fetch_add(1, Ordering::SeqCst);
        drop(client.set_zero_linger());
        return;
    };
    // Without it small packets wait for each other, which no direct connection of a driver does.
    drop((client.set_nodelay(true), server.set_nodelay(true)));
    let was_reset = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        tokio::select! {
            _ = plan.wait_for(|plan| plan.resets > before) => true,
            ended = both_ways(
                pump(from_client, to_server, Direction::ToServer, &shared),
                pump(from_server, to_client, Direction::ToClient, &shared),
            ) => ended.is_err(),
        }
    };
    if was_reset {
        shared.tally.reset.fetch_add(1, Ordering::SeqCst);
        // A socket that is gone already needs no reset.
        drop((client.set_zero_linger(), server.set_zero_linger()));
    }
}

/// Waits for both ways to end, or for the first to fail.
async fn both_ways(
    to_server: impl Future<Output = std::io::Result<()>>,
    to_client: impl Future<Output = std::io::Result<()>>,
) -> std::io::Result<()> {
    tokio::try_join!(to_server, to_client).map(drop)
}

async fn pump(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    direction: Direction,
    shared: &Shared,
) -> std::io::Result<()> {
    let mut plan = shared.plan.subscribe();
    let mut buffer = vec![0; 64 * 1024];
    let way = direction.index();
    loop {
        let read = from.read(&mut buffer).await?;
        let delay = plan.borrow().delays[way];
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        // The sender lives as long as `shared`.
        drop(plan.wait_for(|plan| !plan.stalled[way]).await);
        if read == 0 {
            return to.shutdown().await;
        }
        let (passed, last) = shared.take(direction, read);
        // Counted first, so that whoever has the bytes finds them counted.
        shared.tally.bytes[way].fetch_add(u64::try_from(passed).unwrap_or(u64::MAX), Ordering::SeqCst);
        to.write_all(&buffer[..passed]).await?;
        if last {
            shared.reset();
            return Err(std::io::ErrorKind::ConnectionReset.into());
        }
    }
}
