//! The shop behind its real HTTP layer, on a free port of the loopback interface.

use amazoff_http::server::{Limits, serve};
use amazoff_http::{HttpSettings, Platform, router};
use amazoff_supervisor::spawn_guarded;
use amazoff_testkit::faults::FaultPlan;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::world::World;

/// A [`World`] that answers HTTP. It needs real time (no paused clock: sockets do not know it), and is gone when dropped.
///
/// ```
/// use amazoff_world::TestApp;
///
/// let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
/// runtime.block_on(async {
///     let app = TestApp::start().await;
///     let shelf = app.world.stock(1_999, 10).await;
///     assert!(app.base.starts_with("http://127.0.0.1:"));
///     // … ask `app.base` with any HTTP client, and look at the books: `app.world.invariants()`.
///     let _ = shelf;
/// });
/// ```
pub struct TestApp {
    /// The shop behind it.
    pub world: World,
    /// What handlers share.
    pub platform: Platform,
    /// Where it listens, such as `http://127.0.0.1:40123`.
    pub base: String,
    _serving: DropGuard,
}

impl TestApp {
    /// A shop in which nothing goes wrong.
    pub async fn start() -> Self {
        Self::with(FaultPlan::new()).await
    }

    /// A shop in which things go wrong as planned.
    ///
    /// # Panics
    /// When no port of the loopback interface can be taken.
    pub async fn with(plan: FaultPlan) -> Self {
        let world = World::with(plan).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("it is bound"));
        let machine = world.machine();
        let settings = HttpSettings::at(&base);
        let platform = Platform::new(machine.shop.clone(), machine.runtime.clone(), settings, "test");
        platform.attach(machine.tree.clone());
        let stop = CancellationToken::new();
        let serving = serve(listener, router(platform.clone()), Limits::default(), stop.clone());
        spawn_guarded("http", serving);
        Self { world, platform, base, _serving: stop.drop_guard() }
    }
}
