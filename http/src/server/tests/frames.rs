//! What RFC 9113 calls a connection error ends the connection, frame by frame. (The library below says PROTOCOL_ERROR where
//! the RFC has finer codes, so the tests look at the end, not at its code.)

use super::hostile::{END_HEADERS, END_STREAM, GET, HEADERS, PING, PREFACE, RST_STREAM, SETTINGS, frame};
use super::*;

const DATA: u8 = 0;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
const NO_ERROR: u32 = 0;

/// What the server says, until it closes.
async fn heard(address: std::net::SocketAddr, sent: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(PREFACE).await.unwrap();
    let _ = stream.write_all(sent).await; // it may be closed by then
    let mut got = Vec::new();
    let reading = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut got)).await;
    let _ = reading.expect("the server must close the connection");
    got
}

/// The code with which the server says goodbye.
fn goodbye(mut said: &[u8]) -> Option<u32> {
    while let Some((head, rest)) = said.split_at_checked(9) {
        let length = usize::try_from(u32::from_be_bytes([0, head[0], head[1], head[2]])).unwrap();
        let (payload, next) = rest.split_at_checked(length)?;
        if head[3] == GOAWAY {
            return Some(u32::from_be_bytes(payload[4..8].try_into().unwrap()));
        }
        said = next;
    }
    None
}

#[tokio::test]
async fn frames_that_break_the_protocol_end_their_connection_with_an_error() {
    let server = listening(Limits { head_limit: Duration::from_secs(4), ..Limits::default() }).await;
    let whole = END_HEADERS | END_STREAM;
    let open = frame(HEADERS, END_HEADERS, 1, GET);
    let cases = [
        ("data of no stream", frame(DATA, 0, 0, b"x")),
        ("data of a stream that was never opened", frame(DATA, 0, 1, b"x")),
        ("a request of no stream", frame(HEADERS, whole, 0, GET)),
        ("a request of a stream of the server's", frame(HEADERS, whole, 2, GET)),
        (
            "a stream older than the last",
            [frame(HEADERS, whole, 5, GET), frame(HEADERS, whole, 3, GET)].concat(),
        ),
        ("padding beyond the frame", frame(HEADERS, whole | 8, 1, &[[200].as_slice(), GET].concat())),
        ("a head that is no HPACK", frame(HEADERS, whole, 1, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff])),
        (
            "another frame within a head",
            [frame(HEADERS, END_STREAM, 1, GET), frame(PING, 0, 0, b"whatever")].concat(),
        ),
        ("a continuation of nothing", frame(CONTINUATION, END_HEADERS, 1, GET)),
        ("a reset of no stream", frame(RST_STREAM, 0, 0, &[0, 0, 0, 8])),
        ("a reset of a stream that was never opened", frame(RST_STREAM, 0, 1, &[0, 0, 0, 8])),
        ("a short reset", [open.clone(), frame(RST_STREAM, 0, 1, &[0, 8])].concat()),
        ("settings of a stream", frame(SETTINGS, 0, 1, &[])),
        ("half a setting", frame(SETTINGS, 0, 0, &[0, 3, 0])),
        ("an answer to settings that says something", frame(SETTINGS, 1, 0, &[0, 3, 0, 0, 0, 1])),
        ("a setting out of range", frame(SETTINGS, 0, 0, &[0, 5, 0, 0, 0, 1])),
        ("a window of more than 2^31", frame(SETTINGS, 0, 0, &[0, 4, 0xff, 0xff, 0xff, 0xff])),
        ("a ping of a stream", frame(PING, 0, 1, b"whatever")),
        ("a short ping", frame(PING, 0, 0, b"short")),
        ("a window that grows by nothing", frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 0])),
        ("a window that grows too large", frame(WINDOW_UPDATE, 0, 0, &[0x7f, 0xff, 0xff, 0xff])),
        ("a frame of more than 16 KiB", [open, frame(DATA, 0, 1, &[0; 16_385])].concat()),
    ];
    for (what, sent) in cases {
        let code = goodbye(&heard(server.address, &sent).await);
        assert!(code.is_some_and(|code| code != NO_ERROR), "{what}: {code:?}");
    }
    let got = until_closed(server.address, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(got.starts_with("HTTP/1.1 200"), "everybody else is served: {got}");
}
