//! The hottest entity: one stock item of the real shop, over SQLite on a real file, every commit synced.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use amazoff_actors::endpoint::{CallRequest, Caller, Heard, TargetRefused};
use amazoff_actors::ids::{CartId, HoldId, ProductId, VariantId};
use amazoff_actors::mail::{MailError, Mailer, Message};
use amazoff_actors::media::{ImageCodec, ImageError, ImageLimits, ImageType, KeptImage, Rendition};
use amazoff_actors::money::Quantity;
use amazoff_actors::payment::Providers;
use amazoff_actors::product::ScannedIndex;
use amazoff_actors::shop::{Outside, Shop};
use amazoff_actors::stock::NewHold;
use amazoff_actors::tree;
use amazoff_actors::user::passwords::{PasswordError, PasswordHasher};
use amazoff_persistence::MemoryBlobs;
use amazoff_supervisor::compute::ComputeError;
use amazoff_supervisor::tree::TreeHandle;
use amazoff_supervisor::{
    CellLimits, Clock as _, Envelope, LaneStats, MasterKey, Runtime, SystemClock, Vault,
};
use futures::future::BoxFuture;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::figures::{Table, cpu_seconds, median, percentile, rate, scaled_time, thousands};
use crate::world::{folder, on_disk};

const CALLERS: usize = 1_000;
/// The shop owns enough of it that nobody is refused.
const PIECES: u32 = 500_000_000;
const TURNS: usize = 3;
const WITHIN: Duration = Duration::from_secs(30);

/// What is promised.
const PER_SECOND_MIN: f64 = 5_000.0;
const RATIO_MIN: f64 = 10.0;

/// What callers do with a hold, one command after the other.
#[derive(Clone, Copy)]
enum Then {
    Release,
    Commit,
}

struct HotShop {
    shop: Shop,
    runtime: Runtime,
    tree: TreeHandle,
    variant: VariantId,
    _folder: tempfile::TempDir,
}

impl HotShop {
    async fn open() -> Self {
        let folder = folder();
        let (shop, runtime, tree) = assemble(folder.path()).await;
        let variant = VariantId::from(Uuid::now_v7());
        let envelope = || Envelope::system(WITHIN);
        shop.stocks
            .introduce(variant, ProductId::from(Uuid::now_v7()), "HOT".to_owned(), envelope())
            .await
            .unwrap();
        shop.stocks.receive(variant, PIECES, envelope()).await.unwrap();
        runtime.delivered().await;
        Self { shop, runtime, tree, variant, _folder: folder }
    }

    /// Puts one piece aside and then does the other thing with it: two durable commands.
    async fn pair(&self, then: Then) {
        let hold = HoldId::from(Uuid::now_v7());
        let new = NewHold {
            hold,
            cart: CartId::from(Uuid::now_v7()),
            quantity: Quantity::try_from(1_u32).unwrap(),
            expires_at: SystemClock.now().plus(Duration::from_hours(1)),
        };
        let envelope = || Envelope::system(WITHIN);
        self.shop.stocks.hold(self.variant, new, envelope()).await.unwrap();
        let done = match then {
            Then::Release => self.shop.stocks.release(self.variant, hold, envelope()).await,
            Then::Commit => self.shop.stocks.commit(self.variant, hold, envelope()).await,
        };
        done.unwrap();
    }

    /// So many callers for so long; returns commands per second, latencies of pairs in ms, and what the lane did.
    async fn rush(self: &Arc<Self>, callers: usize, then: Then, time: Duration) -> Rush {
        let (before, cpu) = (self.runtime.lane_stats(), cpu_seconds());
        let begun = Instant::now();
        let mut tasks = JoinSet::new();
        for _ in 0..callers {
            let hot = Arc::clone(self);
            tasks.spawn(async move {
                let mut times = Vec::new();
                while begun.elapsed() < time {
                    let sent = Instant::now();
                    hot.pair(then).await;
                    times.push(sent.elapsed().as_secs_f64() * 1e3 / 2.0);
                }
                times
            });
        }
        let times: Vec<f64> = tasks.join_all().await.into_iter().flatten().collect();
        let per_second = rate(times.len() * 2, begun.elapsed());
        let cpu_us = (cpu_seconds() - cpu) * 1e6 / (times.len() * 2) as f64;
        Rush { per_second, cpu_us, times, lane: difference(before, self.runtime.lane_stats()) }
    }
}

struct Rush {
    per_second: f64,
    cpu_us: f64,
    times: Vec<f64>,
    lane: LaneStats,
}

fn difference(before: LaneStats, after: LaneStats) -> LaneStats {
    LaneStats {
        commits: after.commits - before.commits,
        parts: after.parts - before.parts,
        refused: after.refused - before.refused,
        failures: after.failures - before.failures,
    }
}

/// Nobody logs in here.
struct Nobody;

impl PasswordHasher for Nobody {
    fn hash<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<String, PasswordError>> {
        Box::pin(async { Err(PasswordError::Busy) })
    }
    fn verify<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<bool, PasswordError>> {
        Box::pin(async { Err(PasswordError::Busy) })
    }
}

impl Mailer for Nobody {
    fn send<'a>(&'a self, _: &'a Message) -> BoxFuture<'a, Result<(), MailError>> {
        Box::pin(async { Ok(()) })
    }
}

impl ImageCodec for Nobody {
    fn limits(&self) -> ImageLimits {
        ImageLimits::default()
    }
    fn take_in(&self, _: ImageType, _: Vec<u8>) -> BoxFuture<'_, Result<KeptImage, ImageError>> {
        Box::pin(async { Err(ImageError::Pool(ComputeError::Closed)) })
    }
    fn rendition(&self, _: Vec<u8>, _: Rendition) -> BoxFuture<'_, Result<Vec<u8>, ImageError>> {
        Box::pin(async { Err(ImageError::Pool(ComputeError::Closed)) })
    }
}

impl Caller for Nobody {
    fn check<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<(), TargetRefused>> {
        Box::pin(async { Err(TargetRefused("nobody is called here".to_owned())) })
    }
    fn call<'a>(&'a self, _: &'a CallRequest) -> BoxFuture<'a, Heard> {
        Box::pin(async { Heard::default() })
    }
}

async fn assemble(folder: &Path) -> (Shop, Runtime, TreeHandle) {
    let ports = on_disk(folder).await;
    let outside = Outside {
        vault: Vault::new(MasterKey::new([7; 32]), Arc::clone(&ports.keys)),
        blobs: Arc::new(MemoryBlobs::default()),
        images: Arc::new(Nobody),
        index: Arc::new(ScannedIndex::over(Arc::clone(&ports.documents))),
        providers: Providers::of([]),
        passwords: Arc::new(Nobody),
        mailer: Arc::new(Nobody),
        caller: Arc::new(Nobody),
        public_url: "http://shop.test".to_owned(),
    };
    let (shop, runtime) = Shop::assemble(&ports, outside, CellLimits::default());
    let tree = TreeHandle::start(tree::declare(&runtime, [], [])).await.unwrap();
    (shop, runtime, tree)
}

pub(crate) async fn hot() {
    let mut table = Table::new(&[
        "one stock item, durable commands",
        "per second",
        "times one caller",
        "p50 ms",
        "p99 ms",
        "commands per commit",
        "commits per second",
        "processor µs per command",
    ]);
    for (name, then) in [("hold, release", Then::Release), ("hold, commit", Then::Commit)] {
        let (mut alone, mut rushes) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            let hot = Arc::new(HotShop::open().await);
            alone.push(hot.rush(1, then, scaled_time(4)).await);
            rushes.push(hot.rush(CALLERS, then, scaled_time(8)).await);
            audit(&hot, then, &alone, &rushes).await;
            hot.tree.stop().await;
        }
        let slow = row(&mut table, &format!("{name}: one caller, a commit each"), &alone, None);
        let fast =
            row(&mut table, &format!("{name}: {} callers", thousands(CALLERS as f64)), &rushes, Some(slow));
        if matches!(then, Then::Release) {
            let kept = fast >= PER_SECOND_MIN && fast / slow >= RATIO_MIN;
            table.row(&[
                &format!("promised: at least {PER_SECOND_MIN} a second and {RATIO_MIN} times one caller"),
                if kept { "kept" } else { "NOT KEPT" },
                "",
                "",
                "",
                "",
                "",
                "",
            ]);
        }
    }
    table.print("The hottest entity: SQLite, synchronous=FULL");
}

/// Every command was committed once, alone in its commit when there was one caller, and nothing was lost.
async fn audit(hot: &HotShop, then: Then, alone: &[Rush], rushes: &[Rush]) {
    let (alone, rush) = (alone.last().unwrap(), rushes.last().unwrap());
    assert_eq!(alone.lane.parts, alone.lane.commits, "one command per commit");
    assert_eq!((rush.lane.refused, rush.lane.failures), (0, 0));
    let pairs = u32::try_from(alone.times.len() + rush.times.len()).unwrap();
    let stock = hot.shop.stocks.get(hot.variant).await.unwrap().unwrap();
    let allocated = if matches!(then, Then::Commit) { pairs } else { 0 };
    assert_eq!((stock.state.held, stock.state.allocated), (0, allocated));
    assert_eq!(stock.version.0, u64::from(pairs) * 2 + 2, "an event for each command");
}

fn row(table: &mut Table, name: &str, rushes: &[Rush], slow: Option<f64>) -> f64 {
    let per_second = median(rushes.iter().map(|rush| rush.per_second).collect());
    let mut times: Vec<f64> = rushes.iter().flat_map(|rush| rush.times.iter().copied()).collect();
    let seconds: f64 = rushes.iter().map(|rush| rush.times.len() as f64 * 2.0 / rush.per_second).sum();
    let commits: f64 = rushes.iter().map(|rush| rush.lane.commits as f64).sum();
    table.row(&[
        name,
        &thousands(per_second),
        &slow.map_or_else(|| "1".to_owned(), |slow| format!("{:.1}", per_second / slow)),
        &format!("{:.2}", percentile(&mut times, 50)),
        &format!("{:.2}", percentile(&mut times, 99)),
        &format!("{:.1}", times.len() as f64 * 2.0 / commits),
        &thousands(commits / seconds),
        &format!("{:.0}", median(rushes.iter().map(|rush| rush.cpu_us).collect())),
    ]);
    per_second
}
