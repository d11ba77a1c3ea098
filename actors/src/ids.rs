//! Typed ids: UUIDs inside, prefixed text (`cart_…`) wherever anyone can see them, so that one kind is never taken for another.

use std::fmt;
use std::str::FromStr;

use amazoff_supervisor::{Fault, FaultKind, derive_uuid, derive_uuid_of};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// Text that is not an id of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not an id that starts with {prefix} and goes on with 32 hexadecimal digits")]
pub struct InvalidId {
    /// What such an id starts with.
    pub prefix: &'static str,
}

impl Fault for InvalidId {
    fn kind(&self) -> FaultKind {
        FaultKind::Invalid
    }
    fn code(&self) -> &'static str {
        "id-invalid"
    }
}

/// Reads `prefix` and 32 lower-case hex digits; any other spelling is refused, so that an id has one text only.
fn parse(text: &str, prefix: &'static str) -> Result<Uuid, InvalidId> {
    text.strip_prefix(prefix)
        .filter(|hex| {
            hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        })
        .and_then(|hex| Uuid::try_parse(hex).ok())
        .ok_or(InvalidId { prefix })
}

macro_rules! typed_id {
    ($(#[doc = $doc:literal])* $name:ident, $prefix:literal) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// What its text starts with.
            pub const PREFIX: &'static str = $prefix;
            /// The id without its kind.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse(text, Self::PREFIX).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", Self::PREFIX, self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

typed_id!(
    /// A shopping cart. The cart's checkout process has the same UUID.
    CartId, "cart_"
);
typed_id!(
    /// A line of a cart.
    LineId, "line_"
);
typed_id!(
    /// A product of the catalogue.
    ProductId, "prod_"
);
typed_id!(
    /// A variant of a product: what is bought. Its stock has the same UUID.
    VariantId, "var_"
);
typed_id!(
    /// An order.
    OrderId, "ord_"
);
typed_id!(
    /// One attempt to pay an order.
    PaymentId, "pay_"
);
typed_id!(
    /// A partial capture.
    CaptureId, "cap_"
);
typed_id!(
    /// A refund.
    RefundId, "ref_"
);
typed_id!(
    /// A registered person.
    UserId, "usr_"
);
typed_id!(
    /// A login of a person.
    SessionId, "ses_"
);
typed_id!(
    /// A key that a program shows instead of a session.
    ApiKeyId, "key_"
);
typed_id!(
    /// An address that a person keeps.
    AddressId, "addr_"
);
typed_id!(
    /// Stock put aside for one checkout.
    HoldId, "hold_"
);
typed_id!(
    /// A parcel of an order.
    ShipmentId, "shp_"
);
typed_id!(
    /// Goods that come back.
    ReturnId, "ret_"
);
typed_id!(
    /// A change of what an order costs, or of what was paid back.
    AdjustmentId, "adj_"
);
typed_id!(
    /// A remark at an order.
    NoteId, "note_"
);

typed_id!(
    /// A person's review of a product.
    ReviewId, "rev_"
);
typed_id!(
    /// Where the shop's events are sent.
    EndpointId, "whe_"
);
typed_id!(
    /// A message to an endpoint.
    MessageId, "msg_"
);
typed_id!(
    /// A promotion of the pricebook.
    PromotionId, "promo_"
);
typed_id!(
    /// A coupon, derived from its code.
    CouponId, "coupon_"
);
typed_id!(
    /// A pricebook; the shop has one.
    PricebookId, "pricebook_"
);

typed_id!(
    /// A tree of categories; the shop has one.
    CategoryTreeId, "category_"
);

typed_id!(
    /// What the back office keeps; the shop has one.
    DeskId, "desk_"
);

impl DeskId {
    /// The shop's one.
    pub fn shop() -> Self {
        Self(derive_uuid(&[b"desk", b"shop"]))
    }
}

impl CategoryTreeId {
    /// The shop's one.
    pub fn shop() -> Self {
        Self(derive_uuid(&[b"category", b"shop"]))
    }
}

impl PricebookId {
    /// The shop's one.
    pub fn shop() -> Self {
        Self(derive_uuid(&[b"pricebook", b"shop"]))
    }
}

impl CouponId {
    /// The coupon of a code, however its letters are written and whatever blanks are around it.
    pub fn of_code(code: &str) -> Self {
        Self(derive_uuid(&[b"coupon", code.trim().to_uppercase().as_bytes()]))
    }
}

impl ReviewId {
    /// The one review that a person can write of a product.
    pub fn of(author: UserId, product: ProductId) -> Self {
        Self(derive_uuid(&[b"review", author.0.as_bytes(), product.0.as_bytes()]))
    }
}

impl LineId {
    /// The line of a variant: a cart has at most one per variant.
    pub fn of_variant(variant: VariantId) -> Self {
        Self(derive_uuid(&[b"line", variant.0.as_bytes()]))
    }
}

impl OrderId {
    /// The one order that a cart can become, whatever is repeated.
    pub fn of_cart(cart: CartId) -> Self {
        Self(derive_uuid_of(cart.0, &[b"order", cart.0.as_bytes()]))
    }
}

impl PaymentId {
    /// The payment of an order's n-th attempt: a second card is a new attempt, a retry is not.
    pub fn of_attempt(order: OrderId, attempt: u32) -> Self {
        Self(derive_uuid_of(order.0, &[b"payment", order.0.as_bytes(), &attempt.to_be_bytes()]))
    }
}

impl HoldId {
    /// The hold of a variant for the n-th attempt of an owner (a cart or an order).
    pub fn of(owner: impl Into<Uuid>, attempt: u32, variant: VariantId) -> Self {
        let owner: Uuid = owner.into();
        Self(derive_uuid(&[b"hold", owner.as_bytes(), &attempt.to_be_bytes(), variant.0.as_bytes()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cart(n: u128) -> CartId {
        CartId::from(Uuid::from_u128(n))
    }

    #[test]
    fn an_id_reads_back_from_its_text_and_from_json() {
        let id = cart(0xbeef);
        assert_eq!(id.to_string(), "cart_0000000000000000000000000000beef");
        assert_eq!(id.to_string().parse(), Ok(id));
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(serde_json::from_str::<CartId>(&json).unwrap(), id);
        let map = std::collections::BTreeMap::from([(id, 1)]);
        let json = serde_json::to_string(&map).unwrap();
        assert_eq!(serde_json::from_str::<std::collections::BTreeMap<CartId, i32>>(&json).unwrap(), map);
    }

    #[test]
    fn an_id_of_another_kind_or_spelling_is_refused() {
        let good = cart(7).to_string();
        let refused = Err(InvalidId { prefix: "cart_" });
        for text in [
            good.replace("cart_", "ord_"),
            good.replace("cart_", ""),
            good.replace("cart_", "cart_-"),
            good.to_uppercase(),
            format!("{good}0"),
            format!(" {good}"),
            good.replace('7', "g"),
            good.replace('7', "é"),
            String::new(),
            "cart_00000000-0000-0000-0000-000000000007".to_owned(),
            cart(0xAB).to_string().replace("ab", "AB"),
        ] {
            assert_eq!(text.parse::<CartId>(), refused, "{text}");
        }
    }

    #[test]
    fn derived_ids_are_stable_and_differ_by_every_part() {
        let order = OrderId::of_cart(cart(1));
        assert_eq!(order, OrderId::of_cart(cart(1)));
        assert_ne!(order, OrderId::of_cart(cart(2)));
        assert_ne!(order.uuid(), cart(1).uuid());
        assert_ne!(PaymentId::of_attempt(order, 1), PaymentId::of_attempt(order, 2));
        let variant = VariantId::from(Uuid::from_u128(9));
        assert_ne!(HoldId::of(order, 1, variant), HoldId::of(order, 2, variant));
        assert_ne!(HoldId::of(order, 1, variant), HoldId::of(cart(1), 1, variant));
    }
}
