//! What a product is in the words of search engines: <https://schema.org/Product> and the way to it, as JSON-LD.

use amazoff_actors::ids::VariantId;
use amazoff_actors::product::{Product, Variant};
use amazoff_actors::rating::Tally;
use serde_json::{Value, json};

use super::catalogue::shared_picture;
use crate::pages::markup::catalogue::Crumb;

/// The text of a `script` element: no `<` is in it, so nothing of the product can end the element.
pub(in crate::pages) fn product(
    product: &Product,
    public_url: &str,
    crumbs: &[Crumb],
    (stock, tally): (&[(VariantId, u32)], &Tally),
) -> String {
    let page = format!("{public_url}/products/{}", product.slug);
    let images: Vec<_> = product.media.iter().map(|media| shared_picture(public_url, media)).collect();
    let mut thing = json!({
        "@type": "Product",
        "@id": page,
        "name": product.title,
        "description": product.description,
        "brand": { "@type": "Brand", "name": product.brand },
        "image": images,
        "offers": product.offered().map(|variant| offer(variant, &page, stock)).collect::<Vec<_>>(),
    });
    if let Some(hundredths) = tally.average_hundredths() {
        thing["aggregateRating"] = json!({
            "@type": "AggregateRating",
            "ratingValue": format!("{}.{:02}", hundredths.div_euclid(100), hundredths.rem_euclid(100)),
            "reviewCount": tally.count(),
        });
    }
    let way =
        json!({ "@type": "BreadcrumbList", "itemListElement": way(public_url, crumbs, &product.title) });
    json!({ "@context": "https://schema.org", "@graph": [thing, way] }).to_string().replace('<', "\\u003c")
}

fn offer(variant: &Variant, page: &str, stock: &[(VariantId, u32)]) -> Value {
    let available = stock.iter().any(|(id, available)| *id == variant.id && *available > 0);
    let availability = if available { "InStock" } else { "OutOfStock" };
    json!({
        "@type": "Offer",
        "url": page,
        "sku": variant.sku,
        "price": variant.price.decimal(),
        "priceCurrency": variant.price.currency.to_string(),
        "availability": format!("https://schema.org/{availability}"),
    })
}

fn way(public_url: &str, crumbs: &[Crumb], title: &str) -> Vec<Value> {
    let shop = ("Shop", Some(format!("{public_url}/")));
    let between =
        crumbs.iter().map(|crumb| (crumb.label.as_str(), Some(format!("{public_url}{}", crumb.href))));
    let steps = std::iter::once(shop).chain(between).chain([(title, None)]);
    let one = |(at, (name, item)): (usize, (&str, Option<String>))| {
        let mut step = json!({ "@type": "ListItem", "position": at + 1, "name": name });
        if let Some(item) = item {
            step["item"] = item.into();
        }
        step
    };
    steps.enumerate().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_product_ends_the_element_it_stands_in() {
        let title = "</script><script>alert(1)</script>";
        let hostile = Product { title: title.to_owned(), ..Product::default() };
        let text = product(&hostile, "http://shop.test", &[], (&[], &Tally::default()));
        assert!(!text.contains('<'), "{text}");
        let read: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(read["@graph"][0]["name"], title);
    }
}
