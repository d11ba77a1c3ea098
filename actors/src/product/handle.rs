//! The way to products.

use std::sync::Arc;

use amazoff_supervisor::documents::{Collections, Documents};
use amazoff_supervisor::journal::Journal;
use amazoff_supervisor::{Answer, AskError, Claim, Committed, Directory, Envelope, ReadError, Version};
use moka::sync::Cache;
use tokio::sync::watch;

use super::index::{CATEGORY, ProductIndex, SEARCH};
use super::projection::category_name;
use super::query::{CategoryCount, FacetValue, ListQuery, ProductPage, Suggestion};
use super::suggest;
use super::{Command, Create, Product, Receipt, Rejection, SLUGS};
use crate::ids::{ProductId, VariantId};
use crate::money::Money;
use crate::pricing::TaxClass;

/// Slugs whose products are remembered.
const SLUGS_MAX: u64 = 10_000;

/// All products, and the documents in which they are searched. Cheap to clone.
#[derive(Clone)]
pub struct Products {
    pub(super) directory: Directory<Product>,
    pub(super) documents: Arc<dyn Documents>,
    /// Who has which unique key.
    pub(super) journal: Arc<dyn Journal>,
    collections: Collections,
    index: Arc<dyn ProductIndex>,
    /// The products that slugs led to. What is found here is asked for its slug, so nothing of it is ever believed.
    slugs: Cache<String, ProductId>,
}

/// What came of a product, or why nothing did.
pub(super) type Answered = Result<Answer<Receipt>, AskError<Rejection>>;

impl Products {
    /// Products over their directory, listed for staff in `documents`, known by their slugs in `journal`, and searched in
    /// `index`.
    pub fn new(
        directory: Directory<Product>,
        (documents, journal): (Arc<dyn Documents>, Arc<dyn Journal>),
        (collections, index): (Collections, Arc<dyn ProductIndex>),
    ) -> Self {
        Self { directory, documents, journal, collections, index, slugs: Cache::new(SLUGS_MAX) }
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

    /// The product for sale that has a slug, or had it in earlier days, as last committed.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn by_slug(
        &self,
        slug: &str,
    ) -> Result<Option<(ProductId, Arc<Committed<Product>>)>, ReadError> {
        if let Some(id) = self.slugs.get(slug) {
            let product = self.get(id).await?;
            let still =
                |product: &Committed<Product>| product.state.is_for_sale() && product.state.is_called(slug);
            if let Some(product) = product.filter(|product| still(product)) {
                return Ok(Some((id, product)));
            }
        }
        let Some(id) = self.named(slug).await? else { return Ok(None) };
        let product = self.get(id).await?.filter(|product| product.state.is_for_sale());
        if product.is_some() {
            self.slugs.insert(slug.to_owned(), id);
        }
        Ok(product.map(|product| (id, product)))
    }

    /// The product that a slug belongs to, whatever its status.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn named(&self, slug: &str) -> Result<Option<ProductId>, ReadError> {
        let claim = Claim { namespace: SLUGS.to_owned(), key: slug.to_owned() };
        Ok(self.journal.claimed_by(&claim).await?.map(|owner| owner.id.into()))
    }

    /// A page of products for sale.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn list(&self, list: &ListQuery) -> Result<ProductPage, ReadError> {
        let lease = self.collections.lease(SEARCH).await?;
        Ok(self.index.find(lease.name(), list).await?)
    }

    /// What a text that is being typed may become: at most `limit`, the best first.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn suggest(&self, text: &str, limit: usize) -> Result<Vec<Suggestion>, ReadError> {
        match suggest::query(text, limit) {
            Some(query) => Ok(Suggestion::of(self.list(&query).await?, text, limit)),
            None => Ok(Vec::new()),
        }
    }

    /// The categories that have products for sale, by name.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn categories(&self) -> Result<Vec<CategoryCount>, ReadError> {
        let page = self.list(&ListQuery { counts: true, ..ListQuery::default() }).await?;
        let facet = page.facets.into_iter().find(|facet| facet.name == CATEGORY);
        let values = facet.map(|facet| facet.values).unwrap_or_default();
        let mut counts: Vec<_> = values
            .into_iter()
            .map(|FacetValue { value: slug, count }| CategoryCount {
                name: category_name(&slug),
                slug,
                count,
            })
            .collect();
        counts.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(counts)
    }
}
