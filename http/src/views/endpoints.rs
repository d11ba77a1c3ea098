//! Endpoints and their deliveries as the back office sees them.

use std::collections::BTreeSet;

use amazoff_actors::endpoint::{
    Attempt, DisabledFor, EndpointForm, EndpointView, EventType, MessageView, Stage,
};
use amazoff_actors::ids::{EndpointId, MessageId};
use amazoff_supervisor::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::json::Form;
use crate::problem::FieldError;

/// What programs can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(as = WebhookEventType)]
pub enum EventTypeName {
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
}

/// Both ways between what is public and what is kept.
macro_rules! named_alike {
    ($($name:ident),* $(,)?) => {
        impl EventTypeName {
            fn of(kind: EventType) -> Option<Self> {
                match kind {
                    $(EventType::$name => Some(Self::$name),)*
                    EventType::Test => None,
                }
            }
        }

        impl From<EventTypeName> for EventType {
            fn from(name: EventTypeName) -> Self {
                match name {
                    $(EventTypeName::$name => Self::$name,)*
                }
            }
        }
    };
}

named_alike!(
    OrderPlaced,
    OrderPaid,
    OrderPaymentFailed,
    OrderShipped,
    OrderDelivered,
    OrderRefunded,
    OrderCanceled,
    ProductPublished,
    ProductUpdated,
    ProductArchived,
    StockSoldOut,
    StockAvailable,
);

/// A new endpoint.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhookEndpoint {
    /// Where events are sent: https, out in the world, without user name or password.
    #[schema(min_length = 8, max_length = 2_000, format = "text")]
    pub url: String,
    /// Which events; each counts once.
    #[schema(min_items = 1, max_items = 100)]
    pub events: Vec<EventTypeName>,
}

impl Form for NewWebhookEndpoint {
    fn check(&self) -> Vec<FieldError> {
        let wrong = self.events.is_empty() || self.events.len() > 100;
        let error = || FieldError::new("/events", "invalid-value", "1 to 100 kinds of events.");
        if wrong { vec![error()] } else { Vec::new() }
    }
}

impl From<NewWebhookEndpoint> for EndpointForm {
    fn from(NewWebhookEndpoint { url, events }: NewWebhookEndpoint) -> Self {
        Self { url, events: events.into_iter().map(EventType::from).collect() }
    }
}

/// Where events are sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = WebhookEndpoint)]
pub struct EndpointBody {
    /// `whe_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: EndpointId,
    /// Where.
    pub url: String,
    /// Which.
    pub events: Vec<EventTypeName>,
    /// Whether they are sent now.
    pub enabled: bool,
    /// Why not: `asked`, `failing` (it has taken nothing for five days) or `gone` (it answered 410).
    pub disabled_for: Option<&'static str>,
    /// Since when it has taken nothing, while attempts fail.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub failing_since: Option<Timestamp>,
    /// Until when the secret before signs, too.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub old_secret_until: Option<Timestamp>,
    /// Deliveries that wait.
    pub pending: usize,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl From<EndpointView> for EndpointBody {
    fn from(view: EndpointView) -> Self {
        let events: BTreeSet<_> = view.events.into_iter().filter_map(EventTypeName::of).collect();
        Self {
            id: view.id,
            url: view.url,
            events: events.into_iter().collect(),
            enabled: view.disabled.is_none(),
            disabled_for: view.disabled.map(reason),
            failing_since: view.failing_since,
            old_secret_until: view.old_secret_until,
            pending: view.pending,
            created_at: view.created_at,
        }
    }
}

fn reason(why: DisabledFor) -> &'static str {
    match why {
        DisabledFor::Asked => "asked",
        DisabledFor::Failing => "failing",
        DisabledFor::Gone => "gone",
    }
}

/// All endpoints.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = WebhookEndpointList)]
pub struct EndpointList {
    /// The oldest first.
    pub items: Vec<EndpointBody>,
}

/// An endpoint with its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = WebhookEndpointWithSecret)]
pub struct SecretEndpointBody {
    /// Which.
    #[serde(flatten)]
    pub endpoint: EndpointBody,
    /// What messages are signed with, `whsec_…`. It is kept nowhere and not shown again.
    pub secret: String,
}

impl SecretEndpointBody {
    /// An endpoint, and what signs its messages.
    pub fn new(view: EndpointView, secret: [u8; 32]) -> Self {
        Self { endpoint: view.into(), secret: format!("whsec_{}", BASE64.encode(secret)) }
    }
}

/// An attempt to deliver a message.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = WebhookAttempt)]
pub struct AttemptBody {
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The receiver's status; null when there was no answer.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub latency_ms: u32,
    /// The beginning of the answer on one line, or why there was none.
    pub excerpt: String,
}

impl From<Attempt> for AttemptBody {
    fn from(Attempt { at, status, latency_ms, excerpt }: Attempt) -> Self {
        Self { at, status, latency_ms, excerpt }
    }
}

/// A message to an endpoint, and what became of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub struct DeliveryBody {
    /// `msg_` and 32 hex digits: the receiver knows repeats by it.
    #[schema(value_type = String)]
    pub id: MessageId,
    /// What it tells, such as `order.placed`; `endpoint.test` for a try.
    pub r#type: &'static str,
    /// `sending`, `waiting` for the next attempt, `delivered` or `given_up`.
    pub status: &'static str,
    /// When the next attempt is made.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<Timestamp>,
    /// What is sent.
    pub payload: Value,
    /// When it came to be.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// The newest attempts that ended, at most 20, the oldest first.
    pub attempts: Vec<AttemptBody>,
}

impl From<MessageView> for DeliveryBody {
    fn from(view: MessageView) -> Self {
        let (status, next_at) = match view.stage {
            Stage::Calling => ("sending", None),
            Stage::Waiting { until } => ("waiting", Some(until)),
            Stage::Delivered => ("delivered", None),
            Stage::GivenUp => ("given_up", None),
        };
        Self {
            id: view.id,
            r#type: view.kind.name(),
            status,
            next_at,
            payload: serde_json::from_str(&view.body).unwrap_or_default(),
            created_at: view.created_at,
            attempts: view.attempts.into_iter().map(AttemptBody::from).collect(),
        }
    }
}

/// Messages to an endpoint.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = WebhookDeliveryList)]
pub struct DeliveryList {
    /// The newest first: all that wait, and the last hundred of the others.
    pub items: Vec<DeliveryBody>,
}

/// A message that is being sent.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = WebhookSent)]
pub struct SentBody {
    /// Which; null when nothing is.
    #[schema(value_type = Option<String>)]
    pub message_id: Option<MessageId>,
}
