//! The boot order, and its reverse. The only place that names concrete adapters.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use amazoff_actors::media::ImageLimits;
use amazoff_actors::shop::Outside;
use amazoff_actors::{Shop, tree};
use amazoff_cluster::{DataFolder, LeaseEnd, TakeError};
use amazoff_gateways::SetupError;
use amazoff_gateways::images::ImagePool;
use amazoff_gateways::passwords::Argon2Pool;
use amazoff_gateways::receivers::Receivers;
use amazoff_gateways::sandbox::{Sandbox, SandboxError};
use amazoff_http::server::{self, Limits, Listener, Tls};
use amazoff_http::{Platform, WaitingFor};
use amazoff_search::SearchIndex;
use amazoff_supervisor::journal::JournalError;
use amazoff_supervisor::tree::{ChildSpec, TaskContext, TreeError, TreeHandle};
use amazoff_supervisor::{AuditTable, CellLimits, MasterKey, Ports, SystemClock, Vault, VaultError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretBox};
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::checker::Databases;
use crate::config::{Config, ConfigError, MASTER_KEY_BYTES, Seed, TruthAt};
use crate::erasures;
use crate::mails;
use crate::node::Node;
use crate::open_files;
use crate::providers;
use crate::seed::{self, OwnerError, SeedError};
use crate::shutdown::{self, Door};
use crate::signals::Signals;
use crate::stores::{OpenError, Stores, threads};
use crate::waiting::{Pauses, WaitingRoom};

/// Jobs that may wait for a CPU pool; beyond it callers are told to come back.
const PASSWORDS_QUEUED_MAX: usize = 64;
const IMAGES_QUEUED_MAX: usize = 256;
/// Images that are worked on at once: each may take hundreds of MiB for its pixels.
const IMAGE_THREADS_MAX: u32 = 2;
/// How long a node that is not sure of its shards has to find out before it ends for another reason.
const LOSS_LIMIT: Duration = Duration::from_secs(5);

/// Why the shop could not start, or ended with a failure.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BootError {
    /// The data folder is in use or unusable.
    #[error(transparent)]
    Folder(#[from] TakeError),
    /// The database could not be opened.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The master key could not be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The media folder could not be opened, or the database not be closed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The sandbox's ledger could not be opened.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// A payment provider's adapter could not be made.
    #[error(transparent)]
    Provider(#[from] SetupError),
    /// The master key is another one.
    #[error(
        "the master key (master.key or AMAZOFF_MASTER_KEY) is not the one that this shop's data was sealed with"
    )]
    WrongKey,
    /// The keys of persons could not be read.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The address could not be taken.
    #[error("cannot listen on {address}: {source}; stop what does, or set AMAZOFF_LISTEN")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The supervision tree could not be started.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The catalogue could not be filled.
    #[error("the catalogue could not be filled: {0}")]
    Seed(#[from] SeedError),
    /// The owner account could not be made.
    #[error(transparent)]
    Owner(#[from] OwnerError),
    /// The operating system refused.
    #[error(transparent)]
    System(#[from] io::Error),
    /// Another process took the shards.
    #[error("{0}")]
    Lost(LeaseEnd),
    /// The root of the tree gave up.
    #[error("the supervision tree gave up: {0}")]
    GaveUp(String),
}

impl BootError {
    /// Whether another process has taken the shards.
    pub(crate) fn is_lost(&self) -> bool {
        matches!(self, Self::Lost(_))
    }
}

/// Runs the shop until it is told to stop; over HTTPS when there is a certificate. `lost` counts the lines of the log that
/// a collector did not get.
///
/// # Errors
/// When it cannot start, or when the supervision tree gives up.
pub(crate) async fn run(
    config: Config,
    tls: Option<Tls>,
    lost: Option<Arc<AtomicU64>>,
) -> Result<(), BootError> {
    let began = Instant::now();
    open_files::prepare_for(config.limits.sockets.node());
    let mut signals = Signals::listen()?;
    let folder = DataFolder::lock(&config.data_dir)?;
    let (listener, address) = listen(config.listen)?;
    let door = Door::new(listener, tls);
    let opened = tokio::select! {
        opened = open(&config, folder, &door, address) => opened?,
        () = signals.next() => return Ok(()),
    };
    // From here on another process may take over: then nothing of this one's memory counts any more, and it ends at once.
    let mine = opened.node.clone();
    tokio::select! {
        biased;
        end = mine.lost() => Err(BootError::Lost(end)),
        ended = serve((config, lost), opened, (door, address), (signals, began)) => {
            // What a node does without its shards fails before it knows why; the loss is the reason that counts.
            match ended {
                Err(error) if mine.is_unsure() => {
                    let told = tokio::time::timeout(LOSS_LIMIT, mine.lost()).await;
                    Err(told.map_or(error, BootError::Lost))
                }
                ended => ended,
            }
        }
    }
}

/// Runs the shop on open databases until it is told to stop.
async fn serve(
    (config, lost): (Config, Option<Arc<AtomicU64>>),
    opened: Opened,
    (door, address): (Door, SocketAddr),
    (signals, began): (Signals, Instant),
) -> Result<(), BootError> {
    let Opened { store, node, master } = opened;

    let erased = erasures::listed(&erasures::list_in(&config.data_dir));
    let pools = Pools::new(store.search(), config.images);
    let ports = ports(&store, &node);
    let outside = outside((&config, address), &store, &pools, master)?;
    let (shop, runtime) = Shop::assemble(&ports, outside, CellLimits::default());
    let platform = Platform::new(shop.clone(), runtime.clone(), config.http(address), node.shards().node());
    if let Some(lost) = lost {
        platform.count_lost_lines(lost);
    }
    platform.check_by(Arc::new(Databases::of(&store, config.data_dir.clone())));
    let doors = CancellationToken::new();
    let edge = edge(door.clone(), &platform, &doors);
    let reconciliation = config.reconcile_every.map(|every| shop.reconciliations.supervise(every));
    let retention = config.guest_orders_kept.map(|kept| shop.retention.supervise(kept));
    let edges = [edge].into_iter().chain(reconciliation).chain(retention);
    let compute = [pools.passwords.supervise(), pools.images.supervise(), pools.search.supervise()];
    let spec = tree::declare(&runtime, compute, edges);
    let tree = TreeHandle::start(spec).await?;
    platform.attach(tree.clone());

    let trail = store.audit();
    tokio::select! {
        filled = fill(&config, (&shop, &*trail), &pools, &doors) => filled?,
        cause = tree.failed() => return Err(BootError::GaveUp(cause)),
    }
    erasures::finish(shop.clone(), erased);
    announce(&config, address, began);

    let ended = tokio::select! {
        cause = tree.failed() => Err(BootError::GaveUp(cause)),
        () = signals.first() => Ok(()),
    };
    tracing::info!("stopping: no new requests, running ones end, then the databases close");
    let report = shutdown::run(platform, tree, (store, node), door).await;
    tracing::info!("stopped after {} ms", report.took().as_millis());
    ended
}

/// What stands on the databases.
struct Opened {
    store: Stores,
    node: Node,
    master: MasterKey,
}

/// Opens the databases and claims the shards. A database server that is away is waited for.
async fn open(
    config: &Config,
    folder: DataFolder,
    door: &Door,
    address: SocketAddr,
) -> Result<Opened, BootError> {
    let address_text = address.to_string();
    let (store, node, master) = match &config.truth {
        TruthAt::Sqlite(file) => {
            // Before the database is made: data without its key must be noticed, not given a new one.
            let master = config.load_master_key(!file.exists())?;
            let store = Stores::open(config).await?;
            check(&store, &master).await?;
            let node = Node::alone(folder, &*store.shard_table(), &address_text).await?;
            (store, node, master)
        }
        TruthAt::MariaDb(_) => {
            let room = WaitingRoom::open(door, &config.http(address))?;
            let store = waited_for(config, &room).await?;
            // Who stands by with another key must hear of it now, not when it is needed.
            if config.has_master_key() {
                check(&store, &config.load_master_key(false)?).await?;
            }
            let lease = (address_text.as_str(), config.lease);
            let node = Node::leased(folder, store.shard_table(), lease, &room).await?;
            // Only the owner may draw the key of a new shop.
            let master = config.load_master_key(store.journal().heads().await?.is_empty())?;
            room.close().await;
            (store, node, master)
        }
    };
    Ok(Opened { store, node, master: MasterKey::new(*master.expose_secret()) })
}

/// Refuses a key that is not the one that the data was sealed with.
async fn check(store: &Stores, master: &SecretBox<[u8; MASTER_KEY_BYTES]>) -> Result<(), BootError> {
    if store.is_sealed_with(master).await? { Ok(()) } else { Err(BootError::WrongKey) }
}

/// Opens the databases as soon as they can be reached.
async fn waited_for(config: &Config, room: &WaitingRoom) -> Result<Stores, BootError> {
    let mut pauses = Pauses::default();
    loop {
        match Stores::open(config).await {
            Err(error) if error.is_passing() => {
                room.tell(WaitingFor::Database, &error);
                pauses.pause().await;
            }
            opened => return Ok(opened?),
        }
    }
}

/// The CPU pools.
struct Pools {
    passwords: Arc<Argon2Pool>,
    images: ImagePool,
    search: SearchIndex,
}

impl Pools {
    fn new(search: SearchIndex, limits: ImageLimits) -> Self {
        let threads = threads();
        Self {
            search,
            passwords: Arc::new(Argon2Pool::new(threads, PASSWORDS_QUEUED_MAX)),
            images: ImagePool::new(threads.min(IMAGE_THREADS_MAX), IMAGES_QUEUED_MAX, limits),
        }
    }
}

fn ports(store: &Stores, node: &Node) -> Ports {
    Ports {
        journal: store.journal(),
        documents: store.documents(),
        clock: Arc::new(SystemClock),
        shards: node.shards(),
        keys: store.key_table(),
        audit: store.audit(),
    }
}

fn outside(
    (config, address): (&Config, SocketAddr),
    store: &Stores,
    pools: &Pools,
    master: MasterKey,
) -> Result<Outside, BootError> {
    let ledger = config.data_dir.join("sandbox-ledger.jsonl");
    let vault = Vault::new(master, store.key_table());
    let secret = match &config.sandbox_webhook_secret {
        Some(secret) => secret.expose_secret().to_owned(),
        None => STANDARD.encode(vault.subkey("sandbox-webhook")),
    };
    let sandbox = Sandbox::open(&ledger, config.sandbox_latency, Arc::new(SystemClock))?;
    Ok(Outside {
        vault,
        blobs: store.blobs(),
        images: Arc::new(pools.images.clone()),
        index: Arc::new(pools.search.clone()),
        providers: providers::all(sandbox.with_secret(secret), config, address)?,
        passwords: Arc::<Argon2Pool>::clone(&pools.passwords),
        mailer: mails::mailer(&config.mail, &config.data_dir),
        caller: Arc::new(Receivers::new(config.webhooks_reach)?),
        public_url: config.shop_url(address),
    })
}

fn listen(address: SocketAddr) -> Result<(std::net::TcpListener, SocketAddr), BootError> {
    let failed = |source| BootError::Listen { address, source };
    let listener = std::net::TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// The HTTP listener as a child of the tree; the socket stays open over its restarts, so nobody is turned away. It serves
/// once the doors are open.
fn edge(door: Door, platform: &Platform, doors: &CancellationToken) -> ChildSpec {
    let doors = doors.clone();
    let router = amazoff_http::router(platform.clone());
    let limits = Limits::default();
    let proxies = platform.settings.limits.proxies.clone();
    ChildSpec::task("http", move |context: TaskContext| {
        let (door, router, doors) = (door.clone(), router.clone(), doors.clone());
        let proxies = proxies.clone();
        async move {
            tokio::select! {
                () = doors.cancelled() => {}
                () = context.cancel.cancelled() => return Ok(()),
            }
            let Some(listener) = door.handle() else { return Ok(()) };
            let listener = Listener::new(TcpListener::from_std(listener?)?, door.tls()).behind(&proxies);
            server::serve(listener, router, limits, context.cancel).await;
            Ok(())
        }
    })
    .shutdown(limits.drain_limit + Duration::from_secs(1))
}

/// Gives an empty shop its owner, opens the doors, and fills the shelves. In this order, so that no stranger registers
/// the owner's address first.
async fn fill(
    config: &Config,
    (shop, trail): (&Shop, &dyn AuditTable),
    pools: &Pools,
    doors: &CancellationToken,
) -> Result<(), BootError> {
    seed::owner(shop, trail, config).await?;
    doors.cancel();
    if config.seed != Seed::Off {
        let report = seed::run(shop, &pools.images, config.seed).await?;
        if report.products > 0 {
            tracing::info!(products = report.products, "the empty shop was filled with a catalogue");
        }
    }
    Ok(())
}

/// What runs where, on one screen.
fn announce(config: &Config, address: SocketAddr, began: Instant) {
    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!("amazoff {} is up after {ms} ms", env!("CARGO_PKG_VERSION"));
    tracing::info!("  data      {}", config.data_dir.display());
    tracing::info!("  storage   {}; documents in {}", config.truth, config.documents);
    tracing::info!("  payments  sandbox (test cards; nothing is charged)");
    tracing::info!("  owner     {}", config.owner_email);
    let local = config.local_url(address);
    tracing::info!("  health    {local}/health");
    tracing::info!("listening on {local}");
}
