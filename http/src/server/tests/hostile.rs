//! Clients that mean harm: slow ones, and such that misuse HTTP/2, frame by frame.

use h2::Reason;

use super::*;

const LIMIT: Duration = Duration::from_secs(5);
/// What a client of HTTP/2 says first, with empty settings.
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
/// `GET / HTTP/2` of host x, by HPACK.
pub(super) const GET: &[u8] = &[0x82, 0x86, 0x84, 0x41, 0x01, b'x'];

pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
const CONTINUATION: u8 = 9;
pub(super) const END_STREAM: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;

pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// Sends the same again and again until the server has enough; how many bytes it took. What it says is read, or is not.
async fn flood(address: std::net::SocketAddr, first: &[u8], again: &[u8], reads: bool) -> usize {
    let (mut from, mut to) = TcpStream::connect(address).await.unwrap().into_split();
    let reading = async {
        if reads {
            let _ = tokio::io::copy(&mut from, &mut tokio::io::sink()).await;
        }
        pending::<()>().await;
    };
    let mut sent = 0;
    let writing = async {
        if to.write_all(first).await.is_err() {
            return;
        }
        while to.write_all(again).await.is_ok() {
            sent += again.len();
            tokio::task::yield_now().await;
        }
    };
    let ended = async {
        tokio::select! {
            () = writing => {}
            () = reading => {}
        }
    };
    tokio::time::timeout(LIMIT, ended).await.expect("the server must cut it off");
    sent
}

/// Everybody else is served as before.
async fn is_well(server: &Listening) {
    let got = until_closed(server.address, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(got.starts_with("HTTP/1.1 200"), "{got}");
}

#[tokio::test]
async fn a_head_that_trickles_in_is_cut_off() {
    let server = listening(quick()).await;
    let (mut from, mut to) = TcpStream::connect(server.address).await.unwrap().into_split();
    to.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").await.unwrap();
    let trickling = async {
        while to.write_all(b"X-A: b\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let mut got = Vec::new();
    let closed = async {
        tokio::select! {
            () = trickling => {}
            _ = from.read_to_end(&mut got) => {}
        }
    };
    tokio::time::timeout(LIMIT, closed).await.expect("the server must cut it off");
    assert!(!String::from_utf8_lossy(&got).contains(" 200 "));
    is_well(&server).await;
}

#[tokio::test]
async fn whoever_does_not_read_an_answer_is_cut_off() {
    let server = listening(quick()).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    // Nothing is read; that the server has hung up shows when it takes nothing more.
    let cut = async {
        while stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(LIMIT, cut).await.expect("the server must cut it off");
    is_well(&server).await;
}

/// A connection of HTTP/2, and when it ended.
async fn h2_client(
    server: &Listening,
    builder: &h2::client::Builder,
) -> (h2::client::SendRequest<axum::body::Bytes>, tokio::task::JoinHandle<()>) {
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (client, going) = builder.handshake(stream).await.unwrap();
    let ended = spawn_guarded("h2 client", async move { drop(going.await) });
    (client, ended)
}

fn get_of(path: &str) -> Request<()> {
    Request::get(format!("http://x{path}")).body(()).unwrap()
}

#[tokio::test]
async fn whoever_gives_an_answer_over_http_2_no_window_is_cut_off() {
    let server = listening(quick()).await;
    let (mut client, ended) = h2_client(&server, h2::client::Builder::new().initial_window_size(0)).await;
    let (answered, _) = client.send_request(get_of("/big"), true).unwrap();
    let mut body = answered.await.unwrap().into_body();
    tokio::time::timeout(LIMIT, ended).await.expect("the server must cut it off").unwrap();
    assert!(!matches!(body.data().await, Some(Ok(_))), "nothing of it came");
    is_well(&server).await;
}

#[tokio::test]
async fn an_idle_connection_of_http_2_is_closed_after_its_answer() {
    let server = listening(quick()).await;
    let (mut client, ended) = h2_client(&server, &h2::client::Builder::new()).await;
    let (answered, _) = client.send_request(get_of("/"), true).unwrap();
    assert_eq!(answered.await.unwrap().status(), 200);
    tokio::time::timeout(LIMIT, ended).await.expect("the server must close it").unwrap();
}

#[tokio::test]
async fn requests_taken_back_at_once_end_their_connection() {
    let server = listening(Limits::default()).await;
    let mut asked = Vec::from(PREFACE);
    for stream in (1..20_001).step_by(2) {
        asked.extend(frame(HEADERS, END_HEADERS | END_STREAM, stream, GET));
        asked.extend(frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes()));
    }
    flood(server.address, &asked, &frame(PING, 0, 0, b"whatever"), true).await;
    is_well(&server).await;
}

#[tokio::test]
async fn requests_taken_back_while_they_run_end_their_connection() {
    let server = listening(Limits::default()).await;
    let (client, ended) = h2_client(&server, &h2::client::Builder::new()).await;
    let taking_back = async {
        let mut taken_back = 0_usize;
        loop {
            let Ok(mut ready) = client.clone().ready().await else { return taken_back };
            let Ok((_answer, mut stream)) = ready.send_request(get_of("/never"), true) else {
                return taken_back;
            };
            // Long enough for the server to have begun it.
            tokio::time::sleep(Duration::from_millis(2)).await;
            stream.send_reset(Reason::CANCEL);
            taken_back += 1;
        }
    };
    let taken_back = tokio::time::timeout(LIMIT, taking_back).await.expect("the server must cut it off");
    assert!((100..2_000).contains(&taken_back), "{taken_back}");
    tokio::time::timeout(LIMIT, ended).await.expect("the connection must end").unwrap();
    is_well(&server).await;
}

#[tokio::test]
async fn a_browser_may_take_back_what_it_no_longer_shows() {
    let server = listening(Limits::default()).await;
    let (client, _ended) = h2_client(&server, &h2::client::Builder::new()).await;
    for _ in 0..300 {
        let (_answer, mut stream) =
            client.clone().ready().await.unwrap().send_request(get_of("/never"), true).unwrap();
        let (answered, _) = client.clone().ready().await.unwrap().send_request(get_of("/"), true).unwrap();
        assert_eq!(answered.await.unwrap().status(), 200);
        stream.send_reset(Reason::CANCEL);
    }
}

#[tokio::test]
async fn a_flood_of_settings_is_cut_off() {
    let server = listening(quick()).await;
    for reads in [true, false] {
        flood(server.address, PREFACE, &frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0xff, 0xff]), reads).await;
    }
    is_well(&server).await;
}

#[tokio::test]
async fn a_flood_of_pings_is_cut_off_although_something_was_asked() {
    let server = listening(quick()).await;
    let mut first = Vec::from(PREFACE);
    first.extend(frame(HEADERS, END_HEADERS | END_STREAM, 1, GET));
    for reads in [true, false] {
        flood(server.address, &first, &frame(PING, 0, 0, b"whatever"), reads).await;
    }
    is_well(&server).await;
}

#[tokio::test]
async fn a_head_of_endless_continuations_is_cut_off_before_it_is_large() {
    let server = listening(Limits::default()).await;
    let mut first = Vec::from(PREFACE);
    first.extend(frame(HEADERS, END_STREAM, 1, GET));
    // A header without indexing, of 4 KiB, in each.
    let mut field = vec![0x00, 0x01, b'a', 0x7f, 0x81, 0x1f];
    field.extend([b'b'; 4096]);
    let sent = flood(server.address, &first, &frame(CONTINUATION, 0, 1, &field), true).await;
    assert!(sent < 16 * 1024 * 1024, "{sent} bytes were taken");
    is_well(&server).await;
}

#[tokio::test]
async fn a_request_whose_length_is_in_doubt_is_refused() {
    let server = listening(Limits::default()).await;
    let second = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    for lengths in [
        "Content-Length: 0\r\nContent-Length: 5",
        "Content-Length: +5",
        "Content-Length: 5, 6",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding : chunked",
    ] {
        let sent = format!("POST / HTTP/1.1\r\nHost: x\r\n{lengths}\r\n\r\n{second}");
        let got = until_closed(server.address, sent.as_bytes()).await;
        assert!(got.starts_with("HTTP/1.1 400") && !got.contains("hello"), "{lengths}: {got}");
    }
}
