//! `GET /ws-echo`: says back what it hears, for judges of the WebSocket protocol. Only in builds with the feature
//! `fault-points`.

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::response::Response;

use crate::problem::Problem;

/// The longest message of the judges' cases, and some room.
const MESSAGE_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Echoes text and binary messages; ping, pong and close are the protocol's own.
pub(crate) async fn open(
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|_rejected| Problem::upgrade_required())?;
    let upgrade = upgrade.max_message_size(MESSAGE_BYTES_MAX).max_frame_size(MESSAGE_BYTES_MAX);
    Ok(upgrade.on_upgrade(|mut socket| async move {
        while let Some(Ok(message)) = socket.recv().await {
            let echoed = match message {
                Message::Text(_) | Message::Binary(_) => socket.send(message).await,
                // Answered by the protocol, which is done once nothing more comes.
                Message::Ping(_) | Message::Pong(_) | Message::Close(_) => Ok(()),
            };
            if echoed.is_err() {
                break;
            }
        }
    }))
}
