//! What people are told: by letter, in their inbox, and live.

use std::time::Duration;

use amazoff_actors::ids::{OrderId, PaymentId};
use amazoff_actors::inbox::{Matter, NOTICES_MAX};
use amazoff_actors::mail::MailError;
use amazoff_actors::money::Money;
use amazoff_actors::order::{News, NewsKind};
use amazoff_actors::payment::{Confirmation, Intent, IntentKey, Operation, PaymentProvider};
use amazoff_gateways::sandbox::Message;
use amazoff_supervisor::{Clock, Envelope, SystemClock};
use axum::body::Body;
use axum::http::Method;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use tower::ServiceExt;
use uuid::Uuid;

use crate::sessions::{socket, without_heartbeats};
use crate::support::{PATIENCE, TestApp, button};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const ANN: &str = "ann@example.org";

/// Somebody who has bought one thing, paid at once: their token and the order.
async fn buyer(app: &TestApp, email: &str) -> (String, String) {
    let token = app.registered(email).await.text_at("/access_token");
    let order = buys(app, &token).await;
    (token, order)
}

async fn buys(app: &TestApp, token: &str) -> String {
    let shelf = app.stocked(&format!("thing-{}", Uuid::now_v7().simple()), 6000, 10).await;
    let cart = app.post("/v1/carts", &json!({})).fresh_key().bearer(token).send().await.expect(201);
    let path = format!("/v1/carts/{}", cart.text_at("/cart/id"));
    let line = json!({"variant_id": shelf.variant, "quantity": 1});
    let lines = app.post(&format!("{path}/lines"), &line).fresh_key().bearer(token).send().await.expect(200);
    let total = lines.json["totals"]["total"]["amount"].as_i64().unwrap();
    let complete = app.post(&format!("{path}/complete"), &button(total, "tok_ok"));
    let order = complete.fresh_key().bearer(token).send().await.expect(200).text_at("/id");
    app.mailed().await; // all that follows has been delivered
    order
}

/// Tells a person something, as many times.
async fn told(app: &TestApp, token: &str, times: u64) {
    let me = app.get("/v1/me").bearer(token).send().await.expect(200).text_at("/id");
    let user = me.parse().unwrap();
    for _ in 0..times {
        let matter = Matter::Order { order: OrderId::from(Uuid::from_u128(5)), news: News::Placed };
        let at = SystemClock.now();
        let put = app.platform.shop.inboxes.put(user, (matter, at), Envelope::system(PATIENCE));
        put.await.unwrap();
    }
}

async fn listed(app: &TestApp, token: &str, query: &str) -> Value {
    app.get(&format!("/v1/me/notifications{query}")).bearer(token).send().await.expect(200).json
}

fn seqs(list: &Value) -> Vec<u64> {
    list["items"].as_array().unwrap().iter().map(|item| item["seq"].as_u64().unwrap()).collect()
}

async fn say(socket: &mut Socket, frame: &Value) {
    socket.send(Frame::Text(frame.to_string().into())).await.unwrap();
}

/// The next text frame.
async fn heard(socket: &mut Socket) -> Value {
    let reading = async {
        loop {
            match socket.next().await {
                Some(Ok(Frame::Text(text))) => return serde_json::from_str(text.as_str()).unwrap(),
                Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => {}
                other => panic!("a text frame was expected, not {other:?}"),
            }
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.expect("a frame must come")
}

/// An open socket of whoever has the token, and the epoch of its numbers.
async fn open(app: &TestApp, token: &str) -> (Socket, Value) {
    let mut socket = socket(app, token).await;
    let hello = heard(&mut socket).await;
    assert_eq!(hello["type"], "hello");
    (socket, hello["epoch"].clone())
}

fn follow(after: Option<(&Value, u64)>) -> Value {
    let mut frame = json!({"type": "subscribe", "topic": "notifications"});
    if let Some((epoch, seq)) = after {
        frame["after"] = json!({"epoch": epoch, "seq": seq});
    }
    frame
}

#[tokio::test]
async fn an_order_is_told_by_letter_and_in_the_inbox_of_its_buyer() {
    let app = TestApp::start().await;
    let (token, order) = buyer(&app, ANN).await;
    assert_eq!(app.told_by_mail(ANN).await, [NewsKind::Placed, NewsKind::Paid]);
    let list = listed(&app, &token, "").await;
    let kinds: Vec<_> = list["items"].as_array().unwrap().iter().map(|item| item["kind"].clone()).collect();
    assert_eq!(kinds, ["order_placed", "order_paid"]);
    let first = &list["items"][0];
    assert_eq!(
        (&first["seq"], &first["order_id"], &first["read"]),
        (&json!(1), &json!(order), &json!(false))
    );
    let number = first["order_number"].as_str().unwrap();
    assert!(first["text"].as_str().unwrap().contains(number), "{first}");
    assert_eq!((&list["newest"], &list["unread"], &list["resync"]), (&json!(2), &json!(2), &json!(false)));
    assert!(!list.to_string().contains(ANN), "nothing personal: {list}");
    // The letter leads to the order and says what was bought.
    let letter = app.mailed().await.into_iter().rfind(|mail| mail.to == ANN).unwrap();
    assert_eq!(letter.link, Some(format!("http://shop.test/orders/{order}")));
    assert_eq!(letter.name, "Ann Other");
    app.get("/v1/me/notifications").send().await.refused(401, "login-required");
}

#[tokio::test]
async fn a_guest_gets_letters_to_the_address_of_the_order() {
    let app = TestApp::start().await;
    let (cart, total) = app.full_cart(1999).await;
    app.complete(&cart, total, "tok_ok").await.expect(200);
    assert_eq!(app.told_by_mail(ANN).await, [NewsKind::Placed, NewsKind::Paid]);
    let mailed = app.mailed().await;
    assert!(mailed.iter().all(|mail| mail.unsubscribe.is_none()), "a guest has no preferences");
}

/// T-N1: the provider's message comes five times, partly at once; one letter of each kind leaves.
#[tokio::test]
async fn a_message_that_comes_five_times_writes_one_letter() {
    let app = TestApp::start().await;
    let (cart, total) = app.full_cart(1_999).await;
    app.complete(&cart, total, "tok_action").await.expect(202);
    let payment = PaymentId::of_attempt(OrderId::of_cart(cart.id.parse().unwrap()), 1);
    let asked = Intent {
        key: IntentKey::of(payment, Operation::Confirm),
        payment,
        order: None,
        asked_at: None,
        amount: Money::eur(total),
        reference: None,
        capture_reference: None,
    };
    app.outside().confirm(&asked, Confirmation::Approve).await.unwrap();
    assert_eq!(app.told_by_mail(ANN).await, []);
    let message = Message::changed("evt_1", payment, SystemClock.now());
    for answer in futures::future::join_all((0..3).map(|_| app.told(&message))).await {
        answer.expect(204);
    }
    let path = format!("/v1/orders/{}", OrderId::of_cart(cart.id.parse().unwrap()));
    app.order_at_stage(&path, &cart, "paid").await;
    app.told(&message).await.expect(204);
    // The provider also says the same again under another name.
    app.told(&Message::changed("evt_2", payment, SystemClock.now())).await.expect(204);
    assert_eq!(app.told_by_mail(ANN).await, [NewsKind::Placed, NewsKind::Paid]);
    let mut ids: Vec<_> = app.mails.attempts();
    let tried = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), tried, "each was handed over once");
}

/// T-N2: nobody waits for a letter, and one that is refused for now leaves under the same id.
#[tokio::test]
async fn without_a_mail_server_orders_are_placed_all_the_same() {
    let app = TestApp::start().await;
    app.mails.fail_next((0..4).map(|_| MailError::Later("421".to_owned())));
    let (cart, total) = app.full_cart(1999).await;
    let order = app.complete(&cart, total, "tok_ok").await.expect(200).text_at("/id");
    app.order_at_stage(&format!("/v1/orders/{order}"), &cart, "paid").await;
    assert_eq!(app.told_by_mail(ANN).await, [NewsKind::Placed, NewsKind::Paid]);
    let attempts = app.mails.attempts();
    assert_eq!(attempts.len(), 6);
    // Letters of one order leave in their order, so the first is tried until it is taken.
    assert!(attempts[..5].iter().all(|id| *id == attempts[0]) && attempts[5] != attempts[0], "{attempts:?}");
    app.mails.fail_next([MailError::Refused("550".to_owned())]);
    let (cart, total) = app.full_cart(1999).await;
    app.complete(&cart, total, "tok_ok").await.expect(200);
    let told = app.told_by_mail(ANN).await;
    assert_eq!(told, [NewsKind::Placed, NewsKind::Paid, NewsKind::Paid], "one is given up, the next is not");
}

#[tokio::test]
async fn notices_are_read_up_to_a_number_and_listed_in_pages() {
    let app = TestApp::start().await;
    let token = app.registered(ANN).await.text_at("/access_token");
    assert_eq!(listed(&app, &token, "").await["items"], json!([]));
    told(&app, &token, 7).await;
    assert_eq!(seqs(&listed(&app, &token, "?limit=3").await), [5, 6, 7]);
    assert_eq!(seqs(&listed(&app, &token, "?before=5&limit=3").await), [2, 3, 4]);
    assert_eq!(seqs(&listed(&app, &token, "?after=4").await), [5, 6, 7]);
    assert_eq!(seqs(&listed(&app, &token, "?after=0&limit=2").await), [1, 2]);
    assert_eq!(listed(&app, &token, "?after=8").await["resync"], true);
    for bad in ["?after=1&before=2", "?after=-1", "?limit=0", "?limit=101", "?seq=1"] {
        let path = format!("/v1/me/notifications{bad}");
        app.get(&path).bearer(&token).send().await.refused(400, "invalid-query");
    }
    let read =
        |upto: u64| app.post("/v1/me/notifications/read", &json!({"upto": upto})).fresh_key().bearer(&token);
    let mark = read(5).send().await.expect(200);
    assert_eq!(mark.json, json!({"newest": 7, "read_upto": 5, "unread": 2}));
    assert_eq!(read(3).send().await.expect(200).json["read_upto"], 5, "what was read stays read");
    let ahead = read(8).send().await.refused(409, "notification-not-arrived");
    assert_eq!(ahead.json["newest"], 7);
    let list = listed(&app, &token, "").await;
    let unread = list["items"].as_array().unwrap().iter().filter(|item| item["read"] == false).count();
    assert_eq!((unread, &list["unread"]), (2, &json!(2)));
}

/// T-N3: over a socket that drops and comes back, no gap and no duplicate; older than what is kept is a resync.
#[tokio::test]
async fn a_socket_goes_on_where_it_was_and_begins_anew_where_that_is_gone() {
    let app = TestApp::start().await;
    let token = app.registered(ANN).await.text_at("/access_token");
    told(&app, &token, 2).await;
    let (mut first, epoch) = open(&app, &token).await;
    say(&mut first, &follow(None)).await;
    let snapshot = heard(&mut first).await;
    assert_eq!((&snapshot["type"], &snapshot["seq"]), (&json!("snapshot"), &json!(2)));
    assert_eq!(seqs(&snapshot["data"]), [1, 2]);
    told(&app, &token, 1).await;
    let event = heard(&mut first).await;
    assert_eq!(
        (&event["type"], &event["topic"], &event["seq"]),
        (&json!("event"), &json!("notifications"), &json!(3))
    );
    drop(first);
    told(&app, &token, 4).await;
    let (mut again, _) = open(&app, &token).await;
    say(&mut again, &follow(Some((&epoch, 3)))).await;
    let subscribed =
        json!({"type": "subscribed", "topic": "notifications", "epoch": epoch, "seq": 7, "recovered": true});
    assert_eq!(heard(&mut again).await, subscribed);
    told(&app, &token, 1).await;
    for seq in 4..=8 {
        assert_eq!(heard(&mut again).await["seq"], seq);
    }
    // Following it once more from the newest tells nothing; the mark that comes next is the next frame.
    say(&mut again, &follow(Some((&epoch, 8)))).await;
    assert_eq!(heard(&mut again).await["recovered"], true);
    let read = app.post("/v1/me/notifications/read", &json!({"upto": 8})).fresh_key().bearer(&token);
    read.send().await.expect(200);
    let mark = heard(&mut again).await;
    assert_eq!((&mark["type"], &mark["data"]["unread"]), (&json!("read"), &json!(0)));
    drop(again);
    told(&app, &token, u64::try_from(NOTICES_MAX).unwrap() + 1).await;
    let (mut late, _) = open(&app, &token).await;
    for after in [(&epoch, 8), (&json!("another history"), 8)] {
        say(&mut late, &follow(Some(after))).await;
        assert_eq!(heard(&mut late).await["recovered"], false);
        assert_eq!(heard(&mut late).await["type"], "resync");
        let snapshot = heard(&mut late).await;
        assert_eq!((&snapshot["type"], &snapshot["seq"]), (&json!("snapshot"), &json!(8 + NOTICES_MAX + 1)));
    }
}

/// Several sockets of a person are told the same, each from where it is.
#[tokio::test]
async fn every_socket_of_a_person_is_told_each_notice_once() {
    let app = without_heartbeats().await;
    let token = app.registered(ANN).await.text_at("/access_token");
    let mut sockets = Vec::new();
    for seq in 1..=4 {
        told(&app, &token, 1).await;
        for socket in &mut sockets {
            assert_eq!(heard(socket).await["seq"], seq);
        }
        let (mut socket, _) = open(&app, &token).await;
        say(&mut socket, &follow(None)).await;
        assert_eq!(heard(&mut socket).await["seq"], seq);
        sockets.push(socket);
    }
    let (mut again, epoch) = open(&app, &token).await;
    say(&mut again, &follow(Some((&epoch, 1)))).await;
    assert_eq!(heard(&mut again).await["recovered"], true);
    for seq in 2..=4 {
        assert_eq!(heard(&mut again).await["seq"], seq);
    }
    sockets.push(again);
    told(&app, &token, 5).await;
    app.post("/v1/me/notifications/read", &json!({"upto": 9}))
        .fresh_key()
        .bearer(&token)
        .send()
        .await
        .expect(200);
    for socket in &mut sockets {
        for seq in 5..=9 {
            assert_eq!(heard(socket).await["seq"], seq);
        }
        assert_eq!(heard(socket).await["data"], json!({"newest": 9, "read_upto": 9, "unread": 0}));
    }
}

/// The payload's beginning of the close frame that waits unread: read raw, so that nothing is answered to the pings before it,
/// for whoever answers a closed connection is reset.
async fn goodbye(socket: &mut WebSocketStream<MaybeTlsStream<TcpStream>>) -> Vec<u8> {
    let MaybeTlsStream::Plain(stream) = socket.get_mut() else { panic!("no TLS here") };
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let at = bytes.windows(2).rposition(|head| head[0] == 0x88).expect("a close frame");
    bytes[at + 2..at + 4].to_vec()
}

/// T-N4: whoever does not read is let go with the code that says so, and costs nobody else anything.
#[tokio::test]
async fn a_stalled_reader_is_let_go_and_others_go_on() {
    let app = TestApp::start().await; // a heartbeat every 200 ms
    let token = app.registered(ANN).await.text_at("/access_token");
    let ben = app.registered("ben@example.org").await.text_at("/access_token");
    let (mut stalled, _) = open(&app, &token).await;
    say(&mut stalled, &follow(None)).await;
    let (mut lively, _) = open(&app, &ben).await;
    say(&mut lively, &follow(None)).await;
    assert_eq!(heard(&mut lively).await["type"], "snapshot");
    let open = app.platform.realtime.open_sockets();
    let mut seq = 0;
    let let_go = async {
        while app.platform.realtime.open_sockets() >= open {
            told(&app, &token, 3).await;
            told(&app, &ben, 1).await;
            seq += 1;
            assert_eq!(heard(&mut lively).await["seq"], seq, "others go on");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, let_go).await.expect("a silent peer must not be kept");
    assert!(goodbye(&mut stalled).await.ends_with(&[0x0f, 0xa8]), "4008");
    told(&app, &ben, 1).await;
    assert_eq!(heard(&mut lively).await["seq"], seq + 1);
}

/// T-N5: nobody hears of anybody else.
#[tokio::test]
async fn nobody_gets_what_another_person_is_told() {
    let app = without_heartbeats().await;
    let (token, _) = buyer(&app, ANN).await;
    let ben = app.registered("ben@example.org").await;
    let (ben, ann_id) =
        (ben.text_at("/access_token"), app.get("/v1/me").bearer(&token).send().await.text_at("/id"));
    assert_eq!(listed(&app, &ben, "").await["items"], json!([]));
    let (mut socket, _) = open(&app, &ben).await;
    for topic in [format!("notifications:{ann_id}"), ann_id.clone(), "inbox".to_owned()] {
        say(&mut socket, &json!({"type": "subscribe", "topic": topic})).await;
        assert_eq!(heard(&mut socket).await, json!({"type": "error", "code": "not-found", "topic": topic}));
    }
    say(&mut socket, &follow(None)).await;
    assert_eq!(heard(&mut socket).await["data"]["items"], json!([]));
    buys(&app, &token).await;
    told(&app, &token, 3).await;
    // The first that Ben hears is his own.
    told(&app, &ben, 1).await;
    let event = heard(&mut socket).await;
    assert_eq!(
        (&event["seq"], &event["data"]["order_id"]),
        (&json!(1), &json!("ord_00000000000000000000000000000005"))
    );
    // A guest has none.
    let ticket = app.ask(Method::POST, "/v1/realtime/ticket").send().await.expect(200).text_at("/ticket");
    assert!(!ticket.is_empty());
    for path in ["/v1/me/notifications", "/v1/me/notifications/events", "/v1/me/notification-preferences"] {
        app.get(path).send().await.refused(401, "login-required");
    }
}

/// The events of a stream up to one of a name: name, id and data of each.
async fn events(app: &TestApp, token: &str, last: Option<&str>, until: &str) -> Vec<(String, String, Value)> {
    let mut request = axum::http::Request::get("/v1/me/notifications/events");
    request = request.header("authorization", format!("Bearer {token}"));
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let response = app.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
    let mut body = response.into_body().into_data_stream();
    let (mut text, mut found) = (String::new(), Vec::new());
    let reading = async {
        loop {
            while let Some((event, rest)) = text.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.unwrap_or_default().trim().to_owned()
                };
                let (name, id) = (field("event:"), field("id:"));
                let data = serde_json::from_str(&field("data:")).unwrap_or(Value::Null);
                let is_last = name == until;
                if !name.is_empty() {
                    found.push((name, id, data));
                }
                text = rest.to_owned();
                if is_last {
                    return;
                }
            }
            let bytes = body.next().await.expect("the stream goes on").unwrap();
            text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.expect("the event must come");
    found
}

/// T-N3, as Server-Sent Events.
#[tokio::test]
async fn a_stream_goes_on_from_the_last_id() {
    let app = TestApp::start().await;
    let token = app.registered(ANN).await.text_at("/access_token");
    told(&app, &token, 1).await;
    let first = events(&app, &token, None, "snapshot").await;
    let (_, id, list) = &first[0];
    assert_eq!(seqs(list), [1]);
    told(&app, &token, 2).await;
    let next = events(&app, &token, Some(id), "notification").await;
    assert_eq!((next.len(), &next[0].2["seq"]), (1, &json!(2)));
    let after = events(&app, &token, Some(&next[0].1), "notification").await;
    assert_eq!(after[0].2["seq"], 3);
    for odd in ["1", "another.1", ""] {
        let anew = events(&app, &token, Some(odd), "snapshot").await;
        let names: Vec<_> = anew.iter().map(|(name, ..)| name.as_str()).collect();
        assert_eq!(names, ["resync", "snapshot"], "{odd:?}");
    }
}

#[tokio::test]
async fn letters_that_are_not_wanted_are_not_sent_and_those_about_the_account_always_are() {
    let app = TestApp::start().await;
    let token = app.registered(ANN).await.text_at("/access_token");
    let path = "/v1/me/notification-preferences";
    let mut wanted = app.get(path).bearer(&token).send().await.expect(200).json;
    assert!(wanted["email"].as_object().unwrap().values().all(|yes| yes == true), "{wanted}");
    wanted["email"]["order_paid"] = json!(false);
    let set = app.ask(Method::PUT, path).json(&wanted).bearer(&token).send().await.expect(200);
    assert_eq!(set.json, wanted);
    for bad in [json!({}), json!({"email": {}}), json!({"email": {"order_paid": 1}})] {
        app.ask(Method::PUT, path).json(&bad).bearer(&token).send().await.refused(422, "validation-failed");
    }
    buys(&app, &token).await;
    assert_eq!(app.told_by_mail(ANN).await, [NewsKind::Placed]);
    assert_eq!(listed(&app, &token, "").await["newest"], 2, "the shop itself tells all");
    assert_eq!(app.letters(ANN).await, [amazoff_actors::mail::Letter::VerifyEmail]);
}

#[tokio::test]
async fn one_request_ends_the_letters_of_a_kind_and_no_others() {
    let app = TestApp::start().await;
    let (token, _) = buyer(&app, ANN).await;
    let mailed = app.mailed().await;
    let unsubscribe: Vec<String> = mailed.into_iter().filter_map(|mail| mail.unsubscribe).collect();
    assert_eq!(unsubscribe.len(), 2, "not for letters about the account");
    let path = unsubscribe[0].strip_prefix("http://shop.test").unwrap().to_owned();
    let press = |path: &str| {
        let form = "application/x-www-form-urlencoded";
        app.ask(Method::POST, path).raw("List-Unsubscribe=One-Click").header("content-type", form).send()
    };
    press(&path).await.expect(204);
    press(&path).await.expect(204);
    buys(&app, &token).await;
    assert_eq!(app.told_by_mail(ANN).await, [NewsKind::Placed, NewsKind::Paid, NewsKind::Paid]);
    let altered =
        [path.replace("order_placed", "order_paid"), format!("{path}0"), path.replace("un_", "un_0")];
    for bad in altered {
        press(&bad).await.refused(404, "unsubscribe-token-unknown");
    }
}
