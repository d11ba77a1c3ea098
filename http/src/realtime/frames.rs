//! What travels on a socket, as JSON text.

use axum::extract::ws::Utf8Bytes;
use serde::{Deserialize, Serialize};

use super::Seen;
use super::notices::Step;
use crate::views::notices::{NotificationBody, NotificationList, ReadMarkBody};
use crate::views::orders::OrderBody;

/// The topic of a person's own notifications.
pub(super) const NOTIFICATIONS: &str = "notifications";

/// From the client.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Asked {
    /// Send me this as it is, and whenever it changes.
    Subscribe {
        /// Such as `order:ord_…`.
        topic: String,
        /// What the client saw of it last; it is then told whether nothing was missed for good.
        #[serde(default)]
        after: Option<Seen>,
    },
    /// No more of this.
    Unsubscribe {
        /// As subscribed.
        topic: String,
    },
}

/// To the client.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Told {
    /// The first frame.
    Hello {
        /// Names this socket in logs.
        session: String,
        /// How often the server pings.
        heartbeat_ms: u64,
        /// The history that the numbers of events belong to.
        epoch: String,
    },
    /// The answer to whoever comes back. What is new since follows as an event.
    Subscribed {
        /// As subscribed.
        topic: String,
        /// Where it is now.
        #[serde(flatten)]
        now: Seen,
        /// Whether what follows goes on from what the client saw; else it must forget that.
        recovered: bool,
    },
    /// The topic as it is now.
    Event {
        /// As subscribed.
        topic: String,
        /// Grows with every change; of an order some may be skipped.
        seq: u64,
        /// The order, or the notification.
        data: Data,
    },
    /// The newest notifications, for whoever has none.
    Snapshot {
        /// `notifications`.
        topic: &'static str,
        /// The number of the newest.
        seq: u64,
        /// They.
        data: NotificationList,
    },
    /// Notifications were missed that are gone: what the client has does not go on, and a snapshot follows.
    Resync {
        /// `notifications`.
        topic: &'static str,
    },
    /// Notifications were marked as read.
    Read {
        /// `notifications`.
        topic: &'static str,
        /// How far.
        data: ReadMarkBody,
    },
    /// The last request was refused.
    Error {
        /// Stable code, as in problems.
        code: &'static str,
        /// Which topic it was about.
        #[serde(skip_serializing_if = "Option::is_none")]
        topic: Option<String>,
    },
}

impl Told {
    /// As it travels.
    pub(super) fn text(&self) -> Utf8Bytes {
        serde_json::to_string(self).unwrap_or_default().into() // a view is always JSON
    }
}

impl From<Step> for Told {
    fn from(step: Step) -> Self {
        let topic = NOTIFICATIONS;
        match step {
            Step::Snapshot(data) => Self::Snapshot { topic, seq: data.newest, data },
            Step::Resync => Self::Resync { topic },
            Step::Read(data) => Self::Read { topic, data },
            Step::Notice(notice) => {
                Self::Event { topic: topic.to_owned(), seq: notice.seq, data: Data::Notification(notice) }
            }
        }
    }
}

/// What a topic tells.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Data {
    Order(Box<OrderBody>),
    Notification(Box<NotificationBody>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_requests_are_read() {
        let subscribe = r#"{"type":"subscribe","topic":"order:x"}"#;
        assert_eq!(
            serde_json::from_str::<Asked>(subscribe).unwrap(),
            Asked::Subscribe { topic: "order:x".to_owned(), after: None }
        );
        let again = r#"{"type":"subscribe","topic":"order:x","after":{"epoch":"e","seq":3}}"#;
        let after = Some(Seen { epoch: "e".to_owned(), seq: 3 });
        assert_eq!(
            serde_json::from_str::<Asked>(again).unwrap(),
            Asked::Subscribe { topic: "order:x".to_owned(), after }
        );
        for bad in
            ["", "{}", r#"{"type":"shout"}"#, r#"{"type":"subscribe"}"#, r#"{"type":"subscribe","topic":1}"#]
        {
            assert!(serde_json::from_str::<Asked>(bad).is_err(), "{bad}");
        }
    }
}
