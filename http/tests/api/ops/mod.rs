//! What operators see and do.

mod acts;
mod metrics;
mod past;
mod privacy;
mod processes;
mod reconciliations;
mod stream;
mod waiting;

use amazoff_actors::user::Role;
use amazoff_http::access::{Access, TABLE};
use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{PATIENCE, TestApp};

impl TestApp {
    /// Asks again and again until the answer is as it should be.
    pub(crate) async fn until(&self, path: &str, token: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let asking = async {
            loop {
                let seen = self.get(path).bearer(token).send().await.expect(200).json;
                if is_so(&seen) {
                    return seen;
                }
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("{path} must come to it"))
    }
}

/// The node at a path of the shown tree.
pub(crate) fn node<'a>(seen: &'a Value, path: &str) -> &'a Value {
    path.split('/').fold(&seen["tree"], |node, name| {
        let children = node["children"].as_array().unwrap();
        children.iter().find(|child| child["name"] == name).unwrap_or_else(|| panic!("no {path}"))
    })
}

#[tokio::test]
async fn nothing_of_it_is_for_shoppers_and_some_is_for_admins_only() {
    let app = TestApp::start().await;
    let (shopper, ops) = (app.token_of(Role::Shopper).await, app.token_of(Role::Ops).await);
    let mut admins = Vec::new();
    for (method, route, access) in TABLE {
        let (Access::Staff(roles) | Access::Confirmed(roles)) = access else { continue };
        if *route == "/ops/v1/faults" || !route.starts_with("/ops/") {
            continue; // only in builds for tests; the back office
        }
        let path = route.replace(['{', '}'], "");
        let ask = || app.ask(method.clone(), &path).json(&json!({})).fresh_key();
        ask().send().await.refused(401, "login-required");
        ask().bearer(&shopper).send().await.refused(403, "role-missing");
        if !roles.contains(&Role::Ops) {
            ask().bearer(&ops).send().await.refused(403, "role-missing");
            admins.push(path);
        }
    }
    assert_eq!(
        admins,
        [
            "/ops/v1/tree/halt",
            "/ops/v1/tree/kill",
            "/ops/v1/entities/id/kill",
            "/ops/v1/dead-letters/key/discard",
            "/ops/v1/limits/runtime",
            "/ops/v1/limits/domains/kind",
        ]
    );
}

#[tokio::test]
async fn acts_need_a_key() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    for (method, route, _) in TABLE.iter().filter(|(method, route, _)| {
        *method == Method::POST && route.starts_with("/ops/") && !route.ends_with("/faults")
    }) {
        let id = "cart_00000000000000000000000000000009";
        let path = route
            .replace("{id}", id)
            .replace("{entity}", id)
            .replace("{command_id}", "00000000000000000000000000000009")
            .replace("{key}", &format!("{id}.1.0"))
            .replace("{name}", "orders");
        let asked = app.ask(method.clone(), &path).json(&json!({"path": "shop/cart"})).bearer(&admin);
        if route.ends_with("/what-if") {
            asked.send().await.refused(422, "validation-failed"); // changes nothing, so needs none
        } else {
            asked.send().await.refused(400, "idempotency-key-missing");
        }
    }
    let trail = app.get("/ops/v1/audit").bearer(&admin).send().await.expect(200);
    assert_eq!(trail.json["items"], json!([]), "nothing was done");
}

#[tokio::test]
async fn the_tree_says_how_busy_each_domain_is() {
    let app = TestApp::start().await;
    let ops = app.token_of(Role::Ops).await;
    app.full_cart(100).await;
    let seen = app.get("/ops/v1/tree").bearer(&ops).send().await.expect(200).json;
    let cart = node(&seen, "shop/cart");
    assert_eq!(cart["status"], "running");
    for known in ["restarts", "cell_restarts", "last_error", "next_restart_in_ms", "budget"] {
        assert!(cart.get(known).is_some(), "{known} in {cart}");
    }
    for known in ["waiting", "oldest_ms", "deepest", "resident", "active"] {
        assert!(cart["stats"].get(known).is_some(), "{known} in {cart}");
    }
    assert!(cart["stats"]["commands"]["per_second"].as_f64().unwrap() > 0.0);
    assert!(cart["stats"]["commands"]["latency_us"]["p99"].as_u64().unwrap() > 0);
    let figures = app.get("/ops/v1/runtime").bearer(&ops).send().await.expect(200).json;
    assert_eq!(figures["domains"]["cart"]["commands"]["accepted"], 2);
    assert!(figures["memory_bytes"].as_u64().unwrap() < figures["memory_bytes_max"].as_u64().unwrap());
    assert!(figures["lanes"]["commits"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn operators_see_the_tree() {
    let app = TestApp::start().await;
    let ops = app.token_of(Role::Ops).await;
    let seen = app.get("/ops/v1/tree").bearer(&ops).send().await.expect(200);
    assert_eq!(seen.json["node"], "test");
    assert_eq!(seen.json["tree"]["name"], "amazoff");
    let groups: Vec<_> =
        seen.json["tree"]["children"].as_array().unwrap().iter().map(|node| &node["name"]).collect();
    assert_eq!(groups, ["persistence", "compute", "shop", "edge"]);
}

#[tokio::test]
async fn an_entitys_history_leads_to_its_state_and_shows_nothing_personal() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let (cart, total) = app.full_cart(1999).await;
    let bought = app.complete(&cart, total, "tok_ok").await.expect(200);
    let order = bought.text_at("/id");
    for id in [
        order.clone(),
        order.replace("ord_", "order_"),
        bought.text_at("/payment_id"),
        cart.id.clone(),
        cart.id.replace("cart_", "checkout_"),
    ] {
        let seen = app.get(&format!("/ops/v1/entities/{id}")).bearer(&admin).send().await.expect(200);
        let history = seen.json["history"].as_array().unwrap();
        assert!(!history.is_empty());
        for (event, seq) in history.iter().zip(1_u64..) {
            assert_eq!(event["seq"], seq);
            assert!(
                event["at"].is_string()
                    && event["command_id"].is_string()
                    && event["correlation"].is_string()
            );
            assert_ne!(event["type"], "unnamed", "{event}");
        }
        assert!(seen.json["version"].as_u64().unwrap() >= u64::try_from(history.len()).unwrap());
        for secret in ["ann@example.org", "Ann Other", "tok_ok", "\"data\""] {
            assert!(!seen.text.contains(secret), "{secret} in {}", seen.text);
        }
    }
}

#[tokio::test]
async fn a_long_history_comes_in_pages() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let shelf = app.stocked("teapot", 100, 1).await;
    for _ in 0..250 {
        let within = amazoff_supervisor::Envelope::system(PATIENCE);
        app.platform.shop.stocks.receive(shelf.variant, 1, within).await.unwrap();
    }
    let path = format!("/ops/v1/entities/{}", shelf.variant);
    let first = app.get(&path).bearer(&admin).send().await.expect(200);
    assert_eq!(first.json["next_after"], 200);
    let second = app.get(&format!("{path}?after=200")).bearer(&admin).send().await.expect(200);
    assert_eq!(second.json["history"][0]["seq"], 201);
    assert!(second.json["next_after"].is_null());
}

#[tokio::test]
async fn an_unknown_entity_is_absent() {
    let app = TestApp::start().await;
    let ops = app.token_of(Role::Ops).await;
    for id in [
        "x",
        "pay_1",
        "pay_00000000000000000000000000000009",
        "robot_00000000000000000000000000000009",
        "%00",
    ] {
        app.get(&format!("/ops/v1/entities/{id}")).bearer(&ops).send().await.refused(404, "entity-not-found");
    }
    let path = "/ops/v1/entities/pay_00000000000000000000000000000009?after=-1";
    app.get(path).bearer(&ops).send().await.refused(400, "invalid-query");
}

#[cfg(feature = "fault-points")]
#[tokio::test]
async fn an_armed_panic_fails_one_command_of_one_cart_and_shows_in_the_tree() {
    let app = TestApp::start().await;
    let ops = app.token_of(Role::Ops).await;
    let shelf = app.stocked("teapot", 1999, 10).await;
    let (hit, spared) = (app.guest_cart().await, app.guest_cart().await);
    let fault = json!({"kind": "cart", "id": hit.id, "fault": "panic", "times": 1});
    app.post("/ops/v1/faults", &fault).send().await.refused(401, "login-required");
    app.post("/ops/v1/faults", &fault).bearer(&ops).send().await.expect(204);
    let failed = app.add(&hit, shelf.variant, 1).await.refused(503, "not-committed");
    assert!(!failed.text.contains("injected"), "{}", failed.text);
    app.add(&spared, shelf.variant, 1).await.expect(200);
    app.add(&hit, shelf.variant, 1).await.expect(200);
    let tree = app.get("/ops/v1/tree").bearer(&ops).send().await.expect(200);
    assert!(tree.text.contains("injected panic in cart_"), "{}", tree.text);
    let unknown = json!({"kind": "robot", "fault": "panic", "times": 1});
    app.post("/ops/v1/faults", &unknown).bearer(&ops).send().await.refused(404, "entity-not-found");
}
