//! A payment panics: its command fails typed, the rest of the shop sees nothing, the tree shows the restart.
#![cfg(feature = "fault-points")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::shopping::{self, CARD_ACTION};
use crate::common::{Auth, Client, Gate, Request, Server, Setup};

struct Shop {
    client: Client,
    ops: Auth,
    setup: Setup,
    _server: Server,
}

async fn shop() -> Shop {
    let setup = Setup::default();
    let gate = Arc::new(Gate::default());
    let client = Client::new(Arc::clone(&gate));
    let server = Server::start_behind(&setup, &gate).await.unwrap();
    let ops = shopping::owner(&client).await;
    Shop { client, ops, setup, _server: server }
}

impl Shop {
    /// A completion that waits for the shopper's answer: the payment, and what opens its cart.
    async fn payment_that_waits(&self) -> (String, Auth) {
        let variant = shopping::plenty(&self.client).await;
        let (cart, auth, total) = shopping::cart_with(&self.client, &variant).await;
        let press = async |total| {
            let button = shopping::complete(&cart, total, CARD_ACTION).by(&auth);
            shopping::settle(&self.client, &button).await.unwrap()
        };
        let mut reply = press(total).await;
        if reply.status == 409 {
            // Only the button says where the parcel goes, and sending costs more there.
            reply = press(reply.body["current_total"]["amount"].as_i64().expect("the total")).await;
        }
        assert_eq!(
            (reply.status, reply.body["status"].as_str()),
            (202, Some("requires_action")),
            "{}",
            reply.body
        );
        (shopping::text(&reply.body["payment_id"]), auth)
    }

    async fn arm(&self, payment: &str, times: u32) {
        let fault = json!({ "kind": "payment", "id": payment, "fault": "panic", "times": times });
        let armed = self.client.send(&Request::post("/ops/v1/faults", fault).by(&self.ops)).await.unwrap();
        assert!(armed.is_success(), "{}", armed.body);
    }

    /// The payments' node of the supervision tree.
    async fn payments(&self) -> Value {
        let tree = self.client.send(&Request::get("/ops/v1/tree").by(&self.ops)).await.unwrap();
        find(&tree.body, "payment").unwrap_or_else(|| panic!("no payments in {}", tree.body))
    }
}

/// The deepest node of the tree whose name speaks of something.
fn find(node: &Value, name: &str) -> Option<Value> {
    match node {
        Value::Object(fields) => fields.values().find_map(|inner| find(inner, name)).or_else(|| {
            let matches =
                fields.get("name").and_then(Value::as_str).is_some_and(|found| found.contains(name));
            matches.then(|| node.clone())
        }),
        Value::Array(items) => items.iter().find_map(|inner| find(inner, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn restarts(node: &Value) -> u64 {
    ["restarts", "cell_restarts"].iter().filter_map(|count| node[count].as_u64()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panicking_payment_disturbs_nobody_else() {
    let shop = shop().await;
    let (payment, auth) = shop.payment_that_waits().await;
    let before = restarts(&shop.payments().await);
    let (stop, visits) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let bystanders = (0..4).map(|_| browse(shop.client.clone(), Arc::clone(&stop), Arc::clone(&visits)));
    let bystanders: tokio::task::JoinSet<_> = bystanders.collect();
    reach(&visits, 10).await;

    shop.arm(&payment, 1).await;
    let confirm =
        Request::post(format!("/v1/payments/{payment}/confirm"), json!({ "result": "approve" })).by(&auth);
    let failed = shop.client.send_once(&confirm).await.expect("an answer");
    assert_eq!((failed.status, failed.code()), (503, "not-committed"), "{}", failed.body);

    let limit = Instant::now() + Duration::from_secs(10);
    let node = loop {
        let node = shop.payments().await;
        if restarts(&node) > before {
            break node;
        }
        assert!(Instant::now() < limit, "no restart shows: {node}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(node["last_error"].to_string().contains("injected panic"), "{node}");

    let confirmed = shop.client.send(&confirm).await.expect("the same command again");
    assert!(confirmed.is_success(), "{}\n{}", confirmed.body, shop.setup.log_tail());
    let seen = visits.load(Ordering::SeqCst);
    reach(&visits, seen + 20).await;
    stop.store(true, Ordering::SeqCst);
    for visited in bystanders.join_all().await {
        visited.expect("bystanders see no error");
    }
}

/// Waits until the bystanders have done so much.
async fn reach(visits: &AtomicUsize, count: usize) {
    let limit = Instant::now() + Duration::from_secs(30);
    while visits.load(Ordering::SeqCst) < count {
        assert!(Instant::now() < limit, "the bystanders hardly do anything");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Looks around and fills a cart until told to stop, or until the first error.
async fn browse(client: Client, stop: Arc<AtomicBool>, visits: Arc<AtomicUsize>) -> Result<(), String> {
    let variants: Vec<_> =
        shopping::variants(&client).await.into_iter().filter(|(_, left)| *left > 5).collect();
    let (cart, auth) = shopping::open_cart(&client, None).await.ok_or("a cart could not be opened")?;
    let mut turn = 0;
    while !stop.load(Ordering::SeqCst) {
        let (variant, _) = &variants[turn % variants.len()];
        let request = match turn % 2 {
            0 => Request::get("/v1/products?limit=10"),
            _ => shopping::add_line(&cart, variant, 1).by(&auth),
        };
        let reply = client.send_once(&request).await.ok_or("no answer")?;
        let full = matches!(reply.code(), "quantity-out-of-range" | "insufficient-stock");
        if !reply.is_success() && !full {
            return Err(format!("{} {}", reply.status, reply.body));
        }
        turn += 1;
        visits.fetch_add(1, Ordering::SeqCst);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_crashes_twice_is_quarantined_and_its_payment_goes_on() {
    let shop = shop().await;
    let (payment, auth) = shop.payment_that_waits().await;
    shop.arm(&payment, 2).await;
    let path = format!("/v1/payments/{payment}/confirm");
    let poisoned = Request::post(&path, json!({ "result": "approve" })).by(&auth);
    let mut codes = Vec::new();
    let limit = Instant::now() + Duration::from_secs(20);
    while codes.last().map(String::as_str) != Some("command-quarantined") {
        assert!(Instant::now() < limit, "never quarantined: {codes:?}");
        let reply = shop.client.send_once(&poisoned).await.expect("an answer");
        assert!(reply.is_problem(), "{} {}", reply.status, reply.body);
        codes.push(reply.code().to_owned());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let healthy = poisoned.with_another_key();
    let confirmed = shop.client.send(&healthy).await.expect("another command of the same payment");
    assert!(confirmed.is_success(), "{}", confirmed.body);
}
