//! A database server is away, hangs, or refuses to write, while people shop.

use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::common::shopping::{self, CARD_OK};
use crate::common::{Auth, Client, Gate, Reply, Request, Server, Servers, Setup};

/// How long any request may take: the shop's limit of ten seconds, and a little for a busy machine.
const REQUEST_LIMIT: Duration = Duration::from_secs(12);
/// How long the shop may take to find a server that is back.
const BACK_LIMIT: Duration = Duration::from_secs(20);

struct Shop {
    servers: Servers,
    client: Client,
    setup: Setup,
    server: Server,
}

impl Shop {
    async fn open() -> Self {
        let servers = Servers::start().await;
        let setup = servers.setup();
        let gate = Arc::new(Gate::default());
        let client = Client::new(Arc::clone(&gate));
        let server = Server::start_behind(&setup, &gate).await.unwrap();
        Self { servers, client, setup, server }
    }

    /// Something of which there is plenty.
    async fn variant(&self) -> String {
        shopping::plenty(&self.client).await
    }

    /// Sends once; fails when the answer takes too long.
    async fn once(&self, request: &Request) -> Reply {
        let asked = Instant::now();
        let reply = self.client.send_once(request).await.expect("an answer");
        assert!(asked.elapsed() < REQUEST_LIMIT, "{:?} for {request:?}: {}", asked.elapsed(), reply.body);
        reply
    }

    async fn cart_with(&self, variant: &str) -> (String, Auth, i64) {
        shopping::cart_with(&self.client, variant).await
    }

    async fn buys(&self, variant: &str) -> String {
        let (id, auth, total) = self.cart_with(variant).await;
        let reply =
            shopping::settle(&self.client, &shopping::complete(&id, total, CARD_OK).by(&auth)).await.unwrap();
        assert_eq!(reply.status, 200, "{}\n{}", reply.body, self.setup.log_tail());
        shopping::text(&reply.body["id"])
    }

    /// Repeats a request until its answer is as wished.
    async fn until(&self, request: &Request, wish: impl Fn(&Reply) -> bool) -> Reply {
        let limit = Instant::now() + BACK_LIMIT;
        loop {
            let reply = self.once(request).await;
            if wish(&reply) {
                return reply;
            }
            let log = self.setup.log_tail();
            assert!(
                Instant::now() < limit,
                "{request:?} is still answered {} {}\n{log}",
                reply.status,
                reply.body
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// How many events each projection has still to look at.
fn behind(reply: &Reply) -> Vec<u64> {
    let projections = reply.body["projections"].as_array().expect("a list of projections");
    projections.iter().map(|one| one["behind"].as_u64().expect("a number")).collect()
}

/// A refusal that says: nothing happened, come back.
fn is_away(reply: &Reply) -> bool {
    reply.status == 503 && reply.code() == "storage-unavailable" && reply.retry_after.is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_mongodb_people_still_buy_and_the_lists_catch_up() {
    let shop = Shop::open().await;
    let variant = shop.variant().await;
    let owner = shopping::owner(&shop.client).await;
    let listed = shop.once(&Request::get("/v1/products?limit=1")).await;
    let slug = shopping::text(&listed.body["items"][0]["slug"]);
    shop.servers.mongo.stop().await.unwrap();

    let (id, auth) = shopping::open_cart(&shop.client, owner.bearer.as_deref()).await.unwrap();
    let added = shop.once(&shopping::add_line(&id, &variant, 1).by(&auth)).await;
    let total = shopping::total_of(shopping::cart_of(&added.body));
    let bought =
        shopping::settle(&shop.client, &shopping::complete(&id, total, CARD_OK).by(&auth)).await.unwrap();
    assert_eq!(bought.status, 200, "{}\n{}", bought.body, shop.setup.log_tail());
    let order = shopping::text(&bought.body["id"]);
    let own = shop.once(&Request::get(format!("/v1/orders/{order}")).by(&owner)).await;
    assert_eq!(own.status, 200, "an order is read from its entity: {}", own.body);
    let page = reqwest::get(format!("{}/products/{slug}", shop.server.base)).await.unwrap();
    assert_eq!(page.status(), 200, "a product is shown, without what people say of it");
    let list = shop.once(&Request::get("/v1/orders").by(&owner)).await;
    assert!(is_away(&list), "{} {}", list.status, list.body);
    // The lag is visible to whoever looks after the shop.
    let projections = Request::get("/ops/v1/projections").by(&owner);
    shop.until(&projections, |reply| {
        behind(reply).iter().any(|events| *events > 0) && reply.body.to_string().contains("store unavailable")
    })
    .await;

    shop.servers.mongo.restart().await.unwrap();
    shop.until(&Request::get("/v1/orders").by(&owner), |reply| reply.body.to_string().contains(&order)).await;
    shop.until(&projections, |reply| behind(reply).iter().all(|events| *events == 0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_mariadb_writes_are_refused_reads_go_on_and_all_recovers() {
    let shop = Shop::open().await;
    let variant = shop.variant().await;
    let (id, auth, _) = shop.cart_with(&variant).await;
    shop.servers.mariadb.kill_9().await.unwrap();

    for _ in 0..3 {
        let refused = shop.once(&shopping::add_line(&id, &variant, 1).by(&auth)).await;
        assert!(is_away(&refused), "{} {}\n{}", refused.status, refused.body, shop.setup.log_tail());
    }
    let cart = shop.once(&Request::get(format!("/v1/carts/{id}")).by(&auth)).await;
    assert_eq!(cart.status, 200, "the live cart is read from memory: {}", cart.body);
    let list = shop.once(&Request::get("/v1/products")).await;
    assert_eq!(list.status, 200, "the catalogue is read from the documents: {}", list.body);

    shop.servers.mariadb.restart().await.unwrap();
    shop.until(&shopping::add_line(&id, &variant, 1).by(&auth), Reply::is_success).await;
    shop.buys(&variant).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mariadb_that_hangs_holds_nobody_beyond_the_deadline() {
    let shop = Shop::open().await;
    let variant = shop.variant().await;
    let mut carts = Vec::new();
    for _ in 0..12 {
        carts.push(shop.cart_with(&variant).await);
    }
    shop.servers.mariadb.pause().unwrap();
    let writes = carts.iter().map(async |(id, auth, _)| {
        let request = shopping::add_line(id, &variant, 1).by(auth);
        let reply = shop.once(&request).await;
        assert!(matches!(reply.status, 503 | 504), "{} {}", reply.status, reply.body);
        assert!(reply.retry_after.is_some(), "{}", reply.body);
        request
    });
    let requests = futures::future::join_all(writes).await;
    let list = shop.once(&Request::get("/v1/products")).await;
    assert_eq!(list.status, 200, "{}", list.body);
    shop.servers.mariadb.resume().unwrap();
    // Under the same key each is carried out once, whether or not the first try was.
    for (request, (id, auth, _)) in requests.iter().zip(&carts) {
        shop.until(request, Reply::is_success).await;
        let cart = shop.once(&Request::get(format!("/v1/carts/{id}")).by(auth)).await;
        assert_eq!(
            shopping::lines_of(shopping::cart_of(&cart.body)).get(&variant),
            Some(&2),
            "{}",
            cart.body
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_mariadb_refuses_writes_and_nothing_else() {
    let shop = Shop::open().await;
    let variant = shop.variant().await;
    let (id, auth, _) = shop.cart_with(&variant).await;
    // The shop's user must not be one that may write in spite of it.
    shop.servers.mariadb.access().execute("SET GLOBAL read_only = 1").await.unwrap();
    let refused = shop.once(&shopping::add_line(&id, &variant, 1).by(&auth)).await;
    assert!(is_away(&refused), "{} {}", refused.status, refused.body);
    let cart = shop.once(&Request::get(format!("/v1/carts/{id}")).by(&auth)).await;
    assert_eq!(cart.status, 200, "{}", cart.body);
    shop.servers.mariadb.access().execute("SET GLOBAL read_only = 0").await.unwrap();
    shop.until(&shopping::add_line(&id, &variant, 1).by(&auth), Reply::is_success).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_starts_before_its_databases_waits_for_them() {
    let servers = Servers::start().await;
    let port = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().port()
    };
    let base = format!("http://127.0.0.1:{port}");
    let setup = servers.setup().with("AMAZOFF_LISTEN", &format!("127.0.0.1:{port}"));
    servers.mariadb.stop().await.unwrap();
    servers.mongo.stop().await.unwrap();
    let mut child = setup.command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = async |path: &str| {
        let answer = reqwest::get(format!("{base}{path}")).await;
        answer.ok().map(|answer| (answer.status().as_u16(), answer.headers().contains_key("retry-after")))
    };
    let wait = async |path: &str, wish: (u16, bool)| {
        let limit = Instant::now() + Duration::from_secs(60);
        while status(path).await != Some(wish) {
            assert!(Instant::now() < limit, "{path} is answered {:?}", status(path).await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    wait("/health/live", (200, false)).await;
    assert_eq!(status("/health/ready").await, Some((503, true)));
    assert_eq!(status("/v1/products").await, Some((503, true)));
    servers.mariadb.restart().await.unwrap();
    // Without MongoDB it serves, and fills its shelves.
    wait("/health/ready", (200, false)).await;
    servers.mongo.restart().await.unwrap();
    wait("/v1/products", (200, false)).await;
    assert!(child.try_wait().unwrap().is_none(), "the shop ended");
    child.kill().unwrap();
    child.wait().unwrap();
}
