//! How the catalogue is searched.

use amazoff_supervisor::documents::{Position, Query, Sort};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::PRODUCTS;
use super::projection::ProductDocument;
use crate::ids::ProductId;
use crate::money::Money;

/// The most words of a search that are looked at.
const WORDS_MAX: usize = 8;

/// What a shopper looks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListQuery {
    /// Words that must all occur.
    pub q: Option<String>,
    /// The slug of a category.
    pub category: Option<String>,
    /// The order.
    pub sort: Sorting,
    /// Continue after this position of a page before.
    pub after: Option<Position>,
    /// At most this many.
    pub limit: usize,
}

/// The order of a list of products.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sorting {
    /// The newest first.
    #[default]
    Newest,
    /// The cheapest first.
    PriceAsc,
    /// The dearest first.
    PriceDesc,
    /// From A to Z.
    Name,
}

/// A product in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductCard {
    /// Which product.
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
    pub price: Money,
    /// Of the dearest variant.
    pub price_max: Money,
    /// The name of a picture's bytes.
    pub image: Option<String>,
    /// What the picture shows.
    pub image_alt: Option<String>,
}

/// A page of products.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProductPage {
    /// The products, in order.
    pub items: Vec<ProductCard>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Position>,
    /// How many there are on all pages.
    pub total: u64,
}

/// A category with products for sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryCount {
    /// Its name in links.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// How many products for sale it has.
    pub count: u64,
}

impl From<ProductDocument> for ProductCard {
    fn from(document: ProductDocument) -> Self {
        Self {
            price: Money::new(document.price_amount, document.currency),
            price_max: Money::new(document.price_max_amount, document.currency),
            id: document.id,
            slug: document.slug,
            title: document.title,
            category: document.category,
            brand: document.brand,
            image: document.image,
            image_alt: document.image_alt,
        }
    }
}

/// The documents of a list.
pub(super) fn list(list: &ListQuery) -> Query {
    let mut equals = vec![("status".to_owned(), json!("active"))];
    equals.extend(list.category.iter().map(|category| ("category".to_owned(), json!(category))));
    let words: Vec<String> =
        list.q.iter().flat_map(|q| q.split_whitespace()).take(WORDS_MAX).map(str::to_lowercase).collect();
    let (field, descending) = match list.sort {
        Sorting::Newest => ("created_at", true),
        Sorting::PriceAsc => ("price_amount", false),
        Sorting::PriceDesc => ("price_amount", true),
        Sorting::Name => ("name", false),
    };
    Query {
        collection: PRODUCTS.to_owned(),
        equals,
        contains: (!words.is_empty()).then(|| ("search".to_owned(), words)),
        sort: Some(Sort { field: field.to_owned(), descending }),
        after: list.after.clone(),
        limit: list.limit,
    }
}

/// The document of the product for sale that has a slug.
pub(super) fn by_slug(slug: &str) -> Query {
    Query {
        collection: PRODUCTS.to_owned(),
        equals: vec![("slug".to_owned(), json!(slug)), ("status".to_owned(), json!("active"))],
        limit: 1,
        ..Query::default()
    }
}
