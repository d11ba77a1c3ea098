//! Webhooks that the shop sends.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use amazoff_actors::user::Role;
use amazoff_supervisor::spawn_guarded;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{Answered, PATIENCE, TestApp};

const PATH: &str = "/admin/v1/webhook-endpoints";

/// A message as it arrived.
#[derive(Clone, Debug)]
struct Arrived {
    id: String,
    timestamp: String,
    signatures: String,
    body: String,
}

/// What a receiver got, and what it answers next; 204 when nothing else is said.
#[derive(Clone, Default)]
struct Desk {
    arrived: Arc<Mutex<Vec<Arrived>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

struct Receiver {
    desk: Desk,
    url: String,
}

async fn take(State(desk): State<Desk>, headers: HeaderMap, body: String) -> (StatusCode, &'static str) {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    let signatures = header("webhook-signature");
    desk.arrived.lock().unwrap().push(Arrived { id, timestamp, signatures, body });
    let status = desk.answers.lock().unwrap().pop_front().unwrap_or(204);
    (StatusCode::from_u16(status).unwrap(), if status == 204 { "" } else { "not now" })
}

impl Receiver {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let desk = Desk::default();
        let router = Router::new().route("/hooks", post(take)).with_state(desk.clone());
        spawn_guarded("receiver", async move { axum::serve(listener, router).await.unwrap() });
        Self { desk, url: format!("http://{address}/hooks") }
    }

    fn arrived(&self) -> Vec<Arrived> {
        self.desk.arrived.lock().unwrap().clone()
    }

    fn answers(&self, answers: impl IntoIterator<Item = u16>) {
        self.desk.answers.lock().unwrap().extend(answers);
    }
}

/// The signature that a receiver computes with a secret.
fn signed(secret: &str, message: &Arrived) -> String {
    let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    assert_eq!(key.len(), 32);
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.{}.{}", message.id, message.timestamp, message.body).as_bytes());
    format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()))
}

async fn made(app: &TestApp, admin: &str, url: &str, events: &[&str]) -> Answered {
    app.post(PATH, &json!({"url": url, "events": events})).fresh_key().bearer(admin).send().await
}

async fn act(app: &TestApp, admin: &str, endpoint: &str, what: &str) -> Answered {
    app.ask(Method::POST, &format!("{PATH}/{endpoint}/{what}")).fresh_key().bearer(admin).send().await
}

async fn shown(app: &TestApp, admin: &str, endpoint: &str) -> Value {
    app.get(&format!("{PATH}/{endpoint}")).bearer(admin).send().await.expect(200).json
}

/// The deliveries of an endpoint once no attempt is under way.
async fn deliveries(app: &TestApp, admin: &str, endpoint: &str) -> Vec<Value> {
    app.mailed().await; // all effects are delivered
    let path = format!("{PATH}/{endpoint}/deliveries");
    let listing = async {
        loop {
            let list = app.get(&path).bearer(admin).send().await.expect(200).json;
            let items = list["items"].as_array().unwrap().clone();
            if items.iter().all(|item| item["status"] != "sending") {
                return items;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, listing).await.expect("attempts must end")
}

#[tokio::test]
async fn an_order_is_told_to_who_wants_it_signed_and_once() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let (receiver, other) = (Receiver::open().await, Receiver::open().await);
    let endpoint = made(&app, &admin, &receiver.url, &["order.placed", "order.paid"]).await.expect(201);
    made(&app, &admin, &other.url, &["order.canceled"]).await.expect(201);
    let (cart, total) = app.full_cart(1999).await;
    let order = app.complete(&cart, total, "tok_ok").await.expect(200).text_at("/id");
    app.order_at_stage(&format!("/v1/orders/{order}"), &cart, "paid").await;
    let log = deliveries(&app, &admin, &endpoint.text_at("/id")).await;
    assert_eq!(log.len(), 2);
    assert!(
        log.iter().all(|item| item["status"] == "delivered" && item["attempts"][0]["status"] == 204),
        "{log:?}"
    );
    let arrived = receiver.arrived();
    let mut types = Vec::new();
    for message in &arrived {
        assert_eq!(message.signatures, signed(&endpoint.text_at("/secret"), message));
        let body: Value = serde_json::from_str(&message.body).unwrap();
        assert_eq!(
            (&body["data"]["order_id"], &body["data"]["total"]["amount"]),
            (&json!(order), &json!(total))
        );
        assert!(!message.body.contains("ann@example.org"), "nothing personal");
        types.push(body["type"].as_str().unwrap().to_owned());
    }
    types.sort();
    assert_eq!(types, ["order.paid", "order.placed"]);
    assert_ne!(arrived[0].id, arrived[1].id);
    assert!(arrived[0].id.starts_with("msg_"));
    assert!(other.arrived().is_empty());
}

#[tokio::test]
async fn programs_follow_what_is_for_sale_and_what_is_left_of_it() {
    const EVENTS: [&str; 5] =
        ["product.published", "product.updated", "product.archived", "stock.available", "stock.sold_out"];
    let app = TestApp::start().await;
    let (admin, support) = (app.token_of(Role::Admin).await, app.token_of(Role::Support).await);
    let receiver = Receiver::open().await;
    let endpoint = made(&app, &admin, &receiver.url, &EVENTS).await.expect(201).text_at("/id");
    let does = |path: String, body: Value| {
        let asked = app.post(&format!("/admin/v1/{path}"), &body).bearer(&admin).fresh_key();
        asked.header("if-match", "*").send()
    };
    let price = json!({"amount": 1000, "currency": "EUR"});
    let lamp = does(
        "products".to_owned(),
        json!({
            "slug": "lamp", "title": "Lamp", "description": "It shines.", "category": "lighting", "brand": "Lux",
            "variants": [{"sku": "L-1", "options": {}, "price": price}],
        }),
    );
    let lamp = lamp.await.expect(201);
    let (product, variant) = (lamp.text_at("/id"), lamp.text_at("/variants/0/id"));
    does(format!("products/{product}/publish"), json!({})).await.expect(200);
    let counted = json!({"delta": -2, "reason": "counted", "expected_on_hand": 2});
    let receive =
        app.post(&format!("/admin/v1/stock/{variant}/receive"), &json!({"quantity": 2})).fresh_key();
    receive.bearer(&support).send().await.expect(200);
    does(format!("stock/{variant}/adjust"), counted).await.expect(200);
    does(format!("products/{product}/archive"), json!({})).await.expect(200);
    let log = deliveries(&app, &admin, &endpoint).await;
    assert!(log.iter().all(|item| item["status"] == "delivered"), "{log:?}");
    let mut told: Vec<Value> =
        receiver.arrived().iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect();
    told.sort_by_key(|body| body["type"].to_string());
    let types: Vec<_> = told.iter().map(|body| body["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["product.archived", "product.published", "stock.available", "stock.sold_out"]);
    assert_eq!(told[0]["data"], json!({"product_id": product, "slug": "lamp", "version": 3}));
    assert_eq!(told[3]["data"], json!({"variant_id": variant, "product_id": product, "sku": "L-1"}));
}

#[tokio::test]
async fn a_receiver_that_is_away_is_tried_again_and_a_message_can_be_sent_anew() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let receiver = Receiver::open().await;
    let endpoint = made(&app, &admin, &receiver.url, &["order.placed"]).await.expect(201).text_at("/id");
    receiver.answers([500]);
    let sent = act(&app, &admin, &endpoint, "test").await.expect(200).text_at("/message_id");
    let log = deliveries(&app, &admin, &endpoint).await;
    let attempt = &log[0]["attempts"][0];
    assert_eq!((&log[0]["id"], &log[0]["status"]), (&json!(sent), &json!("waiting")));
    assert_eq!((&attempt["status"], &attempt["excerpt"]), (&json!(500), &json!("not now")));
    assert!(log[0]["next_at"].is_string() && attempt["latency_ms"].is_u64(), "{log:?}");
    assert!(shown(&app, &admin, &endpoint).await["failing_since"].is_string());
    let replay = format!("deliveries/{sent}/replay");
    act(&app, &admin, &endpoint, &replay).await.expect(200);
    let log = deliveries(&app, &admin, &endpoint).await;
    assert_eq!((&log[0]["status"], log[0]["attempts"].as_array().unwrap().len()), (&json!("delivered"), 2));
    assert_eq!(log[0]["type"], "endpoint.test");
    let arrived = receiver.arrived();
    assert_eq!((arrived.len(), &arrived[0].id, &arrived[1].id), (2, &sent, &sent), "one id at every attempt");
    assert_eq!(shown(&app, &admin, &endpoint).await["failing_since"], Value::Null);
    let unknown = "deliveries/msg_00000000000000000000000000000001/replay";
    act(&app, &admin, &endpoint, unknown).await.refused(404, "delivery-not-found");
}

#[tokio::test]
async fn a_replaced_secret_signs_beside_the_new_one() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let receiver = Receiver::open().await;
    let made = made(&app, &admin, &receiver.url, &["order.placed"]).await.expect(201);
    let (endpoint, old) = (made.text_at("/id"), made.text_at("/secret"));
    let rotated = act(&app, &admin, &endpoint, "rotate-secret").await.expect(200);
    let new = rotated.text_at("/secret");
    assert_ne!(new, old);
    assert!(rotated.json["old_secret_until"].is_string());
    act(&app, &admin, &endpoint, "test").await.expect(200);
    deliveries(&app, &admin, &endpoint).await;
    let message = &receiver.arrived()[0];
    assert_eq!(message.signatures, format!("{} {}", signed(&new, message), signed(&old, message)));
    let seen = shown(&app, &admin, &endpoint).await.to_string();
    assert!(!seen.contains("whsec_"), "shown once: {seen}");
}

#[tokio::test]
async fn what_is_disabled_gets_nothing_and_who_is_gone_is_disabled() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let receiver = Receiver::open().await;
    let endpoint = made(&app, &admin, &receiver.url, &["order.placed"]).await.expect(201).text_at("/id");
    act(&app, &admin, &endpoint, "disable").await.expect(200);
    assert_eq!(shown(&app, &admin, &endpoint).await["disabled_for"], "asked");
    act(&app, &admin, &endpoint, "test").await.refused(409, "endpoint-disabled");
    let (cart, total) = app.full_cart(1999).await;
    app.complete(&cart, total, "tok_ok").await.expect(200);
    assert!(deliveries(&app, &admin, &endpoint).await.is_empty());
    act(&app, &admin, &endpoint, "enable").await.expect(200);
    receiver.answers([410]);
    act(&app, &admin, &endpoint, "test").await.expect(200);
    assert_eq!(deliveries(&app, &admin, &endpoint).await[0]["status"], "given_up");
    let view = shown(&app, &admin, &endpoint).await;
    assert_eq!((&view["enabled"], &view["disabled_for"]), (&json!(false), &json!("gone")));
    app.mailed().await;
    let told = app.get("/v1/me/notifications").bearer(&admin).send().await.expect(200).json;
    let notice = &told["items"][0];
    assert_eq!(
        (&notice["kind"], &notice["endpoint_id"]),
        (&json!("webhook_endpoint_disabled"), &json!(endpoint))
    );
    app.ask(Method::DELETE, &format!("{PATH}/{endpoint}")).bearer(&admin).send().await.expect(204);
    app.get(&format!("{PATH}/{endpoint}")).bearer(&admin).send().await.refused(404, "endpoint-not-found");
    act(&app, &admin, &endpoint, "enable").await.refused(404, "endpoint-not-found");
    assert_eq!(app.get(PATH).bearer(&admin).send().await.expect(200).json["items"], json!([]));
}

#[tokio::test]
async fn only_admins_make_endpoints_and_only_of_addresses_that_may_be_called() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    for role in [Role::Support, Role::Ops] {
        let token = app.token_of(role).await;
        made(&app, &token, "https://127.0.0.1/", &["order.placed"]).await.refused(403, "role-missing");
        app.get(PATH).bearer(&token).send().await.refused(403, "role-missing");
    }
    for url in [
        "ftp://127.0.0.1/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest",
        "https://a:b@127.0.0.1/",
        "x",
    ] {
        let refused = made(&app, &admin, url, &["order.placed"]).await.refused(422, "endpoint-url-refused");
        assert_eq!(refused.json["errors"][0]["pointer"], "/url");
    }
    made(&app, &admin, "https://127.0.0.1/", &[]).await.refused(422, "validation-failed");
    made(&app, &admin, "https://127.0.0.1/", &["order.eaten"]).await.refused(422, "validation-failed");
    let form = json!({"url": "https://127.0.0.1/", "events": ["order.placed", "order.placed"]});
    let press = || app.post(PATH, &form).key("once").bearer(&admin).send();
    let first = press().await.expect(201);
    let again = press().await.expect(201);
    assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &first.json));
    assert_eq!(first.json["events"], json!(["order.placed"]));
    for _ in 1..20 {
        made(&app, &admin, "https://127.0.0.1/", &["order.placed"]).await.expect(201);
    }
    made(&app, &admin, "https://127.0.0.1/", &["order.placed"]).await.refused(409, "too-many-endpoints");
    let listed = app.get(PATH).bearer(&admin).send().await.expect(200).json;
    assert_eq!(listed["items"].as_array().unwrap().len(), 20);
}
