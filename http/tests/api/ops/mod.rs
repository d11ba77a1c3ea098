use amazoff_actors::user::Role;

use crate::support::TestApp;

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
        let within = amazoff_supervisor::Envelope::system(crate::support::PATIENCE);
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
    use serde_json::json;

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
