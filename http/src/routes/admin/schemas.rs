//! How the terms of promotions look as JSON, for the OpenAPI document alone: the types themselves belong to the pricebook.
#![allow(dead_code, reason = "shapes for the document; values are of the pricebook's own types")]

use utoipa::ToSchema;

use crate::views::MoneyBody;

/// What a promotion takes off; rates are in millionths.
#[derive(ToSchema)]
#[schema(as = PromotionKind, rename_all = "snake_case")]
pub(crate) enum KindShape {
    /// A part of each selected line, rounded per line.
    Percentage { rate: u32 },
    /// A part of the sum of the selected lines, rounded once and shared out over them.
    OrderPercentage { rate: u32 },
    /// An amount off each selected piece, one per currency.
    FixedPerPiece { amounts: Vec<MoneyBody> },
    /// An amount off the selected lines together, one per currency.
    FixedPerOrder { amounts: Vec<MoneyBody> },
    /// Of every `buy + get` selected pieces, `get` are cheaper.
    BuyXGetY { buy: u32, get: u32, off: u32 },
    /// Sending costs nothing, by these methods; by all when there are none.
    FreeShipping { methods: Vec<String> },
}

/// What a promotion is about.
#[derive(ToSchema)]
#[schema(as = PromotionSelector, rename_all = "snake_case")]
pub(crate) enum SelectorShape {
    /// Everything.
    All,
    /// Products of these categories, by slug.
    Categories(Vec<String>),
    /// Products of these brands.
    Brands(Vec<String>),
    /// These products.
    Products(Vec<String>),
    /// These variants.
    Variants(Vec<String>),
}

/// What the selected lines must come to, before any discount.
#[derive(ToSchema)]
#[schema(as = PromotionCondition)]
pub(crate) struct ConditionShape {
    /// At least this value, one amount per currency.
    min_subtotal: Option<Vec<MoneyBody>>,
    /// At least this many pieces.
    min_quantity: Option<u32>,
}

/// Beside what else a promotion takes part.
#[derive(ToSchema)]
#[schema(as = PromotionStacking, rename_all = "snake_case")]
pub(crate) enum StackingShape {
    /// Beside all that do not object.
    Combine,
    /// Alone.
    Exclusive,
    /// Only the first of its group takes part.
    OneOf(String),
}

/// When something is open: from `from` on, and before `until`.
#[derive(ToSchema)]
#[schema(as = Window)]
pub(crate) struct WindowShape {
    #[schema(format = DateTime)]
    from: Option<String>,
    #[schema(format = DateTime)]
    until: Option<String>,
}
