//! The port to the index in which shoppers find products, and what is indexed.

use std::collections::{BTreeMap, BTreeSet};

use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::{JournalError, StoredEvent};
use amazoff_supervisor::{Directory, Entity as _, Projection, Version};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::projection::{category_name, latest};
use super::query::{ListQuery, ProductCard, ProductPage};
use super::{Product, Variant};
use crate::ids::ProductId;
use crate::money::Money;

/// The collection of what is for sale, by id text, and the projection that keeps it.
pub const SEARCH: &str = "search";
/// The attribute under which brands are counted.
pub const BRAND: &str = "brand";
/// The attribute under which categories are counted.
pub const CATEGORY: &str = "category";

/// Finds products for sale. `collection` is the stored name of a generation of [`SEARCH`].
pub trait ProductIndex: Send + Sync + 'static {
    /// The products that a query describes.
    ///
    /// # Errors
    /// When the index cannot be read, or too many want to.
    fn find<'a>(
        &'a self,
        collection: &'a str,
        query: &'a ListQuery,
    ) -> BoxFuture<'a, Result<ProductPage, JournalError>>;
}

/// A product for sale as it is indexed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchDocument {
    /// What a list shows of it.
    pub card: ProductCard,
    /// The category as people say it.
    pub category_name: String,
    /// A text about it.
    pub description: String,
    /// The article numbers of its variants.
    pub skus: Vec<String>,
    /// The options of its variants, by name, such as `colour`.
    pub options: BTreeMap<String, BTreeSet<String>>,
    /// Milliseconds since 1970.
    pub created_at: i64,
}

impl SearchDocument {
    /// What is indexed of a product; `None` when there is nothing to sell.
    pub fn of(id: ProductId, product: &Product) -> Option<Self> {
        let prices = || product.variants.iter().map(|variant| variant.price);
        let price = prices().min_by_key(|price| price.amount)?;
        let media = product.media.first();
        let card = ProductCard {
            id,
            slug: product.slug.clone(),
            title: product.title.clone(),
            category: product.category.clone(),
            brand: product.brand.clone(),
            price,
            price_max: Money::new(
                prices().map(|price| price.amount).fold(price.amount, i64::max),
                price.currency,
            ),
            image: media.map(|media| media.blob.clone()),
            image_alt: media.map(|media| media.alt.clone()),
        };
        Some(Self {
            card,
            category_name: category_name(&product.category),
            description: product.description.clone(),
            skus: product.variants.iter().map(|variant| variant.sku.clone()).collect(),
            options: options(&product.variants),
            created_at: product.created_at.unix_ms(),
        })
    }

    /// Every attribute that is counted, with its value.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = [(BRAND, self.card.brand.as_str()), (CATEGORY, self.card.category.as_str())];
        let options = self
            .options
            .iter()
            .flat_map(|(name, values)| values.iter().map(move |value| (name.as_str(), value.as_str())));
        own.into_iter().chain(options)
    }
}

fn options(variants: &[Variant]) -> BTreeMap<String, BTreeSet<String>> {
    let mut options = BTreeMap::<String, BTreeSet<String>>::new();
    for (name, value) in variants.iter().flat_map(|variant| &variant.options) {
        // An option that is called as one of the shop's own attributes is counted as neither.
        if ![BRAND, CATEGORY].contains(&name.as_str()) {
            options.entry(name.clone()).or_default().insert(value.clone());
        }
    }
    options
}

/// Keeps the collection [`SEARCH`]: what is for sale, as last published.
pub struct SearchProjection {
    directory: Directory<Product>,
}

impl SearchProjection {
    /// A projection of the products of a directory.
    pub fn new(directory: Directory<Product>) -> Self {
        Self { directory }
    }

    /// What is indexed of a product at a version; nothing of one that is not for sale.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn document(id: ProductId, product: &Product, version: Version) -> Result<DocumentPut, JournalError> {
        let document = SearchDocument::of(id, product).filter(|_| product.is_for_sale());
        let body = document.as_ref().map(serde_json::to_value).transpose();
        let body = body
            .map_err(|error| JournalError::Corrupt { entity: id.to_string(), reason: error.to_string() })?;
        Ok(DocumentPut { collection: SEARCH.to_owned(), id: id.to_string(), source_seq: version.0, body })
    }
}

impl Projection for SearchProjection {
    fn name(&self) -> &'static str {
        SEARCH
    }
    fn kinds(&self) -> &'static [&'static str] {
        &[Product::KIND]
    }
    fn collections(&self) -> &'static [&'static str] {
        &[SEARCH]
    }
    fn project<'a>(
        &'a self,
        event: &'a StoredEvent,
    ) -> BoxFuture<'a, Result<Vec<DocumentPut>, JournalError>> {
        Box::pin(async {
            let product = latest(&self.directory, event).await?;
            let id = ProductId::from(event.entity.id);
            Ok(vec![Self::document(id, &product.state, product.version)?])
        })
    }
}
