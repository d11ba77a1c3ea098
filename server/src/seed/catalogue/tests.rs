use std::collections::BTreeSet;

use super::{CATALOGUE, Product};

fn products() -> impl Iterator<Item = &'static Product> {
    CATALOGUE.iter().flat_map(|category| category.products)
}

#[test]
fn the_catalogue_is_large_enough_to_browse() {
    assert_eq!(CATALOGUE.len(), 8);
    assert!(products().count() >= 72);
}

#[test]
fn slugs_and_article_numbers_are_unique() {
    let count = products().count();
    assert_eq!(products().map(|product| product.slug).collect::<BTreeSet<_>>().len(), count);
    assert_eq!(products().map(|product| product.sku).collect::<BTreeSet<_>>().len(), count);
}

#[test]
fn slugs_are_plain_and_descriptions_have_two_or_three_sentences() {
    for product in products() {
        assert!(
            product.slug.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')),
            "{}",
            product.slug
        );
        let sentences = product.description.matches(['.', '?']).count();
        assert!((2..=6).contains(&sentences) && product.description.ends_with('.'), "{}", product.slug);
        assert!(!product.description.contains("  "), "{}", product.slug);
    }
}

#[test]
fn every_product_has_one_to_four_distinct_variants_with_price_and_stock() {
    for product in products() {
        assert!((1..=4).contains(&product.variants.len()), "{}", product.slug);
        let options: BTreeSet<_> = product.variants.iter().map(|variant| variant.option).collect();
        assert_eq!(options.len(), product.variants.len(), "{}", product.slug);
        assert!(
            product.variants.iter().all(|variant| variant.price_cents > 0 && variant.stock > 0),
            "{}",
            product.slug
        );
    }
}

#[test]
fn the_small_catalogue_has_a_last_piece_to_fight_for() {
    let firsts = CATALOGUE.iter().filter_map(|category| category.products.first());
    assert!(firsts.flat_map(|product| product.variants).any(|variant| variant.stock == 1));
}
