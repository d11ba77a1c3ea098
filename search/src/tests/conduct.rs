use amazoff_actors::product::{Facet, FacetValue, Sorting, Suggestion};

use super::*;

async fn finds(products: &[SearchDocument], q: &str) -> Vec<String> {
    let index = index_of(products).await;
    let page = found(&index, &asking(q)).await;
    page.items.into_iter().map(|card| card.title).collect()
}

#[tokio::test]
async fn a_word_is_found_in_another_form_as_a_beginning_and_with_a_letter_wrong() {
    let products = [product(1, "Desk lamp"), product(2, "Bookshelf"), product(3, "Café table")];
    for (q, title) in [
        ("lamp", "Desk lamp"),
        ("LAMPS", "Desk lamp"),
        ("desk la", "Desk lamp"),
        ("lmap", "Desk lamp"),
        ("dsek lamp", "Desk lamp"),
        ("books", "Bookshelf"),
        ("bokshelv", "Bookshelf"),
        ("cafe", "Café table"),
        ("CAFÉ", "Café table"),
        ("SKU2", "Bookshelf"),
        ("sku2!", "Bookshelf"),
    ] {
        assert_eq!(finds(&products, q).await, [title], "{q}");
    }
    for nothing in ["xyzzy", "lamp table", "la mp", "lxxxp"] {
        assert_eq!(finds(&products, nothing).await, [""; 0], "{nothing}");
    }
}

#[tokio::test]
async fn a_word_that_is_known_is_not_taken_for_another() {
    let products = [product(1, "Black boots"), product(2, "Black books")];
    assert_eq!(finds(&products, "boots").await, ["Black boots"]);
    assert_eq!(finds(&products, "books").await, ["Black books"]);
}

#[tokio::test]
async fn what_is_called_so_comes_before_what_only_mentions_it() {
    let mut mentions = product(9, "Table");
    mentions.description = "Goes well with a lamp, another lamp, or any lamp.".to_owned();
    let mut made_by = product(8, "Chair");
    made_by.card.brand = "Lamp".to_owned();
    let called = product(1, "Lamp");
    assert_eq!(finds(&[mentions, made_by, called], "lamp").await, ["Lamp", "Chair", "Table"]);
}

#[tokio::test]
async fn odd_texts_are_no_queries_of_their_own() {
    let products = [product(1, "Desk lamp")];
    for odd in ["title:lamp", "lamp AND desk", "lamp*", "\"desk lamp\"", "/lamp/", "+lamp -desk", "lamp^9"] {
        let page = found(&index_of(&products).await, &asking(odd)).await;
        assert!(page.total <= 1, "{odd}");
    }
    for blank in ["", "   ", "!?*", "\u{0}"] {
        assert_eq!(finds(&products, blank).await, ["Desk lamp"], "no words are no wish: {blank:?}");
    }
    let long = "lamp ".repeat(10_000);
    assert_eq!(finds(&products, &long).await, ["Desk lamp"]);
    let endless = "x".repeat(100_000);
    assert_eq!(finds(&products, &endless).await, ["Desk lamp"], "such a word is none");
}

#[tokio::test]
async fn pages_by_relevance_show_each_product_once() {
    let products: Vec<_> = (1..=25).map(|number| product(number, "Lamp")).collect();
    let index = index_of(&products).await;
    let mut query = ListQuery { limit: 4, ..asking("lamp") };
    let mut seen = Vec::new();
    loop {
        let page = found(&index, &query).await;
        assert_eq!(page.total, 25);
        seen.extend(page.items.into_iter().map(|card| card.id));
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    assert_eq!((once.len(), seen.len()), (25, 25));
}

#[tokio::test]
async fn a_page_goes_on_where_it_ended_whatever_comes_and_goes() {
    let products: Vec<_> = (1..=9).map(|number| product(number, "Lamp")).collect();
    let index = index_of(&products).await;
    for sort in [Sorting::Newest, Sorting::PriceAsc, Sorting::PriceDesc, Sorting::Name] {
        let mut query = ListQuery { sort: Some(sort), limit: 3, ..ListQuery::default() };
        let first = found(&index, &query).await;
        query.after = first.next;
        let before = found(&index, &query).await;
        // The last of the first page goes, and something new comes before all.
        let last = products.iter().find(|product| product.card.id == first.items[2].id).unwrap();
        index.write(SEARCH, shard(), 2, &[gone(last)]).await.unwrap();
        assert_eq!(found(&index, &query).await.items, before.items, "{sort:?}");
        index.write(SEARCH, shard(), 3, &[put(last)]).await.unwrap();
    }
}

#[tokio::test]
async fn a_wish_for_an_attribute_leaves_its_other_values_counted() {
    let coloured = |number, colour: &str, brand: &str| {
        let mut product = product(number, "Lamp");
        product.options = [wish("colour", &[colour])].into();
        product.card.brand = brand.to_owned();
        product
    };
    let index = index_of(&[coloured(1, "red", "A"), coloured(2, "red", "B"), coloured(3, "blue", "A")]).await;
    let query = ListQuery {
        facets: [wish("colour", &["red"])].into(),
        counts: true,
        limit: 10,
        ..ListQuery::default()
    };
    let page = found(&index, &query).await;
    assert_eq!(page.total, 2);
    let value = |value: &str, count| FacetValue { value: value.to_owned(), count };
    let facet = |name: &str, values| Facet { name: name.to_owned(), values };
    assert_eq!(
        page.facets,
        [
            facet("brand", vec![value("A", 1), value("B", 1)]),
            facet("category", vec![value("things", 2)]),
            facet("colour", vec![value("red", 2), value("blue", 1)]),
        ]
    );
    let both = ListQuery { facets: [wish("colour", &["red", "blue"])].into(), ..query };
    assert_eq!(found(&index, &both).await.total, 3, "one of each list is enough");
}

#[tokio::test]
async fn what_is_typed_goes_on_to_categories_brands_and_products() {
    let mut lamp = product(1, "Desk lamp");
    lamp.card.category = "lamps-and-lights".to_owned();
    lamp.category_name = "Lamps and lights".to_owned();
    let mut shelf = product(2, "Lampshade holder");
    shelf.card.brand = "Lampo".to_owned();
    let index = index_of(&[lamp, shelf]).await;
    let suggests = async |text: &str, limit| {
        let query = ListQuery { limit, counts: true, ..asking(text) };
        Suggestion::of(found(&index, &query).await, text, limit)
    };
    let suggested = suggests("lam", 10).await;
    assert_eq!(
        suggested[..2],
        [
            Suggestion::Category { slug: "lamps-and-lights".to_owned(), name: "lamps and lights".to_owned() },
            Suggestion::Brand("Lampo".to_owned()),
        ]
    );
    assert_eq!(suggested.len(), 4, "{suggested:?}");
    assert_eq!(suggests("lam", 1).await.len(), 1);
    assert_eq!(suggests("zzzz", 10).await, []);
}
