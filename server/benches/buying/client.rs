//! What shoppers ask, over one kept connection.

use serde_json::Value;
use uuid::Uuid;

use crate::connection::Connection;

/// A shopper's connection.
pub(crate) struct Asker {
    address: String,
    connection: Connection,
}

impl Asker {
    pub(crate) async fn open(address: &str) -> Self {
        Self { address: address.to_owned(), connection: Connection::open(address).await }
    }

    /// Posts JSON under a new key; the answer's status and bytes.
    pub(crate) async fn post(&mut self, path: &str, cart_token: Option<&str>, body: &str) -> (u16, &[u8]) {
        let token = cart_token.map(|token| format!("x-cart-token: {token}\r\n")).unwrap_or_default();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\nidempotency-key: {}\r\n{token}\
             content-length: {}\r\n\r\n{body}",
            self.address,
            Uuid::now_v7(),
            body.len(),
        );
        self.connection.send(&request).await
    }

    /// Posts JSON that must be taken; the answer.
    pub(crate) async fn ask(&mut self, path: &str, cart_token: Option<&str>, body: &str) -> Value {
        let (status, answer) = self.post(path, cart_token, body).await;
        assert!((200..300).contains(&status), "{path} {status} {}", String::from_utf8_lossy(answer));
        serde_json::from_slice(answer).unwrap()
    }
}
