use amazoff_actors::user::Role;
use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Answered, TestApp};

fn wanted(roles: &[&str], access: &str) -> Value {
    json!({"name": "night build", "roles": roles, "access": access, "days": 30})
}

/// A key of somebody, and its id.
async fn made(app: &TestApp, token: &str, form: &Value) -> (String, String) {
    let made = app.post("/v1/me/api-keys", form).fresh_key().bearer(token).send().await.expect(201);
    (made.text_at("/secret"), made.text_at("/id"))
}

async fn refused_form(app: &TestApp, token: &str, form: &Value) -> Answered {
    app.post("/v1/me/api-keys", form).fresh_key().bearer(token).send().await
}

#[tokio::test]
async fn a_program_acts_in_a_persons_name_until_the_key_is_withdrawn() {
    let app = TestApp::start().await;
    let person = app.registered("ann@example.org").await;
    let token = person.text_at("/access_token");
    let (secret, id) = made(&app, &token, &wanted(&[], "write")).await;
    let me = app.get("/v1/me").bearer(&secret).send().await.expect(200);
    assert_eq!(me.json["id"], person.json["user"]["id"]);
    let cart = app.post("/v1/carts", &json!({})).fresh_key().bearer(&secret).send().await.expect(201);
    let own = app.get("/v1/me/cart").bearer(&token).send().await.expect(200);
    assert_eq!(own.json["id"], cart.json["cart"]["id"]);

    let listed = app.get("/v1/me/api-keys").bearer(&token).send().await.expect(200);
    assert_eq!(listed.json["items"][0]["name"], "night build");
    assert!(!listed.text.contains(&secret), "a secret is shown once");
    let path = format!("/v1/me/api-keys/{id}");
    app.ask(Method::DELETE, &path).bearer(&token).send().await.expect(204);
    app.get("/v1/me").bearer(&secret).send().await.refused(401, "token-invalid");
    app.ask(Method::DELETE, &path).bearer(&token).send().await.refused(404, "api-key-not-found");
    let listed = app.get("/v1/me/api-keys").bearer(&token).send().await.expect(200);
    assert_eq!(listed.json["items"], json!([]));
}

#[tokio::test]
async fn a_repeat_makes_the_same_key_and_another_form_under_its_name_is_refused() {
    let app = TestApp::start().await;
    let token = app.registered("ann@example.org").await.text_at("/access_token");
    let make =
        |access: &str| app.post("/v1/me/api-keys", &wanted(&[], access)).key("one key").bearer(&token).send();
    let first = make("read").await.expect(201);
    let second = make("read").await.expect(201);
    assert_eq!(first.json, second.json);
    assert_eq!(second.header("idempotent-replayed"), "true");
    make("write").await.refused(422, "idempotency-key-reused");
}

#[tokio::test]
async fn a_key_that_reads_changes_nothing_on_any_route() {
    let app = TestApp::start().await;
    let token = app.registered("ann@example.org").await.text_at("/access_token");
    let (secret, _) = made(&app, &token, &wanted(&[], "read")).await;
    app.get("/v1/me").bearer(&secret).send().await.expect(200);
    for path in ["/v1/carts", "/v1/realtime/ticket", "/login", "/cart/lines"] {
        app.post(path, &json!({}))
            .fresh_key()
            .bearer(&secret)
            .send()
            .await
            .refused(403, "api-key-reads-only");
    }
}

#[tokio::test]
async fn a_key_has_its_own_roles_only_and_never_does_what_asks_for_the_password() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let (bare, _) = made(&app, &admin, &wanted(&[], "write")).await;
    app.get("/admin/v1/orders").bearer(&bare).send().await.refused(403, "role-missing");
    let (secret, id) = made(&app, &admin, &wanted(&["admin"], "write")).await;
    app.get("/admin/v1/orders").bearer(&secret).send().await.expect(200);
    let promotion = app.post("/admin/v1/promotions", &json!({})).fresh_key().bearer(&secret);
    promotion.send().await.refused(403, "step-up-required");
    // Nor does a key make, withdraw or confirm anything about its person.
    refused_form(&app, &secret, &wanted(&[], "read")).await.refused(403, "session-required");
    app.ask(Method::DELETE, &format!("/v1/me/api-keys/{id}"))
        .bearer(&secret)
        .send()
        .await
        .refused(403, "session-required");
    let password = json!({"password": "correct horse battery"});
    app.post("/v1/auth/step-up", &password).bearer(&secret).send().await.refused(403, "session-required");
    app.post("/v1/auth/logout", &json!({})).bearer(&secret).send().await.refused(403, "session-required");
}

#[tokio::test]
async fn a_key_wants_the_password_a_name_roles_one_has_and_an_end() {
    let app = TestApp::start().await;
    let person = app.registered("ann@example.org").await;
    let token = person.text_at("/access_token");
    let mut table = vec![(wanted(&["ops"], "read"), "role-not-allowed", "/roles", 403)];
    for (field, value, code) in [
        ("name", json!(" "), "name-invalid"),
        ("days", json!(0), "api-key-lifetime-invalid"),
        ("days", json!(366), "api-key-lifetime-invalid"),
        ("access", json!("all"), "validation-failed"),
        ("roles", json!(["root"]), "validation-failed"),
    ] {
        let mut form = wanted(&[], "read");
        form[field] = value;
        table.push((form, code, if field == "roles" { "/roles/0" } else { field }, 422));
    }
    for (form, code, pointer, status) in table {
        let refused = refused_form(&app, &token, &form).await.refused(status, code);
        let at = refused.json["errors"][0]["pointer"].as_str().unwrap();
        assert_eq!(at.trim_start_matches('/'), pointer.trim_start_matches('/'), "{form}");
    }
    let renew = json!({"refresh_token": person.text_at("/refresh_token")});
    let renewed = app.post("/v1/auth/refresh", &renew).send().await.expect(200).text_at("/access_token");
    refused_form(&app, &renewed, &wanted(&[], "read")).await.refused(403, "step-up-required");
}

#[tokio::test]
async fn anothers_key_is_as_absent_as_none_and_a_forged_one_opens_nothing() {
    let app = TestApp::start().await;
    let ann = app.registered("ann@example.org").await.text_at("/access_token");
    let bob = app.registered("bob@example.org").await.text_at("/access_token");
    let (secret, id) = made(&app, &ann, &wanted(&[], "write")).await;
    let path = format!("/v1/me/api-keys/{id}");
    app.ask(Method::DELETE, &path).bearer(&bob).send().await.refused(404, "api-key-not-found");
    app.ask(Method::DELETE, "/v1/me/api-keys/key_x")
        .bearer(&bob)
        .send()
        .await
        .refused(404, "api-key-not-found");
    app.get("/v1/me").bearer(&secret).send().await.expect(200);
    let (body, seal) = secret.rsplit_once('.').unwrap();
    let mut other = seal.to_owned();
    other.replace_range(..1, if seal.starts_with('A') { "B" } else { "A" });
    let long = format!("{secret}{}", "A".repeat(1000));
    for forged in [format!("{body}.{other}"), body.to_owned(), "ak_".to_owned(), "ak_a.b.c".to_owned(), long]
    {
        app.get("/v1/me").bearer(&forged).send().await.refused(401, "token-invalid");
    }
}
