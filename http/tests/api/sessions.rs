use std::time::Duration;

use amazoff_http::server::{Limits, serve};
use amazoff_http::{HttpSettings, LimitSettings, Rates};
use amazoff_supervisor::spawn_guarded;
use axum::http::Method;
use futures::StreamExt;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::sync::CancellationToken;

use crate::support::{Answered, PATIENCE, TestApp};

const EMAIL: &str = "ann@example.org";

/// A shop that looks after open sockets only when something happens.
pub(crate) async fn without_heartbeats() -> TestApp {
    let limits = LimitSettings { rates: Rates::off(), ..LimitSettings::default() };
    let heartbeat = Duration::from_secs(3_600);
    TestApp::start_with(HttpSettings { heartbeat, limits, ..HttpSettings::at("http://shop.test") }).await
}

/// An open socket of whoever has the token.
pub(crate) async fn socket(app: &TestApp, token: &str) -> WebSocketStream<MaybeTlsStream<TcpStream>> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    spawn_guarded(
        "test server",
        serve(listener, app.router.clone(), Limits::default(), CancellationToken::new()),
    );
    let given = app.ask(Method::POST, "/v1/realtime/ticket").bearer(token).send().await.expect(200);
    let url = format!("ws://{address}/v1/realtime?ticket={}", given.text_at("/ticket"));
    connect_async(url).await.unwrap().0
}

/// The code with which the server closes a socket.
pub(crate) async fn closed(socket: &mut WebSocketStream<MaybeTlsStream<TcpStream>>) -> u16 {
    let close = async {
        while let Some(Ok(frame)) = socket.next().await {
            if let Message::Close(Some(close)) = frame {
                return u16::from(close.code);
            }
        }
        0
    };
    tokio::time::timeout(PATIENCE, close).await.expect("the socket must be closed")
}

/// Logs in once more.
pub(crate) async fn login(app: &TestApp, email: &str, password: &str) -> Answered {
    app.post("/v1/auth/login", &json!({"email": email, "password": password})).send().await
}

async fn another(app: &TestApp) -> String {
    login(app, EMAIL, "correct horse battery").await.expect(200).text_at("/access_token")
}

async fn listed(app: &TestApp, token: &str) -> Vec<Value> {
    let list = app.get("/v1/me/sessions").bearer(token).send().await.expect(200);
    list.json["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_person_sees_their_sessions_and_which_is_this_one() {
    let app = TestApp::start().await;
    let here = app.registered(EMAIL).await.text_at("/access_token");
    let there = another(&app).await;
    app.registered("ben@example.org").await;
    let seen = listed(&app, &here).await;
    assert_eq!(seen.len(), 2, "one's own only: {seen:?}");
    assert_eq!(seen.iter().filter(|session| session["current"] == true).count(), 1);
    let mut fields: Vec<&String> = seen[0].as_object().unwrap().keys().collect();
    fields.sort();
    assert_eq!(fields, ["current", "expires_at", "id", "last_used_at", "opened_at"], "nothing personal");
    let current =
        |seen: &[Value]| seen.iter().find(|session| session["current"] == true).unwrap()["id"].clone();
    assert_ne!(current(&seen), current(&listed(&app, &there).await));
    app.get("/v1/me/sessions").send().await.refused(401, "login-required");
}

#[tokio::test]
async fn a_session_is_ended_from_another_one_and_its_socket_with_it() {
    let app = without_heartbeats().await;
    let here = app.registered(EMAIL).await.text_at("/access_token");
    let there = another(&app).await;
    let mut open = socket(&app, &there).await;
    let sessions = listed(&app, &here).await;
    let other = sessions.iter().find(|session| session["current"] == false).unwrap();
    let path = format!("/v1/me/sessions/{}", other["id"].as_str().unwrap());
    let stranger = app.registered("ben@example.org").await.text_at("/access_token");
    let missing = |token: &str| app.ask(Method::DELETE, &path).bearer(token).send();
    missing(&stranger).await.refused(404, "session-not-found");
    app.get("/v1/me").bearer(&there).send().await.expect(200);
    app.ask(Method::DELETE, &path).bearer(&here).send().await.expect(204);
    assert_eq!(closed(&mut open).await, 4001);
    app.get("/v1/me").bearer(&there).send().await.refused(401, "token-invalid");
    missing(&here).await.refused(404, "session-not-found");
    app.ask(Method::DELETE, "/v1/me/sessions/x").bearer(&here).send().await.refused(404, "session-not-found");
}

#[tokio::test]
async fn all_other_sessions_end_or_all() {
    let app = without_heartbeats().await;
    let here = app.registered(EMAIL).await.text_at("/access_token");
    let (one, two) = (another(&app).await, another(&app).await);
    let mut open = socket(&app, &two).await;
    app.ask(Method::DELETE, "/v1/me/sessions").bearer(&here).send().await.expect(204);
    assert_eq!(closed(&mut open).await, 4001);
    for gone in [&one, &two] {
        app.get("/v1/me").bearer(gone).send().await.refused(401, "token-invalid");
    }
    assert_eq!(listed(&app, &here).await.len(), 1);
    let mut open = socket(&app, &here).await;
    app.ask(Method::DELETE, "/v1/me/sessions?all=true").bearer(&here).send().await.expect(204);
    assert_eq!(closed(&mut open).await, 4001);
    app.get("/v1/me").bearer(&here).send().await.refused(401, "token-invalid");
}

/// T-U1 (a): twenty tabs that renew at once all go on, in one session with one newest token.
#[tokio::test]
async fn twenty_renewals_at_once_all_succeed_and_stay_one_session() {
    let app = TestApp::start().await;
    let joined = app.registered(EMAIL).await;
    let form = json!({"refresh_token": joined.text_at("/refresh_token")});
    let renewals = (0..20).map(|_| app.post("/v1/auth/refresh", &form).send());
    let renewed = futures::future::join_all(renewals).await;
    let tokens: std::collections::BTreeSet<String> =
        renewed.into_iter().map(|answer| answer.expect(200).text_at("/refresh_token")).collect();
    assert_eq!(tokens.len(), 1, "one generation for all");
    assert_eq!(listed(&app, &joined.text_at("/access_token")).await.len(), 1);
}

#[tokio::test]
async fn a_program_ends_no_sessions() {
    let app = TestApp::start().await;
    let token = app.registered(EMAIL).await.text_at("/access_token");
    let form = json!({"name": "program", "access": "write", "days": 1});
    let key = app.post("/v1/me/api-keys", &form).fresh_key().bearer(&token).send().await.expect(201);
    let key = key.text_at("/secret");
    assert!(listed(&app, &key).await.iter().all(|session| session["current"] == false));
    app.ask(Method::DELETE, "/v1/me/sessions").bearer(&key).send().await.refused(403, "session-required");
}
