//! What staff change, in the audit trail.

use amazoff_actors::user::Role;
use amazoff_http::access::TABLE;
use serde_json::{Value, json};

use crate::support::TestApp;

/// Below these, handlers tell more than the request says, of what is well-formed; or nothing is changed.
const TOLD_BY_HANDLERS: [&str; 5] =
    ["/admin/v1/products", "/admin/v1/categories", "/admin/v1/media", "/admin/v1/users", "/admin/v1/quotes"];

/// The newest entries of the trail.
async fn trail(app: &TestApp, admin: &str) -> Vec<Value> {
    let listed = app.get("/admin/v1/audit?limit=100").bearer(admin).send().await.expect(200);
    listed.json["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn every_change_that_staff_ask_for_is_told_also_when_it_is_refused() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let asked = TABLE.iter().filter(|(method, route, _)| {
        let by_handler = TOLD_BY_HANDLERS.iter().any(|begin| route.starts_with(begin));
        !method.is_safe() && route.starts_with("/admin/v1/") && !by_handler
    });
    let mut number = 0;
    for (method, route, _) in asked {
        let path: Vec<_> =
            route.split('/').map(|part| if part.starts_with('{') { "none" } else { part }).collect();
        let asking = app.ask(method.clone(), &path.join("/")).json(&json!({"surplus": 1})).bearer(&admin);
        let answered = asking.fresh_key().header("if-match", "*").send().await;
        assert!(answered.status.is_client_error(), "{method} {route}: {}", answered.status);
        let newest = trail(&app, &admin).await;
        let (last, first) = (&newest[0], &newest[1]);
        let action = first["action"].as_str().unwrap();
        assert_eq!(last["action"], json!(format!("{action}-failed")), "{method} {route}");
        assert!(first["number"].as_u64() > Some(number), "{method} {route} is not told");
        number = last["number"].as_u64().unwrap();
    }
    assert!(number >= 50, "hardly any routes: {number}");
}

#[tokio::test]
async fn the_trail_tells_what_was_done_and_nothing_that_people_write() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let shelf = app.stocked("lamp", 2000, 10).await;
    let adjust = format!("/admin/v1/stock/{}/adjust", shelf.variant);
    let body = json!({"delta": -2, "reason": "damaged", "expected_on_hand": 10});
    app.post(&adjust, &body).bearer(&admin).fresh_key().send().await.expect(200);
    let told = trail(&app, &admin).await.remove(0);
    assert_eq!(told["action"], "stock-adjust");
    assert_eq!(told["subject"], json!(shelf.variant.to_string()));
    let text = told.to_string();
    assert!(text.contains("-2") && text.contains("damaged") && text.contains("command_id"), "{text}");
    let hook = json!({"url": "https://robin.example/hooks", "events": ["order.placed"]});
    app.post("/admin/v1/webhook-endpoints", &hook).bearer(&admin).fresh_key().send().await;
    let text = trail(&app, &admin).await.iter().map(ToString::to_string).collect::<String>();
    assert!(text.contains("webhook-endpoints-create") && !text.contains("robin.example"), "{text}");
}
