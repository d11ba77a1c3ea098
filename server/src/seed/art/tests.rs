use crate::seed::catalogue::CATALOGUE;

use super::draw;

#[test]
fn the_same_product_gets_the_same_picture() {
    for product in CATALOGUE.iter().flat_map(|category| category.products) {
        assert_eq!(draw(product.slug, product.motif), draw(product.slug, product.motif));
    }
}

#[test]
fn products_that_share_a_motif_differ_in_their_pictures() {
    let products: Vec<_> = CATALOGUE.iter().flat_map(|category| category.products).collect();
    for (index, one) in products.iter().enumerate() {
        for other in &products[index + 1..] {
            assert_ne!(
                draw(one.slug, one.motif),
                draw(other.slug, other.motif),
                "{} {}",
                one.slug,
                other.slug
            );
        }
    }
}

#[test]
fn pictures_are_balanced_xml_without_scripts_or_links() {
    for product in CATALOGUE.iter().flat_map(|category| category.products) {
        let svg = draw(product.slug, product.motif);
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
        assert_eq!(
            svg.matches("<g").count() - svg.matches("<g/").count(),
            svg.matches("</g>").count(),
            "{}",
            product.slug
        );
        assert!(!svg.contains("href") && !svg.contains("script"));
    }
}
