//! Words, amounts and texts of requests as the OpenAPI document describes them: the values themselves are of the domains' own
//! types. What stands here is what the server enforces; the judge from outside (`tests/judges`) compares the two.
#![allow(dead_code, reason = "shapes for the document; values are of the domains' own types")]

use utoipa::ToSchema;

/// An amount that is not negative, in minor units: `{"amount": 1999, "currency": "EUR"}` is €19.99.
#[derive(ToSchema)]
pub(crate) struct Amount {
    /// Minor units, such as cents.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64, example = 1999)]
    amount: i64,
    /// ISO 4217.
    currency: String,
}

/// The price of one piece in the shop's currency.
#[derive(ToSchema)]
pub(crate) struct OwnPrice {
    /// Minor units, such as cents.
    #[schema(minimum = 0, maximum = 100_000_000, example = 1999)]
    amount: i64,
    /// The shop's.
    currency: String,
}

/// The price of one piece in another currency than the shop's.
#[derive(ToSchema)]
pub(crate) struct OtherPrice {
    /// Minor units, such as cents.
    #[schema(minimum = 0, maximum = 100_000_000, example = 2199)]
    amount: i64,
    /// ISO 4217.
    currency: String,
}

/// An amount above nothing, in minor units.
#[derive(ToSchema)]
pub(crate) struct PositiveAmount {
    /// Minor units, such as cents.
    #[schema(minimum = 1, maximum = 1_000_000_000_000_i64, example = 500)]
    amount: i64,
    /// ISO 4217.
    currency: String,
}

/// What becomes of things that both carts have.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum MergeStrategy {
    /// Both together, as many as may be had.
    SumCapped,
    /// The greater number.
    Max,
    /// As in the cart that is moved.
    UseGuest,
    /// As in the cart that takes over.
    UseExisting,
}

/// How the shopper answered.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Confirmation {
    Approve,
    Decline,
}

/// Why money is given back.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum RefundReason {
    Defect,
    Goodwill,
    Excess,
    Other,
}

/// What is wrong with a review.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum ReviewReason {
    Spam,
    Offensive,
    OffTopic,
    PersonalData,
    Fake,
    Other,
}

/// Why goods are sent back.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum ReturnReason {
    Unwanted,
    Damaged,
    Wrong,
    Other,
}

/// Why the number on the shelf was wrong.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum AdjustReason {
    Counted,
    Damaged,
    Lost,
    Found,
    Other,
}

/// How amounts are rounded.
#[derive(ToSchema)]
#[expect(clippy::enum_variant_names, reason = "the words of the pricebook")]
#[schema(rename_all = "snake_case")]
pub(crate) enum Rounding {
    HalfUp,
    HalfEven,
    HalfDown,
}

/// When money is taken.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum CapturePolicy {
    OnPlacement,
    OnShipment,
}

/// How a promotion begins to count.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Trigger {
    Automatic,
    Coupon,
}

/// In whose name a command is tried.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Principal {
    /// The shop itself.
    System,
    /// Somebody without an account.
    Guest,
    /// A person, by UUID.
    User(uuid::Uuid),
}

/// Where an order is in its life.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum OrderStatus {
    /// Written down, not binding.
    Draft,
    /// Binding.
    Placed,
    /// Delivered and settled.
    Completed,
    /// Given up.
    Canceled,
}

/// How an order's payment stands.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum OrderPaymentStatus {
    /// Nothing was asked yet.
    None,
    /// The provider is being asked.
    Pending,
    /// The shopper must act.
    RequiresAction,
    /// The money is reserved.
    Authorized,
    /// The money is taken.
    Paid,
    /// The provider refused.
    Failed,
    /// The money was released.
    Voided,
    /// Part of the money was taken.
    PartiallyPaid,
    /// Part of the money was given back.
    PartiallyRefunded,
    /// All of it was given back.
    Refunded,
}

/// What of an order's returns waits.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum OrderReturnStatus {
    /// A return waits for the shop's word.
    Requested,
    /// Goods of a return are on their way back.
    Approved,
}

/// How far an order's goods are.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum OrderFulfillmentStatus {
    /// Nothing was packed yet.
    Unfulfilled,
    /// Something waits in a parcel.
    Packed,
    /// Part of it was sent.
    PartiallyShipped,
    /// All of it was sent.
    Shipped,
    /// Part of it arrived.
    PartiallyDelivered,
    /// All of it arrived.
    Delivered,
    /// All of it came back.
    Returned,
}
