//! The way to products.

use std::sync::Arc;

use amazoff_supervisor::documents::{Documents, Query};
use amazoff_supervisor::{Answer, AskError, Committed, Directory, Envelope, ReadError, Version};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::projection::{CategoryDocument, ProductDocument};
use super::query::{self, CategoryCount, ListQuery, ProductCard, ProductPage};
use super::{CATEGORIES, Command, Create, PRODUCTS, Product, Receipt, Rejection};
use crate::ids::{ProductId, VariantId};
use crate::money::Money;
use crate::pricing::TaxClass;

/// The most categories that are listed.
const CATEGORIES_MAX: usize = 200;

/// All products, and the documents in which they are searched. Cheap to clone.
#[derive(Clone)]
pub struct Products {
    directory: Directory<Product>,
    documents: Arc<dyn Documents>,
}

/// What came of a product, or why nothing did.
type Answered = Result<Answer<Receipt>, AskError<Rejection>>;

impl Products {
    /// Products over their directory, searched in `documents`.
    pub fn new(directory: Directory<Product>, documents: Arc<dyn Documents>) -> Self {
        Self { directory, documents }
    }

    /// Tells of each commit of a product from now on: subscribe first, then read.
    pub fn watch(&self, id: ProductId) -> watch::Receiver<Version> {
        self.directory.watch(id.uuid())
    }

    /// Drafts a product.
    ///
    /// # Errors
    /// `product-invalid`, `slug-taken`, `product-exists`.
    pub async fn create(&self, id: ProductId, new: Create, envelope: Envelope) -> Answered {
        self.directory.execute(id.uuid(), Command::Create(new), envelope).await
    }

    /// Puts a product on sale.
    ///
    /// # Errors
    /// `product-not-found`, `product-archived`.
    pub async fn publish(&self, id: ProductId, envelope: Envelope) -> Answered {
        self.directory.execute(id.uuid(), Command::Publish, envelope).await
    }

    /// Takes a product off sale for good.
    ///
    /// # Errors
    /// `product-not-found`.
    pub async fn archive(&self, id: ProductId, envelope: Envelope) -> Answered {
        self.directory.execute(id.uuid(), Command::Archive, envelope).await
    }

    /// Sets the price of a variant.
    ///
    /// # Errors
    /// `variant-not-found`, `product-invalid` for an impossible price, `product-archived`, `product-not-found`.
    pub async fn change_price(
        &self,
        id: ProductId,
        variant: VariantId,
        price: Money,
        envelope: Envelope,
    ) -> Answered {
        self.directory.execute(id.uuid(), Command::ChangePrice { variant, price }, envelope).await
    }

    /// Sets the prices of a variant in other currencies than the shop's; it is not sold in those that are missing.
    ///
    /// # Errors
    /// `variant-not-found`, `product-invalid` for impossible prices, `product-archived`, `product-not-found`.
    pub async fn set_prices(
        &self,
        id: ProductId,
        variant: VariantId,
        prices: Vec<Money>,
        envelope: Envelope,
    ) -> Answered {
        self.directory.execute(id.uuid(), Command::SetPrices { variant, prices }, envelope).await
    }

    /// Says how a variant is taxed.
    ///
    /// # Errors
    /// `variant-not-found`, `product-archived`, `product-not-found`.
    pub async fn set_tax_class(
        &self,
        id: ProductId,
        variant: VariantId,
        tax_class: TaxClass,
        envelope: Envelope,
    ) -> Answered {
        self.directory.execute(id.uuid(), Command::SetTaxClass { variant, tax_class }, envelope).await
    }

    /// Says what a variant weighs, packed, in grams.
    ///
    /// # Errors
    /// `variant-not-found`, `product-invalid` for an impossible weight, `product-archived`, `product-not-found`.
    pub async fn set_weight(
        &self,
        id: ProductId,
        variant: VariantId,
        weight_g: u32,
        envelope: Envelope,
    ) -> Answered {
        self.directory.execute(id.uuid(), Command::SetWeight { variant, weight_g }, envelope).await
    }

    /// A product as last committed, whatever its status; `None` when there is none. Shoppers see only what
    /// [`Product::is_for_sale`].
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn get(&self, id: ProductId) -> Result<Option<Arc<Committed<Product>>>, ReadError> {
        self.directory.read(id.uuid()).await
    }

    /// The product for sale that has a slug, as last committed.
    ///
    /// # Errors
    /// When documents or journal cannot be read.
    pub async fn by_slug(
        &self,
        slug: &str,
    ) -> Result<Option<(ProductId, Arc<Committed<Product>>)>, ReadError> {
        let query = query::by_slug(slug);
        let page = self.documents.query(&query).await?;
        let id = page.items.first().and_then(|(id, _)| id.parse::<ProductId>().ok());
        let Some(id) = id else { return Ok(None) };
        let product = self.get(id).await?.filter(|product| product.state.is_for_sale());
        Ok(product.map(|product| (id, product)))
    }

    /// A page of products for sale.
    ///
    /// # Errors
    /// When the documents cannot be read.
    pub async fn list(&self, list: &ListQuery) -> Result<ProductPage, ReadError> {
        let query = query::list(list);
        let page = self.documents.query(&query).await?;
        let total = self.documents.count(&query).await?;
        let items = page
            .items
            .into_iter()
            .map(|(_, body)| Ok(ProductCard::from(read::<ProductDocument>(body)?)))
            .collect::<Result<_, ReadError>>()?;
        Ok(ProductPage { items, next: page.next, total })
    }

    /// The categories that have products for sale, by name.
    ///
    /// # Errors
    /// When the documents cannot be read.
    pub async fn categories(&self) -> Result<Vec<CategoryCount>, ReadError> {
        let all = Query { collection: CATEGORIES.to_owned(), limit: CATEGORIES_MAX, ..Query::default() };
        let page = self.documents.query(&all).await?;
        let mut counts = Vec::with_capacity(page.items.len());
        for (_, body) in page.items {
            let CategoryDocument { slug, name } = read(body)?;
            let of_it = Query {
                collection: PRODUCTS.to_owned(),
                equals: vec![("status".into(), json!("active")), ("category".into(), json!(slug))],
                ..Query::default()
            };
            let count = self.documents.count(&of_it).await?;
            if count > 0 {
                counts.push(CategoryCount { slug, name, count });
            }
        }
        counts.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(counts)
    }
}

fn read<T: serde::de::DeserializeOwned>(body: Value) -> Result<T, ReadError> {
    serde_json::from_value(body)
        .map_err(|error| ReadError::Unavailable(format!("a document is unreadable: {error}")))
}
