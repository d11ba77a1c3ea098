//! Nothing personal or secret reaches an operator.

use amazoff_actors::user::Role;
use amazoff_http::HttpSettings;
use amazoff_http::access::{Access, TABLE};
use amazoff_supervisor::EntityId;
use axum::http::Method;
use serde_json::{Value, json};

use crate::support::TestApp;

/// Part of every value that nobody may see.
const CANARY: &str = "canary7f3a";

/// The entities of all kinds, by their names.
async fn entities(app: &TestApp) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    for kind in amazoff_actors::tree::DOMAINS {
        for id in app.store.journal().entities(kind, None, 100).await.unwrap() {
            let entity = EntityId::new(kind, id);
            let events =
                app.store.journal().history(&entity, amazoff_supervisor::Version(0), 200).await.unwrap();
            found.push((entity.to_string(), u64::try_from(events.len()).unwrap()));
        }
    }
    found
}

/// What the shop's people and programs can read without naming a thing.
fn lists() -> Vec<String> {
    TABLE
        .iter()
        .filter(|(method, route, access)| {
            let listed = matches!(access, Access::Staff(_) | Access::Confirmed(_) | Access::Scraper)
                && *method == Method::GET;
            // A person is shown to whoever names the whole address.
            listed
                && *route != "/admin/v1/users"
                && !route.contains('{')
                && !route.ends_with("/stream")
                && !route.ends_with("/diff")
        })
        .map(|(_, route, _)| (*route).to_owned())
        .collect()
}

#[tokio::test]
async fn no_answer_shows_what_was_planted() {
    let app = TestApp::start_with(HttpSettings {
        metrics_token: Some(format!("{CANARY}-for-metrics").as_str().into()),
        ..HttpSettings::at("http://shop.test")
    })
    .await;
    let (ops, admin) = (app.token_of(Role::Ops).await, app.token_of(Role::Admin).await);
    let form = json!({"email": format!("{CANARY}@example.org"), "password": format!("{CANARY} battery staple"), "name": format!("{CANARY} Ann")});
    let registered = app.post("/v1/auth/register", &form).fresh_key().send().await.expect(201);
    let secrets = [
        CANARY.to_owned(),
        registered.text_at("/access_token"),
        registered.text_at("/refresh_token"),
        "tok_ok".to_owned(),
    ];
    let (cart, total) = app.full_cart(1999).await;
    let button = json!({
        "expected_total": {"amount": total, "currency": "EUR"},
        "email": format!("{CANARY}@example.com"), "name": format!("{CANARY} Other"),
        "address": {"line1": format!("{CANARY} Way 1"), "city": format!("{CANARY} City"), "postal_code": "10115", "country": "DE"},
        "payment": {"provider": "sandbox", "token": "tok_ok"}
    });
    app.post(&cart.path("/complete"), &button).fresh_key().cart(&cart.token).send().await.expect(200);
    app.projected().await;

    let mut paths = lists();
    let mut asked = Vec::new();
    for (entity, version) in entities(&app).await {
        let path = format!("/ops/v1/entities/{entity}");
        paths.extend([format!("{path}/at/{version}"), format!("{path}/diff?from=0&to={version}")]);
        let seen = app.get(&path).bearer(&ops).send().await.expect(200);
        for event in seen.json["history"].as_array().unwrap() {
            paths.push(format!("/ops/v1/causes/{}", event["correlation"].as_str().unwrap()));
            asked.push((format!("{path}/what-if"), json!({"command_id": event["command_id"]})));
        }
        // Whatever it was asked crashes it, and is kept.
        let (kind, hex) = entity.split_once('_').unwrap();
        let kind = amazoff_actors::tree::DOMAINS.into_iter().find(|known| *known == kind).unwrap();
        let id = EntityId::new(kind, hex.parse().unwrap());
        let command = seen.json["history"][0]["command_id"].as_str().unwrap().parse().unwrap();
        let record = app.store.journal().outcome(&id, amazoff_supervisor::CommandId(command)).await.unwrap();
        let command: Value = serde_json::from_str(&record.unwrap().sealed_command).unwrap();
        app.crashed(&id, &command, 1).await;
        paths.push(path);
    }
    asked.push(("/ops/v1/tree/restart".to_owned(), json!({"path": "shop/order"})));
    let mut answers = Vec::new();
    for path in &paths {
        let token = if path.starts_with("/admin/") { &admin } else { &ops };
        answers.push((path, app.get(path).bearer(token).send().await.expect(200).text));
    }
    for (path, body) in &asked {
        let answer = app.post(path, body).fresh_key().bearer(&admin).send().await.expect(200);
        answers.push((path, answer.text));
    }
    assert!(answers.len() > 50, "{} answers were looked at", answers.len());
    for (path, text) in answers {
        for secret in &secrets {
            assert!(secret.is_empty() || !text.contains(secret.as_str()), "{secret} in {path}: {text}");
        }
    }
    for (number, secret) in secrets.iter().enumerate() {
        assert!(secret.len() > 5, "secret {number} was there to be found");
    }
}
