//! What of a product programs outside are told.

use amazoff_supervisor::{Deliver, Delivered, Delivery, Timestamp};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::{Command, Product, Status};
use crate::endpoint::{Announcement, Endpoints};
use crate::ids::ProductId;

/// Something about a product that programs outside may want to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductNews {
    /// It went on sale.
    Published,
    /// It is on sale, and was changed.
    Updated,
    /// It went off sale for good.
    Archived,
}

/// What follows outside a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Tell the programs that follow the shop.
    Announce {
        /// What.
        news: ProductNews,
        /// What it is called in links.
        slug: String,
        /// Which version of it.
        version: u64,
        /// When it happened.
        at: Timestamp,
    },
}

impl Effect {
    /// What follows when a product turns into another; what is not for sale is nobody's business.
    pub(super) fn of(before: &Product, after: &Product, at: Timestamp) -> Option<Self> {
        let news = match (before.status, after.status) {
            (Status::Absent | Status::Draft | Status::Archived, Status::Active) => ProductNews::Published,
            (Status::Active, Status::Active) => ProductNews::Updated,
            (Status::Active, Status::Archived) => ProductNews::Archived,
            (_, Status::Absent | Status::Draft)
            | (Status::Absent | Status::Draft | Status::Archived, Status::Archived) => return None,
        };
        Some(Self::Announce { news, slug: after.slug.clone(), version: after.version, at })
    }
}

/// Delivers the effects of products.
pub struct ProductDelivery {
    /// Where events are sent.
    pub endpoints: Endpoints,
}

impl Deliver<Product> for ProductDelivery {
    fn deliver<'a>(&'a self, sent: Delivery<'a, Effect>) -> BoxFuture<'a, Delivered<Command>> {
        async move {
            let Effect::Announce { news, slug, version, at } = sent.effect;
            let id = ProductId::from(sent.key.entity.id);
            let announcement = Announcement::of_product((id, *version), *news, (slug, *at));
            self.endpoints.publish(announcement, || sent.envelope()).await
        }
        .boxed()
    }
}
