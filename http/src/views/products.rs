//! Products as the back office sees them, and what it fills in about them.

use std::collections::BTreeMap;

use amazoff_actors::ids::{ProductId, VariantId};
use amazoff_actors::money::Money;
use amazoff_actors::pricing::TaxClass;
use amazoff_actors::product::{Create, DeskCard, Media, Product, Revision, Variant, VariantChange};
use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MoneyBody, media_path};

/// A product in a list of the back office.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DeskProductCard)]
pub struct DeskCardBody {
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
    /// `draft`, `active` or `archived`.
    pub status: String,
    /// Of the cheapest variant that is not retired.
    pub price: MoneyBody,
    /// Of the dearest one.
    pub price_max: MoneyBody,
    /// Where its picture is.
    pub image: Option<String>,
    /// When it was drafted.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl From<DeskCard> for DeskCardBody {
    fn from(card: DeskCard) -> Self {
        Self {
            id: card.id,
            slug: card.slug,
            title: card.title,
            category: card.category,
            brand: card.brand,
            status: card.status,
            price: card.price.into(),
            price_max: card.price_max.into(),
            image: card.image.as_deref().map(media_path),
            created_at: card.created_at,
        }
    }
}

/// A page of products for the back office.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeskProductList {
    /// The newest first.
    pub items: Vec<DeskCardBody>,
    /// Give it as `cursor` for the next page; absent at the end.
    pub next_cursor: Option<String>,
}

/// A product with everything, whatever its status.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DeskProduct)]
pub struct DeskProductBody {
    /// `prod_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: ProductId,
    /// How often it was changed; the ETag begins with it.
    pub version: u64,
    /// `draft`, `active` or `archived`.
    pub status: String,
    /// Its name in links.
    pub slug: String,
    /// Its names in links before; they still lead to it.
    pub former_slugs: Vec<String>,
    /// Its name.
    pub title: String,
    /// What it is.
    pub description: String,
    /// The category's slug.
    pub category: String,
    /// Who makes it.
    pub brand: String,
    /// All variants, retired ones too.
    pub variants: Vec<DeskVariantBody>,
    /// Its pictures, the most telling first.
    pub media: Vec<DeskMediaBody>,
    /// When it was drafted.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl DeskProductBody {
    /// A product with everything.
    pub fn of(id: ProductId, product: &Product) -> Self {
        let retired = |variant: &Variant| product.retired.contains(&variant.id);
        let variants = product.variants.iter().map(|variant| DeskVariantBody::of(variant, retired(variant)));
        Self {
            id,
            version: product.version,
            status: product.status.as_str().to_owned(),
            slug: product.slug.clone(),
            former_slugs: product.former_slugs.iter().cloned().collect(),
            title: product.title.clone(),
            description: product.description.clone(),
            category: product.category.clone(),
            brand: product.brand.clone(),
            variants: variants.collect(),
            media: product.media.iter().map(DeskMediaBody::from).collect(),
            created_at: product.created_at,
        }
    }
}

/// A variant with everything.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DeskVariant)]
pub struct DeskVariantBody {
    /// `var_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: VariantId,
    /// The shop's own article number.
    pub sku: String,
    /// What makes it differ from the others.
    pub options: BTreeMap<String, String>,
    /// Of one piece in the shop's currency.
    pub price: MoneyBody,
    /// Of one piece in other currencies; it is not sold in those that are missing.
    pub prices: Vec<MoneyBody>,
    /// How it is taxed.
    #[schema(value_type = String, example = "standard")]
    pub tax_class: TaxClass,
    /// Of one piece, packed, in grams.
    pub weight_g: u32,
    /// Whether it is off sale for good.
    pub retired: bool,
}

impl DeskVariantBody {
    fn of(variant: &Variant, retired: bool) -> Self {
        let Variant { id, sku, options, price, prices, tax_class, weight_g } = variant.clone();
        let (price, prices) = (price.into(), prices.into_iter().map(MoneyBody::from).collect());
        Self { id, sku, options, price, prices, tax_class, weight_g, retired }
    }
}

/// A picture with the name of its bytes.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DeskMedia)]
pub struct DeskMediaBody {
    /// The name of its bytes: hex SHA-256.
    pub blob: String,
    /// Where it is.
    pub url: String,
    /// What it shows, for those who do not see it.
    pub alt: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

impl From<&Media> for DeskMediaBody {
    fn from(Media { blob, alt, width, height }: &Media) -> Self {
        let url = media_path(blob);
        Self { blob: blob.clone(), url, alt: alt.clone(), width: *width, height: *height }
    }
}

/// A picture that the shop has.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMedia {
    /// The name of its bytes: hex SHA-256.
    #[schema(
        pattern = "^[0-9a-f]{64}$",
        example = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
    )]
    pub blob: String,
    /// What it shows, for those who do not see it.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub alt: String,
    /// In pixels.
    #[schema(minimum = 1, maximum = 50_000)]
    pub width: u32,
    /// In pixels.
    #[schema(minimum = 1, maximum = 50_000)]
    pub height: u32,
}

impl From<NewMedia> for Media {
    fn from(NewMedia { blob, alt, width, height }: NewMedia) -> Self {
        Self { blob, alt, width, height }
    }
}

/// A variant to sell.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVariant {
    /// The shop's own article number, one variant's in the whole shop.
    #[schema(max_length = 200, format = "readable", example = "POT-1")]
    pub sku: String,
    /// What makes it differ from the others: `{"size": "M"}`.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    /// Of one piece in the shop's currency.
    #[schema(value_type = crate::views::words::OwnPrice)]
    pub price: Money,
    /// Of one piece in other currencies, one amount each; it is not sold in those that are missing.
    #[serde(default)]
    #[schema(value_type = Vec<crate::views::words::OtherPrice>, max_items = 20)]
    pub prices: Vec<Money>,
    /// How it is taxed; as most goods are when absent.
    #[serde(default)]
    #[schema(value_type = String, max_length = 50, format = "slug", example = "standard")]
    pub tax_class: TaxClass,
    /// Of one piece, packed, in grams.
    #[serde(default)]
    #[schema(maximum = 10_000_000)]
    pub weight_g: u32,
}

impl NewVariant {
    /// The variant under an id.
    pub fn under(self, id: VariantId) -> Variant {
        let Self { sku, options, price, prices, tax_class, weight_g } = self;
        Variant { id, sku, options, price, prices, tax_class, weight_g }
    }
}

/// A product to draft.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProduct {
    /// Its name in links, one product's for ever.
    #[schema(max_length = 100, format = "slug", example = "glass-teapot")]
    pub slug: String,
    /// Its name.
    #[schema(max_length = 200, format = "readable", example = "Glass teapot")]
    pub title: String,
    /// What it is.
    #[serde(default)]
    #[schema(max_length = 10_000)]
    pub description: String,
    /// The category's slug.
    #[schema(max_length = 100, format = "slug", example = "home-kitchen")]
    pub category: String,
    /// Who makes it.
    #[schema(max_length = 200, format = "readable", example = "Kettle & Co.")]
    pub brand: String,
    /// What can be bought.
    #[schema(min_items = 1, max_items = 100)]
    pub variants: Vec<NewVariant>,
    /// Its pictures, the most telling first.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub media: Vec<NewMedia>,
}

impl NewProduct {
    /// The draft; `id` gives the ids of its variants, by their place.
    pub fn draft(self, id: impl Fn(usize) -> VariantId) -> Create {
        let Self { slug, title, description, category, brand, variants, media } = self;
        let variants = variants.into_iter().enumerate();
        let variants = variants.map(|(number, variant)| variant.under(id(number))).collect();
        let media = media.into_iter().map(Media::from).collect();
        Create { slug, title, description, category, brand, variants, media }
    }
}

/// What is to be said of a product from now on; what is absent stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductChange {
    /// Its name in links. The one before keeps leading to it.
    #[serde(default)]
    #[schema(max_length = 100, format = "slug", example = "glass-teapot-1l")]
    pub slug: Option<String>,
    /// Its name.
    #[serde(default)]
    #[schema(max_length = 200, format = "readable")]
    pub title: Option<String>,
    /// What it is.
    #[serde(default)]
    #[schema(max_length = 10_000)]
    pub description: Option<String>,
    /// The category's slug.
    #[serde(default)]
    #[schema(max_length = 100, format = "slug")]
    pub category: Option<String>,
    /// Who makes it.
    #[serde(default)]
    #[schema(max_length = 200, format = "readable")]
    pub brand: Option<String>,
}

impl From<ProductChange> for Revision {
    fn from(ProductChange { slug, title, description, category, brand }: ProductChange) -> Self {
        Self { slug, title, description, category, brand, media: None }
    }
}

/// What is to be said of a variant from now on; what is absent stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantPatch {
    /// The shop's own article number. The one before is free from then on.
    #[serde(default)]
    #[schema(max_length = 200, format = "readable")]
    pub sku: Option<String>,
    /// What makes it differ from the others, as a whole.
    #[serde(default)]
    pub options: Option<BTreeMap<String, String>>,
    /// Of one piece in the shop's currency.
    #[serde(default)]
    #[schema(value_type = Option<crate::views::words::OwnPrice>)]
    pub price: Option<Money>,
    /// All amounts of one piece in other currencies.
    #[serde(default)]
    #[schema(value_type = Option<Vec<crate::views::words::OtherPrice>>, max_items = 20)]
    pub prices: Option<Vec<Money>>,
    /// How it is taxed.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 50, format = "slug")]
    pub tax_class: Option<TaxClass>,
    /// Of one piece, packed, in grams.
    #[serde(default)]
    #[schema(maximum = 10_000_000)]
    pub weight_g: Option<u32>,
}

impl From<VariantPatch> for VariantChange {
    fn from(patch: VariantPatch) -> Self {
        let VariantPatch { sku, options, price, prices, tax_class, weight_g } = patch;
        Self { sku, options, price, prices, tax_class, weight_g }
    }
}

/// All pictures of a product.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MediaForm {
    /// The most telling first.
    #[schema(max_items = 20)]
    pub media: Vec<NewMedia>,
}
