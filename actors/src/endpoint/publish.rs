//! News of orders as messages to endpoints.

use amazoff_supervisor::{AskError, Envelope, Timestamp};
use serde_json::{Value, json};

use super::{Command, Endpoints, EventType, Rejection};
use crate::ids::OrderId;
use crate::money::Money;
use crate::order::{News, number};

/// What kind of event news are.
fn kind(news: News) -> EventType {
    match news {
        News::Placed => EventType::OrderPlaced,
        News::Paid { .. } => EventType::OrderPaid,
        News::PaymentFailed => EventType::OrderPaymentFailed,
        News::Shipped { .. } => EventType::OrderShipped,
        News::Delivered { .. } => EventType::OrderDelivered,
        News::Refunded { .. } => EventType::OrderRefunded,
        News::Canceled => EventType::OrderCanceled,
    }
}

/// The body of a message. Only what never changes is in it, so that a repeat is the same message; nothing personal is.
fn body((order, total): (OrderId, Money), news: News, at: Timestamp) -> String {
    let mut data = json!({ "order_id": order, "order_number": number(order), "total": total });
    if let Some(amount) = news.amount() {
        data["amount"] = json!(amount);
    }
    if let Some(shipment) = news.shipment() {
        data["shipment_id"] = json!(shipment);
    }
    let body: Value = json!({ "type": kind(news).name(), "timestamp": at, "data": data });
    body.to_string()
}

impl Endpoints {
    /// Sends news of an order to every endpoint that wants them. For effects of orders: a repeat under the same envelope is no
    /// second message (HOOK-1).
    ///
    /// # Errors
    /// Text that says which endpoint could not be asked; repeating is safe.
    pub(crate) async fn publish(
        &self,
        (order, total): (OrderId, Money),
        (news, at): (News, Timestamp),
        envelope: impl Fn() -> Envelope,
    ) -> Result<(), String> {
        let kind = kind(news);
        let ids = self.ids().await.map_err(|error| error.to_string())?;
        for id in ids {
            let endpoint = self.directory.read(id.uuid()).await.map_err(|error| error.to_string())?;
            let wants = endpoint.is_some_and(|endpoint| {
                let config = endpoint.state.config.as_ref();
                endpoint.state.disabled.is_none()
                    && config.is_some_and(|config| config.events.contains(&kind))
            });
            if !wants {
                continue;
            }
            let command = Command::Enqueue { kind, body: body((order, total), news, at) };
            match self.directory.execute(id.uuid(), command, envelope()).await {
                // It was deleted meanwhile.
                Ok(_) | Err(AskError::Refused { refusal: Rejection::NotFound, .. }) => {}
                Err(AskError::Refused { refusal, .. }) => {
                    tracing::warn!(endpoint.id = %id, order.id = %order, %refusal, "{id} is not told of {order}: {refusal}");
                }
                Err(error) => return Err(format!("{id}: {error}")),
            }
        }
        Ok(())
    }
}
