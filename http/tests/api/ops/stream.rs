//! What happens, as it happens.

use std::time::Duration;

use amazoff_actors::user::Role;
use amazoff_http::HttpSettings;
use amazoff_http::server::{Limits, serve};
use amazoff_supervisor::spawn_guarded;
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::support::{PATIENCE, TestApp};

/// An open stream.
struct Followed {
    lines: Lines<BufReader<OwnedReadHalf>>,
    shutdown: CancellationToken,
    _open: OwnedWriteHalf,
}

#[derive(Debug)]
struct Told {
    name: String,
    id: Option<u64>,
    data: Value,
}

impl TestApp {
    async fn follow(&self, token: &str, last: Option<u64>) -> Followed {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let (head_limit, idle_limit) = (Duration::from_millis(300), Duration::from_millis(500));
        let limits = Limits { head_limit, idle_limit, ..Limits::default() };
        spawn_guarded("test server", serve(listener, self.router.clone(), limits, shutdown.clone()));
        let (read, mut write) = TcpStream::connect(address).await.unwrap().into_split();
        let last = last.map_or(String::new(), |last| format!("last-event-id: {last}\r\n"));
        let head = format!(
            "GET /ops/v1/stream HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\naccept-encoding: gzip\r\n{last}\r\n"
        );
        write.write_all(head.as_bytes()).await.unwrap();
        let mut followed = Followed { lines: BufReader::new(read).lines(), shutdown, _open: write };
        assert_eq!(followed.line().await.as_deref(), Some("HTTP/1.1 200 OK"));
        followed
    }
}

impl Followed {
    async fn line(&mut self) -> Option<String> {
        tokio::time::timeout(PATIENCE, self.lines.next_line()).await.expect("a line must come").unwrap()
    }

    /// The next event; `None` at the end of the stream.
    async fn next(&mut self) -> Option<Told> {
        let (mut name, mut id) = (String::new(), None);
        loop {
            let line = self.line().await?;
            if let Some(given) = line.strip_prefix("event: ") {
                name = given.to_owned();
            } else if let Some(given) = line.strip_prefix("id: ") {
                id = given.parse().ok();
            } else if let Some(data) = line.strip_prefix("data: ") {
                let data = serde_json::from_str(data).unwrap();
                // axum writes the fields in the order in which they were set: the id may come after the data.
                let after = self.line().await?;
                id = id.or_else(|| after.strip_prefix("id: ").and_then(|id| id.parse().ok()));
                return Some(Told { name, id, data });
            }
        }
    }

    /// The next event of that name for which something holds.
    async fn next_of(&mut self, name: &str, holds: impl Fn(&Value) -> bool) -> Told {
        loop {
            let told = self.next().await.expect("the stream goes on");
            if told.name == name && holds(&told.data) {
                return told;
            }
        }
    }
}

#[tokio::test]
async fn what_supervisors_decide_and_operators_do_is_told_as_it_happens() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let mut stream = app.follow(&admin, None).await;
    let first = stream.next().await.unwrap();
    assert_eq!((first.name.as_str(), &first.data["streams"]), ("stats", &json!(1)));
    let halt = json!({"path": "shop/cart"});
    app.post("/ops/v1/tree/halt", &halt).fresh_key().bearer(&admin).send().await.expect(200);
    let act = stream.next_of("audit", |data| data["action"] == "tree-halt").await;
    assert_eq!(act.data["subject"], "shop/cart");
    app.post("/ops/v1/tree/restart", &halt).fresh_key().bearer(&admin).send().await.expect(200);
    let back =
        stream.next_of("tree", |data| data["path"] == "shop/cart" && data["decision"] == "restarted").await;
    assert_eq!(back.id, back.data["number"].as_u64());
    // Whoever reconnects is told what it has not heard, from the log.
    let mut again = app.follow(&admin, back.id.map(|id| id - 1)).await;
    let same = again.next().await.unwrap();
    assert_eq!((same.name.as_str(), same.id, &same.data), ("tree", back.id, &back.data));
    let mut stranger = app.follow(&admin, Some(1_000_000)).await;
    let missed = stranger.next().await.unwrap();
    assert_eq!((missed.name.as_str(), &missed.data), ("missed", &json!({"source": "tree"})));
    assert_eq!(stranger.next().await.unwrap().id, Some(1), "all that the log has");
}

#[tokio::test]
async fn a_stream_outlives_the_limit_of_idle_connections_and_ends_at_shutdown() {
    let app = TestApp::start().await;
    let ops = app.token_of(Role::Ops).await;
    let mut stream = app.follow(&ops, None).await;
    let begun = tokio::time::Instant::now();
    while begun.elapsed() < Duration::from_millis(1_200) {
        assert_eq!(stream.next().await.expect("it goes on").name, "stats");
    }
    stream.shutdown.cancel();
    while stream.next().await.is_some() {}
    let freed = async {
        while app.platform.streams.open() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, freed).await.expect("its place must be given back");
}

#[tokio::test]
async fn a_stream_ends_with_the_session() {
    let app = TestApp::start().await;
    let ops = app.token_of(Role::Ops).await;
    let mut stream = app.follow(&ops, None).await;
    app.post("/v1/auth/logout", &json!({})).bearer(&ops).send().await;
    stream.next_of("end", |data| data["reason"].is_string()).await;
    while stream.next().await.is_some() {}
}

/// T-U4: a role that is taken away ends an operator's stream at once, not at its next heartbeat.
#[tokio::test]
async fn a_stream_ends_with_the_role() {
    let app = TestApp::start_with(HttpSettings {
        heartbeat: Duration::from_secs(3_600),
        ..HttpSettings::at("http://shop.test")
    })
    .await;
    let (ops, admin) = (app.token_of(Role::Ops).await, app.token_of(Role::Admin).await);
    let user = app.get("/v1/me").bearer(&ops).send().await.expect(200).text_at("/id");
    let mut stream = app.follow(&ops, None).await;
    assert_eq!(stream.next().await.unwrap().name, "stats");
    let taken = tokio::time::Instant::now();
    let roles = json!({"roles": ["shopper"]});
    let path = format!("/admin/v1/users/{user}/roles");
    app.ask(Method::PUT, &path).json(&roles).bearer(&admin).send().await.expect(200);
    stream.next_of("end", |data| data["reason"].is_string()).await;
    while stream.next().await.is_some() {}
    // Without being told it would have looked after five seconds.
    assert!(taken.elapsed() < Duration::from_secs(3), "{:?}", taken.elapsed());
    app.get("/ops/v1/stream").bearer(&ops).send().await.refused(403, "role-missing");
    app.get("/v1/me").bearer(&ops).send().await.expect(200);
}

#[tokio::test]
async fn there_are_only_so_many_streams() {
    let app = TestApp::start().await;
    let ops = app.token_of(Role::Ops).await;
    let mut open = Vec::new();
    loop {
        let request = Request::get("/ops/v1/stream").header("authorization", format!("Bearer {ops}"));
        let response = app.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        if response.status() != 200 {
            break;
        }
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert!(response.headers().get("content-encoding").is_none());
        open.push(response);
    }
    assert_eq!((open.len(), app.platform.streams.open()), (16, 16));
    app.get("/ops/v1/stream").bearer(&ops).send().await.refused(503, "overloaded");
    open.clear();
    assert_eq!(app.platform.streams.open(), 0);
}
