//! The index beside one that looks at every product.

use amazoff_actors::product::{PriceRange, ScannedIndex, Sorting};
use proptest::prelude::*;

use super::*;

const WORDS: [&str; 6] = ["lamp", "lantern", "desk", "dress", "red", "royal"];
const COLOURS: [&str; 3] = ["red", "blue", "dark green"];
const BRANDS: [&str; 3] = ["Acme", "Émile & fils", "zeta"];

prop_compose! {
    fn any_product()(
        number in 1..60_u32,
        words in proptest::sample::subsequence(WORDS.to_vec(), 0..4),
        colours in proptest::sample::subsequence(COLOURS.to_vec(), 0..3),
        (brand, category) in (proptest::sample::select(BRANDS.to_vec()), proptest::sample::select(vec!["a", "b-c"])),
        (price, created_at) in (0..5_i64, 0..3_i64),
    ) -> SearchDocument {
        let mut product = product(number, &words.join(" "));
        product.card.price.amount = price;
        product.card.brand = brand.to_owned();
        product.card.category = category.to_owned();
        product.created_at = created_at;
        if !colours.is_empty() {
            product.options = [wish("colour", &colours)].into();
        }
        product
    }
}

prop_compose! {
    /// Relevance is each index's own; the last word of a search is a beginning for both.
    fn any_query()(
        q in proptest::option::of(proptest::sample::select(vec!["la", "lamp", "d", "r", "RED", "royal l"])),
        colours in proptest::sample::subsequence(COLOURS.to_vec(), 0..3),
        brands in proptest::sample::subsequence(BRANDS.to_vec(), 0..3),
        category in proptest::option::of(proptest::sample::select(vec!["a", "b-c", "none"])),
        (min, max) in (proptest::option::of(0..5_i64), proptest::option::of(0..5_i64)),
        sort in proptest::sample::select(vec![Sorting::Newest, Sorting::PriceAsc, Sorting::PriceDesc, Sorting::Name]),
        (limit, counts) in (1..7_usize, any::<bool>()),
    ) -> ListQuery {
        let wishes = [wish("colour", &colours), wish("brand", &brands)];
        ListQuery {
            q: q.map(str::to_owned),
            category: category.map(str::to_owned),
            facets: wishes.into_iter().filter(|(_, values)| !values.is_empty()).collect(),
            price: PriceRange { min, max },
            sort: Some(sort),
            after: None,
            limit,
            counts,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
    #[test]
    fn it_finds_counts_and_pages_as_if_it_looked_at_every_product(
        commits in proptest::collection::vec(proptest::collection::vec((any_product(), any::<bool>()), 1..12), 1..5),
        queries in proptest::collection::vec(any_query(), 1..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let index = SearchIndex::in_memory(1, 8);
            let mut known = BTreeMap::new();
            for (commit, seq) in commits.iter().zip(1..) {
                let mut puts = Vec::new();
                for (product, sold_out) in commit {
                    let id = product.card.id.to_string();
                    if *sold_out {
                        known.remove(&id);
                        puts.push(gone(product));
                    } else {
                        known.insert(id, product.clone());
                        puts.push(put(product));
                    }
                }
                index.write(SEARCH, shard(), seq, &puts).await.unwrap();
            }
            for mut query in queries {
                loop {
                    let all: Vec<_> = known.values().cloned().collect();
                    let page = found(&index, &query).await;
                    prop_assert_eq!(&page, &ScannedIndex::among(all, &query), "{:?}", query);
                    match page.next {
                        Some(next) => query.after = Some(next),
                        None => break,
                    }
                }
            }
            Ok(())
        })?;
    }
}
