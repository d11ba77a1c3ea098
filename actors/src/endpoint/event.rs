//! What happens to an endpoint.

use std::collections::BTreeSet;

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{MessageId, UserId};

/// What the shop tells programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EventType {
    /// An order is placed.
    #[serde(rename = "order.placed")]
    OrderPlaced,
    /// An order is paid.
    #[serde(rename = "order.paid")]
    OrderPaid,
    /// What an order costs could not be taken.
    #[serde(rename = "order.payment_failed")]
    OrderPaymentFailed,
    /// A parcel of an order was sent.
    #[serde(rename = "order.shipped")]
    OrderShipped,
    /// A parcel of an order has arrived.
    #[serde(rename = "order.delivered")]
    OrderDelivered,
    /// Money of an order went back.
    #[serde(rename = "order.refunded")]
    OrderRefunded,
    /// An order was given up.
    #[serde(rename = "order.canceled")]
    OrderCanceled,
    /// A product went on sale.
    #[serde(rename = "product.published")]
    ProductPublished,
    /// A product on sale was changed.
    #[serde(rename = "product.updated")]
    ProductUpdated,
    /// A product went off sale for good.
    #[serde(rename = "product.archived")]
    ProductArchived,
    /// All pieces of a variant are promised to orders.
    #[serde(rename = "stock.sold_out")]
    StockSoldOut,
    /// Pieces of a variant can be promised to orders again.
    #[serde(rename = "stock.available")]
    StockAvailable,
    /// Somebody tries the endpoint out; sent whatever is wanted.
    #[serde(rename = "endpoint.test")]
    Test,
}

impl EventType {
    /// Those that an endpoint can want.
    pub const WANTED: [Self; 12] = [
        Self::OrderPlaced,
        Self::OrderPaid,
        Self::OrderPaymentFailed,
        Self::OrderShipped,
        Self::OrderDelivered,
        Self::OrderRefunded,
        Self::OrderCanceled,
        Self::ProductPublished,
        Self::ProductUpdated,
        Self::ProductArchived,
        Self::StockSoldOut,
        Self::StockAvailable,
    ];

    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::OrderPlaced => "order.placed",
            Self::OrderPaid => "order.paid",
            Self::OrderPaymentFailed => "order.payment_failed",
            Self::OrderShipped => "order.shipped",
            Self::OrderDelivered => "order.delivered",
            Self::OrderRefunded => "order.refunded",
            Self::OrderCanceled => "order.canceled",
            Self::ProductPublished => "product.published",
            Self::ProductUpdated => "product.updated",
            Self::ProductArchived => "product.archived",
            Self::StockSoldOut => "stock.sold_out",
            Self::StockAvailable => "stock.available",
            Self::Test => "endpoint.test",
        }
    }
}

/// Why an endpoint is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisabledFor {
    /// Somebody turned it off.
    Asked,
    /// It has taken nothing for days.
    Failing,
    /// Its receiver says that it is gone for good.
    Gone,
}

/// An attempt to hand a message over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it was made.
    pub at: Timestamp,
    /// The answer's status; absent when there was none.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub latency_ms: u32,
    /// The beginning of the answer, or why there was none.
    pub excerpt: String,
}

impl Attempt {
    /// Whether the receiver has taken the message.
    pub fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// What follows from an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// Nothing: it was taken.
    Delivered,
    /// Nothing: it is given up.
    GivenUp,
    /// Another attempt.
    Again {
        /// When.
        at: Timestamp,
    },
}

/// Something that happened to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It was made.
    Created {
        /// Where events are sent.
        url: String,
        /// Which.
        events: BTreeSet<EventType>,
        /// Who made it.
        by: UserId,
        /// When.
        at: Timestamp,
    },
    /// A message is to be sent; the first attempt begins.
    Queued {
        /// Its id.
        message: MessageId,
        /// What kind it is.
        kind: EventType,
        /// What every attempt sends.
        body: String,
        /// When.
        at: Timestamp,
    },
    /// Another attempt begins.
    Called {
        /// To hand over which message.
        message: MessageId,
    },
    /// A message is sent anew: its attempts are counted from the first.
    Replayed {
        /// Which.
        message: MessageId,
    },
    /// An attempt ended.
    Attempted {
        /// To hand over which message.
        message: MessageId,
        /// What came of it.
        attempt: Attempt,
        /// What follows.
        next: Next,
    },
    /// It was turned on.
    Enabled {
        /// When.
        at: Timestamp,
    },
    /// It was turned off.
    Disabled {
        /// Why.
        why: DisabledFor,
        /// When.
        at: Timestamp,
    },
    /// It has another secret.
    SecretRotated {
        /// Until when the one before signs, too.
        old_until: Timestamp,
    },
    /// It is gone.
    Deleted {
        /// When.
        at: Timestamp,
    },
}
