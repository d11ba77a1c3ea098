mod frames;
mod hostile;
mod tls;

use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

fn quick() -> Limits {
    Limits {
        head_limit: Duration::from_millis(150),
        idle_limit: Duration::from_millis(400),
        drain_limit: Duration::from_millis(300),
        ..Limits::default()
    }
}

struct Listening {
    address: std::net::SocketAddr,
    shutdown: CancellationToken,
    ended: tokio::task::JoinHandle<()>,
}

async fn listening(limits: Limits) -> Listening {
    listening_with(limits, None).await
}

async fn listening_with(limits: Limits, tls: Option<Tls>) -> Listening {
    let router = Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/slow", get(|| async { tokio::time::sleep(Duration::from_millis(150)).await }))
        .route("/never", get(pending::<()>))
        .route("/big", get(|| async { "x".repeat(8 * 1024 * 1024) }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let ended =
        spawn_guarded("test server", serve(Listener::new(listener, tls), router, limits, shutdown.clone()));
    Listening { address, shutdown, ended }
}

/// Sends, and reads until the server closes; the time limit is the test's verdict.
async fn until_closed(address: std::net::SocketAddr, sent: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let _ = stream.write_all(sent).await; // it may be closed by then
    let mut got = Vec::new();
    tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut got))
        .await
        .expect("the server must close the connection")
        .ok();
    String::from_utf8_lossy(&got).into_owned()
}

#[tokio::test]
async fn slow_and_silent_connections_are_closed() {
    let server = listening(quick()).await;
    for sent in ["", "PRI", "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        until_closed(server.address, sent.as_bytes()).await;
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_answer() {
    let server = listening(quick()).await;
    let got = until_closed(server.address, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(got.starts_with("HTTP/1.1 200") && got.ends_with("hello"), "{got}");
}

#[tokio::test]
async fn an_oversize_head_is_refused() {
    let server = listening(quick()).await;
    let head = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Big: {}\r\n\r\n", "a".repeat(300 * 1024));
    let got = until_closed(server.address, head.as_bytes()).await;
    assert!(got.is_empty() || got.starts_with("HTTP/1.1 431"), "{got}");
}

#[tokio::test]
async fn shutdown_lets_a_running_request_end() {
    let server = listening(quick()).await;
    let asking = until_closed(server.address, b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    let stopping = async {
        tokio::time::sleep(Duration::from_millis(50)).await; // the request is on its way
        server.shutdown.cancel();
        server.ended.await.unwrap();
    };
    let (got, ()) = tokio::join!(asking, stopping);
    assert!(got.starts_with("HTTP/1.1 200"), "{got}");
    assert!(TcpStream::connect(server.address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn shutdown_does_not_wait_for_ever() {
    let server = listening(quick()).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET /never HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    server.shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(5), server.ended).await.expect("the drain has a limit").unwrap();
}

#[tokio::test]
async fn one_address_cannot_take_every_connection() {
    let server = listening(Limits { address_max: 2, ..Limits::default() }).await;
    let held = [
        TcpStream::connect(server.address).await.unwrap(),
        TcpStream::connect(server.address).await.unwrap(),
    ];
    assert_eq!(until_closed(server.address, b"").await, "", "one too many is closed at once");
    drop(held);
    let answered = async {
        let asked = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        while !until_closed(server.address, asked).await.starts_with("HTTP/1.1 200") {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), answered).await.expect("whoever goes leaves a place");
}

#[tokio::test]
async fn more_connections_than_there_is_room_for_wait_their_turn() {
    let server = listening(Limits { connections_max: 2, ..quick() }).await;
    let _held = [
        TcpStream::connect(server.address).await.unwrap(),
        TcpStream::connect(server.address).await.unwrap(),
    ];
    let got = until_closed(server.address, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(got.starts_with("HTTP/1.1 200"), "served once the silent ones are closed: {got}");
}
