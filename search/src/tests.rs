mod conduct;
mod disk;
mod oracle;

use std::collections::{BTreeMap, BTreeSet};

use amazoff_actors::ids::ProductId;
use amazoff_actors::money::{Currency, Money};
use amazoff_actors::product::{
    ListQuery, ProductCard, ProductIndex as _, ProductPage, SEARCH, SearchDocument,
};
use amazoff_actors::rating::Tally;
use amazoff_supervisor::ShardId;
use amazoff_supervisor::documents::{DocumentPut, Documents as _};
use uuid::Uuid;

use crate::SearchIndex;

/// A product called so, the older the smaller its number.
fn product(number: u32, title: &str) -> SearchDocument {
    let id = ProductId::from(Uuid::from_u128(u128::from(number)));
    let price = Money::new(i64::from(number) * 100, Currency::EUR);
    let card = ProductCard {
        id,
        slug: format!("product-{number}"),
        title: title.to_owned(),
        category: "things".to_owned(),
        brand: "Nobody".to_owned(),
        price,
        price_max: price,
        image: None,
        image_alt: None,
        rating: Tally::default(),
    };
    SearchDocument {
        card,
        category_name: "Things".to_owned(),
        description: String::new(),
        skus: vec![format!("SKU{number}")],
        options: BTreeMap::new(),
        created_at: i64::from(number),
    }
}

fn put(document: &SearchDocument) -> DocumentPut {
    DocumentPut {
        collection: SEARCH.to_owned(),
        id: document.card.id.to_string(),
        source_seq: 1,
        body: Some(serde_json::to_value(document).unwrap()),
    }
}

fn gone(document: &SearchDocument) -> DocumentPut {
    DocumentPut { body: None, ..put(document) }
}

fn shard() -> ShardId {
    ShardId::of(Uuid::nil())
}

async fn index_of(products: &[SearchDocument]) -> SearchIndex {
    let index = SearchIndex::in_memory(1, 8);
    let puts: Vec<_> = products.iter().map(put).collect();
    index.write(SEARCH, shard(), 1, &puts).await.unwrap();
    index
}

async fn found(index: &SearchIndex, query: &ListQuery) -> ProductPage {
    index.find(SEARCH, query).await.unwrap()
}

fn asking(q: &str) -> ListQuery {
    ListQuery { q: Some(q.to_owned()), limit: 10, ..ListQuery::default() }
}

fn titles(page: &ProductPage) -> Vec<&str> {
    page.items.iter().map(|card| card.title.as_str()).collect()
}

fn wish(name: &str, values: &[&str]) -> (String, BTreeSet<String>) {
    (name.to_owned(), values.iter().map(ToString::to_string).collect())
}
