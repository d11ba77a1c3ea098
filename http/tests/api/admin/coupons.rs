use amazoff_actors::user::Role;
use axum::http::Method;
use serde_json::{Value, json};

use super::{created, ten_off};
use crate::support::TestApp;

#[tokio::test]
async fn a_code_is_issued_shown_and_taken_back() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let promotion = created(&app, &admin, &ten_off()).await;
    let issue = |body: &Value| app.post("/admin/v1/coupons", body).fresh_key().bearer(&admin).send();
    let new = json!({"code": " welcome10 ", "promotion_id": promotion, "total_limit": 5});
    let made = issue(&new).await.expect(201);
    assert_eq!(made.header("location"), "/admin/v1/coupons/WELCOME10");
    assert_eq!(
        made.json,
        json!({"code": "WELCOME10", "promotion_id": promotion, "total_limit": 5, "per_customer_limit": null,
            "window": {}, "withdrawn": false, "redeemed": 0})
    );
    let seen = app.get("/admin/v1/coupons/Welcome10").bearer(&admin).send().await.expect(200);
    assert_eq!(seen.json, made.json);
    let other = json!({"code": "WELCOME10", "promotion_id": promotion});
    issue(&other).await.refused(409, "coupon-exists");
    let withdraw =
        |code: &str| app.ask(Method::DELETE, &format!("/admin/v1/coupons/{code}")).bearer(&admin).send();
    for _ in 0..2 {
        assert_eq!(withdraw("welcome10").await.expect(200).json["withdrawn"], true);
    }
    issue(&new).await.refused(409, "coupon-withdrawn");
    withdraw("NOBODY").await.refused(404, "coupon-unknown");
    app.get("/admin/v1/coupons/NOBODY").bearer(&admin).send().await.refused(404, "coupon-unknown");
}

#[tokio::test]
async fn terms_that_make_no_sense_are_refused() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let promotion = created(&app, &admin, &ten_off()).await;
    let issue = |body: &Value| app.post("/admin/v1/coupons", body).fresh_key().bearer(&admin).send();
    let refused =
        issue(&json!({"code": "a b", "promotion_id": promotion})).await.refused(422, "coupon-invalid");
    assert_eq!(refused.json["field"], "code");
    let zero = json!({"code": "ZERO", "promotion_id": promotion, "total_limit": 0});
    assert_eq!(issue(&zero).await.refused(422, "coupon-invalid").json["field"], "total_limit");
    let odd = json!({"code": "ODD", "promotion_id": promotion, "totel_limit": 1});
    assert_eq!(
        issue(&odd).await.refused(422, "validation-failed").text_at("/errors/0/pointer"),
        "/totel_limit"
    );
    let nothing = json!({"code": "NONE", "promotion_id": "promo_0123456789abcdef0123456789abcdef"});
    let refused = issue(&nothing).await.refused(404, "promotion-not-found");
    assert_eq!(refused.text_at("/errors/0/pointer"), "/promotion_id");
}
