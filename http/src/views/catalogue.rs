//! Products and categories as the API shows them.

use std::collections::BTreeMap;

use amazoff_actors::category::Node;
use amazoff_actors::ids::{ProductId, VariantId};
use amazoff_actors::product::{Facet, FacetValue, Media, Product, ProductCard, Suggestion, Variant};
use amazoff_actors::rating::Tally;
use serde::Serialize;
use utoipa::ToSchema;

use super::media::{PresetBody, Presets};
use super::reviews::{RatingBody, RatingSummaryBody};
use super::{MoneyBody, media_path};

/// A product in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ProductCard)]
pub struct CardBody {
    /// `prod_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: ProductId,
    /// Its name in links.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// The category's slug.
    pub category: String,
    /// Who makes it.
    pub brand: String,
    /// Of the cheapest variant.
    pub price: MoneyBody,
    /// Of the dearest variant.
    pub price_max: MoneyBody,
    /// Where its picture is.
    pub image: Option<String>,
    /// What the picture shows.
    pub image_alt: Option<String>,
    /// Where the picture is in the sizes in which the shop shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, PresetBody>>)]
    pub image_presets: Option<Presets>,
    /// How good its reviews say it is.
    pub rating: RatingSummaryBody,
}

/// A page of products.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProductList {
    /// The products, in order.
    pub items: Vec<CardBody>,
    /// Give it as `cursor` for the next page; absent at the end.
    pub next_cursor: Option<String>,
    /// How many there are on all pages.
    pub total: u64,
    /// The values of all attributes, where `facets=true` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facets: Option<Vec<FacetBody>>,
}

/// An attribute of products.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Facet)]
pub struct FacetBody {
    /// `brand`, `category`, or an option of variants.
    pub name: String,
    /// The most frequent first, at most 100. Counted as if nothing was wished for of this attribute.
    pub values: Vec<FacetValueBody>,
}

/// A value of an attribute.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FacetValue)]
pub struct FacetValueBody {
    /// The value, as `facet.` takes it.
    pub value: String,
    /// How many products have it.
    pub count: u64,
}

/// What a text that is being typed may become.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = Suggestion)]
pub enum SuggestionBody {
    /// A product.
    Product {
        /// Its name in links.
        slug: String,
        /// Its name.
        text: String,
    },
    /// A category.
    Category {
        /// Its name in links.
        slug: String,
        /// Its name.
        text: String,
    },
    /// A brand, as `facet.brand` takes it.
    Brand {
        /// Its name.
        text: String,
    },
}

/// Suggestions.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SuggestionList {
    /// The best first.
    pub items: Vec<SuggestionBody>,
}

/// A product with its variants.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Product)]
pub struct ProductBody {
    /// `prod_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: ProductId,
    /// Its name in links.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// What it is.
    pub description: String,
    /// The category's slug.
    pub category: String,
    /// Who makes it.
    pub brand: String,
    /// `active`.
    pub status: String,
    /// What can be bought.
    pub variants: Vec<VariantBody>,
    /// Its pictures.
    pub media: Vec<MediaBody>,
    /// How good its reviews say it is.
    pub rating: RatingBody,
}

/// Something that can be bought.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Variant)]
pub struct VariantBody {
    /// `var_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: VariantId,
    /// The merchant's number.
    pub sku: String,
    /// What makes it differ from the others.
    pub options: BTreeMap<String, String>,
    /// Of one piece.
    pub price: MoneyBody,
    /// How many can be had now.
    pub available: u32,
}

/// A picture.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Media)]
pub struct MediaBody {
    /// Where it is.
    pub url: String,
    /// What it shows.
    pub alt: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Where it is in the sizes in which the shop shows it.
    #[schema(value_type = BTreeMap<String, PresetBody>)]
    pub presets: Presets,
}

/// A category.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Category)]
pub struct CategoryBody {
    /// Its name in links.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// How many products it has itself.
    pub count: u64,
    /// How many it and those below it have.
    pub total: u64,
    /// The categories below it, in order.
    #[schema(no_recursion)]
    pub children: Vec<CategoryBody>,
}

/// All categories.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CategoryList {
    /// Those at the root, in order; then by name those that products name and nobody has put into the tree.
    pub items: Vec<CategoryBody>,
}

impl From<ProductCard> for CardBody {
    fn from(card: ProductCard) -> Self {
        Self {
            id: card.id,
            slug: card.slug,
            title: card.title,
            category: card.category,
            brand: card.brand,
            price: card.price.into(),
            price_max: card.price_max.into(),
            image: card.image.as_deref().map(media_path),
            image_alt: card.image_alt,
            image_presets: card.image.as_deref().map(|blob| Presets::of(blob, None)),
            rating: card.rating.into(),
        }
    }
}

impl ProductBody {
    /// A product, with what can be had of each variant that is not retired, in their order.
    pub fn of(id: ProductId, product: &Product, available: &[u32], rating: Tally) -> Self {
        let available = available.iter().copied().chain(std::iter::repeat(0));
        Self {
            id,
            slug: product.slug.clone(),
            title: product.title.clone(),
            description: product.description.clone(),
            category: product.category.clone(),
            brand: product.brand.clone(),
            status: product.status.as_str().to_owned(),
            variants: product
                .offered()
                .zip(available)
                .map(|(variant, n)| VariantBody::of(variant, n))
                .collect(),
            media: product.media.iter().map(MediaBody::from).collect(),
            rating: rating.into(),
        }
    }
}

impl VariantBody {
    fn of(variant: &Variant, available: u32) -> Self {
        Self {
            id: variant.id,
            sku: variant.sku.clone(),
            options: variant.options.clone(),
            price: variant.price.into(),
            available,
        }
    }
}

impl From<&Media> for MediaBody {
    fn from(media: &Media) -> Self {
        Self {
            url: media_path(&media.blob),
            alt: media.alt.clone(),
            width: media.width,
            height: media.height,
            presets: Presets::of(&media.blob, Some((media.width, media.height))),
        }
    }
}

impl From<Facet> for FacetBody {
    fn from(Facet { name, values }: Facet) -> Self {
        let values = values.into_iter();
        let values = values.map(|FacetValue { value, count }| FacetValueBody { value, count }).collect();
        Self { name, values }
    }
}

impl From<Suggestion> for SuggestionBody {
    fn from(suggestion: Suggestion) -> Self {
        match suggestion {
            Suggestion::Product { slug, title } => Self::Product { slug, text: title },
            Suggestion::Category { slug, name } => Self::Category { slug, text: name },
            Suggestion::Brand(text) => Self::Brand { text },
        }
    }
}

impl From<Node> for CategoryBody {
    fn from(Node { slug, title: name, count, total, children }: Node) -> Self {
        Self { slug, name, count, total, children: children.into_iter().map(Self::from).collect() }
    }
}
