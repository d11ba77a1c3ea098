//! Acts: on the tree, on cells, on limits, on projections; and the trail that they leave.

use std::time::Duration;

use amazoff_actors::user::Role;
use axum::http::Method;
use serde_json::json;

use super::node;
use crate::support::{PATIENCE, TestApp};

#[tokio::test]
async fn a_domain_is_halted_until_it_is_restarted_and_the_trail_tells_of_it() {
    let app = TestApp::start().await;
    let (ops, admin) = (app.token_of(Role::Ops).await, app.token_of(Role::Admin).await);
    let shelf = app.stocked("teapot", 100, 9).await;
    let cart = app.guest_cart().await;
    let halt = json!({"path": "/shop/cart/"});
    let halted = app.post("/ops/v1/tree/halt", &halt).key("k").bearer(&admin).send().await.expect(200);
    assert_eq!(halted.json, json!({"action": "tree-halt", "subject": "shop/cart"}));
    app.until("/ops/v1/tree", &ops, |seen| node(seen, "shop/cart")["status"] == "stopped").await;
    app.add(&cart, shelf.variant, 1).await.refused(503, "domain-degraded");
    let again = app.post("/ops/v1/tree/halt", &halt).key("k").bearer(&admin).send().await.expect(200);
    assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &halted.json));
    let other = json!({"path": "shop/order"});
    let reused = app.post("/ops/v1/tree/halt", &other).key("k").bearer(&admin).send().await;
    reused.refused(422, "idempotency-key-reused");
    let restart = app.post("/ops/v1/tree/restart", &halt).fresh_key().bearer(&ops).send().await;
    assert_eq!(restart.expect(200).json["action"], "tree-restart");
    let seen = app.until("/ops/v1/tree", &ops, |seen| node(seen, "shop/cart")["status"] == "running").await;
    assert_eq!(node(&seen, "shop/cart")["halted"], false);
    app.add(&cart, shelf.variant, 1).await.expect(200);
    let kill = app.post("/ops/v1/tree/kill", &halt).fresh_key().bearer(&admin).send().await;
    kill.expect(200);
    app.until("/ops/v1/tree", &ops, |seen| {
        let cart = node(seen, "shop/cart");
        cart["status"] == "running" && cart["restarts"].as_u64() >= Some(1)
    })
    .await;
    let trail = app.get("/ops/v1/audit?limit=2").bearer(&ops).send().await.expect(200);
    assert_eq!(
        [trail.text_at("/items/0/action"), trail.text_at("/items/1/action")],
        ["tree-kill", "tree-restart"]
    );
    assert!(trail.text_at("/items/0/actor").starts_with("usr_"));
    let older = app.get("/ops/v1/audit?before=2").bearer(&ops).send().await.expect(200);
    assert_eq!(
        (older.text_at("/items/0/action").as_str(), &older.json["next_before"]),
        ("tree-halt", &json!(null))
    );
}

#[tokio::test]
async fn what_the_tree_refuses_is_refused_and_noted() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    for (act, path, status, code) in [
        ("halt", "edge", 409, "tree-node-needed"),
        ("halt", "edge/http", 409, "tree-node-needed"),
        ("halt", "shop", 409, "tree-node-needed"),
        ("halt", "shop/user", 409, "tree-node-needed"),
        ("halt", "persistence/lane-0", 409, "tree-node-needed"),
        ("halt", "", 409, "tree-node-is-root"),
        ("restart", "/", 409, "tree-node-is-root"),
        ("kill", "", 409, "tree-node-is-root"),
        ("restart", "shop/robot", 404, "tree-node-not-found"),
        ("kill", "shop/cart/cell", 404, "tree-node-not-found"),
    ] {
        let asked = app.post(&format!("/ops/v1/tree/{act}"), &json!({"path": path})).fresh_key();
        asked.bearer(&admin).send().await.refused(status, code);
    }
    let trail = app.get("/ops/v1/audit").bearer(&admin).send().await.expect(200);
    assert_eq!(trail.text_at("/items/0/action"), "tree-kill-failed");
    assert_eq!(trail.text_at("/items/0/detail/code"), "tree-node-not-found");
    for wrong in [json!({}), json!({"path": 1}), json!({"path": "shop", "more": 1})] {
        let asked = app.post("/ops/v1/tree/restart", &wrong).fresh_key().bearer(&admin);
        asked.send().await.refused(422, "validation-failed");
    }
}

#[tokio::test]
async fn cells_are_listed_killed_and_sent_away() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let (cart, _) = app.full_cart(100).await;
    let all = app.get("/ops/v1/cells").bearer(&admin).send().await.expect(200);
    assert!(all.text.contains("\"stock_") && all.text.contains("\"cart_"), "{}", all.text);
    let carts = app.get("/ops/v1/cells?kind=cart&limit=1").bearer(&admin).send().await.expect(200);
    assert_eq!(carts.json["cells"].as_array().unwrap().len(), 1);
    assert_eq!(carts.text_at("/cells/0/entity"), cart.id);
    assert_eq!(carts.json["cells"][0]["depth"], 0);
    app.get("/ops/v1/cells?kind=robot").bearer(&admin).send().await.refused(404, "domain-not-found");
    app.get("/ops/v1/cells?limit=0").bearer(&admin).send().await.refused(400, "invalid-query");
    let path = format!("/ops/v1/entities/{}", cart.id);
    let act = |what: &str| app.ask(Method::POST, &format!("{path}/{what}")).fresh_key().bearer(&admin).send();
    assert_eq!(act("kill").await.expect(200).text_at("/action"), "entity-kill");
    let sent_away = async {
        loop {
            // While its supervisor has not dealt with the kill yet, it is in use.
            let answer = act("passivate").await;
            if answer.status == 200 {
                return answer;
            }
            answer.refused(409, "entity-not-idle");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let sent_away = tokio::time::timeout(PATIENCE, sent_away).await.expect("it must become idle");
    assert_eq!(sent_away.text_at("/subject"), cart.id);
    act("passivate").await.refused(409, "entity-not-idle");
    act("kill").await.refused(409, "entity-not-active");
    let seen = app.get(&path).bearer(&admin).send().await.expect(200);
    assert_eq!(seen.json["version"], 2, "what it knew is in the journal");
}

#[tokio::test]
async fn limits_are_shown_changed_and_refused_by_name() {
    let app = TestApp::start().await;
    let (ops, admin) = (app.token_of(Role::Ops).await, app.token_of(Role::Admin).await);
    let shown = app.get("/ops/v1/limits").bearer(&ops).send().await.expect(200);
    assert_eq!(shown.json["domains"]["cart"]["queue_depth_max"], 1024);
    let patch = |path: &str, body: &serde_json::Value| {
        app.ask(Method::PATCH, &format!("/ops/v1/limits/{path}")).json(body).bearer(&admin).send()
    };
    let changed =
        patch("domains/cart", &json!({"queue_depth_max": 7, "frozen_after_ms": 5000})).await.expect(200);
    assert_eq!(changed.json["domains"]["cart"]["queue_depth_max"], 7);
    assert_eq!(changed.json["domains"]["order"]["queue_depth_max"], 1024);
    let merge = app.ask(Method::PATCH, "/ops/v1/limits/runtime").raw(r#"{"in_flight_max": 9}"#);
    let merged = merge.header("content-type", "application/merge-patch+json").bearer(&admin).send().await;
    assert_eq!(merged.expect(200).json["runtime"]["in_flight_max"], 9);
    for (path, body, pointer) in [
        ("runtime", json!({"loads_max": 0}), "/loads_max"),
        ("runtime", json!({"decide_end_after_ms": 1}), "/decide_end_after_ms"),
        ("runtime", json!({"in_flight_max": null}), "/in_flight_max"),
        ("domains/cart", json!({"active_max": "many"}), "/active_max"),
        ("domains/cart", json!({"co/lour": 1}), "/co~1lour"),
    ] {
        let refused = patch(path, &body).await.refused(422, "limits-invalid");
        assert_eq!(refused.text_at("/errors/0/pointer"), pointer);
    }
    patch("domains/robot", &json!({"active_max": 1})).await.refused(404, "domain-not-found");
    patch("runtime", &json!([1])).await.refused(422, "validation-failed");
    let after = app.get("/ops/v1/limits").bearer(&ops).send().await.expect(200);
    assert_eq!(after.json["runtime"]["loads_max"], shown.json["runtime"]["loads_max"]);
    let trail = app.get("/ops/v1/audit?before=3").bearer(&ops).send().await.expect(200);
    assert_eq!(trail.json["items"][0]["detail"]["change"], json!({"in_flight_max": 9}));
    assert_eq!(trail.json["items"][1]["detail"]["before"]["domains"]["cart"]["queue_depth_max"], 1024);
}

#[tokio::test]
async fn a_projection_is_shown_and_built_anew() {
    let app = TestApp::start().await;
    let ops = app.token_of(Role::Ops).await;
    app.stocked("teapot", 100, 1).await;
    app.projected().await;
    let seen = app.get("/ops/v1/projections").bearer(&ops).send().await.expect(200).json;
    let of = |seen: &serde_json::Value, name: &str| {
        let all = seen["projections"].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).unwrap().clone()
    };
    let before = of(&seen, "products");
    assert_eq!((&before["behind"], &before["failing"]), (&json!(0), &json!([])));
    let rebuild = |name: &str| {
        app.ask(Method::POST, &format!("/ops/v1/projections/{name}/rebuild")).fresh_key().bearer(&ops).send()
    };
    let begun = rebuild("products").await.expect(200).json;
    assert!(begun["generation"].as_u64() > before["generation"].as_u64(), "{begun}");
    app.until("/ops/v1/projections", &ops, |seen| of(seen, "products")["generation"] == begun["generation"])
        .await;
    rebuild("robots").await.refused(404, "projection-unknown");
    assert!(app.get("/v1/products").send().await.expect(200).text.contains("teapot"));
}

#[tokio::test]
async fn the_trail_is_checked() {
    let app = TestApp::start().await;
    let ops = app.token_of(Role::Ops).await;
    for _ in 0..3 {
        let restart = app.post("/ops/v1/tree/restart", &json!({"path": "shop/robot"})).fresh_key();
        restart.bearer(&ops).send().await.refused(404, "tree-node-not-found");
    }
    let whole = app.get("/ops/v1/audit/verify").bearer(&ops).send().await.expect(200).json;
    assert_eq!(whole, json!({"intact": true, "entries": 6, "first_broken": null}));
    app.store.tamper_with_audit(|entries| entries[3].actor = "nobody".to_owned());
    let broken = app.get("/ops/v1/audit/verify").bearer(&ops).send().await.expect(200).json;
    assert_eq!(broken, json!({"intact": false, "entries": 3, "first_broken": 4}));
}
