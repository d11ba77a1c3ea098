//! The documents in which products are found.

use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::{JournalError, StoredEvent};
use amazoff_supervisor::{Directory, Entity, Projection, Version};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::{Product, Variant};
use crate::ids::ProductId;
use crate::money::Currency;
use crate::projecting::{latest, put};

/// The collection of products, by id text.
pub const PRODUCTS: &str = "products";
/// The collection of categories, by slug.
pub const CATEGORIES: &str = "categories";

/// A product as it is searched. Drafts and archived products are there too, told apart by `status`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ProductDocument {
    pub(super) id: ProductId,
    pub(super) slug: String,
    pub(super) title: String,
    /// The title in lower case, for sorting.
    pub(super) name: String,
    pub(super) description: String,
    pub(super) category: String,
    pub(super) brand: String,
    pub(super) status: String,
    pub(super) price_amount: i64,
    pub(super) price_max_amount: i64,
    pub(super) currency: Currency,
    pub(super) image: Option<String>,
    pub(super) image_alt: Option<String>,
    /// Milliseconds since 1970.
    pub(super) created_at: i64,
    /// All that is searched, in lower case.
    pub(super) search: String,
    pub(super) variants: Vec<Variant>,
}

/// A category; every product of it writes the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CategoryDocument {
    pub(super) slug: String,
    pub(super) name: String,
}

/// Keeps the collections [`PRODUCTS`] and [`CATEGORIES`]: whatever happened to a product, its published state is written.
pub struct ProductProjection {
    directory: Directory<Product>,
}

impl ProductProjection {
    /// Its name.
    pub const NAME: &'static str = "products";

    /// The documents of a product at a version.
    ///
    /// # Errors
    /// When one cannot be written as JSON.
    pub fn documents(
        id: ProductId,
        product: &Product,
        version: Version,
    ) -> Result<Vec<DocumentPut>, JournalError> {
        documents(id, product, version)
    }

    /// A projection of the products of a directory.
    pub fn new(directory: Directory<Product>) -> Self {
        Self { directory }
    }

    async fn published(&self, event: &StoredEvent) -> Result<Vec<DocumentPut>, JournalError> {
        let product = latest(&self.directory, event).await?;
        documents(ProductId::from(event.entity.id), &product.state, product.version)
    }
}

impl Projection for ProductProjection {
    fn name(&self) -> &'static str {
        Self::NAME
    }
    fn kinds(&self) -> &'static [&'static str] {
        &[Product::KIND]
    }
    fn collections(&self) -> &'static [&'static str] {
        &[PRODUCTS, CATEGORIES]
    }
    fn project<'a>(
        &'a self,
        event: &'a StoredEvent,
    ) -> BoxFuture<'a, Result<Vec<DocumentPut>, JournalError>> {
        Box::pin(self.published(event))
    }
}

/// The documents of a product at a version.
pub(super) fn documents(
    id: ProductId,
    product: &Product,
    version: Version,
) -> Result<Vec<DocumentPut>, JournalError> {
    let prices = || product.offered().map(|variant| variant.price);
    let Some(cheapest) = prices().min_by_key(|price| price.amount) else { return Ok(Vec::new()) };
    let media = product.media.first();
    let document = ProductDocument {
        id,
        slug: product.slug.clone(),
        title: product.title.clone(),
        name: product.title.to_lowercase(),
        description: product.description.clone(),
        category: product.category.clone(),
        brand: product.brand.clone(),
        status: product.status.as_str().to_owned(),
        price_amount: cheapest.amount,
        price_max_amount: prices().map(|price| price.amount).fold(cheapest.amount, i64::max),
        currency: cheapest.currency,
        image: media.map(|media| media.blob.clone()),
        image_alt: media.map(|media| media.alt.clone()),
        created_at: product.created_at.unix_ms(),
        search: searched(product),
        variants: product.variants.clone(),
    };
    let category =
        CategoryDocument { slug: product.category.clone(), name: category_name(&product.category) };
    Ok(vec![
        put((PRODUCTS, id.to_string()), version, Some(&document))?,
        put((CATEGORIES, product.category.clone()), version, Some(&category))?,
    ])
}

fn searched(product: &Product) -> String {
    let variants = product.variants.iter();
    let words = variants.flat_map(|variant| std::iter::once(&variant.sku).chain(variant.options.values()));
    let mut text = [&product.title, &product.brand, &category_name(&product.category), &product.description]
        .map(String::as_str)
        .join(" ");
    for word in words {
        text.push(' ');
        text.push_str(word);
    }
    text.to_lowercase()
}

/// The name of a category: `home-kitchen` is spoken `Home kitchen`.
pub fn category_name(slug: &str) -> String {
    let words = slug.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
