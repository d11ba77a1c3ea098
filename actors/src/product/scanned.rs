//! The index that looks at every product: for tests, as what any other index is compared with.

use std::collections::BTreeMap;
use std::sync::Arc;

use amazoff_supervisor::documents::{Documents, Position, QUERY_LIMIT_MAX, Query};
use amazoff_supervisor::journal::JournalError;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::index::{ProductIndex, SearchDocument};
use super::query::{Facet, FacetValue, ListQuery, ProductPage, Sorting};

/// Finds products by reading all of them. Words are found at the beginning of words; nothing is corrected, and the most
/// relevant is what has most of the words in its title.
pub struct ScannedIndex {
    documents: Arc<dyn Documents>,
}

impl ScannedIndex {
    /// Over the store to which the projection writes.
    pub fn over(documents: Arc<dyn Documents>) -> Self {
        Self { documents }
    }

    async fn all(&self, collection: &str) -> Result<Vec<SearchDocument>, JournalError> {
        let mut query =
            Query { collection: collection.to_owned(), limit: QUERY_LIMIT_MAX, ..Query::default() };
        let mut all = Vec::new();
        loop {
            let page = self.documents.query(&query).await?;
            for (id, body) in page.items {
                all.push(serde_json::from_value(body).map_err(|error| corrupt(&id, &error))?);
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(all),
            }
        }
    }

    /// What a query finds among all products.
    pub fn among(all: Vec<SearchDocument>, query: &ListQuery) -> ProductPage {
        let words = query.words();
        let wanted = |document: &SearchDocument, but: Option<&str>| {
            has_words(document, &words)
                && query.price.includes(document.card.price.amount)
                && has(document, query, but)
        };
        let facets =
            if query.counts { facets(&all, |document, but| wanted(document, Some(but))) } else { Vec::new() };
        let mut matching: Vec<_> = all.into_iter().filter(|document| wanted(document, None)).collect();
        let total = u64::try_from(matching.len()).unwrap_or(u64::MAX);
        let sorting = query.sorting();
        let key =
            |document: &SearchDocument| (value(document, sorting, &words), document.card.id.to_string());
        matching.sort_by(|one, other| order(sorting, &key(one), &key(other)));
        let after = query.after.as_ref().map(|after| (after.value.clone(), after.id.clone()));
        let mut rest = matching.into_iter().filter(|document| {
            after.as_ref().is_none_or(|after| order(sorting, &key(document), after).is_gt())
        });
        let items: Vec<_> = rest.by_ref().take(query.limit).collect();
        let more = rest.next().is_some();
        let next = items.last().filter(|_| more).map(|last| {
            let (value, id) = key(last);
            Position { value, id }
        });
        ProductPage { items: items.into_iter().map(|document| document.card).collect(), next, total, facets }
    }
}

fn corrupt(id: &str, error: &serde_json::Error) -> JournalError {
    JournalError::Corrupt { entity: id.to_owned(), reason: error.to_string() }
}

impl ProductIndex for ScannedIndex {
    fn find<'a>(
        &'a self,
        collection: &'a str,
        query: &'a ListQuery,
    ) -> BoxFuture<'a, Result<ProductPage, JournalError>> {
        Box::pin(async move { Ok(Self::among(self.all(collection).await?, query)) })
    }
}

fn has_words(document: &SearchDocument, words: &[String]) -> bool {
    let text = text(document);
    words.iter().all(|word| text.split(|c: char| !c.is_alphanumeric()).any(|known| known.starts_with(word)))
}

fn text(document: &SearchDocument) -> String {
    let SearchDocument { card, category_name, description, skus, options, .. } = document;
    let mut text = [&card.title, &card.brand, category_name, description].map(String::as_str).join(" ");
    for word in skus.iter().chain(options.values().flatten()) {
        text.push(' ');
        text.push_str(word);
    }
    text.to_lowercase()
}

/// Whether a product has what is wanted of each attribute, but one.
fn has(document: &SearchDocument, query: &ListQuery, but: Option<&str>) -> bool {
    query.wanted().filter(|(name, _)| but != Some(*name)).all(|(name, values)| {
        document.attributes().any(|(known, value)| known == name && values.contains(value))
    })
}

fn facets(all: &[SearchDocument], counts: impl Fn(&SearchDocument, &str) -> bool) -> Vec<Facet> {
    let mut found = BTreeMap::<&str, BTreeMap<&str, u64>>::new();
    for document in all {
        for (name, value) in document.attributes().filter(|(name, _)| counts(document, name)) {
            *found.entry(name).or_default().entry(value).or_default() += 1;
        }
    }
    let value = |(value, count): (&&str, &u64)| FacetValue { value: (*value).to_owned(), count: *count };
    found.into_iter().map(|(name, values)| Facet::of(name, values.iter().map(value).collect())).collect()
}

/// What a list is sorted by. Larger is always later in the order, except where the sorting descends.
fn value(document: &SearchDocument, sorting: Sorting, words: &[String]) -> Value {
    match sorting {
        Sorting::Relevance => {
            let title = document.card.title.to_lowercase();
            json!(words.iter().filter(|word| title.contains(word.as_str())).count())
        }
        Sorting::Newest => json!(document.created_at),
        Sorting::PriceAsc | Sorting::PriceDesc => json!(document.card.price.amount),
        Sorting::Name => json!(document.card.title.to_lowercase()),
    }
}

fn order(sorting: Sorting, one: &(Value, String), other: &(Value, String)) -> std::cmp::Ordering {
    let ascending = match (&one.0, &other.0) {
        (Value::Number(a), Value::Number(b)) => a.as_i64().cmp(&b.as_i64()),
        (a, b) => a.as_str().cmp(&b.as_str()),
    };
    let ascending = ascending.then_with(|| one.1.cmp(&other.1));
    if sorting.descends() { ascending.reverse() } else { ascending }
}
