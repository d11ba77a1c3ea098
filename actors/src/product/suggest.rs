//! What a text that is being typed may become.

use super::index::{BRAND, CATEGORY};
use super::query::{Facet, FacetValue, ListQuery, ProductPage, Suggestion};

/// Categories and brands together, at most.
const NAMES_MAX: usize = 3;

/// What is looked for of a text; `None` while there is nothing to go on from.
pub(super) fn query(text: &str, limit: usize) -> Option<ListQuery> {
    let q = Some(text.to_owned()).filter(|text| !text.trim().is_empty() && limit > 0)?;
    Some(ListQuery { q: Some(q), limit, counts: true, ..ListQuery::default() })
}

impl Suggestion {
    /// Of what was found for a text: categories and brands that go on from it, then the products that fit it best.
    pub fn of(page: ProductPage, text: &str, limit: usize) -> Vec<Self> {
        let typed = text.trim().to_lowercase();
        let goes_on = |name: &str| {
            let name = name.to_lowercase();
            name.split_whitespace().any(|word| word.starts_with(&typed)) || name.starts_with(&typed)
        };
        let values = |wanted: &str| -> &[FacetValue] {
            let facet = page.facets.iter().find(|facet| facet.name == wanted);
            facet.map(|Facet { values, .. }| values.as_slice()).unwrap_or_default()
        };
        let categories =
            values(CATEGORY).iter().map(|value| (value.value.clone(), value.value.replace('-', " ")));
        let categories =
            categories.filter(|(_, name)| goes_on(name)).map(|(slug, name)| Self::Category { slug, name });
        let brands = values(BRAND).iter().filter(|value| goes_on(&value.value));
        let names = categories.chain(brands.map(|value| Self::Brand(value.value.clone()))).take(NAMES_MAX);
        let products = page
            .items
            .iter()
            .map(|card| Self::Product { slug: card.slug.clone(), title: card.title.clone() });
        names.chain(products).take(limit).collect()
    }
}
