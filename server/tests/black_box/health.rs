//! `amazoff health` tells a container engine by its exit code whether the shop is ready.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Output;

use crate::common::{Server, Setup};

fn health(setup: &Setup, arguments: &[&str]) -> Output {
    setup.command().arg("health").args(arguments).output().unwrap()
}

#[tokio::test]
async fn a_running_shop_is_ready_and_a_stopped_one_does_not_answer() {
    let setup = Setup::default();
    let mut server = Server::start(&setup).await.unwrap();
    let address = server.base.strip_prefix("http://").unwrap().to_owned();
    let ready = health(&setup, &[&address]);
    assert!(ready.status.success(), "{}", String::from_utf8_lossy(&ready.stderr));

    server.kill();
    let gone = health(&setup, &[&address]);
    assert_eq!(gone.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&gone.stderr).contains("does not answer"));
}

#[test]
fn without_an_address_it_asks_where_the_shop_is_told_to_listen() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // All of it: closing on unread bytes would reset the connection, answer and all.
        let mut asked = Vec::new();
        while !asked.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            asked.extend(byte);
        }
        stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n").unwrap();
        String::from_utf8(asked).unwrap()
    });
    let setup = Setup::default().with("AMAZOFF_LISTEN", &format!("0.0.0.0:{port}"));
    let unready = health(&setup, &[]);
    assert!(answer.join().unwrap().starts_with("GET /health/ready HTTP/1.1\r\n"));
    assert_eq!(unready.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unready.stderr).contains("503"));
}
