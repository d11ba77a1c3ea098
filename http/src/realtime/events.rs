//! Live orders as Server-Sent Events: what a socket's topic tells, for whoever cannot open sockets.

use std::convert::Infallible;

use amazoff_actors::ids::OrderId;
use axum::response::sse::Event;
use futures::Stream;

use super::watching::{Watching, Woken};
use super::{Place, Seen};
use crate::identity::Shopper;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::views::orders::OrderBody;

/// One reader of one order.
pub(crate) struct Following {
    watching: Watching,
    order: OrderId,
    /// What the reader has not got yet.
    next: Option<OrderBody>,
    told: u64,
}

impl Following {
    /// Begins with the order as it is, unless that is what the reader saw last.
    ///
    /// # Errors
    /// `order-not-found`; `rate-limited` and `overloaded` when too many streams are open; when the order cannot be read.
    pub(crate) async fn begin(
        platform: Platform,
        reader: (Shopper, Place),
        order: OrderId,
        last: Option<&str>,
    ) -> Result<Self, Problem> {
        let versions = platform.shop.orders.watch(order);
        let watching = Watching::begin(platform, reader, versions);
        let now = OrderBody::from(watching.shopper.order(&watching.platform, order).await?);
        let seen = last == Some(watching.platform.seen(now.version).to_string().as_str());
        let told = now.version;
        Ok(Self { watching, order, next: (!seen).then_some(now), told })
    }

    /// The events, until the reader may see them no more.
    pub(crate) fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        futures::stream::unfold(self, |mut following| async move {
            let event = following.next().await?;
            Some((Ok(event), following))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        while !self.watching.is_over() {
            if let Some(order) = self.next.take() {
                self.told = order.version;
                return Some(self.event(&order));
            }
            match self.watching.next().await? {
                Woken::Changed => self.look().await,
                Woken::Tell(event) => return Some(event),
            }
        }
        None
    }

    /// Reads what has changed. What cannot be read just now is told after the next change.
    async fn look(&mut self) {
        match self.watching.shopper.order(&self.watching.platform, self.order).await {
            Ok(view) => self.next = Some(OrderBody::from(view)).filter(|order| order.version != self.told),
            Err(problem) => {
                let order = self.order;
                tracing::warn!(order.id = %order, cause = problem.cause(), "order {order} could not be pushed");
            }
        }
    }

    fn event(&self, order: &OrderBody) -> Event {
        let seen: Seen = self.watching.platform.seen(order.version);
        let data = serde_json::to_string(order).unwrap_or_default(); // a view is always JSON
        Event::default().event("order").id(seen.to_string()).data(data)
    }
}
