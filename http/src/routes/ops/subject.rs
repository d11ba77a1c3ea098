//! The entity that a path speaks of.

use std::sync::Arc;

use amazoff_actors::ids::{
    CartId, CouponId, EndpointId, OrderId, PaymentId, PricebookId, ProductId, ReviewId, UserId, VariantId,
};
use amazoff_supervisor::{AnyMember, EntityId};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use uuid::Uuid;

use crate::path::parameter;
use crate::platform::Platform;
use crate::problem::Problem;

/// An entity and its domain. Whether it has any events is not known yet.
pub(crate) struct Subject {
    pub(crate) entity: EntityId,
    pub(crate) member: Arc<dyn AnyMember>,
}

impl Subject {
    fn of(platform: &Platform, text: &str) -> Option<Self> {
        let entity = named(text)?;
        let member = platform.runtime.member(entity.kind.as_str())?;
        Some(Self { entity, member })
    }
}

impl FromRequestParts<Platform> for Subject {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        let text = parameter(parts, platform, "id").await;
        text.and_then(|text| Self::of(platform, &text)).ok_or_else(|| Problem::missing("entity-not-found"))
    }
}

/// The entity that a text names: `<kind>_<32 hex digits>`, or an id as shoppers see it.
pub(crate) fn named(text: &str) -> Option<EntityId> {
    let shopper_id = text
        .parse::<CartId>()
        .map(|id| EntityId::new("cart", id.uuid()))
        .or_else(|_| text.parse::<OrderId>().map(|id| EntityId::new("order", id.uuid())))
        .or_else(|_| text.parse::<PaymentId>().map(|id| EntityId::new("payment", id.uuid())))
        .or_else(|_| text.parse::<ProductId>().map(|id| EntityId::new("product", id.uuid())))
        .or_else(|_| text.parse::<VariantId>().map(|id| EntityId::new("stock", id.uuid())))
        .or_else(|_| text.parse::<CouponId>().map(|id| EntityId::new("coupon", id.uuid())))
        .or_else(|_| text.parse::<PricebookId>().map(|id| EntityId::new("pricebook", id.uuid())))
        .or_else(|_| text.parse::<EndpointId>().map(|id| EntityId::new("endpoint", id.uuid())))
        .or_else(|_| text.parse::<ReviewId>().map(|id| EntityId::new("review", id.uuid())))
        .or_else(|_| text.parse::<UserId>().map(|id| EntityId::new("user", id.uuid())));
    shopper_id.ok().or_else(|| {
        let (kind, hex) = text.rsplit_once('_').filter(|(_, hex)| hex.len() == 32)?;
        let kind = amazoff_actors::tree::DOMAINS.into_iter().find(|known| *known == kind)?;
        Some(EntityId::new(kind, Uuid::try_parse(hex).ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entity_is_named_by_its_kind_or_as_shoppers_name_it() {
        let hex = "0123456789abcdef0123456789abcdef";
        let expected = |kind: &'static str| Some(EntityId::new(kind, Uuid::try_parse(hex).unwrap()));
        assert_eq!(named(&format!("pay_{hex}")), expected("payment"));
        assert_eq!(named(&format!("payment_{hex}")), expected("payment"));
        assert_eq!(named(&format!("var_{hex}")), expected("stock"));
        assert_eq!(named(&format!("checkout_{hex}")), expected("checkout"));
        for unknown in ["", "pay_", "robot_0123456789abcdef0123456789abcdef", hex, "pay_../../etc"] {
            assert_eq!(named(unknown), None, "{unknown}");
        }
    }
}
