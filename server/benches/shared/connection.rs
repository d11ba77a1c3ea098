//! A client that costs little: one kept connection, requests written as text.

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// A kept connection.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    line: String,
    body: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: &str) -> Self {
        let stream = BufReader::new(TcpStream::connect(address).await.unwrap());
        stream.get_ref().set_nodelay(true).unwrap();
        Self { stream, line: String::new(), body: Vec::new() }
    }

    /// Sends a whole request; the answer's status and bytes.
    pub(crate) async fn send(&mut self, request: &str) -> (u16, &[u8]) {
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
}
