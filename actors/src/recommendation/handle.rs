//! The way to recommendations.

use std::sync::Arc;

use amazoff_supervisor::documents::{Documents, Position, QUERY_LIMIT_MAX, Query, Sort};
use amazoff_supervisor::{ReadError, consistency};
use futures::future::try_join_all;
use moka::sync::Cache;
use serde_json::Value;

use super::projection::Document;
use super::{
    BASKETS, KEPT_FOR, LEFT_BASKETS, LEFT_WEIGHT, Neighbour, ORDER_WEIGHT, POPULAR_WINDOW, Popularity,
    SEEDS_MAX, Together, WINDOW, combined,
};
use crate::ids::{ProductId, VariantId};
use crate::product::{ProductCard, Products, SearchDocument};
use crate::rating::Ratings;
use crate::stock::Stocks;

/// Products whose neighbours are kept in memory.
const PRODUCTS_MAX: u64 = 10_000;

/// Why something is recommended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It was bought together with what was asked about.
    BoughtTogether,
    /// It sells well in the same category.
    PopularInCategory,
    /// It sells well.
    Popular,
}

/// What might be recommended; whether it can be had is not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which product.
    pub product: ProductId,
    /// Why.
    pub reason: Reason,
}

/// What is recommended.
#[derive(Clone, Debug, PartialEq)]
pub struct Recommended {
    /// The product as lists show it.
    pub card: ProductCard,
    /// Why.
    pub reason: Reason,
}

/// Recommendations in their order.
pub type Picked = Vec<Recommended>;

/// What is about to be read to decide on a recommendation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A product.
    Product(ProductId),
    /// What its reviews give.
    Rating(ProductId),
    /// The stock of a variant.
    Stock(VariantId),
}

/// All recommendations. Cheap to clone.
#[derive(Clone)]
pub struct Recommendations {
    products: Products,
    stocks: Stocks,
    ratings: Ratings,
    documents: Arc<dyn Documents>,
    neighbours: Cache<ProductId, Arc<[Neighbour]>>,
    popular: Cache<(), Arc<[(ProductId, String)]>>,
}

impl Recommendations {
    /// Recommendations out of the baskets in `documents`.
    pub fn new(
        (products, stocks, ratings): (Products, Stocks, Ratings),
        documents: Arc<dyn Documents>,
    ) -> Self {
        let neighbours = Cache::builder().max_capacity(PRODUCTS_MAX).time_to_live(KEPT_FOR).build();
        let popular = Cache::builder().max_capacity(1).time_to_live(KEPT_FOR).build();
        Self { products, stocks, ratings, documents, neighbours, popular }
    }

    /// What a product was together with, counted now over its newest [`WINDOW`] baskets of each kind.
    ///
    /// # Errors
    /// When documents cannot be read.
    pub async fn together(&self, product: ProductId) -> Result<Together, ReadError> {
        let mut together = Together::default();
        for (collection, weight) in [(BASKETS, ORDER_WEIGHT), (LEFT_BASKETS, LEFT_WEIGHT)] {
            for document in self.newest(collection, Some(product), WINDOW).await? {
                together.add(weight, document.with);
            }
        }
        Ok(together)
    }

    /// What all baskets of a product count.
    ///
    /// # Errors
    /// When documents cannot be read.
    pub async fn total(&self, product: ProductId) -> Result<u64, ReadError> {
        let count = async |collection: &str| {
            let equals = vec![("product".to_owned(), Value::from(product.to_string()))];
            let query = Query { collection: collection.to_owned(), equals, ..Query::default() };
            self.documents.count(&query).await
        };
        let (bought, left) = (count(BASKETS).await?, count(LEFT_BASKETS).await?);
        Ok(bought.saturating_mul(ORDER_WEIGHT).saturating_add(left.saturating_mul(LEFT_WEIGHT)))
    }

    /// What belongs to a product, the most similar first, at most [`super::NEIGHBOURS_MAX`]; up to [`KEPT_FOR`] old.
    ///
    /// # Errors
    /// When documents cannot be read.
    pub async fn neighbours(&self, product: ProductId) -> Result<Arc<[Neighbour]>, ReadError> {
        if let Some(known) = self.neighbours.get(&product) {
            return Ok(known);
        }
        let together = self.together(product).await?;
        let mut totals = Vec::new();
        for other in together.candidates() {
            totals.push((other, self.total(other).await?));
        }
        let ranked: Arc<[Neighbour]> = together.ranked(totals).into();
        self.neighbours.insert(product, Arc::clone(&ranked));
        Ok(ranked)
    }

    /// What might be recommended beside some products, the best first: what belongs to them, then what sells in the category
    /// of the first of them, then what sells at all. Each once, and none of the products themselves. Only the last
    /// [`SEEDS_MAX`] products are asked what belongs to them.
    ///
    /// It waits for no projection, whatever the caller has seen: counts may be old anyway.
    ///
    /// # Errors
    /// When documents or products cannot be read.
    pub async fn candidates(&self, of: &[ProductId]) -> Result<Vec<Candidate>, ReadError> {
        consistency::scope(None, self.counted(of)).await.0
    }

    async fn counted(&self, of: &[ProductId]) -> Result<Vec<Candidate>, ReadError> {
        let mut neighbours = Vec::new();
        for product in of.iter().rev().take(SEEDS_MAX) {
            neighbours.extend(self.neighbours(*product).await?.iter().copied());
        }
        let together = combined(of, neighbours).into_iter();
        let mut candidates: Vec<_> =
            together.map(|product| Candidate { product, reason: Reason::BoughtTogether }).collect();
        let category = match of.first() {
            Some(first) => self.products.get(*first).await?.map(|product| product.state.category.clone()),
            None => None,
        };
        let popular = self.popular().await?;
        let in_category = popular.iter().filter(|(_, of)| Some(of) == category.as_ref());
        let in_category = in_category.map(|(product, _)| (*product, Reason::PopularInCategory));
        let overall = popular.iter().map(|(product, _)| (*product, Reason::Popular));
        for (product, reason) in in_category.chain(overall) {
            let is_known = candidates.iter().any(|known| known.product == product);
            if !is_known && !of.contains(&product) {
                candidates.push(Candidate { product, reason });
            }
        }
        Ok(candidates)
    }

    /// The first `limit` candidates that are for sale and of which a piece can be had. `sees` is told what is about to be read.
    ///
    /// # Errors
    /// When products, stocks or ratings cannot be read.
    pub async fn pick(
        &self,
        candidates: Vec<Candidate>,
        limit: usize,
        mut sees: impl FnMut(Source) + Send,
    ) -> Result<Picked, ReadError> {
        let mut picked = Vec::new();
        for Candidate { product: id, reason } in candidates {
            if picked.len() >= limit {
                break;
            }
            sees(Source::Product(id));
            sees(Source::Rating(id));
            let Some(product) = self.products.get(id).await? else { continue };
            if !product.state.is_for_sale() {
                continue;
            }
            let variants: Vec<_> = product.state.offered().map(|variant| variant.id).collect();
            variants.iter().for_each(|variant| sees(Source::Stock(*variant)));
            let asking = variants.into_iter().map(|variant| self.stocks.available(variant));
            let available = try_join_all(asking).await?;
            if available.iter().all(|pieces| *pieces == 0) {
                continue;
            }
            let rating = self.ratings.get(id).await?;
            let document = SearchDocument::of(id, &product.state, rating);
            picked.extend(document.map(|document| Recommended { card: document.card, reason }));
        }
        Ok(picked)
    }

    /// What sells, with the category of each, that of most orders first.
    async fn popular(&self) -> Result<Arc<[(ProductId, String)]>, ReadError> {
        if let Some(known) = self.popular.get(&()) {
            return Ok(known);
        }
        let mut popularity = Popularity::default();
        for document in self.newest(BASKETS, None, POPULAR_WINDOW).await? {
            popularity.add(document.product);
        }
        let mut ranked = Vec::new();
        for id in popularity.ranked() {
            let product = self.products.get(id).await?;
            ranked.extend(product.map(|product| (id, product.state.category.clone())));
        }
        let ranked: Arc<[(ProductId, String)]> = ranked.into();
        self.popular.insert((), Arc::clone(&ranked));
        Ok(ranked)
    }

    /// The newest documents of a collection, of one product or of all.
    async fn newest(
        &self,
        collection: &str,
        product: Option<ProductId>,
        most: usize,
    ) -> Result<Vec<Document>, ReadError> {
        let equals = product.map(|product| ("product".to_owned(), Value::from(product.to_string())));
        let (mut found, mut after): (Vec<Document>, Option<Position>) = (Vec::new(), None);
        loop {
            let query = Query {
                collection: collection.to_owned(),
                equals: equals.clone().into_iter().collect(),
                sort: Some(Sort { field: "at".to_owned(), descending: true }),
                after,
                limit: QUERY_LIMIT_MAX.min(most.saturating_sub(found.len())),
                ..Query::default()
            };
            let page = self.documents.query(&query).await?;
            found.extend(page.items.into_iter().filter_map(|(id, body)| document(&id, body)));
            after = page.next;
            if after.is_none() || found.len() >= most {
                return Ok(found);
            }
        }
    }
}

/// A document that cannot be read is a defect of ours: it is reported and does not count.
fn document(id: &str, body: Value) -> Option<Document> {
    match serde_json::from_value(body) {
        Ok(document) => Some(document),
        Err(error) => {
            tracing::error!(basket = %id, %error, "document of basket {id} cannot be read: {error}");
            None
        }
    }
}
