use amazoff_actors::user::Role;
use axum::http::Method;
use serde_json::{Value, json};

use crate::sessions::{closed, login, socket, without_heartbeats};
use crate::support::{Answered, TestApp};

const PASSWORD: &str = "correct horse battery";

async fn id_of(app: &TestApp, token: &str) -> String {
    app.get("/v1/me").bearer(token).send().await.expect(200).text_at("/id")
}

async fn give(app: &TestApp, admin: &str, user: &str, roles: &[&str]) -> Answered {
    let path = format!("/admin/v1/users/{user}/roles");
    app.ask(Method::PUT, &path).json(&json!({ "roles": roles })).bearer(admin).send().await
}

async fn decide(app: &TestApp, admin: &str, user: &str, what: &str) -> Answered {
    let path = format!("/admin/v1/users/{user}/{what}");
    app.ask(Method::POST, &path).fresh_key().bearer(admin).send().await
}

#[tokio::test]
async fn support_finds_people_and_only_admins_change_them() {
    let app = TestApp::start().await;
    let ann = app.registered("ann@example.org").await.text_at("/user/id");
    let support = app.token_of(Role::Support).await;
    let found = app.get("/admin/v1/users?email=ANN@example.org").bearer(&support).send().await.expect(200);
    let file = &found.json["items"][0];
    assert_eq!((&file["id"], &file["sessions"], &file["name"]), (&json!(ann), &json!(1), &json!("Ann")));
    let nobody =
        app.get("/admin/v1/users?email=nobody@example.org").bearer(&support).send().await.expect(200);
    assert_eq!(nobody.json["items"], json!([]));
    app.get("/admin/v1/users").bearer(&support).send().await.refused(400, "invalid-query");
    let path = format!("/admin/v1/users/{ann}");
    assert_eq!(app.get(&path).bearer(&support).send().await.expect(200).json["email"], "ann@example.org");
    let missing = "/admin/v1/users/usr_00000000000000000000000000000001";
    app.get(missing).bearer(&support).send().await.refused(404, "user-not-found");
    give(&app, &support, &ann, &["shopper", "support"]).await.refused(403, "role-missing");
    decide(&app, &support, &ann, "deactivate").await.refused(403, "role-missing");
}

#[tokio::test]
async fn an_admin_gives_roles_and_the_trail_tells_it() {
    let app = TestApp::start().await;
    let ann = app.registered("ann@example.org").await;
    let (token, id) = (ann.text_at("/access_token"), ann.text_at("/user/id"));
    let admin = app.token_of(Role::Admin).await;
    app.get("/admin/v1/orders").bearer(&token).send().await.refused(403, "role-missing");
    give(&app, &admin, &id, &["shopper", "support"]).await.expect(200);
    app.get("/admin/v1/orders").bearer(&token).send().await.expect(200);
    give(&app, &admin, &id, &["shopper"]).await.expect(200);
    app.get("/admin/v1/orders").bearer(&token).send().await.refused(403, "role-missing");
    give(&app, &admin, "usr_00000000000000000000000000000001", &[]).await.refused(404, "user-not-found");
    let ops = app.token_of(Role::Ops).await;
    let trail = app.get("/ops/v1/audit").bearer(&ops).send().await.expect(200);
    let entries = trail.json["items"].as_array().unwrap();
    let actions: Vec<&str> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["user-roles-failed", "user-roles", "user-roles", "user-roles"]);
    assert_eq!(entries[3]["subject"], json!(id));
    assert_eq!(entries[3]["actor"], json!(id_of(&app, &admin).await));
    assert!(!trail.text.contains("ann@example.org"));
}

#[tokio::test]
async fn an_admin_is_always_left() {
    let app = TestApp::start().await;
    let (one, two) = (app.token_of(Role::Admin).await, app.token_of(Role::Admin).await);
    let (first, second) = (id_of(&app, &one).await, id_of(&app, &two).await);
    give(&app, &one, &first, &["shopper"]).await.refused(409, "own-rights");
    decide(&app, &one, &first, "deactivate").await.refused(409, "own-rights");
    give(&app, &one, &first, &["admin"]).await.expect(200); // other roles of their own are theirs to change
    // Each takes the other's at the same moment: one of them is too late.
    let (a, b) =
        tokio::join!(give(&app, &one, &second, &["shopper"]), give(&app, &two, &first, &["shopper"]));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403], "{} {}", a.text, b.text);
    let mut admins = 0;
    for token in [&one, &two] {
        let roles = app.get("/v1/me").bearer(token).send().await.expect(200).json["roles"].clone();
        admins += usize::from(roles.as_array().unwrap().contains(&json!("admin")));
    }
    assert_eq!(admins, 1);
}

#[tokio::test]
async fn who_is_deactivated_has_nothing_at_once_and_gets_nothing() {
    let app = without_heartbeats().await;
    let ann = app.registered("ann@example.org").await;
    let (token, id) = (ann.text_at("/access_token"), ann.text_at("/user/id"));
    let form = json!({"name": "program", "access": "write", "days": 1});
    let key = app.post("/v1/me/api-keys", &form).fresh_key().bearer(&token).send().await.expect(201);
    let key = key.text_at("/secret");
    app.get("/v1/me").bearer(&key).send().await.expect(200);
    let mut open = socket(&app, &token).await;
    let admin = app.token_of(Role::Admin).await;
    decide(&app, &admin, &id, "deactivate").await.expect(200);
    assert_eq!(closed(&mut open).await, 4001);
    for credential in [&token, &key] {
        app.get("/v1/me").bearer(credential).send().await.refused(401, "token-invalid");
    }
    let refresh = json!({"refresh_token": ann.text_at("/refresh_token")});
    app.post("/v1/auth/refresh", &refresh).send().await.refused(401, "session-unknown");
    login(&app, "ann@example.org", PASSWORD).await.refused(403, "account-deactivated");
    login(&app, "ann@example.org", "another password").await.refused(401, "invalid-credentials");
    let before = app.mailed().await.len();
    app.post("/v1/auth/password-reset", &json!({"email": "ann@example.org"})).send().await.expect(202);
    assert_eq!(app.mailed().await.len(), before, "no link back in");
    decide(&app, &admin, &id, "reactivate").await.expect(200);
    login(&app, "ann@example.org", PASSWORD).await.expect(200);
    app.get("/v1/me").bearer(&key).send().await.refused(401, "token-invalid");
}

#[tokio::test]
async fn a_repeat_decides_once() {
    let app = TestApp::start().await;
    let ann = app.registered("ann@example.org").await.text_at("/user/id");
    let admin = app.token_of(Role::Admin).await;
    let path = format!("/admin/v1/users/{ann}/deactivate");
    let press = || app.ask(Method::POST, &path).key("once").bearer(&admin).send();
    press().await.expect(200);
    assert_eq!(press().await.expect(200).header("idempotent-replayed"), "true");
    let file: Value = app.get(&format!("/admin/v1/users/{ann}")).bearer(&admin).send().await.expect(200).json;
    assert!(file["deactivated_at"].is_string());
    assert_eq!(file["sessions"], 0);
}
