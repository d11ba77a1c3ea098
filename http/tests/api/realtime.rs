use std::time::Duration;

use amazoff_http::server::{Limits, serve};
use amazoff_http::{HttpSettings, LimitSettings, Rates};
use amazoff_supervisor::spawn_guarded;
use axum::body::Body;
use axum::http::{HeaderValue, Method};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::support::{PATIENCE, TestApp};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn listening(app: &TestApp) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    spawn_guarded(
        "test server",
        serve(listener, app.router.clone(), Limits::default(), CancellationToken::new()),
    );
    format!("ws://{address}/v1/realtime")
}

async fn ticket(app: &TestApp, cart_token: &str) -> String {
    let answered = app.ask(Method::POST, "/v1/realtime/ticket").cart(cart_token).send().await.expect(200);
    assert_eq!(answered.json["expires_in"], 30);
    answered.text_at("/ticket")
}

async fn opened(app: &TestApp, cart_token: &str) -> Socket {
    let url = format!("{}?ticket={}", listening(app).await, ticket(app, cart_token).await);
    let (mut socket, _) = connect_async(url).await.unwrap();
    assert_eq!(told(&mut socket).await["type"], "hello");
    socket
}

/// The next text frame.
async fn told(socket: &mut Socket) -> Value {
    let reading = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(text.as_str()).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("a text frame was expected, not {other:?}"),
            }
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.expect("a frame must come")
}

/// The code of the close frame.
async fn closed(socket: &mut Socket) -> u16 {
    let reading = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                other => panic!("a close frame was expected, not {other:?}"),
            }
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.expect("the socket must be closed")
}

async fn say(socket: &mut Socket, frame: &Value) {
    socket.send(Message::Text(frame.to_string().into())).await.unwrap();
}

#[tokio::test]
async fn a_shopper_sees_the_order_move_from_first_state_to_paid() {
    let app = TestApp::start().await;
    let (cart, total) = app.full_cart(1999).await;
    let asked = app.complete(&cart, total, "tok_action").await.expect(202);
    let topic = format!("order:{}", asked.text_at("/order_id"));
    let mut socket = opened(&app, &cart.token).await;
    say(&mut socket, &json!({"type": "subscribe", "topic": topic})).await;
    let first = told(&mut socket).await;
    assert_eq!((&first["type"], &first["topic"]), (&json!("event"), &json!(topic)));
    assert_eq!(first["data"]["stage"], "draft");
    let confirm = format!("/v1/payments/{}/confirm", asked.text_at("/payment_id"));
    app.post(&confirm, &json!({"result": "approve"})).fresh_key().cart(&cart.token).send().await.expect(200);
    let mut seq = first["seq"].as_u64().unwrap();
    loop {
        let next = told(&mut socket).await;
        assert!(next["seq"].as_u64().unwrap() >= seq);
        seq = next["seq"].as_u64().unwrap();
        if next["data"]["stage"] == "paid" {
            return;
        }
    }
}

#[tokio::test]
async fn foreign_and_unknown_topics_are_not_found_and_bad_frames_refused() {
    let app = TestApp::start().await;
    let (cart, total) = app.full_cart(1999).await;
    let order = app.complete(&cart, total, "tok_ok").await.expect(200).text_at("/id");
    let other = app.guest_cart().await;
    let mut socket = opened(&app, &other.token).await;
    for topic in [
        format!("order:{order}"),
        "order:ord_00000000000000000000000000000009".to_owned(),
        "order:x".to_owned(),
        "user:1".to_owned(),
    ] {
        say(&mut socket, &json!({"type": "subscribe", "topic": topic})).await;
        assert_eq!(told(&mut socket).await, json!({"type": "error", "code": "not-found", "topic": topic}));
    }
    say(&mut socket, &json!({"type": "shout"})).await;
    assert_eq!(told(&mut socket).await["code"], "frame-invalid");
}

#[tokio::test]
async fn a_ticket_opens_one_socket() {
    let app = TestApp::start().await;
    let url = format!("{}?ticket={}", listening(&app).await, ticket(&app, "").await);
    let (_socket, _) = connect_async(&url).await.unwrap();
    for url in [url.clone(), url.replace("tk_", "xx_"), url.split('?').next().unwrap().to_owned()] {
        let Err(Error::Http(refused)) = connect_async(url).await else { panic!("opened without a ticket") };
        assert_eq!(refused.status(), 401);
    }
}

#[tokio::test]
async fn another_sites_page_opens_no_socket() {
    let app = TestApp::start().await;
    let url = format!("{}?ticket={}", listening(&app).await, ticket(&app, "").await);
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("origin", HeaderValue::from_static("http://evil.example"));
    let Err(Error::Http(refused)) = connect_async(request).await else { panic!("opened for another site") };
    assert_eq!(refused.status(), 403);
    app.get("/v1/realtime?ticket=x").send().await.refused(400, "websocket-expected");
}

#[tokio::test]
async fn a_huge_frame_ends_its_socket() {
    let app = TestApp::start().await;
    let mut socket = opened(&app, "").await;
    socket.send(Message::Text("x".repeat(100_000).into())).await.ok();
    let ended = async { while let Some(Ok(_)) = socket.next().await {} };
    tokio::time::timeout(PATIENCE, ended).await.expect("the socket must end");
}

#[tokio::test]
async fn whoever_does_not_answer_pings_is_let_go() {
    let app = TestApp::start().await;
    let socket = opened(&app, "").await;
    let unanswered = async {
        while app.platform.realtime.open_sockets() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, unanswered).await.expect("a silent peer must not be kept");
    drop(socket); // it was open, and never read
}

#[tokio::test]
async fn logging_out_ends_the_persons_sockets() {
    let app = TestApp::start().await;
    let token = app.registered("ann@example.org").await.text_at("/access_token");
    let given = app.ask(Method::POST, "/v1/realtime/ticket").bearer(&token).send().await.expect(200);
    let url = format!("{}?ticket={}", listening(&app).await, given.text_at("/ticket"));
    let (mut socket, _) = connect_async(url).await.unwrap();
    app.ask(Method::POST, "/v1/auth/logout").bearer(&token).send().await.expect(204);
    assert_eq!(closed(&mut socket).await, 4001);
}

/// A shop that looks after open sockets only when something happens.
async fn without_heartbeats(sockets: &str) -> TestApp {
    let limits =
        LimitSettings { rates: Rates::off(), sockets: sockets.parse().unwrap(), ..LimitSettings::default() };
    let heartbeat = Duration::from_secs(3_600);
    TestApp::start_with(HttpSettings { heartbeat, limits, ..HttpSettings::at("http://shop.test") }).await
}

async fn ticket_of(app: &TestApp, token: &str) -> String {
    let given = app.ask(Method::POST, "/v1/realtime/ticket").bearer(token).send().await.expect(200);
    given.text_at("/ticket")
}

#[tokio::test]
async fn the_end_of_a_session_ends_its_sockets_at_once() {
    let app = without_heartbeats("").await;
    let token = app.registered("ann@example.org").await.text_at("/access_token");
    let login = json!({"email": "ann@example.org", "password": "correct horse battery"});
    let other = app.post("/v1/auth/login", &login).send().await.expect(200).text_at("/access_token");
    let at = listening(&app).await;
    let (mut here, _) =
        connect_async(format!("{at}?ticket={}", ticket_of(&app, &token).await)).await.unwrap();
    let (mut there, _) =
        connect_async(format!("{at}?ticket={}", ticket_of(&app, &other).await)).await.unwrap();
    app.ask(Method::POST, "/v1/auth/logout").bearer(&token).send().await.expect(204);
    assert_eq!(closed(&mut here).await, 4001);
    // The other device's session goes on, and its socket with it.
    assert_eq!(told(&mut there).await["type"], "hello");
    say(&mut there, &json!({"type": "shout"})).await;
    assert_eq!(told(&mut there).await["code"], "frame-invalid");
}

#[tokio::test]
async fn a_ticket_outlives_no_session() {
    let app = without_heartbeats("").await;
    let token = app.registered("ann@example.org").await.text_at("/access_token");
    let ticket = ticket_of(&app, &token).await;
    app.ask(Method::POST, "/v1/auth/logout").bearer(&token).send().await.expect(204);
    let (mut socket, _) = connect_async(format!("{}?ticket={ticket}", listening(&app).await)).await.unwrap();
    assert_eq!(closed(&mut socket).await, 4001);
}

#[tokio::test]
async fn a_person_and_a_place_have_only_so_many_sockets_and_streams() {
    let app = without_heartbeats("person=2,address=3").await;
    let ann = app.registered("ann@example.org").await.text_at("/access_token");
    let at = listening(&app).await;
    let mut open = Vec::new();
    for _ in 0..2 {
        let ticket = ticket_of(&app, &ann).await;
        open.push(connect_async(format!("{at}?ticket={ticket}")).await.unwrap().0);
    }
    let refused = async |ticket: String| {
        let Err(Error::Http(refused)) = connect_async(format!("{at}?ticket={ticket}")).await else {
            panic!("one socket too many")
        };
        assert_eq!(refused.status(), 429);
        assert!(refused.headers().contains_key("retry-after"));
    };
    refused(ticket_of(&app, &ann).await).await;
    // A guest's stream from the same place takes its last seat, for sockets and streams alike.
    let (cart, total) = app.full_cart(1999).await;
    let order = app.complete(&cart, total, "tok_ok").await.expect(200).text_at("/id");
    let events = Events::of(&app, &order, &cart.token, None).await;
    refused(ticket(&app, "").await).await;
    let path = format!("/v1/orders/{order}/events");
    app.get(&path).cart(&cart.token).send().await.refused(429, "rate-limited");
    // Whoever goes leaves a seat.
    drop(events);
    let again = Events::of(&app, &order, &cart.token, None).await;
    drop((again, open));
    let emptied = async {
        while app.platform.realtime.open_sockets() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, emptied).await.expect("sockets whose peers are gone end");
    connect_async(format!("{at}?ticket={}", ticket_of(&app, &ann).await)).await.unwrap();
}

#[tokio::test]
async fn shutdown_says_goodbye_to_every_socket() {
    let app = TestApp::start().await;
    let mut socket = opened(&app, "").await;
    let realtime = app.platform.realtime.clone();
    let closing = spawn_guarded("closing", async move { realtime.close(PATIENCE).await });
    assert_eq!(closed(&mut socket).await, 1001);
    drop(socket);
    tokio::time::timeout(PATIENCE, closing).await.expect("nothing is left open").unwrap();
}

#[tokio::test]
async fn whoever_comes_back_is_told_whether_anything_is_new() {
    let app = TestApp::start().await;
    let (cart, total) = app.full_cart(1999).await;
    let order = app.complete(&cart, total, "tok_ok").await.expect(200).text_at("/id");
    let topic = format!("order:{order}");
    let mut socket = opened(&app, &cart.token).await;
    say(&mut socket, &json!({"type": "subscribe", "topic": topic})).await;
    let mut seen = told(&mut socket).await;
    while seen["data"]["stage"] != "paid" {
        seen = told(&mut socket).await;
    }
    let url = format!("{}?ticket={}", listening(&app).await, ticket(&app, &cart.token).await);
    let (mut again, _) = connect_async(url).await.unwrap();
    let epoch = told(&mut again).await["epoch"].clone();
    let come_back = |epoch: &Value, seq: u64| json!({"type": "subscribe", "topic": topic, "after": {"epoch": epoch, "seq": seq}});
    let seq = seen["seq"].as_u64().unwrap();
    say(&mut again, &come_back(&epoch, seq)).await;
    let nothing_new =
        json!({"type": "subscribed", "topic": topic, "epoch": epoch, "seq": seq, "recovered": true});
    assert_eq!(told(&mut again).await, nothing_new);
    // No event follows, so the next frame answers the next question.
    for (epoch, after, recovered) in
        [(&epoch, seq - 1, true), (&epoch, seq + 1, false), (&json!("another history"), seq, false)]
    {
        say(&mut again, &come_back(epoch, after)).await;
        assert_eq!(told(&mut again).await["recovered"], recovered, "{epoch} {after}");
        let event = told(&mut again).await;
        assert_eq!((&event["type"], &event["seq"]), (&json!("event"), &json!(seq)));
    }
    say(&mut again, &json!({"type": "subscribe", "topic": topic, "after": {"seq": 1}})).await;
    assert_eq!(told(&mut again).await["code"], "frame-invalid");
}

/// A stream of events, read line by line.
struct Events(axum::body::BodyDataStream, String);

impl Events {
    async fn of(app: &TestApp, order: &str, cart: &str, last: Option<&str>) -> Self {
        let mut request =
            axum::http::Request::get(format!("/v1/orders/{order}/events")).header("x-cart-token", cart);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = app.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self(response.into_body().into_data_stream(), String::new())
    }

    /// Name, id and data of the next event; comments have no name.
    async fn next(&mut self) -> (String, String, Value) {
        let reading = async {
            while !self.1.contains("\n\n") {
                let bytes = self.0.next().await.expect("the stream goes on").unwrap();
                self.1.push_str(std::str::from_utf8(&bytes).unwrap());
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.expect("an event must come");
        let (event, rest) =
            self.1.split_once("\n\n").map(|(event, rest)| (event.to_owned(), rest.to_owned())).unwrap();
        self.1 = rest;
        let field = |name: &str| {
            event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned()
        };
        (field("event:"), field("id:"), serde_json::from_str(&field("data:")).unwrap_or(Value::Null))
    }

    async fn next_order(&mut self) -> (String, Value) {
        loop {
            let (name, id, data) = self.next().await;
            match name.as_str() {
                "order" => return (id, data),
                "" => {}
                other => panic!("an order was expected, not {other}"),
            }
        }
    }
}

#[tokio::test]
async fn a_stream_of_events_tells_the_same_as_a_socket_and_goes_on_where_it_was() {
    let app = TestApp::start().await;
    let (cart, total) = app.full_cart(1999).await;
    let asked = app.complete(&cart, total, "tok_action").await.expect(202);
    let order = asked.text_at("/order_id");
    let mut events = Events::of(&app, &order, &cart.token, None).await;
    assert_eq!(events.next_order().await.1["stage"], "draft");
    let confirm = format!("/v1/payments/{}/confirm", asked.text_at("/payment_id"));
    app.post(&confirm, &json!({"result": "approve"})).fresh_key().cart(&cart.token).send().await.expect(200);
    let (mut id, mut seen) = events.next_order().await;
    while seen["stage"] != "paid" {
        (id, seen) = events.next_order().await;
    }
    drop(events);
    // Whoever has the newest gets only heartbeats, whoever has less gets the newest.
    let mut again = Events::of(&app, &order, &cart.token, Some(&id)).await;
    assert_eq!(again.next().await.0, "");
    for before in ["", "1", "another.1"] {
        let mut again = Events::of(&app, &order, &cart.token, Some(before)).await;
        assert_eq!(again.next_order().await, (id.clone(), seen.clone()));
    }
}

#[tokio::test]
async fn a_stream_of_events_is_its_owners_and_ends_with_the_session() {
    let app = TestApp::start().await;
    let (cart, total) = app.full_cart(1999).await;
    let order = app.complete(&cart, total, "tok_ok").await.expect(200).text_at("/id");
    let other = app.guest_cart().await;
    let path = format!("/v1/orders/{order}/events");
    app.get(&path).send().await.refused(404, "order-not-found");
    app.get(&path).cart(&other.token).send().await.refused(404, "order-not-found");

    let ann = app.registered("ann@example.org").await.text_at("/access_token");
    let shelf = app.stocked("lamp", 1999, 5).await;
    let order = app.order_of(&ann, shelf.variant).await;
    let request = axum::http::Request::get(format!("/v1/orders/{order}/events"));
    let request = request.header("authorization", format!("Bearer {ann}")).body(Body::empty()).unwrap();
    let body = app.router.clone().oneshot(request).await.unwrap().into_body();
    let mut events = Events(body.into_data_stream(), String::new());
    events.next_order().await;
    app.post("/v1/auth/logout", &json!({})).bearer(&ann).send().await.expect(204);
    loop {
        let (name, _, data) = events.next().await;
        if name == "end" {
            assert_eq!(data["reason"], "the session has ended");
            break;
        }
    }
    let over = tokio::time::timeout(PATIENCE, events.0.next()).await.expect("the stream must end");
    assert!(over.is_none());
}

#[tokio::test]
async fn whoever_says_goodbye_is_answered() {
    let app = TestApp::start().await;
    let mut socket = opened(&app, "").await;
    socket.close(None).await.unwrap();
    let ending = async {
        loop {
            match socket.next().await {
                Some(Ok(_)) => {}
                Some(Err(error)) => panic!("the socket was dropped: {error}"),
                None => return,
            }
        }
    };
    tokio::time::timeout(PATIENCE, ending).await.expect("the socket must end");
}
