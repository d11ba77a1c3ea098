//! The topics of one socket.

use amazoff_actors::ids::{OrderId, UserId};
use amazoff_supervisor::Version;
use tokio::sync::watch;
use tokio_stream::wrappers::WatchStream;
use tokio_stream::{StreamExt as _, StreamMap};

/// Topics per socket.
pub(super) const TOPICS_MAX: usize = 32;

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
pub(super) struct Subscriptions(StreamMap<Topic, WatchStream<Version>>);

impl Subscriptions {
    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= TOPICS_MAX
    }

    /// Follows a topic, from what its receiver has not seen: a change since it was made is told. Following it twice is following it
    /// once.
    pub(super) fn follow(&mut self, topic: Topic, versions: watch::Receiver<Version>) {
        self.0.insert(topic, WatchStream::from_changes(versions));
    }

    pub(super) fn leave(&mut self, topic: Topic) {
        self.0.remove(&topic);
    }

    /// The next topic that changed, and its version now; waits for ever while nothing is followed.
    pub(super) async fn changed(&mut self) -> (Topic, Version) {
        match self.0.next().await {
            Some(changed) => changed,
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
        assert_eq!(timeout(patience, subscriptions.changed()).await, Ok((order, Version(3))));
        assert!(timeout(patience, subscriptions.changed()).await.is_err(), "two changes were one");
        subscriptions.leave(order);
        version.send_replace(Version(4));
        assert!(timeout(patience, subscriptions.changed()).await.is_err(), "it was left");
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_between_the_first_read_and_following_is_told() {
        let order = Topic::Order(OrderId::from(Uuid::from_u128(1)));
        let version = watch::Sender::new(Version(1));
        let mut subscriptions = Subscriptions::default();
        let versions = version.subscribe(); // and then what is followed is read
        version.send_replace(Version(2));
        subscriptions.follow(order, versions);
        let told = timeout(Duration::from_secs(1), subscriptions.changed()).await;
        assert_eq!(told, Ok((order, Version(2))));
    }
}
