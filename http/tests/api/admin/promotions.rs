use amazoff_actors::user::Role;
use axum::http::Method;
use serde_json::json;

use super::{created, ten_off};
use crate::support::TestApp;

#[tokio::test]
async fn a_promotion_is_made_changed_and_switched_off() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let id = created(&app, &admin, &ten_off()).await;
    let path = format!("/admin/v1/promotions/{id}");
    let patch = |body: &serde_json::Value| app.ask(Method::PATCH, &path).json(body).bearer(&admin).send();
    let changed =
        patch(&json!({"kind": {"fixed_per_order": {"amounts": [{"amount": 500, "currency": "EUR"}]}},
        "priority": 7}))
        .await
        .expect(200);
    assert_eq!((changed.text_at("/id"), &changed.json["version"]), (id.clone(), &json!(2)));
    patch(&json!({"enabled": false})).await.expect(200);
    let seen = app.get("/admin/v1/promotions").bearer(&admin).send().await.expect(200).json;
    let one = &seen["promotions"][0];
    assert_eq!((&one["id"], &one["title"], &one["enabled"]), (&json!(id), &json!("Ten off"), &json!(false)));
    assert_eq!(
        (&one["priority"], &one["trigger"], &one["stacking"]),
        (&json!(7), &json!("automatic"), &json!("combine"))
    );
    assert_eq!(one["kind"]["fixed_per_order"]["amounts"][0]["amount"], 500);
    assert_eq!(one["kind"].as_object().unwrap().len(), 1, "a member is replaced as a whole");
    for (body, pointer) in [
        (json!({"titel": "x"}), "/titel"),
        (json!({"kind": {"percentage": {"rate": "x"}}}), "/kind/rate"),
        (json!({"condition": {"min_quantiy": 3}}), "/condition/min_quantiy"),
    ] {
        let refused = patch(&body).await.refused(422, "validation-failed");
        assert_eq!(refused.text_at("/errors/0/pointer"), pointer, "{}", refused.text);
    }
    let refused = patch(&json!({"title": " "})).await.refused(422, "pricebook-invalid");
    assert_eq!(refused.json["field"], "title");
    let nobody = "/admin/v1/promotions/promo_0123456789abcdef0123456789abcdef";
    let asked = app.ask(Method::PATCH, nobody).json(&json!({"priority": 1})).bearer(&admin);
    asked.send().await.refused(404, "promotion-not-found");
}

#[tokio::test]
async fn a_repeat_makes_no_second_promotion() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let ask = || app.post("/admin/v1/promotions", &ten_off()).key("k").bearer(&admin).send();
    let (first, again) = (ask().await.expect(201), ask().await.expect(201));
    assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &first.json));
    assert_eq!(first.header("location"), format!("/admin/v1/promotions/{}", first.text_at("/id")));
    let seen = app.get("/admin/v1/promotions").bearer(&admin).send().await.expect(200).json;
    assert_eq!(seen["promotions"].as_array().unwrap().len(), 1);
    app.post("/admin/v1/promotions", &ten_off())
        .bearer(&admin)
        .send()
        .await
        .refused(400, "idempotency-key-missing");
}
