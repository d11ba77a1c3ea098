use amazoff_actors::user::{RegisterForm, Role};
use amazoff_supervisor::Envelope;
use axum::http::Method;
use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn a_person_registers_and_is_known() {
    let app = TestApp::start().await;
    let registered = app.registered("Ann@example.org").await;
    assert_eq!(registered.header("location"), "/v1/me");
    assert_eq!(registered.json["token_type"], "Bearer");
    assert_eq!(registered.json["expires_in"], 900);
    let me = app.get("/v1/me").bearer(&registered.text_at("/access_token")).send().await.expect(200);
    assert_eq!(me.json["email"], "Ann@example.org");
    assert_eq!(me.json["roles"], json!(["shopper"]));
    assert!(!me.text.contains("password"));
    let taken = json!({"email": "ann@EXAMPLE.org", "password": "correct horse battery", "name": "Other"});
    let refused = app.post("/v1/auth/register", &taken).fresh_key().send().await.refused(409, "email-taken");
    assert_eq!(refused.json["errors"][0]["pointer"], "/email");
}

#[tokio::test]
async fn a_repeated_registration_registers_nobody_twice() {
    let app = TestApp::start().await;
    let form = json!({"email": "ann@example.org", "password": "correct horse battery", "name": "Ann"});
    let register = || app.post("/v1/auth/register", &form).key("a-key-that-is-long-enough").send();
    let first = register().await.expect(201);
    let second = register().await.expect(201);
    assert_eq!(first.json["user"], second.json["user"]);
    assert_eq!(second.header("idempotent-replayed"), "true");
}

#[tokio::test]
async fn weak_forms_name_the_field() {
    let app = TestApp::start().await;
    let table = [
        ("ann@example.org", "short", "Ann", "password-too-short", "/password"),
        ("ann@example.org", "password123", "Ann", "password-too-common", "/password"),
        ("nobody", "correct horse battery", "Ann", "email-invalid", "/email"),
        ("ann@example.org", "correct horse battery", " ", "name-invalid", "/name"),
    ];
    for (email, password, name, code, pointer) in table {
        let form = json!({"email": email, "password": password, "name": name});
        let refused = app.post("/v1/auth/register", &form).fresh_key().send().await.refused(422, code);
        assert_eq!(refused.json["errors"][0]["pointer"], pointer);
    }
}

#[tokio::test]
async fn nobody_makes_themselves_an_admin() {
    let app = TestApp::start().await;
    let form =
        json!({"email": "a@b.c", "password": "correct horse battery", "name": "A", "roles": ["admin"]});
    let refused =
        app.post("/v1/auth/register", &form).fresh_key().send().await.refused(422, "validation-failed");
    assert_eq!(refused.json["errors"][0]["code"], "unknown-field");
    assert_eq!(refused.json["errors"][0]["pointer"], "/roles");
}

#[tokio::test]
async fn a_wrong_password_and_a_wrong_address_are_one_answer() {
    let app = TestApp::start().await;
    app.registered("ann@example.org").await;
    let login = |email: &str, password: &str| {
        app.post("/v1/auth/login", &json!({"email": email, "password": password}))
            .header("x-request-id", "same")
            .send()
    };
    let wrong = login("ann@example.org", "wrong wrong wrong").await.refused(401, "invalid-credentials");
    let unknown = login("bob@example.org", "wrong wrong wrong").await.refused(401, "invalid-credentials");
    assert_eq!(wrong.text, unknown.text);
    assert_eq!(wrong.header_names(), unknown.header_names());
    assert_eq!(wrong.header("www-authenticate"), "Bearer realm=\"amazoff\"");
    login("ann@example.org", "correct horse battery").await.expect(200);
}

#[tokio::test]
async fn logins_beyond_the_pools_room_are_told_to_come_back() {
    let app = TestApp::start().await;
    app.registered("ann@example.org").await;
    app.hash_nothing(true);
    let login = json!({"email": "ann@example.org", "password": "correct horse battery"});
    let busy = app.post("/v1/auth/login", &login).send().await.refused(503, "overloaded");
    assert_eq!(busy.header("retry-after"), "1");
    app.hash_nothing(false);
    app.post("/v1/auth/login", &login).send().await.expect(200);
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_its_copy_ends_the_session() {
    let app = TestApp::start().await;
    let registered = app.registered("ann@example.org").await;
    let refresh = |token: String| app.post("/v1/auth/refresh", &json!({"refresh_token": token})).send();
    let first = registered.text_at("/refresh_token");
    let second = refresh(first.clone()).await.expect(200).text_at("/refresh_token");
    assert_ne!(first, second);
    let in_grace = refresh(first.clone()).await.expect(200).text_at("/refresh_token");
    assert_eq!(in_grace, second, "a concurrent caller gets the same generation");
    let newest = refresh(second.clone()).await.expect(200);
    refresh(first).await.refused(401, "refresh-token-reused");
    refresh(newest.text_at("/refresh_token")).await.refused(401, "session-unknown");
    app.get("/v1/me").bearer(&newest.text_at("/access_token")).send().await.refused(401, "token-invalid");
    for forged in ["", "rt_x", "rt_0.0.0.AAAA"] {
        refresh(forged.to_owned()).await.refused(401, "token-invalid");
    }
}

#[tokio::test]
async fn a_token_is_dead_after_logout() {
    let app = TestApp::start().await;
    let token = app.registered("ann@example.org").await.text_at("/access_token");
    let out = app.ask(Method::POST, "/v1/auth/logout").bearer(&token).send().await.expect(204);
    assert!(out.text.is_empty());
    app.get("/v1/me").bearer(&token).send().await.refused(401, "token-invalid");
    app.get("/v1/products").bearer(&token).send().await.refused(401, "token-invalid");
    app.get("/v1/me").send().await.refused(401, "login-required");
    app.get("/v1/me").header("authorization", "Basic YTpi").send().await.refused(401, "token-invalid");
}

#[tokio::test]
async fn the_keys_that_check_tokens_are_public_and_their_other_halves_are_not() {
    let app = TestApp::start().await;
    let token = app.registered("ann@example.org").await.text_at("/access_token");
    let listed = app.get("/.well-known/jwks.json").send().await.expect(200);
    assert_eq!(listed.header("cache-control"), "public, max-age=3600");
    let keys = listed.json["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 3);
    for key in keys {
        let members: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x"], "no private member");
    }
    let header = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!((header.alg, header.typ.as_deref()), (jsonwebtoken::Algorithm::EdDSA, Some("at+jwt")));
    assert!(keys.iter().any(|key| key["kid"].as_str() == header.kid.as_deref()));
}

#[tokio::test]
async fn what_cannot_be_undone_asks_for_the_password_again() {
    let app = TestApp::start().await;
    let ann = app.registered("ann@example.org").await;
    let confirmed = ann.text_at("/access_token");
    let renewed = json!({"refresh_token": ann.text_at("/refresh_token")});
    let renewed = app.post("/v1/auth/refresh", &renewed).send().await.expect(200).text_at("/access_token");
    let halt = |token: &str| {
        app.post("/ops/v1/tree/halt", &json!({"path": "nowhere"})).fresh_key().bearer(token).send()
    };
    // The role comes first: nobody is asked for a password for what they may not do anyway.
    for token in [&confirmed, &renewed] {
        halt(token).await.refused(403, "role-missing");
    }
    let (admin, password) = (app.token_of(Role::Admin).await, "correct horse battery");
    assert_ne!(halt(&admin).await.status, 403);
    let step_up = |token: &str, password: &str| {
        app.post("/v1/auth/step-up", &json!({"password": password})).bearer(token).send()
    };
    app.post("/v1/auth/step-up", &json!({"password": password})).send().await.refused(401, "login-required");
    step_up(&renewed, "wrong password").await.refused(401, "invalid-credentials");
    step_up(&renewed, &"long ".repeat(10_000)).await.refused(401, "invalid-credentials");
    let again = step_up(&renewed, password).await.expect(200);
    assert_eq!(
        (again.json["token_type"].as_str(), again.json["expires_in"].as_u64()),
        (Some("Bearer"), Some(900))
    );
    assert!(again.json.get("refresh_token").is_none());
    app.get("/v1/me").bearer(&again.text_at("/access_token")).send().await.expect(200);
}

#[tokio::test]
async fn an_admin_whose_session_was_renewed_shows_the_password_again() {
    let app = TestApp::start().await;
    let (email, password) = ("owner@example.org", "correct horse battery");
    let roles = [Role::Shopper, Role::Admin].into();
    let form = RegisterForm { email: email.into(), password: password.into(), name: "Ann".into(), roles };
    app.platform.shop.users.register(form, Envelope::system(crate::support::PATIENCE)).await.unwrap();
    let login = json!({"email": email, "password": password});
    let tokens = app.post("/v1/auth/login", &login).send().await.expect(200);
    let renew = json!({"refresh_token": tokens.text_at("/refresh_token")});
    let renewed = app.post("/v1/auth/refresh", &renew).send().await.expect(200).text_at("/access_token");
    let issue = |token: &str| app.post("/admin/v1/promotions", &json!({})).fresh_key().bearer(token).send();
    issue(&renewed).await.refused(403, "step-up-required");
    app.get("/admin/v1/promotions").bearer(&renewed).send().await.expect(200);
    let again = app
        .post("/v1/auth/step-up", &json!({"password": password}))
        .bearer(&renewed)
        .send()
        .await
        .expect(200);
    issue(&again.text_at("/access_token")).await.refused(422, "validation-failed");
}
