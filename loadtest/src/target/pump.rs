//! Keeps a WebSocket alive while its shopper does other things: pings are answered, and frames are stamped when they come.

use futures::future::BoxFuture;
use futures::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::http::Place;
use super::{Socket, Trouble};

/// Most frames that wait for the shopper; then the socket is read no further, as by any slow client.
const WAITING_MAX: usize = 256;

type Come = Result<(Instant, String), Trouble>;

/// A socket with a task that reads it.
#[derive(Debug)]
pub(super) struct Pumped {
    to: mpsc::Sender<Message>,
    from: mpsc::Receiver<Come>,
    /// Ends with this value.
    _task: JoinSet<()>,
}

impl Pumped {
    /// Starts reading.
    pub(super) fn start(stream: WebSocketStream<MaybeTlsStream<TcpStream>>, place: Place) -> Self {
        let (to, outgoing) = mpsc::channel(16);
        let (incoming, from) = mpsc::channel(WAITING_MAX);
        let mut task = JoinSet::new();
        task.spawn(async move {
            pump(stream, outgoing, incoming).await;
            drop(place);
        });
        Self { to, from, _task: task }
    }
}

async fn pump(
    mut stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    mut outgoing: mpsc::Receiver<Message>,
    incoming: mpsc::Sender<Come>,
) {
    loop {
        let come = tokio::select! {
            message = outgoing.recv() => {
                let Some(message) = message else { return };
                match stream.send(message).await {
                    Ok(()) => continue,
                    Err(error) => Err(Trouble::Broken(error.to_string())),
                }
            }
            frame = stream.next() => match frame {
                Some(Ok(Message::Text(text))) => Ok((Instant::now(), text.as_str().to_owned())),
                Some(Ok(Message::Close(why))) => Err(Trouble::Closed(why.map(|why| why.code.into()))),
                Some(Ok(_)) => continue,
                Some(Err(error)) => Err(Trouble::Broken(error.to_string())),
                None => Err(Trouble::Closed(None)),
            },
        };
        let ended = come.is_err();
        if incoming.send(come).await.is_err() || ended {
            return;
        }
    }
}

impl Socket for Pumped {
    fn send(&mut self, text: String) -> BoxFuture<'_, Result<(), Trouble>> {
        Box::pin(async move {
            let sent = self.to.send(Message::text(text)).await;
            sent.map_err(|_gone| Trouble::Closed(None))
        })
    }

    fn next(&mut self) -> BoxFuture<'_, Come> {
        Box::pin(async move { self.from.recv().await.unwrap_or(Err(Trouble::Closed(None))) })
    }

    fn close(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if self.to.send(Message::Close(None)).await.is_ok() {
                // The other side answers with its own goodbye, or is gone.
                while let Some(Ok(_)) = self.from.recv().await {}
            }
        })
    }
}
