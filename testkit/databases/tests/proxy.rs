//! What the proxy does to a connection, seen by a client in front of an echoing server.
#![allow(clippy::unwrap_used, reason = "test support: a surprise ends the test")]

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use amazoff_databases::{Direction, MariaDb, MariaDbAccess, MariaDbOptions, Proxy};

/// How long something may take that follows from what just happened.
const SOON: Duration = Duration::from_secs(30);

/// How long a client listens before it calls the line silent.
const SILENCE: Duration = Duration::from_millis(200);

/// A server that sends back what it gets, on a thread per connection.
fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let mut buffer = [0; 1024];
                while let Ok(read @ 1..) = stream.read(&mut buffer) {
                    if stream.write_all(&buffer[..read]).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

async fn proxy() -> Proxy {
    Proxy::start(echo()).await.unwrap()
}

fn connect(proxy: &Proxy) -> TcpStream {
    let stream = TcpStream::connect(proxy.address()).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    stream
}

fn say(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).unwrap();
}

fn hear(stream: &mut TcpStream, text: &str) {
    let mut heard = vec![0; text.len()];
    stream.read_exact(&mut heard).unwrap();
    assert_eq!(heard, text.as_bytes());
}

fn hear_nothing(stream: &mut TcpStream) {
    stream.set_read_timeout(Some(SILENCE)).unwrap();
    assert_eq!(stream.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::WouldBlock);
    stream.set_read_timeout(Some(SOON)).unwrap();
}

fn hear_a_reset(stream: &mut TcpStream) {
    assert_eq!(stream.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn passes_everything_on_and_counts_it() {
    let proxy = proxy().await;
    let mut stream = connect(&proxy);
    say(&mut stream, "hello");
    hear(&mut stream, "hello");
    drop(stream);
    let counters = proxy.counters();
    assert_eq!((counters.accepted, counters.bytes_to_server, counters.bytes_to_client), (1, 5, 5));
    assert_eq!((counters.reset, counters.unreachable), (0, 0));
}

#[tokio::test]
async fn an_end_is_passed_on() {
    let proxy = proxy().await;
    let mut stream = connect(&proxy);
    say(&mut stream, "bye");
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut heard = String::new();
    stream.read_to_string(&mut heard).unwrap();
    assert_eq!(heard, "bye");
}

#[tokio::test]
async fn a_delay_holds_each_answer_back() {
    let proxy = proxy().await;
    proxy.delay(Direction::ToClient, Duration::from_millis(150));
    let mut stream = connect(&proxy);
    let started = Instant::now();
    say(&mut stream, "slow");
    hear(&mut stream, "slow");
    assert!(started.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn a_stalled_answer_arrives_after_the_healing() {
    let proxy = proxy().await;
    proxy.stall(Direction::ToClient);
    let mut stream = connect(&proxy);
    say(&mut stream, "wait");
    hear_nothing(&mut stream);
    proxy.heal().await;
    hear(&mut stream, "wait");
}

#[tokio::test]
async fn a_reset_ends_every_connection_but_not_the_next() {
    let proxy = proxy().await;
    let mut streams = [connect(&proxy), connect(&proxy)];
    for stream in &mut streams {
        say(stream, "x");
        hear(stream, "x");
    }
    proxy.reset();
    streams.iter_mut().for_each(hear_a_reset);
    let mut next = connect(&proxy);
    say(&mut next, "again");
    hear(&mut next, "again");
    assert_eq!(proxy.counters().reset, 2);
}

#[tokio::test]
async fn a_cut_lets_exactly_so_many_bytes_through() {
    let proxy = proxy().await;
    let mut stream = connect(&proxy);
    proxy.cut_after(Direction::ToClient, 3);
    say(&mut stream, "abcdef");
    hear(&mut stream, "abc");
    hear_a_reset(&mut stream);
    assert_eq!((proxy.counters().bytes_to_server, proxy.counters().bytes_to_client), (6, 3));
}

#[tokio::test]
async fn a_cut_of_the_answer_leaves_the_question_asked() {
    let proxy = proxy().await;
    let mut stream = connect(&proxy);
    proxy.cut_after(Direction::ToClient, 0);
    say(&mut stream, "commit");
    hear_a_reset(&mut stream);
    assert_eq!((proxy.counters().bytes_to_server, proxy.counters().bytes_to_client), (6, 0));
}

#[tokio::test]
async fn a_refusing_proxy_keeps_old_connections_and_takes_no_new_one() {
    let proxy = proxy().await;
    let mut old = connect(&proxy);
    say(&mut old, "x");
    hear(&mut old, "x");
    proxy.refuse().await;
    let refused = TcpStream::connect(proxy.address()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    say(&mut old, "still here");
    hear(&mut old, "still here");
    proxy.heal().await;
    let mut new = connect(&proxy);
    say(&mut new, "back");
    hear(&mut new, "back");
}

#[tokio::test]
async fn without_a_server_a_connection_is_reset() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = Proxy::start(nobody).await.unwrap();
    hear_a_reset(&mut connect(&proxy));
    assert_eq!(proxy.counters().unreachable, 1);
}

#[tokio::test]
async fn a_real_server_works_behind_it() {
    let server = MariaDb::start(MariaDbOptions::default()).await.unwrap();
    let behind = SocketAddr::from(([127, 0, 0, 1], server.port()));
    let proxy = Proxy::start(behind).await.unwrap();
    let direct = server.access().address();
    let url = server.access().admin().replace(&direct, &proxy.address().to_string());
    let access = MariaDbAccess::parse(&url, "the proxy's address").unwrap();
    assert_eq!(access.execute("SELECT 1").await.unwrap().trim(), "1");
    proxy.refuse().await;
    access.execute("SELECT 1").await.unwrap_err();
    proxy.heal().await;
    assert_eq!(access.execute("SELECT 1").await.unwrap().trim(), "1");
}
