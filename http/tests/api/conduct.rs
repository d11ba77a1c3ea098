//! What every answer has in common.

use amazoff_actors::user::Role;
use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn answers_name_their_request_and_distrust_browsers() {
    let app = TestApp::start().await;
    for path in ["/v1/products", "/v1/nothing", "/", "/health/live"] {
        let answered = app.get(path).header("x-request-id", "mine-1").send().await;
        assert_eq!(answered.header("x-request-id"), "mine-1");
        assert!(answered.header("content-security-policy").starts_with("default-src 'self'"));
        assert_eq!(answered.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn the_document_is_served() {
    let app = TestApp::start().await;
    let served = app.get("/openapi.json").send().await.expect(200);
    assert_eq!(served.json["openapi"], "3.1.0");
    assert!(served.json["paths"]["/v1/carts/{cart_id}/lines"]["post"]["responses"]["409"].is_object());
}

#[tokio::test]
async fn health_tells_each_part() {
    let app = TestApp::start().await;
    app.get("/health/live").send().await.expect(200);
    app.get("/health/ready").send().await.expect(200);
    let health = app.get("/health").send().await.expect(200);
    assert_eq!(health.json["status"], "ok");
    assert_eq!(health.json["parts"]["shop"]["payment"], "running");
    app.platform.intake.close();
    app.get("/health/ready").send().await.refused(503, "not-ready");
    app.get("/health/live").send().await.expect(200);
}

#[tokio::test]
async fn a_browser_that_wants_a_page_gets_one_also_for_failures() {
    let app = TestApp::start().await;
    let page = app.get("/nowhere").header("accept", "text/html,*/*;q=0.8").send().await.expect(404);
    assert!(page.header("content-type").starts_with("text/html"), "{}", page.header("content-type"));
    app.get("/v1/nowhere").header("accept", "application/json").send().await.refused(404, "not-found");
}

#[tokio::test]
async fn every_row_of_the_table_that_asks_for_somebody_refuses_nobody() {
    use amazoff_http::access::{Access, TABLE};
    let app = TestApp::start().await;
    let shopper = app.token_of(Role::Shopper).await;
    let mut tried = 0;
    for (method, route, access) in TABLE.iter().filter(|(_, route, _)| !route.ends_with("/faults")) {
        let path = route
            .replace("{cart_id}", "cart_00000000000000000000000000000001")
            .replace("{order_id}", "ord_00000000000000000000000000000001")
            .replace("{payment_id}", "pay_00000000000000000000000000000001")
            .replace("{line_id}", "line_00000000000000000000000000000001")
            .replace("{id}", "pay_00000000000000000000000000000001");
        let path = path.replace("{return_id}", "ret_00000000000000000000000000000001");
        let line = json!({"line_id": "line_00000000000000000000000000000001", "quantity": 1});
        let body = match route.rsplit('/').next() {
            Some("cancel") => json!({}),
            Some("returns") => json!({"lines": [line], "reason": "unwanted"}),
            Some("payments") => json!({"provider": "sandbox", "token": "tok_ok"}),
            _ => json!({"result": "approve"}),
        };
        let asking = || app.ask(method.clone(), &path).json(&body).fresh_key();
        match access {
            Access::Anyone => continue,
            Access::Holder => assert_eq!(asking().send().await.status, 404, "{method} {path}"),
            Access::Person | Access::ConfirmedPerson => {
                drop(asking().send().await.refused(401, "login-required"))
            }
            Access::Staff(_) | Access::Confirmed(_) | Access::Scraper => {
                asking().send().await.refused(401, "login-required");
                asking().bearer(&shopper).send().await.refused(403, "role-missing");
            }
        }
        tried += 1;
    }
    assert!(tried >= 12, "{tried}");
}

#[tokio::test]
async fn a_browser_whose_access_token_ran_out_is_renewed_and_nobody_else_keeps_its_answer() {
    let app = TestApp::start().await;
    let refresh = app.registered("ann@example.org").await.text_at("/refresh_token");
    let cookie = format!("amazoff_session=outdated~{refresh}");
    let renewed = app.get("/v1/categories").header("cookie", &cookie).send().await.expect(200);
    assert!(renewed.header("set-cookie").starts_with("amazoff_session="), "{}", renewed.header("set-cookie"));
    assert_eq!(renewed.header("cache-control"), "private, no-store");
    let pair = renewed.header("set-cookie").split(';').next().unwrap().to_owned();
    let me = app.get("/v1/me").header("cookie", &pair).send().await.expect(200);
    assert_eq!(me.header("set-cookie"), "");
    let forged =
        app.get("/v1/categories").header("cookie", "amazoff_session=a~rt_b").send().await.expect(200);
    assert!(forged.header("set-cookie").contains("Max-Age=0"));
}
