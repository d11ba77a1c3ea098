//! What happens in the shop as messages to endpoints.

use amazoff_supervisor::{AskError, Delivered, Envelope, Timestamp};
use serde_json::{Value, json};

use super::{Command, Endpoints, EventType, Rejection};
use crate::ids::{OrderId, ProductId, VariantId};
use crate::money::Money;
use crate::order::{News, number};
use crate::product::ProductNews;

/// Something that programs outside may want to know.
#[derive(Clone, Debug)]
pub(crate) struct Announcement {
    kind: EventType,
    /// What it is about, for the log.
    about: String,
    /// Only what never changes is in it, so that a repeat is the same message; nothing personal is.
    body: String,
}

impl Announcement {
    fn new((kind, at): (EventType, Timestamp), about: String, data: &Value) -> Self {
        let body = json!({ "type": kind.name(), "timestamp": at, "data": data });
        Self { kind, about, body: body.to_string() }
    }

    /// News of an order that costs `total`.
    pub(crate) fn of_order((id, total): (OrderId, Money), news: News, at: Timestamp) -> Self {
        let kind = match news {
            News::Placed => EventType::OrderPlaced,
            News::Paid { .. } => EventType::OrderPaid,
            News::PaymentFailed => EventType::OrderPaymentFailed,
            News::Shipped { .. } => EventType::OrderShipped,
            News::Delivered { .. } => EventType::OrderDelivered,
            News::Refunded { .. } => EventType::OrderRefunded,
            News::Canceled => EventType::OrderCanceled,
        };
        let mut data = json!({ "order_id": id, "order_number": number(id), "total": total });
        if let Some(amount) = news.amount() {
            data["amount"] = json!(amount);
        }
        if let Some(shipment) = news.shipment() {
            data["shipment_id"] = json!(shipment);
        }
        Self::new((kind, at), id.to_string(), &data)
    }

    /// News of a product, as its `version` is called.
    pub(crate) fn of_product(
        (id, version): (ProductId, u64),
        news: ProductNews,
        (slug, at): (&str, Timestamp),
    ) -> Self {
        let kind = match news {
            ProductNews::Published => EventType::ProductPublished,
            ProductNews::Updated => EventType::ProductUpdated,
            ProductNews::Archived => EventType::ProductArchived,
        };
        let data = json!({ "product_id": id, "slug": slug, "version": version });
        Self::new((kind, at), id.to_string(), &data)
    }

    /// Whether there is anything left of a variant.
    pub(crate) fn of_stock(
        (variant, product): (VariantId, ProductId),
        (sku, left): (&str, bool),
        at: Timestamp,
    ) -> Self {
        let kind = if left { EventType::StockAvailable } else { EventType::StockSoldOut };
        let data = json!({ "variant_id": variant, "product_id": product, "sku": sku });
        Self::new((kind, at), variant.to_string(), &data)
    }
}

impl Endpoints {
    /// Sends an announcement to every endpoint that wants it. For effects: a repeat under the same envelope is no second
    /// message (HOOK-1), so one that an endpoint could not be asked about is delivered again.
    pub(crate) async fn publish<C>(
        &self,
        announcement: Announcement,
        envelope: impl Fn() -> Envelope,
    ) -> Delivered<C> {
        match self.enqueue(announcement, envelope).await {
            Ok(()) => Delivered::Done,
            Err(reason) => Delivered::Retry { reason },
        }
    }

    async fn enqueue(
        &self,
        Announcement { kind, about, body }: Announcement,
        envelope: impl Fn() -> Envelope,
    ) -> Result<(), String> {
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
            let command = Command::Enqueue { kind, body: body.clone() };
            match self.directory.execute(id.uuid(), command, envelope()).await {
                // It was deleted meanwhile.
                Ok(_) | Err(AskError::Refused { refusal: Rejection::NotFound, .. }) => {}
                Err(AskError::Refused { refusal, .. }) => {
                    tracing::warn!(endpoint.id = %id, %about, %refusal, "{id} is not told of {about}: {refusal}");
                }
                Err(error) => return Err(format!("{id}: {error}")),
            }
        }
        Ok(())
    }
}
