//! How the terms of promotions look as JSON, for the OpenAPI document alone: the types themselves belong to the pricebook.
#![allow(dead_code, reason = "shapes for the document; values are of the pricebook's own types")]

use utoipa::ToSchema;

use crate::views::words::Amount;

/// What a promotion takes off; rates are in millionths.
#[derive(ToSchema)]
#[schema(as = PromotionKind, rename_all = "snake_case")]
pub(crate) enum KindShape {
    /// A part of each selected line, rounded per line.
    Percentage {
        #[schema(minimum = 1, maximum = 1_000_000)]
        rate: u32,
    },
    /// A part of the sum of the selected lines, rounded once and shared out over them.
    OrderPercentage {
        #[schema(minimum = 1, maximum = 1_000_000)]
        rate: u32,
    },
    /// An amount off each selected piece, one per currency.
    FixedPerPiece {
        #[schema(min_items = 1)]
        amounts: Vec<Amount>,
    },
    /// An amount off the selected lines together, one per currency.
    FixedPerOrder {
        #[schema(min_items = 1)]
        amounts: Vec<Amount>,
    },
    /// Of every `buy + get` selected pieces, `get` are cheaper.
    BuyXGetY {
        #[schema(minimum = 1, maximum = 1_000_000)]
        buy: u32,
        #[schema(minimum = 1, maximum = 1_000_000)]
        get: u32,
        #[schema(minimum = 1, maximum = 1_000_000)]
        off: u32,
    },
    /// Sending costs nothing, by these methods; by all when there are none.
    FreeShipping {
        #[schema(max_items = 100)]
        methods: Vec<String>,
    },
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
    #[serde(default)]
    min_subtotal: Vec<Amount>,
    /// At least this many pieces.
    #[schema(minimum = 1, maximum = 1_000_000)]
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

/// A part of the world. Every member that is there must agree with the destination; without any it is everywhere.
#[derive(ToSchema)]
#[schema(as = Area)]
pub(crate) struct AreaShape {
    /// ISO 3166-1; needed beside the other two.
    #[schema(pattern = "^[A-Z]{2}$", example = "US")]
    country: Option<String>,
    /// The part after the hyphen of ISO 3166-2.
    #[schema(pattern = "^[A-Z0-9]{1,3}$", example = "NY")]
    subdivision: Option<String>,
    /// How the postal code starts.
    #[schema(max_length = 12, format = "readable", example = "100")]
    postal_prefix: Option<String>,
}

/// Parts per million by class of goods; `standard` must be there.
#[derive(ToSchema)]
#[schema(as = Rates)]
pub(crate) struct RatesShape {
    /// Of what is taxed like most goods, and of classes that are not named.
    #[schema(maximum = 1_000_000, example = 190_000)]
    standard: u32,
}

/// A part of the world that a method serves, and its prices.
#[derive(ToSchema)]
#[schema(as = ShippingZone)]
pub(crate) struct ZoneShape {
    /// What it is.
    #[schema(min_items = 1, max_items = 500)]
    areas: Vec<AreaShape>,
    /// What its price depends on.
    by: MeasureShape,
    /// From which weight or value on which price; the highest that is reached counts.
    #[schema(min_items = 1, max_items = 200)]
    brackets: Vec<BracketShape>,
    /// The heaviest parcel, in grams.
    weight_max_g: Option<u64>,
}

/// What a price of sending depends on.
#[derive(ToSchema)]
#[schema(as = ShippingMeasure, rename_all = "snake_case")]
pub(crate) enum MeasureShape {
    /// Grams.
    Weight,
    /// Minor units.
    Price,
}

/// A price from some weight or value on.
#[derive(ToSchema)]
#[schema(as = ShippingBracket)]
pub(crate) struct BracketShape {
    /// Grams or minor units.
    from: u64,
    /// What sending costs.
    price: Amount,
}

/// Where a basket goes, as far as price and tax depend on it.
#[derive(ToSchema)]
#[schema(as = Destination)]
pub(crate) struct DestinationShape {
    /// ISO 3166-1.
    #[schema(example = "DE")]
    country: String,
    /// The part after the hyphen of ISO 3166-2.
    subdivision: Option<String>,
    /// As written there.
    postal_code: Option<String>,
}
