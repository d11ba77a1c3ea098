//! What a text that is being typed may become.

use amazoff_actors::product::{BRAND, CATEGORY, Facet, ListQuery, Suggestion};

use crate::generation::Generation;
use crate::query::find;

/// Categories and brands together, at most.
const NAMES_MAX: usize = 3;

/// Categories and brands that go on from the text, then the products that fit it best.
pub(crate) fn suggest(generation: &Generation, text: &str, limit: usize) -> tantivy::Result<Vec<Suggestion>> {
    let typed = text.trim().to_lowercase();
    if typed.is_empty() || limit == 0 {
        return Ok(Vec::new());
    }
    let query = ListQuery { q: Some(text.to_owned()), limit, counts: true, ..ListQuery::default() };
    let page = find(generation, &query)?;
    let goes_on = |name: &str| {
        let name = name.to_lowercase();
        name.split_whitespace().any(|word| word.starts_with(&typed)) || name.starts_with(&typed)
    };
    let values = |wanted: &str| {
        let facet = page.facets.iter().find(|facet| facet.name == wanted);
        facet.map(|Facet { values, .. }| values.as_slice()).unwrap_or_default()
    };
    let categories =
        values(CATEGORY).iter().map(|value| (value.value.clone(), value.value.replace('-', " ")));
    let categories =
        categories.filter(|(_, name)| goes_on(name)).map(|(slug, name)| Suggestion::Category { slug, name });
    let brands = values(BRAND).iter().filter(|value| goes_on(&value.value));
    let brands = brands.map(|value| Suggestion::Brand(value.value.clone()));
    let products = page.items.iter();
    let products =
        products.map(|card| Suggestion::Product { slug: card.slug.clone(), title: card.title.clone() });
    Ok(categories.chain(brands).take(NAMES_MAX).chain(products).take(limit).collect())
}
