//! Opening sockets.

use std::sync::Arc;

use futures::{SinkExt as _, StreamExt as _};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::common::{Auth, Client, Gate, Request, Server};

/// Sockets that are opened at once.
pub(crate) const OPENING: usize = 64;

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

pub(crate) fn client_of(server: &Server) -> Client {
    let gate = Arc::new(Gate::default());
    gate.open(&server.base);
    Client::new(gate)
}

/// Sockets that follow somebody's inbox, and have got what it holds already.
pub(crate) async fn followers(server: &Server, client: &Client, (who, count): (&Auth, usize)) -> Vec<Socket> {
    let mut sockets = opened_as(server, client, (who, count)).await;
    for socket in &mut sockets {
        let subscribe = json!({ "type": "subscribe", "topic": "notifications" });
        socket.send(Message::Text(subscribe.to_string().into())).await.unwrap();
        let answer = socket.next().await.unwrap().unwrap().into_text().unwrap();
        assert!(answer.contains("\"snapshot\""), "{answer}");
    }
    sockets
}

pub(crate) async fn opened(server: &Server, client: &Client, count: usize) -> Vec<Socket> {
    opened_as(server, client, (&Auth { bearer: None, cart_token: None }, count)).await
}

async fn opened_as(server: &Server, client: &Client, (auth, count): (&Auth, usize)) -> Vec<Socket> {
    let opening = (0..count).map(|_| open(server, client, auth));
    futures::stream::iter(opening).buffer_unordered(OPENING).filter_map(std::future::ready).collect().await
}

/// One socket that has said hello; `None` where the machine has no more.
async fn open(server: &Server, client: &Client, auth: &Auth) -> Option<Socket> {
    let ticket = client.send(&Request::post("/v1/realtime/ticket", json!({})).by(auth)).await?;
    let ticket = ticket.body["ticket"].as_str()?.to_owned();
    let url = format!("{}/v1/realtime?ticket={ticket}", server.base.replace("http://", "ws://"));
    let (mut socket, _) = connect_async(url).await.ok()?;
    socket.next().await?.ok()?;
    Some(socket)
}
