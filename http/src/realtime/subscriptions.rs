//! The topics of one socket.

use std::collections::HashMap;
use std::pin::Pin;

use amazoff_actors::ids::{OrderId, UserId};
use amazoff_supervisor::Version;
use futures::stream::{AbortHandle, Abortable, SelectAll, Stream, StreamExt, abortable};
use tokio::sync::watch;

/// Topics per socket.
pub(super) const TOPICS_MAX: usize = 32;

type Changes = Pin<Box<dyn Stream<Item = Topic> + Send>>;

/// What a socket can follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Topic {
    /// An order.
    Order(OrderId),
    /// A person's own notifications.
    Notifications(UserId),
}

/// What a socket follows, and when something of it has changed.
#[derive(Default)]
pub(super) struct Subscriptions {
    followed: HashMap<Topic, AbortHandle>,
    changes: SelectAll<Abortable<Changes>>,
}

impl Subscriptions {
    pub(super) fn is_full(&self) -> bool {
        self.followed.len() >= TOPICS_MAX
    }

    /// Follows a topic, from its newest version at the time of the call. Following it twice is following it once.
    pub(super) fn follow(&mut self, topic: Topic, mut versions: watch::Receiver<Version>) {
        versions.borrow_and_update();
        let changes: Changes = Box::pin(futures::stream::unfold(versions, move |mut versions| async move {
            versions.changed().await.ok()?;
            Some((topic, versions))
        }));
        let (changes, handle) = abortable(changes);
        if let Some(before) = self.followed.insert(topic, handle) {
            before.abort();
        }
        self.changes.push(changes);
    }

    pub(super) fn leave(&mut self, topic: Topic) {
        if let Some(handle) = self.followed.remove(&topic) {
            handle.abort();
        }
    }

    /// The next topic that changed; waits for ever while nothing is followed.
    pub(super) async fn changed(&mut self) -> Topic {
        match self.changes.next().await {
            Some(topic) => topic,
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;
    use uuid::Uuid;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_change_is_told_once_until_the_topic_is_left() {
        let order = Topic::Order(OrderId::from(Uuid::from_u128(1)));
        let version = watch::Sender::new(Version(1));
        let mut subscriptions = Subscriptions::default();
        let patience = Duration::from_secs(1);
        assert!(timeout(patience, subscriptions.changed()).await.is_err(), "nothing is followed");
        subscriptions.follow(order, version.subscribe());
        subscriptions.follow(order, version.subscribe());
        version.send_replace(Version(2));
        version.send_replace(Version(3));
        assert_eq!(timeout(patience, subscriptions.changed()).await, Ok(order));
        assert!(timeout(patience, subscriptions.changed()).await.is_err(), "two changes were one");
        subscriptions.leave(order);
        version.send_replace(Version(4));
        assert!(timeout(patience, subscriptions.changed()).await.is_err(), "it was left");
    }
}
