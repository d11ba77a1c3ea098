//! How the catalogue is searched.

use std::collections::{BTreeMap, BTreeSet};

use amazoff_supervisor::documents::Position;
use serde::{Deserialize, Serialize};

use super::index::CATEGORY;
use crate::ids::ProductId;
use crate::money::Money;
use crate::rating::Tally;

/// The most words of a search that are looked at.
const WORDS_MAX: usize = 8;
/// The most values of an attribute that are counted.
pub const FACET_VALUES_MAX: usize = 100;

/// What a shopper looks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListQuery {
    /// Words that must all occur.
    pub q: Option<String>,
    /// The slug of a category.
    pub category: Option<String>,
    /// Wanted values by attribute: `brand`, or an option of variants such as `colour`. One of each list is enough.
    pub facets: BTreeMap<String, BTreeSet<String>>,
    /// Of the cheapest variant.
    pub price: PriceRange,
    /// The order; the most relevant first where there are words, else the newest.
    pub sort: Option<Sorting>,
    /// Continue after this position of a page before.
    pub after: Option<Position>,
    /// At most this many.
    pub limit: usize,
    /// Whether to count the values of all attributes.
    pub counts: bool,
}

impl ListQuery {
    /// The words, in lower case.
    pub fn words(&self) -> Vec<String> {
        let parts = self.q.iter().flat_map(|q| q.split(|c: char| !c.is_alphanumeric()));
        parts.filter(|word| !word.is_empty()).take(WORDS_MAX).map(str::to_lowercase).collect()
    }

    /// The order, where none was asked for too.
    pub fn sorting(&self) -> Sorting {
        let has_words = self.q.as_ref().is_some_and(|q| q.contains(char::is_alphanumeric));
        match self.sort {
            // Without words nothing is more relevant than anything else.
            Some(Sorting::Relevance) | None if !has_words => Sorting::Newest,
            Some(sorting) => sorting,
            None => Sorting::Relevance,
        }
    }

    /// What is wanted of each attribute, the category included: one, or else any of several.
    pub fn wanted(&self) -> impl Iterator<Item = (&str, BTreeSet<&str>)> {
        let category = self.category.as_deref().map(|category| (CATEGORY, BTreeSet::from([category])));
        let facets = self
            .facets
            .iter()
            .filter(|(name, _)| name.as_str() != CATEGORY || self.category.is_none())
            .map(|(name, values)| (name.as_str(), values.iter().map(String::as_str).collect()));
        category.into_iter().chain(facets)
    }
}

/// Bounds of a price in minor units of the shop's currency, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PriceRange {
    /// At least.
    pub min: Option<i64>,
    /// At most.
    pub max: Option<i64>,
}

impl PriceRange {
    /// Whether an amount is within them.
    pub fn includes(&self, amount: i64) -> bool {
        self.min.is_none_or(|min| amount >= min) && self.max.is_none_or(|max| amount <= max)
    }
}

/// The order of a list of products. Ties are broken by id, so pages are stable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sorting {
    /// What fits the words best first.
    Relevance,
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

impl Sorting {
    /// Whether what is sorted by goes down.
    pub fn descends(self) -> bool {
        match self {
            Self::Relevance | Self::Newest | Self::PriceDesc => true,
            Self::PriceAsc | Self::Name => false,
        }
    }
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
    /// What its reviews give.
    #[serde(default)]
    pub rating: Tally,
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
    /// The values of all attributes, where they were asked for.
    pub facets: Vec<Facet>,
}

/// An attribute with its values, as many as there would be without a wish for this attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Facet {
    /// The attribute.
    pub name: String,
    /// The most frequent first, at most [`FACET_VALUES_MAX`].
    pub values: Vec<FacetValue>,
}

impl Facet {
    /// In the order in which values are shown.
    pub fn of(name: &str, mut values: Vec<FacetValue>) -> Self {
        values.sort_by(|one, other| (other.count, &one.value).cmp(&(one.count, &other.value)));
        values.truncate(FACET_VALUES_MAX);
        Self { name: name.to_owned(), values }
    }
}

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FacetValue {
    /// The value.
    pub value: String,
    /// How many products have it.
    pub count: u64,
}

/// What a text that is being typed may become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suggestion {
    /// A product.
    Product {
        /// Its name in links.
        slug: String,
        /// Its name.
        title: String,
    },
    /// A category.
    Category {
        /// Its name in links.
        slug: String,
        /// Its name.
        name: String,
    },
    /// Who makes something.
    Brand(String),
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
