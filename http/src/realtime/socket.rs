//! The life of one socket.

use std::pin::pin;
use std::time::Duration;

use amazoff_actors::ids::{OrderId, UserId};
use amazoff_supervisor::Version;
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Seen;
use super::frames::{Asked, Data, NOTIFICATIONS, Told};
use super::notices::Feed;
use super::session::SessionChanges;
use super::subscriptions::{Subscriptions, Topic};
use crate::identity::Shopper;
use crate::platform::{Parts, Platform};
use crate::problem::Problem;
use crate::views::orders::OrderBody;

/// Pings that may go without an answer.
const MISSED_MAX: u32 = 2;
/// How long a frame may take to leave.
const SEND_LIMIT: Duration = Duration::from_secs(10);
/// How long a closing handshake may take.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);
/// Frames that a client may send between two pings.
const FRAMES_MAX: u32 = 200;

/// The session behind the socket has ended.
const SESSION_OVER: u16 = 4001;
/// The client reads or answers too slowly.
const SLOW: u16 = 4008;

/// Why a socket ends: the code and words of its close frame, or nothing when the peer is gone.
type End = Option<(u16, &'static str)>;

struct Connection {
    socket: WebSocket,
    platform: Platform,
    shopper: Shopper,
    topics: Subscriptions,
    /// What its person has got of their notifications, once they follow them.
    feed: Option<Feed>,
    missed: u32,
    frames: u32,
}

/// Serves a socket until either side, or a shutdown, ends it.
pub(super) async fn serve(socket: WebSocket, platform: Platform, shopper: Shopper, drain: CancellationToken) {
    let topics = Subscriptions::default();
    let mut connection = Connection { socket, platform, shopper, topics, feed: None, missed: 0, frames: 0 };
    let Err(end) = connection.run(drain).await;
    if let Some((code, reason)) = end {
        Box::pin(connection.close(code, reason)).await;
    }
}

impl Connection {
    async fn run(&mut self, drain: CancellationToken) -> Result<std::convert::Infallible, End> {
        let heartbeat = self.platform.settings.heartbeat;
        let heartbeat_ms = u64::try_from(heartbeat.as_millis()).unwrap_or(u64::MAX);
        let (session, epoch) =
            (format!("rt_{}", Uuid::now_v7().simple()), self.platform.auth.epoch().to_owned());
        // What is done for a while only is in a box of its own: thousands of sockets wait, and each keeps room for all of this.
        Box::pin(self.tell(&Told::Hello { session, heartbeat_ms, epoch })).await?;
        let mut beats = interval_at(Instant::now() + heartbeat, heartbeat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut session = SessionChanges::of(&self.platform, &self.shopper);
        // Whoever logged out between the ticket and this was told to nobody.
        Box::pin(self.still_allowed()).await?;
        let mut away = pin!(drain.cancelled());
        loop {
            tokio::select! {
                () = &mut away => return Err(Some((close_code::AWAY, "the server is going away"))),
                _ = beats.tick() => Box::pin(self.beat()).await?,
                () = session.next() => Box::pin(self.still_allowed()).await?,
                (topic, version) = self.topics.changed() => match topic {
                    Topic::Order(order) => Box::pin(self.show(order)).await?,
                    Topic::Notifications(user) => Box::pin(self.show_notifications(user, version)).await?,
                },
                frame = self.socket.recv() => Box::pin(self.hear(frame)).await?,
            }
        }
    }

    /// Pings, and looks whether peer and session are still there.
    async fn beat(&mut self) -> Result<(), End> {
        if self.missed >= MISSED_MAX {
            return Err(Some((SLOW, "no answer to pings")));
        }
        self.missed += 1;
        self.frames = 0;
        self.still_allowed().await?;
        self.send(Message::Ping(Vec::new().into())).await
    }

    async fn still_allowed(&mut self) -> Result<(), End> {
        match self.shopper.login_is_over(&self.platform).await {
            true => Err(Some((SESSION_OVER, "the session has ended"))),
            false => Ok(()),
        }
    }

    async fn hear(&mut self, frame: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        self.frames += 1;
        if self.frames > FRAMES_MAX {
            return Err(Some((close_code::POLICY, "too many frames")));
        }
        match frame {
            Some(Ok(Message::Text(text))) => match serde_json::from_str(text.as_str()) {
                Ok(Asked::Subscribe { topic, after }) => self.subscribe(topic, after).await,
                Ok(Asked::Unsubscribe { topic }) => {
                    self.leave(&topic);
                    Ok(())
                }
                Err(_) => self.tell(&Told::Error { code: "frame-invalid", topic: None }).await,
            },
            Some(Ok(Message::Binary(_))) => Err(Some((close_code::UNSUPPORTED, "text frames only"))),
            Some(Ok(Message::Pong(_))) => {
                self.missed = 0;
                Ok(())
            }
            Some(Ok(Message::Ping(_))) => Ok(()), // answered by the protocol
            Some(Ok(Message::Close(_))) => {
                self.let_go().await;
                Err(None)
            }
            Some(Err(_)) | None => Err(None),
        }
    }

    fn leave(&mut self, topic: &str) {
        if topic == NOTIFICATIONS {
            self.feed = None;
            self.shopper.user().into_iter().for_each(|user| self.topics.leave(Topic::Notifications(user)));
        }
        order_of(topic).into_iter().for_each(|order| self.topics.leave(Topic::Order(order)));
    }

    async fn subscribe(&mut self, topic: String, after: Option<Seen>) -> Result<(), End> {
        if self.topics.is_full() {
            return self.tell(&Told::Error { code: "too-many-topics", topic: Some(topic) }).await;
        }
        if topic == NOTIFICATIONS {
            return self.subscribe_notifications(after).await;
        }
        let Some(order) = order_of(&topic) else {
            return self.tell(&Told::Error { code: "not-found", topic: Some(topic) }).await;
        };
        let versions = self.platform.shop.orders.watch(order); // before the read: no change falls between
        match self.shopper.order(&self.platform, order).await {
            Ok(view) => {
                self.topics.follow(Topic::Order(order), versions);
                let now = OrderBody::from(view);
                if self.goes_on(topic, after, now.version).await? {
                    self.tell_order(now).await
                } else {
                    Ok(())
                }
            }
            Err(problem) => {
                let code = if problem.code() == "order-not-found" { "not-found" } else { problem.code() };
                self.tell(&Told::Error { code, topic: Some(topic) }).await
            }
        }
    }

    /// Begins to tell the person's own notifications, from where they left off. Nobody can name another's.
    async fn subscribe_notifications(&mut self, after: Option<Seen>) -> Result<(), End> {
        let topic = NOTIFICATIONS.to_owned();
        let Some(user) = self.shopper.user() else {
            return self.tell(&Told::Error { code: "login-required", topic: Some(topic) }).await;
        };
        let versions = self.platform.shop.inboxes.watch(user); // before the read: nothing falls between
        let inbox = match self.platform.shop.inboxes.get(user).await {
            Ok(inbox) => inbox,
            Err(error) => {
                let code = Problem::from(error).code();
                return self.tell(&Told::Error { code, topic: Some(topic) }).await;
            }
        };
        self.topics.follow(Topic::Notifications(user), versions);
        let now = self.platform.seen(inbox.newest);
        let (feed, steps) = match after {
            None => Feed::fresh(&inbox),
            Some(after) => {
                let (feed, steps, recovered) = match after.epoch == now.epoch {
                    true => Feed::resumed(&inbox, after.seq),
                    false => {
                        let (feed, steps) = Feed::lost(&inbox);
                        (feed, steps, false)
                    }
                };
                self.tell(&Told::Subscribed { topic, now, recovered }).await?;
                (feed, steps)
            }
        };
        self.feed = Some(feed);
        for step in steps {
            self.tell(&step.into()).await?;
        }
        Ok(())
    }

    /// Sends what the person lacks of their notifications. What cannot be read just now is sent after the next change.
    async fn show_notifications(&mut self, user: UserId, version: Version) -> Result<(), End> {
        let Some(feed) = self.feed else { return Ok(()) };
        let Parts { shop, realtime, .. } = &*self.platform;
        match realtime.retelling.next(&shop.inboxes, user, (feed, version)).await {
            Ok(said) => {
                self.feed = Some(said.leaves);
                for text in &said.texts {
                    self.send(Message::Text(text.clone())).await?;
                }
            }
            Err(error) => {
                tracing::warn!(user.id = %user, %error, "notifications of {user} could not be pushed: {error}");
            }
        }
        Ok(())
    }

    /// Answers whoever comes back; whether there is something new for them.
    async fn goes_on(&mut self, topic: String, after: Option<Seen>, version: u64) -> Result<bool, End> {
        let Some(after) = after else { return Ok(true) };
        let now = self.platform.seen(version);
        let recovered = after.epoch == now.epoch && after.seq <= now.seq;
        let new = after != now;
        self.tell(&Told::Subscribed { topic, now, recovered }).await?;
        Ok(new)
    }

    /// Sends an order as it is now. One that cannot be read just now is sent after its next change.
    async fn show(&mut self, order: OrderId) -> Result<(), End> {
        match self.shopper.order(&self.platform, order).await {
            Ok(view) => self.tell_order(view.into()).await,
            Err(problem) => {
                tracing::warn!(order.id = %order, cause = problem.cause(), "order {order} could not be pushed");
                Ok(())
            }
        }
    }

    async fn tell_order(&mut self, data: OrderBody) -> Result<(), End> {
        self.tell(&Told::Event {
            topic: format!("order:{}", data.id),
            seq: data.version,
            data: Data::Order(Box::new(data)),
        })
        .await
    }

    async fn tell(&mut self, told: &Told) -> Result<(), End> {
        self.send(Message::Text(told.text())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        match timeout(SEND_LIMIT, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(None),
            Err(_elapsed) => Err(Some((SLOW, "reads too slowly"))),
        }
    }

    /// The peer has said goodbye; the answer leaves while the rest is read.
    async fn let_go(&mut self) {
        let going = async { while let Some(Ok(_)) = self.socket.recv().await {} };
        let _ = timeout(CLOSE_LIMIT, going).await; // a peer that does not hang up is cut off
    }

    /// Says goodbye, and waits a little for the peer to say it too.
    async fn close(mut self, code: u16, reason: &'static str) {
        let goodbye = async {
            let frame = CloseFrame { code, reason: reason.into() };
            if self.socket.send(Message::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = self.socket.recv().await {}
            }
        };
        let _ = timeout(CLOSE_LIMIT, goodbye).await; // a peer that does not answer is cut off
    }
}

fn order_of(topic: &str) -> Option<OrderId> {
    topic.strip_prefix("order:")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of the future that a call answers.
    fn size_of_future<A, B, C, D, F>(_call: impl FnOnce(A, B, C, D) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_waiting_socket_is_small() {
        let bytes = size_of_future(serve);
        assert!(bytes <= 1_500, "{bytes} bytes");
    }
}
