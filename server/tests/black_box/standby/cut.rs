//! An owner whose line to the database is cut.

use std::time::{Duration, Instant};

use amazoff_databases::{Direction, Proxy};
use reqwest::StatusCode;
use serde_json::json;

use crate::common::{Auth, Client, Gate, shopping};
use crate::standby::house::{Answer, Ask, House, Node, SOON};

const TTL_SECONDS: u32 = 8;

/// A node behind a proxy, a cart that it has in memory, and how to look at it.
struct Behind {
    house: House,
    proxy: Proxy,
    node: Node,
    show: Ask,
    auth: Auth,
}

impl Behind {
    async fn start() -> Self {
        let house = House::new().await;
        let (mut node, proxy) = house.node_behind_a_proxy(TTL_SECONDS).await;
        house.opens(&mut node).await;
        let gate = std::sync::Arc::new(Gate::default());
        gate.open(&node.base());
        let (cart, auth) = shopping::open_cart(&Client::new(gate), None).await.unwrap();
        let show = Ask::get(format!("/v1/carts/{cart}")).by(&auth);
        assert!(house.ask(&node, &show).await.unwrap().is_fresh());
        Self { house, proxy, node, show, auth }
    }

    async fn until(&mut self, limit: Duration, wish: impl Fn(&Answer) -> bool) -> Duration {
        self.house.until(&mut self.node, limit, &self.show, wish).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_is_cut_off_falls_silent_before_another_serves() {
    let mut behind = Behind::start().await;
    let mut other = behind.house.node(TTL_SECONDS);
    other.start();
    behind.house.until_standby(&mut other).await;
    // The owner hears of it with its next renewal.
    tokio::time::sleep(Duration::from_secs(u64::from(TTL_SECONDS) / 2)).await;
    behind.proxy.stall(Direction::ToServer);
    behind.proxy.stall(Direction::ToClient);
    let cut = Instant::now();
    behind.until(Duration::from_secs(10), |answer| answer.status == StatusCode::SERVICE_UNAVAILABLE).await;
    let silent = cut.elapsed();
    behind.house.until_ready(&mut other, SOON).await;
    let served = cut.elapsed();
    println!("the owner fell silent after {silent:?}, the other served after {served:?}");
    assert!(silent < Duration::from_secs(u64::from(TTL_SECONDS)), "{silent:?}");
    assert!(served < Duration::from_secs(15), "{served:?}");
    for _ in 0..20 {
        let answer = behind.house.ask(&behind.node, &behind.show).await;
        assert!(!answer.as_ref().is_some_and(Answer::is_fresh), "{answer:?}");
    }
    assert!(behind.house.ask(&other, &behind.show).await.unwrap().is_fresh());
    behind.proxy.reset();
    behind.proxy.heal().await;
    assert_eq!(behind.node.until_ended(SOON).await, Some(75), "{}", behind.node.setup.log_tail());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lone_owner_without_its_database_still_reads_and_says_how_old_it_may_be() {
    let mut behind = Behind::start().await;
    let add = Ask::post("/v1/carts", json!({})).by(&behind.auth);
    // Its first renewal has told it that it is alone.
    tokio::time::sleep(Duration::from_secs(u64::from(TTL_SECONDS) / 2)).await;
    behind.proxy.refuse().await;
    behind.proxy.reset();
    behind.until(SOON, |answer| answer.stale).await;
    let shown = behind.house.ask(&behind.node, &behind.show).await.unwrap();
    assert_eq!((shown.status, shown.stale), (StatusCode::OK, true), "{shown:?}");
    let refused = behind.house.ask(&behind.node, &add).await.unwrap();
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{refused:?}");
    let health = behind.house.ask(&behind.node, &Ask::get("/health")).await.unwrap();
    assert!(health.text.contains("\"standing\":\"stale\""), "{health:?}");
    behind.proxy.heal().await;
    let back = Instant::now();
    behind.until(SOON, Answer::is_fresh).await;
    println!("it was sure again after {:?}", back.elapsed());
    let node = &mut behind.node;
    behind.house.until(node, SOON, &add, |answer| answer.status == StatusCode::CREATED).await;
}
