//! Notifications as the API shows them. Their words are made here: what is kept says only what happened to what.

use amazoff_actors::ids::{EndpointId, OrderId, ShipmentId};
use amazoff_actors::inbox::{Inbox, Matter, Notice, Preferences, Receipt};
use amazoff_actors::order::{NewsKind, number};
use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::MoneyBody;
use crate::json::Form;

/// Something that a person is told.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Notification)]
pub struct NotificationBody {
    /// Its number: the person's notifications are numbered from 1, without a gap.
    pub seq: u64,
    /// What happened: `order_placed`, `order_paid`, `payment_failed`, `parcel_sent`, `parcel_delivered`, `order_refunded`,
    /// `order_canceled` or `webhook_endpoint_disabled`; there may be more kinds one day.
    pub kind: &'static str,
    /// The same in words.
    pub text: String,
    /// The order that it is about.
    #[schema(value_type = Option<String>)]
    pub order_id: Option<OrderId>,
    /// That order's number for people.
    pub order_number: Option<String>,
    /// The parcel that it is about.
    #[schema(value_type = Option<String>)]
    pub shipment_id: Option<ShipmentId>,
    /// The amount that it is about.
    pub amount: Option<MoneyBody>,
    /// The webhook endpoint that it is about, for whoever made it.
    #[schema(value_type = Option<String>)]
    pub endpoint_id: Option<EndpointId>,
    /// Whether the person has read it.
    pub read: bool,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

impl NotificationBody {
    /// A notice for a person who has read up to a number.
    pub fn of(notice: &Notice, read_upto: u64) -> Self {
        let Notice { seq, matter, at } = *notice;
        let read = seq <= read_upto;
        match matter {
            Matter::Order { order, news } => {
                let number = number(order);
                Self {
                    seq,
                    kind: news.kind().name(),
                    text: words(news.kind(), &number),
                    order_id: Some(order),
                    order_number: Some(number),
                    shipment_id: news.shipment(),
                    amount: news.amount().map(MoneyBody::from),
                    endpoint_id: None,
                    read,
                    at,
                }
            }
            Matter::EndpointDisabled { endpoint } => Self {
                seq,
                kind: "webhook_endpoint_disabled",
                text: "A webhook endpoint takes nothing and was disabled.".to_owned(),
                order_id: None,
                order_number: None,
                shipment_id: None,
                amount: None,
                endpoint_id: Some(endpoint),
                read,
                at,
            },
        }
    }
}

fn words(kind: NewsKind, number: &str) -> String {
    match kind {
        NewsKind::Placed => format!("Your order {number} is placed."),
        NewsKind::Paid => format!("Your order {number} is paid."),
        NewsKind::PaymentFailed => {
            format!("The payment of your order {number} failed. Please pay in another way.")
        }
        NewsKind::Shipped => format!("A parcel of your order {number} is on its way."),
        NewsKind::Delivered => format!("A parcel of your order {number} has arrived."),
        NewsKind::Refunded => format!("Money of your order {number} went back to you."),
        NewsKind::Canceled => format!("Your order {number} is canceled."),
    }
}

/// Notifications of a person.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct NotificationList {
    /// The oldest first.
    pub items: Vec<NotificationBody>,
    /// The number of the newest that there is; 0 before the first.
    pub newest: u64,
    /// Up to which number the person has read.
    pub read_upto: u64,
    /// How many that are kept the person has not read.
    pub unread: u64,
    /// Whether what the reader has seen does not go on here: some of what came after it is gone. Then the newest are shown.
    pub resync: bool,
}

impl NotificationList {
    /// Some notices of an inbox.
    pub fn of<'a>(inbox: &Inbox, notices: impl IntoIterator<Item = &'a Notice>, resync: bool) -> Self {
        let Receipt { newest, read_upto, unread } = inbox.receipt();
        let items = notices.into_iter().map(|notice| NotificationBody::of(notice, read_upto)).collect();
        Self { items, newest, read_upto, unread, resync }
    }

    /// The newest notices, at most so many.
    pub fn newest(inbox: &Inbox, limit: usize, resync: bool) -> Self {
        Self::of(inbox, &inbox.before(u64::MAX, limit), resync)
    }
}

/// How far a person has read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ReadMark)]
pub struct ReadMarkBody {
    /// The number of the newest notification.
    pub newest: u64,
    /// Up to which number the person has read.
    pub read_upto: u64,
    /// How many that are kept the person has not read.
    pub unread: u64,
}

impl From<Receipt> for ReadMarkBody {
    fn from(Receipt { newest, read_upto, unread }: Receipt) -> Self {
        Self { newest, read_upto, unread }
    }
}

/// Up to where one has read.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadForm {
    /// The number of the newest notification that was read; all before it count as read, too.
    pub upto: u64,
}

impl Form for ReadForm {}

/// Which letters one gets. Those about the account itself, such as a changed password, are always sent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotificationPreferences {
    /// By e-mail.
    pub email: EmailPreferences,
}

/// Whether a letter is sent, by what happened.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailPreferences {
    /// An order is placed.
    pub order_placed: bool,
    /// An order is paid.
    pub order_paid: bool,
    /// A payment failed.
    pub payment_failed: bool,
    /// A parcel is on its way.
    pub parcel_sent: bool,
    /// A parcel has arrived.
    pub parcel_delivered: bool,
    /// Money went back.
    pub order_refunded: bool,
    /// An order is canceled.
    pub order_canceled: bool,
}

impl From<&Preferences> for NotificationPreferences {
    fn from(preferences: &Preferences) -> Self {
        let wants = |kind| !preferences.is_muted(kind);
        let email = EmailPreferences {
            order_placed: wants(NewsKind::Placed),
            order_paid: wants(NewsKind::Paid),
            payment_failed: wants(NewsKind::PaymentFailed),
            parcel_sent: wants(NewsKind::Shipped),
            parcel_delivered: wants(NewsKind::Delivered),
            order_refunded: wants(NewsKind::Refunded),
            order_canceled: wants(NewsKind::Canceled),
        };
        Self { email }
    }
}

impl From<NotificationPreferences> for Preferences {
    fn from(NotificationPreferences { email }: NotificationPreferences) -> Self {
        let wants = |kind: &NewsKind| match kind {
            NewsKind::Placed => email.order_placed,
            NewsKind::Paid => email.order_paid,
            NewsKind::PaymentFailed => email.payment_failed,
            NewsKind::Shipped => email.parcel_sent,
            NewsKind::Delivered => email.parcel_delivered,
            NewsKind::Refunded => email.order_refunded,
            NewsKind::Canceled => email.order_canceled,
        };
        Self::without(NewsKind::ALL.into_iter().filter(|kind| !wants(kind)))
    }
}

impl Form for NotificationPreferences {}
