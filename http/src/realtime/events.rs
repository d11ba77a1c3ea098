//! Live orders as Server-Sent Events: what a socket's topic tells, for whoever cannot open sockets.

use std::convert::Infallible;

use amazoff_actors::ids::OrderId;
use amazoff_supervisor::Version;
use axum::response::sse::Event;
use futures::Stream;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::session::SessionChanges;
use super::{Place, Seen};
use crate::identity::Shopper;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::views::orders::OrderBody;

/// One reader of one order.
pub(crate) struct Following {
    platform: Platform,
    shopper: Shopper,
    order: OrderId,
    versions: watch::Receiver<Version>,
    /// What the reader has not got yet.
    next: Option<OrderBody>,
    told: u64,
    beats: Interval,
    session: SessionChanges,
    over: bool,
    _place: Place,
}

impl Following {
    /// Begins with the order as it is, unless that is what the reader saw last.
    ///
    /// # Errors
    /// `order-not-found`; `rate-limited` and `overloaded` when too many streams are open; when the order cannot be read.
    pub(crate) async fn begin(
        platform: Platform,
        (shopper, place): (Shopper, Place),
        order: OrderId,
        last: Option<&str>,
    ) -> Result<Self, Problem> {
        let session = SessionChanges::of(&platform, &shopper);
        let mut versions = platform.shop.orders.watch(order);
        versions.borrow_and_update(); // before the read: no change falls between
        let now = OrderBody::from(shopper.order(&platform, order).await?);
        let mut beats = interval(platform.settings.heartbeat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let seen = last == Some(platform.seen(now.version).to_string().as_str());
        let told = now.version;
        let next = (!seen).then_some(now);
        let over = false;
        Ok(Self { platform, shopper, order, versions, next, told, beats, session, over, _place: place })
    }

    /// The events, until the reader may see them no more.
    pub(crate) fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        futures::stream::unfold(self, |mut following| async move {
            let event = following.next().await?;
            Some((Ok(event), following))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        if self.over {
            return None;
        }
        loop {
            if let Some(order) = self.next.take() {
                self.told = order.version;
                return Some(self.event(&order));
            }
            tokio::select! {
                changed = self.versions.changed() => {
                    changed.ok()?;
                    self.look().await;
                }
                _ = self.beats.tick() => return Some(self.beat().await),
                () = self.session.next() => return Some(self.beat().await),
            }
        }
    }

    /// Reads what has changed. What cannot be read just now is told after the next change.
    async fn look(&mut self) {
        match self.shopper.order(&self.platform, self.order).await {
            Ok(view) => self.next = Some(OrderBody::from(view)).filter(|order| order.version != self.told),
            Err(problem) => {
                let order = self.order;
                tracing::warn!(order.id = %order, cause = problem.cause(), "order {order} could not be pushed");
            }
        }
    }

    /// A comment that keeps the connection, or the end when the session is gone. While nobody knows, it goes on.
    async fn beat(&mut self) -> Event {
        self.over = self.shopper.login_is_over(&self.platform).await;
        match self.over {
            true => Event::default().event("end").data(r#"{"reason":"the session has ended"}"#),
            false => Event::default().comment(""),
        }
    }

    fn event(&self, order: &OrderBody) -> Event {
        let seen: Seen = self.platform.seen(order.version);
        let data = serde_json::to_string(order).unwrap_or_default(); // a view is always JSON
        Event::default().event("order").id(seen.to_string()).data(data)
    }
}
