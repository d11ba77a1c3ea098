//! A house with database servers, and nodes that share them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use amazoff_databases::{Port, Proxy};
use reqwest::StatusCode;
use tokio::task::JoinSet;

use crate::common::{Auth, Client, Gate, Server, Servers, Setup, shopping};
use crate::kill::desk::Desk;
use crate::kill::notes::Notes;
use crate::kill::shopper::{Shopper, World};

/// 32 bytes for all nodes of a house.
const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// Until something must have happened that takes no lease.
pub(crate) const SOON: Duration = Duration::from_secs(60);

/// The databases.
pub(crate) struct House {
    pub(crate) servers: Servers,
    http: reqwest::Client,
    /// The payment provider's ledger, which no node may have for itself.
    provider: tempfile::TempDir,
}

/// A data folder with a port, and perhaps a process.
pub(crate) struct Node {
    pub(crate) setup: Setup,
    pub(crate) server: Option<Server>,
    port: Port,
}

/// What a node answers.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// Whether it says that there may be something newer.
    pub(crate) stale: bool,
    pub(crate) text: String,
}

impl Answer {
    /// Whether it claims to be the newest there is.
    pub(crate) fn is_fresh(&self) -> bool {
        self.status.is_success() && !self.stale
    }
}

impl House {
    pub(crate) async fn new() -> Self {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
        Self { servers: Servers::start().await, http, provider: tempfile::tempdir().unwrap() }
    }

    /// A node that does not run yet.
    pub(crate) fn node(&self, ttl_seconds: u32) -> Node {
        let port = Port::lease().unwrap();
        let setup = self
            .servers
            .setup()
            .with("AMAZOFF_LISTEN", &port.address().to_string())
            .with("AMAZOFF_MASTER_KEY", MASTER_KEY)
            .with("AMAZOFF_LEASE_TTL_SECONDS", &ttl_seconds.to_string());
        std::fs::create_dir_all(setup.data()).unwrap();
        let (common, own) =
            (self.provider.path().join("ledger.jsonl"), setup.data().join("sandbox-ledger.jsonl"));
        std::os::unix::fs::symlink(common, own).unwrap();
        Node { setup, server: None, port }
    }

    /// The same with a line to MariaDB that can be broken.
    pub(crate) async fn node_behind_a_proxy(&self, ttl_seconds: u32) -> (Node, Proxy) {
        let direct = self.servers.mariadb.access().address();
        let proxy = Proxy::start(direct.parse().unwrap()).await.unwrap();
        let node = self.node(ttl_seconds);
        let url = node.setup.database_url().unwrap();
        assert!(url.contains(&direct), "{url} is not at {direct}");
        let url = url.replace(&direct, &proxy.address().to_string());
        (Node { setup: node.setup.with("AMAZOFF_DATABASE_URL", &url), ..node }, proxy)
    }

    /// Asks a node something; `None` when it does not answer.
    pub(crate) async fn ask(&self, node: &Node, request: &Ask) -> Option<Answer> {
        request.send(&self.http, &node.base()).await
    }

    /// The same without waiting for it.
    pub(crate) fn asking(&self, node: &Node, request: Ask) -> tokio::task::JoinHandle<Option<Answer>> {
        let (http, base) = (self.http.clone(), node.base());
        amazoff_supervisor::spawn_guarded("request", async move { request.send(&http, &base).await })
    }

    /// Waits until a node serves; how long that took.
    pub(crate) async fn until_ready(&self, node: &mut Node, limit: Duration) -> Duration {
        self.until(node, limit, &Ask::get("/health/ready"), |answer| answer.status == StatusCode::OK).await
    }

    /// Starts the first node of all and waits until its shelves are full.
    pub(crate) async fn opens(&self, node: &mut Node) {
        node.start();
        self.until_ready(node, SOON * 3).await;
        let limit = Instant::now() + SOON * 3;
        while !node.setup.log_text().contains("listening on") {
            assert!(Instant::now() < limit, "the shelves stay empty\n{}", node.setup.log_tail());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until a node says that it stands by, and is alive.
    pub(crate) async fn until_standby(&self, node: &mut Node) {
        let waits = |answer: &Answer| {
            answer.status == StatusCode::SERVICE_UNAVAILABLE && answer.text.contains("standby")
        };
        self.until(node, SOON, &Ask::get("/health/ready"), waits).await;
        let live = self.ask(node, &Ask::get("/health/live")).await.unwrap();
        assert_eq!(live.status, StatusCode::OK);
    }

    /// Asks again and again until an answer is as wished.
    pub(crate) async fn until(
        &self,
        node: &mut Node,
        limit: Duration,
        request: &Ask,
        wish: impl Fn(&Answer) -> bool,
    ) -> Duration {
        let began = Instant::now();
        loop {
            let answer = self.ask(node, request).await;
            if answer.as_ref().is_some_and(&wish) {
                return began.elapsed();
            }
            let ended = node.server.as_mut().and_then(Server::ended);
            let log = || node.setup.log_tail();
            assert!(ended.is_none(), "the node ended with {ended:?}\n{}", log());
            assert!(began.elapsed() < limit, "{request:?} is still answered {answer:?}\n{}", log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Node {
    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.port.address())
    }

    pub(crate) fn start(&mut self) {
        self.server = Some(Server::spawn(&self.setup, &self.base()));
    }

    pub(crate) fn server(&mut self) -> &mut Server {
        self.server.as_mut().expect("the node runs")
    }

    pub(crate) fn kill(&mut self) {
        self.server().kill();
        self.server = None;
    }

    /// Waits until it ends by itself; its exit code.
    pub(crate) async fn until_ended(&mut self, limit: Duration) -> Option<i32> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.server().ended() {
                return status.code();
            }
            assert!(began.elapsed() < limit, "the node does not end\n{}", self.setup.log_tail());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    path: String,
    body: Option<serde_json::Value>,
    auth: Auth,
}

impl Ask {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { path: path.into(), body: None, auth: Auth::default() }
    }

    /// A command, each time a new one.
    pub(crate) fn post(path: impl Into<String>, body: serde_json::Value) -> Self {
        Self { path: path.into(), body: Some(body), auth: Auth::default() }
    }

    pub(crate) fn by(self, auth: &Auth) -> Self {
        Self { auth: auth.clone(), ..self }
    }

    async fn send(&self, http: &reqwest::Client, base: &str) -> Option<Answer> {
        let url = format!("{base}{}", self.path);
        let mut request = match &self.body {
            None => http.get(url),
            Some(body) => {
                http.post(url).json(body).header("Idempotency-Key", uuid::Uuid::now_v7().to_string())
            }
        };
        if let Some(token) = &self.auth.cart_token {
            request = request.header("X-Cart-Token", token);
        }
        let sent = Instant::now();
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                println!("{} is not answered after {:?}: {error:?}", self.path, sent.elapsed());
                return None;
            }
        };
        let (status, stale) = (response.status(), response.headers().contains_key("Amazoff-Stale"));
        Some(Answer { status, stale, text: response.text().await.ok()? })
    }
}

/// People who shop wherever the gate leads.
pub(crate) struct Crowd {
    pub(crate) world: Arc<World>,
    received: shopping::Lines,
    shoppers: JoinSet<()>,
}

impl Crowd {
    /// Lets them in at a node that serves.
    pub(crate) async fn at(node: &Node, shoppers: u64) -> Self {
        let gate = Arc::new(Gate::default());
        gate.open(&node.base());
        let client = Client::new(gate);
        let received = shopping::variants(&client).await;
        assert!(!received.is_empty(), "nothing is on sale");
        let world = Arc::new(World {
            desk: Desk::open(&client).await.expect("the shop has an owner"),
            client,
            notes: Notes::default(),
            variants: received.keys().cloned().collect(),
            closing: AtomicBool::new(false),
            registrations: AtomicUsize::new(0),
        });
        let mut crowd = JoinSet::new();
        for seed in 0..shoppers {
            crowd.spawn(Shopper::new(Arc::clone(&world), rand::random::<u64>().wrapping_add(seed)).run());
        }
        Self { world, received, shoppers: crowd }
    }

    /// From now on they go to another node.
    pub(crate) fn goes_to(&self, node: &Node) {
        self.world.client.gate.open(&node.base());
    }

    /// Waits until so many more commands are acknowledged.
    pub(crate) async fn gets(&self, more: u64) {
        let (wanted, limit) = (self.world.client.acknowledged() + more, Instant::now() + SOON);
        while self.world.client.acknowledged() < wanted {
            let (got, complaints) = (self.world.client.acknowledged(), self.world.client.complaints());
            assert!(
                Instant::now() < limit,
                "only {got} of {wanted} commands are acknowledged: {complaints:?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sends them home, stops the node that serves and checks the books.
    pub(crate) async fn settle(mut self, node: &mut Node) {
        self.world.closing.store(true, Ordering::SeqCst);
        while let Some(ended) = self.shoppers.join_next().await {
            ended.unwrap();
        }
        let mut violations = self.world.client.complaints();
        violations.extend(crate::kill::books::from_outside(&self.world.client, &self.world.notes).await);
        violations.extend(crate::kill::books::settled(&node.setup).await);
        node.server().stop().await.unwrap();
        violations
            .extend(crate::kill::books::from_inside(&node.setup, &self.world.notes, &self.received).await);
        violations.extend(crate::kill::books::checked(&node.setup));
        let orders = self.world.notes.carts().iter().filter(|cart| cart.order.is_some()).count();
        println!("{} commands acknowledged, {orders} orders", self.world.client.acknowledged());
        assert!(violations.is_empty(), "{}\n{}", violations.join("\n"), node.setup.log_tail());
        assert!(orders > 0, "nobody bought anything");
    }
}
