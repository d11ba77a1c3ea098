//! The port to the index in which shoppers find products, and what is indexed.

use std::collections::{BTreeMap, BTreeSet};

use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::{JournalError, StoredEvent};
use amazoff_supervisor::{Directory, Entity as _, Projection, Version};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::projection::category_name;
use super::query::{ListQuery, ProductCard, ProductPage};
use super::{Product, Variant};
use crate::ids::ProductId;
use crate::money::Money;
use crate::projecting::{not_yet, published, put};
use crate::rating::{Rating, Tally};

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
    pub fn of(id: ProductId, product: &Product, rating: Tally) -> Option<Self> {
        let prices = || product.offered().map(|variant| variant.price);
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
            rating,
        };
        Some(Self {
            card,
            category_name: category_name(&product.category),
            description: product.description.clone(),
            skus: product.offered().map(|variant| variant.sku.clone()).collect(),
            options: options(product.offered()),
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

fn options<'a>(variants: impl Iterator<Item = &'a Variant>) -> BTreeMap<String, BTreeSet<String>> {
    let mut options = BTreeMap::<String, BTreeSet<String>>::new();
    for (name, value) in variants.flat_map(|variant| &variant.options) {
        // An option that is called as one of the shop's own attributes is counted as neither.
        if ![BRAND, CATEGORY].contains(&name.as_str()) {
            options.entry(name.clone()).or_default().insert(value.clone());
        }
    }
    options
}

/// How often product and rating are read again when they change meanwhile.
const READS_MAX: usize = 20;

/// Keeps the collection [`SEARCH`]: what is for sale, as last published, with its rating.
///
/// A document has two sources, and one sequence that must not fall: the sum of their versions. They are read so that both were
/// so at one moment; of two such pairs the later one has the larger sum.
pub struct SearchProjection {
    directory: Directory<Product>,
    ratings: Directory<Rating>,
}

impl SearchProjection {
    /// A projection of products and their ratings.
    pub fn new(directory: Directory<Product>, ratings: Directory<Rating>) -> Self {
        Self { directory, ratings }
    }

    /// What is indexed of a product and its rating, each with its version; nothing of one that is not for sale.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn document(
        id: ProductId,
        (product, version): (&Product, Version),
        (rating, rated): (Tally, Version),
    ) -> Result<DocumentPut, JournalError> {
        let document = SearchDocument::of(id, product, rating).filter(|_| product.is_for_sale());
        let source = Version(version.0.saturating_add(rated.0));
        put((SEARCH, id.to_string()), source, document.as_ref())
    }
}

impl SearchProjection {
    async fn both(&self, event: &StoredEvent) -> Result<Vec<DocumentPut>, JournalError> {
        let id = ProductId::from(event.entity.id);
        let is_rating = event.entity.kind.as_str() == Rating::KIND;
        let mut rated = self.rating(id).await?;
        for _ in 0..READS_MAX {
            let product = published(&self.directory, id.uuid()).await?;
            let again = self.rating(id).await?;
            if again.1 != rated.1 {
                rated = again;
                continue;
            }
            let seen =
                if is_rating { Some(rated.1) } else { product.as_ref().map(|product| product.version) };
            if seen.is_none_or(|seen| seen < event.seq) {
                return Err(not_yet(event));
            }
            // A rating of a product that nobody made has nothing to stand beside.
            let Some(product) = product else { return Ok(Vec::new()) };
            return Ok(vec![Self::document(id, (&product.state, product.version), rated)?]);
        }
        Err(JournalError::Unavailable(format!("the rating of {id} changes all the time")))
    }

    async fn rating(&self, id: ProductId) -> Result<(Tally, Version), JournalError> {
        let rating = published(&self.ratings, id.uuid()).await?;
        Ok(rating.map(|rating| (rating.state.tally, rating.version)).unwrap_or_default())
    }
}

impl Projection for SearchProjection {
    fn name(&self) -> &'static str {
        SEARCH
    }
    fn kinds(&self) -> &'static [&'static str] {
        &[Product::KIND, Rating::KIND]
    }
    fn collections(&self) -> &'static [&'static str] {
        &[SEARCH]
    }
    /// 2: with the rating.
    fn version(&self) -> u32 {
        2
    }
    fn project<'a>(
        &'a self,
        event: &'a StoredEvent,
    ) -> BoxFuture<'a, Result<Vec<DocumentPut>, JournalError>> {
        Box::pin(self.both(event))
    }
}
