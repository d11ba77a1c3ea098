//! Ids in paths. Text that is no id names nothing, so it is as absent as an id that nobody has.

use std::str::FromStr;

use amazoff_actors::ids::{
    AddressId, ApiKeyId, CartId, EndpointId, LineId, MessageId, OrderId, PaymentId, ProductId, PromotionId,
    ReturnId, ReviewId, SessionId, UserId, VariantId,
};
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use crate::problem::Problem;

/// An id that paths carry.
pub trait PathId: FromStr {
    /// The parameter's name in route patterns.
    const PARAMETER: &'static str;
    /// The code of an absent one.
    const MISSING: &'static str;
}

impl PathId for CartId {
    const PARAMETER: &'static str = "cart_id";
    const MISSING: &'static str = "cart-not-found";
}
impl PathId for ApiKeyId {
    const PARAMETER: &'static str = "key_id";
    const MISSING: &'static str = "api-key-not-found";
}
impl PathId for AddressId {
    const PARAMETER: &'static str = "address_id";
    const MISSING: &'static str = "address-not-found";
}
impl PathId for SessionId {
    const PARAMETER: &'static str = "session_id";
    const MISSING: &'static str = "session-not-found";
}
impl PathId for UserId {
    const PARAMETER: &'static str = "user_id";
    const MISSING: &'static str = "user-not-found";
}
impl PathId for LineId {
    const PARAMETER: &'static str = "line_id";
    const MISSING: &'static str = "line-not-found";
}
impl PathId for OrderId {
    const PARAMETER: &'static str = "order_id";
    const MISSING: &'static str = "order-not-found";
}
impl PathId for PaymentId {
    const PARAMETER: &'static str = "payment_id";
    const MISSING: &'static str = "payment-not-found";
}

impl PathId for EndpointId {
    const PARAMETER: &'static str = "endpoint_id";
    const MISSING: &'static str = "endpoint-not-found";
}
impl PathId for MessageId {
    const PARAMETER: &'static str = "message_id";
    const MISSING: &'static str = "delivery-not-found";
}
impl PathId for ProductId {
    const PARAMETER: &'static str = "product_id";
    const MISSING: &'static str = "product-not-found";
}
impl PathId for PromotionId {
    const PARAMETER: &'static str = "promotion_id";
    const MISSING: &'static str = "promotion-not-found";
}
impl PathId for ReturnId {
    const PARAMETER: &'static str = "return_id";
    const MISSING: &'static str = "return-unknown";
}
impl PathId for ReviewId {
    const PARAMETER: &'static str = "review_id";
    const MISSING: &'static str = "review-not-found";
}
impl PathId for VariantId {
    const PARAMETER: &'static str = "variant_id";
    const MISSING: &'static str = "unknown-variant";
}

/// An id of a path.
pub struct Id<T>(pub T);

impl<T: PathId, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let parameters = RawPathParams::from_request_parts(parts, state).await;
        let parameters = parameters.map_err(|_undecodable| Problem::missing(T::MISSING))?;
        let text = parameters.iter().find_map(|(name, text)| (name == T::PARAMETER).then_some(text));
        text.and_then(|text| text.parse().ok()).map(Self).ok_or_else(|| Problem::missing(T::MISSING))
    }
}

/// The text of a parameter, when the path has it and it can be decoded.
pub(crate) async fn parameter<S: Send + Sync>(parts: &mut Parts, state: &S, name: &str) -> Option<String> {
    let parameters = RawPathParams::from_request_parts(parts, state).await.ok()?;
    parameters.iter().find_map(|(known, text)| (known == name).then(|| text.to_owned()))
}

/// The text of the one parameter of a path, such as a slug.
pub struct Name(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let parameters = RawPathParams::from_request_parts(parts, state).await;
        let parameters = parameters.map_err(|_undecodable| Problem::route_not_found())?;
        parameters.iter().next().map(|(_, text)| Self(text.to_owned())).ok_or_else(Problem::route_not_found)
    }
}
