//! A client that costs little: one kept connection, requests written as text.

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use uuid::Uuid;

/// A kept connection.
pub(crate) struct Connection {
    address: String,
    stream: BufReader<TcpStream>,
    line: String,
    body: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: &str) -> Self {
        let stream = BufReader::new(TcpStream::connect(address).await.unwrap());
        stream.get_ref().set_nodelay(true).unwrap();
        Self { address: address.to_owned(), stream, line: String::new(), body: Vec::new() }
    }

    /// Posts JSON under a new key; the answer's status and bytes.
    pub(crate) async fn post(&mut self, path: &str, cart_token: Option<&str>, body: &str) -> (u16, &[u8]) {
        let token = cart_token.map(|token| format!("x-cart-token: {token}\r\n")).unwrap_or_default();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\nidempotency-key: {}\r\n{token}\
             content-length: {}\r\n\r\n{body}",
            self.address,
            Uuid::new_v4(),
            body.len(),
        );
        self.stream.get_mut().write_all(request.as_bytes()).await.unwrap();
        let (mut length, mut status) = (0, 0);
        loop {
            self.line.clear();
            assert!(self.stream.read_line(&mut self.line).await.unwrap() > 0, "the connection is closed");
            if self.line == "\r\n" {
                break;
            }
            if status == 0 {
                status = self.line.split(' ').nth(1).and_then(|text| text.parse().ok()).unwrap();
            } else if let Some(text) = self.line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = text.trim().parse().unwrap();
            }
        }
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body).await.unwrap();
        (status, &self.body)
    }

    /// Posts JSON that must be taken; the answer.
    pub(crate) async fn ask(&mut self, path: &str, cart_token: Option<&str>, body: &str) -> Value {
        let (status, answer) = self.post(path, cart_token, body).await;
        assert!((200..300).contains(&status), "{path} {status} {}", String::from_utf8_lossy(answer));
        serde_json::from_slice(answer).unwrap()
    }
}
