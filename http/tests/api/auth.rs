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
