//! Being erased, knowing what is held, and the log of consents.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use amazoff_actors::mail::{Letter, MailError};
use amazoff_actors::user::Role;
use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::sessions::{closed, login, socket, without_heartbeats};
use crate::support::{Answered, PATIENCE, TestApp, button};

const EMAIL: &str = "ann@example.org";
const PASSWORD: &str = "correct horse battery";

fn uuid_of(id: &str) -> Uuid {
    Uuid::try_parse(id.rsplit_once('_').unwrap().1).unwrap()
}

async fn erase(app: &TestApp, token: &str) -> Answered {
    app.ask(Method::DELETE, "/v1/me").bearer(token).send().await
}

/// Waits until the person's key is destroyed.
async fn erased(app: &TestApp, user: &str) {
    let keys = app.store.key_table();
    let waiting = async {
        while keys.get(uuid_of(user)).await.unwrap().is_some() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("the key must be destroyed");
}

/// A cart of the person with a lamp in it, completed; the order.
async fn buys(app: &TestApp, token: &str) -> String {
    let slug = format!("lamp-{}", Uuid::now_v7().simple());
    let shelf = app.stocked(&slug, 2000, 10).await;
    let cart = app.post("/v1/carts", &json!({})).fresh_key().bearer(token).send().await.expect(201);
    let path = format!("/v1/carts/{}", cart.text_at("/cart/id"));
    let line = json!({"variant_id": shelf.variant, "quantity": 1});
    let added = app.post(&format!("{path}/lines"), &line).fresh_key().bearer(token).send().await.expect(200);
    let total = added.json["totals"]["total"]["amount"].as_i64().unwrap();
    let complete = app.post(&format!("{path}/complete"), &button(total, "tok_ok"));
    let placed = complete.fresh_key().bearer(token).send().await.expect(200);
    app.projected().await;
    placed.text_at("/id")
}

#[tokio::test]
async fn who_is_erased_is_nobody_at_once_and_unreadable_soon_after() {
    let app = without_heartbeats().await;
    let ann = app.registered(EMAIL).await;
    let (token, id) = (ann.text_at("/access_token"), ann.text_at("/user/id"));
    let form = json!({"name": "program", "access": "write", "days": 1});
    let key = app.post("/v1/me/api-keys", &form).fresh_key().bearer(&token).send().await.expect(201);
    let key = key.text_at("/secret");
    let order = buys(&app, &token).await;
    let mut open = socket(&app, &token).await;

    let begun = erase(&app, &token).await.expect(202);
    assert_eq!(begun.json["status"], "erasing");
    assert_eq!(closed(&mut open).await, 4001);
    for credential in [&token, &key] {
        app.get("/v1/me").bearer(credential).send().await.refused(401, "token-invalid");
    }
    let refresh = json!({"refresh_token": ann.text_at("/refresh_token")});
    app.post("/v1/auth/refresh", &refresh).send().await.refused(401, "session-unknown");
    login(&app, EMAIL, PASSWORD).await.refused(401, "invalid-credentials");

    erased(&app, &id).await;
    assert_eq!(app.letters(EMAIL).await.last(), Some(&Letter::AccountErased));
    let support = app.token_of(Role::Support).await;
    app.get(&format!("/admin/v1/users/{id}")).bearer(&support).send().await.refused(404, "user-not-found");
    let found = app.get("/admin/v1/users?email=ann@example.org").bearer(&support).send().await.expect(200);
    assert_eq!(found.json["items"], json!([]));
    // What was sold is still known, but not to whom; what was not packed was given up.
    let shown = app.get(&format!("/admin/v1/orders/{order}")).bearer(&support).send().await.expect(200);
    assert_eq!(shown.json["contact"], Value::Null);
    assert_eq!(shown.json["status"], "canceled");
    for personal in [EMAIL, "Ann Other", "Way 1", "Berlin"] {
        assert!(!shown.text.contains(personal), "{personal}: {}", shown.text);
    }
    // The address is anybody's.
    let again = app.registered(EMAIL).await;
    assert_ne!(again.text_at("/user/id"), id);
}

#[tokio::test]
async fn erasing_asks_for_the_password_and_a_program_cannot() {
    let app = TestApp::start().await;
    let ann = app.registered(EMAIL).await;
    let token = ann.text_at("/access_token");
    erase(&app, "nonsense").await.refused(401, "token-invalid");
    app.ask(Method::DELETE, "/v1/me").send().await.refused(401, "login-required");
    let form = json!({"name": "program", "access": "write", "days": 1});
    let key = app.post("/v1/me/api-keys", &form).fresh_key().bearer(&token).send().await.expect(201);
    let refused = erase(&app, &key.text_at("/secret")).await;
    assert_eq!(refused.status.as_u16(), 403, "{}", refused.text);
    let refresh = json!({"refresh_token": ann.text_at("/refresh_token")});
    let renewed = app.post("/v1/auth/refresh", &refresh).send().await.expect(200).text_at("/access_token");
    erase(&app, &renewed).await.refused(403, "step-up-required");
    for path in ["/v1/me/export/archive"] {
        app.get(path).bearer(&renewed).send().await.refused(403, "step-up-required");
    }
    app.ask(Method::POST, "/v1/me/export").bearer(&renewed).send().await.refused(403, "step-up-required");
    app.get("/v1/me").bearer(&renewed).send().await.expect(200);
    let again = app.post("/v1/auth/step-up", &json!({"password": PASSWORD})).bearer(&renewed).send().await;
    erase(&app, &again.expect(200).text_at("/access_token")).await.expect(202);
}

#[tokio::test]
async fn an_admin_erases_others_with_a_reason_and_never_themselves() {
    let app = TestApp::start().await;
    let ann = app.registered(EMAIL).await;
    let id = ann.text_at("/user/id");
    let (admin, support) = (app.token_of(Role::Admin).await, app.token_of(Role::Support).await);
    let path = |id: &str| format!("/admin/v1/users/{id}/erase");
    let ask =
        |token: &str, id: &str, body: &Value| app.post(&path(id), body).fresh_key().bearer(token).send();
    let reason = json!({"reason": "requested"});
    ask(&support, &id, &reason).await.refused(403, "role-missing");
    let text = json!({"reason": "Ann Other wrote to us"});
    assert_eq!(ask(&admin, &id, &text).await.status.as_u16(), 422, "a text would stay in the trail for ever");
    ask(&admin, "usr_00000000000000000000000000000001", &reason).await.refused(404, "user-not-found");
    let own = app.get("/v1/me").bearer(&admin).send().await.expect(200).text_at("/id");
    ask(&admin, &own, &reason).await.refused(409, "own-rights");
    erase(&app, &admin).await.refused(409, "own-rights");

    let done = ask(&admin, &id, &reason).await.expect(200);
    assert_eq!(done.json["action"], "user-erase", "{}", done.text);
    app.get("/v1/me").bearer(&ann.text_at("/access_token")).send().await.refused(401, "token-invalid");
    erased(&app, &id).await;
    let ops = app.token_of(Role::Ops).await;
    let trail = app.get("/ops/v1/audit").bearer(&ops).send().await.expect(200);
    let entries = trail.json["items"].as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["action"] == "user-erase" && entry["subject"] == json!(id));
    assert!(entry.unwrap().to_string().contains("requested"), "{entry:?}");
    assert!(!trail.text.contains(EMAIL));
}

#[tokio::test]
async fn a_mail_server_that_is_away_holds_the_key_but_not_the_account() {
    let app = TestApp::start().await;
    let ann = app.registered(EMAIL).await;
    let id = ann.text_at("/user/id");
    app.mailed().await;
    app.mails.fail_next([MailError::Later("away".to_owned()), MailError::Later("away".to_owned())]);
    erase(&app, &ann.text_at("/access_token")).await.expect(202);
    login(&app, EMAIL, PASSWORD).await.refused(401, "invalid-credentials");
    erased(&app, &id).await;
    let farewells = app.letters(EMAIL).await;
    assert_eq!(farewells.iter().filter(|letter| **letter == Letter::AccountErased).count(), 1);
}

/// The files of an archive.
fn unpacked(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        files.insert(file.name().unwrap().into_owned(), text);
    }
    files
}

/// Tells the shop something in every place that keeps it, and takes some of it back; the order that was made.
async fn tells_everything(app: &TestApp, token: &str) -> String {
    let ask =
        |method: Method, path: &str, body: &Value| app.ask(method, path).json(body).fresh_key().bearer(token);
    ask(Method::PATCH, "/v1/me", &json!({"name": "Ann Second"})).send().await.expect(200);
    let recipient = json!({"email": "kept@example.org", "name": "Kept Recipient",
        "address": {"line1": "Kept Street 3", "city": "Keptville", "postal_code": "10115", "country": "DE"}});
    let kept =
        ask(Method::POST, "/v1/me/addresses", &json!({"recipient": recipient})).send().await.expect(201);
    let remove = |path: &str| app.ask(Method::DELETE, path).bearer(token).send();
    remove(&format!("/v1/me/addresses/{}", kept.text_at("/id"))).await.expect(204);
    let form = json!({"name": "Kept Program", "access": "read", "days": 1});
    ask(Method::POST, "/v1/me/api-keys", &form).send().await.expect(201);
    ask(Method::POST, "/v1/me/email", &json!({"email": "pending@example.org"})).send().await.expect(202);
    let consents = json!({"consents": [{"text": "terms", "version": "2026-11", "given": true}]});
    ask(Method::PUT, "/v1/me/consents", &consents).send().await.expect(200);
    let order = buys(app, token).await;
    let support = app.token_of(Role::Support).await;
    let note = json!({"text": "Kept remark"});
    app.post(&format!("/admin/v1/orders/{order}/notes"), &note)
        .header("if-match", "*")
        .fresh_key()
        .bearer(&support)
        .send()
        .await
        .expect(200);
    let shelf = app.stocked("lamp", 2000, 10).await;
    let review =
        json!({"rating": 5, "title": "Kept title", "body": "First body.", "author_name": "Kept Pen"});
    let written = ask(Method::POST, "/v1/products/lamp/reviews", &review).send().await.expect(201);
    let path = format!("/v1/reviews/{}", written.text_at("/id"));
    ask(Method::PATCH, &path, &json!({"body": "Second body."})).send().await.expect(200);
    let withdrawn = remove(&path).await;
    assert!(withdrawn.status.is_success(), "{}", withdrawn.text);
    let cart = ask(Method::POST, "/v1/carts", &json!({})).send().await.expect(201).text_at("/cart/id");
    let line = json!({"variant_id": shelf.variant, "quantity": 1});
    ask(Method::POST, &format!("/v1/carts/{cart}/lines"), &line).send().await.expect(200);
    let to = json!({"email": "cart@example.org", "name": "Cart Recipient",
        "address": {"line1": "Cart Street 4", "city": "Cartville", "postal_code": "10115", "country": "DE"}});
    ask(Method::PUT, &format!("/v1/carts/{cart}/address"), &to).send().await.expect(200);
    app.projected().await;
    order
}

/// What [`tells_everything`] tells.
const TOLD: [&str; 21] = [
    EMAIL,
    "Ann Second",
    "kept@example.org",
    "Kept Recipient",
    "Kept Street 3",
    "Keptville",
    "Kept Program",
    "pending@example.org",
    "Ann Other",
    "Way 1",
    "Berlin",
    "Kept remark",
    "Kept title",
    "First body.",
    "Second body.",
    "Kept Pen",
    "cart@example.org",
    "Cart Recipient",
    "Cart Street 4",
    "Cartville",
    "2026-11",
];

/// T-U6, through the API: everything that Ann ever told the shop is in what she downloads.
#[tokio::test]
async fn the_export_holds_everything_that_erasing_removes() {
    let app = TestApp::start().await;
    let ann = app.registered(EMAIL).await;
    let (token, user) = (ann.text_at("/access_token"), ann.text_at("/user/id"));
    let order = tells_everything(&app, &token).await;

    let archive = || app.get("/v1/me/export/archive").bearer(&token).send();
    archive().await.refused(404, "export-not-found");
    assert_eq!(app.get("/v1/me/export").bearer(&token).send().await.expect(200).json["status"], "none");
    for _ in 0..2 {
        let asked = app.ask(Method::POST, "/v1/me/export").bearer(&token).send().await.expect(202);
        assert_eq!((asked.header("location"), &asked.json["status"]), ("/v1/me/export", &json!("ready")));
    }
    let shown = app.get("/v1/me/export").bearer(&token).send().await.expect(200);
    assert!(shown.json["expires_at"].is_string(), "{}", shown.text);
    app.mailed().await; // and told
    let whole = archive().await.expect(200);
    assert_eq!(whole.header("content-type"), "application/zip");
    assert!(whole.header("cache-control").contains("no-store"));
    let files = unpacked(&whole.bytes);
    let all: String = files.values().map(String::as_str).collect();
    for told in TOLD.into_iter().chain([order.as_str()]) {
        assert!(all.contains(told), "{told} is not exported");
    }
    for secret in [PASSWORD, "argon2", "key_secret", &token] {
        assert!(!all.contains(secret), "{secret} is exported");
    }
    for (name, text) in &files {
        let file: Value =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}: {text}"));
        assert!(!file.is_null(), "{name}");
    }
    assert!(files["history.json"].contains("withheld") && files["orders.json"].contains("payments"));

    assert!(files["notices.json"].contains("order_placed"), "{}", files["notices.json"]);

    // And somebody else's holds nothing of it.
    let zoe = app.registered("zoe@example.org").await.text_at("/access_token");
    app.ask(Method::POST, "/v1/me/export").bearer(&zoe).send().await.expect(202);
    let hers = app.get("/v1/me/export/archive").bearer(&zoe).send().await.expect(200);
    let hers: String = unpacked(&hers.bytes).into_values().collect();
    assert!(hers.contains("zoe@example.org") && !hers.contains(EMAIL) && !hers.contains("Kept"), "{hers}");

    erase(&app, &token).await.expect(202);
    erased(&app, &user).await;
    archive().await.refused(401, "token-invalid");
}

#[tokio::test]
async fn consents_are_a_log_and_what_is_no_version_is_refused() {
    let app = TestApp::start().await;
    let token = app.registered(EMAIL).await.text_at("/access_token");
    let say = |items: Value| {
        app.ask(Method::PUT, "/v1/me/consents").json(&json!({"consents": items})).bearer(&token).send()
    };
    let of =
        |text: &str, version: &str, given: bool| json!({"text": text, "version": version, "given": given});
    assert_eq!(app.get("/v1/me/consents").bearer(&token).send().await.expect(200).json["items"], json!([]));
    say(json!([of("terms", "1", true), of("marketing", "1", true)])).await.expect(200);
    say(json!([of("marketing", "1", true)])).await.expect(200); // said already
    let log = say(json!([of("marketing", "1", false)])).await.expect(200);
    let log: Vec<_> = log.json["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["text"].as_str().unwrap(), entry["given"].as_bool().unwrap()))
        .collect();
    assert_eq!(log, [("marketing", false), ("marketing", true), ("terms", true)]);
    say(json!([of("terms", "one two", true)])).await.refused(422, "consent-invalid");
    say(json!([])).await.refused(422, "validation-failed");
    say(json!([of("horoscope", "1", true)])).await.refused(422, "validation-failed");
    app.get("/v1/me/consents").send().await.refused(401, "login-required");
}
