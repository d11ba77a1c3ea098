//! Lists of products, and one product.

use amazoff_actors::ids::VariantId;
use amazoff_actors::media::{Encoding, Preset};
use amazoff_actors::money::Quantity;
use amazoff_actors::product::{CategoryCount, Product, ProductCard, Sorting};

use super::{Place, listed, options, picture};
use crate::pages::key;
use crate::pages::markup::catalogue::{Card, Chip, ProductPage, SortChoice, StockLevel, VariantChoice};
use crate::pages::markup::{Frame, Price};
use crate::views::media::rendition_path;

/// The orders that a list can have: value in the address, name, meaning. The first is the usual one.
const SORTS: [(&str, &str, Sorting); 4] = [
    ("newest", "Newest", Sorting::Newest),
    ("price-asc", "Lowest price", Sorting::PriceAsc),
    ("price-desc", "Highest price", Sorting::PriceDesc),
    ("name", "Name", Sorting::Name),
];

/// What a list shows, as its address says it.
#[derive(Clone, Debug, Default)]
pub(in crate::pages) struct Shown {
    /// The words looked for.
    pub q: String,
    /// The slug of the category.
    pub category: String,
    /// The order.
    pub sort: Sorting,
}

impl Shown {
    /// Reads what an address says; an unknown order is the usual one.
    pub(in crate::pages) fn read(q: &str, category: &str, sort: &str) -> Self {
        let sort =
            SORTS.iter().find(|(value, ..)| *value == sort).map_or(Sorting::default(), |(.., sort)| *sort);
        Self { q: q.trim().to_owned(), category: category.to_owned(), sort }
    }
    /// Whether it is the whole shop.
    pub(in crate::pages) fn is_everything(&self) -> bool {
        self.q.is_empty() && self.category.is_empty()
    }
    /// Whether somebody chose another order than the usual one.
    pub(in crate::pages) fn is_sorted(&self) -> bool {
        self.sort != Sorting::default()
    }
    /// Names the list, so that a cursor of one is not taken for another's.
    pub(in crate::pages) fn scope(&self) -> String {
        format!("pages/products?{}", self.address(""))
    }
    /// The address of this list, continued behind a cursor.
    pub(in crate::pages) fn address(&self, cursor: &str) -> String {
        let sort = SORTS.iter().skip(1).find(|(.., sort)| *sort == self.sort).map_or("", |(value, ..)| value);
        let parts =
            [("q", self.q.as_str()), ("category", &self.category), ("sort", sort), ("cursor", cursor)];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        if parts.is_empty() { "/".to_owned() } else { format!("/?{}", parts.join("&")) }
    }
    /// The categories to choose from; choosing one ends the search.
    pub(in crate::pages) fn chips(&self, categories: &[CategoryCount]) -> Vec<Chip> {
        let all = Chip {
            href: "/".to_owned(),
            label: "All".to_owned(),
            count: None,
            current: self.is_everything(),
        };
        let one = |category: &CategoryCount| Chip {
            href: Self { q: String::new(), category: category.slug.clone(), sort: self.sort }.address(""),
            label: category.name.clone(),
            count: Some(category.count),
            current: self.category == category.slug,
        };
        std::iter::once(all).chain(categories.iter().map(one)).collect()
    }
    /// The orders to choose from.
    pub(in crate::pages) fn sorts(&self) -> Vec<SortChoice> {
        let one = |(_, label, sort)| SortChoice {
            href: Self { sort, ..self.clone() }.address(""),
            label,
            current: sort == self.sort,
        };
        SORTS.into_iter().map(one).collect()
    }
    /// What is listed, in words; `None` for the whole shop.
    pub(in crate::pages) fn heading(&self, categories: &[CategoryCount]) -> Option<String> {
        let category = categories.iter().find(|category| category.slug == self.category);
        match (self.q.as_str(), category) {
            ("", None) if self.category.is_empty() => None,
            ("", category) => {
                Some(category.map_or_else(|| "Unknown department".to_owned(), |found| found.name.clone()))
            }
            (q, Some(category)) => Some(format!("“{q}” in {}", category.name)),
            (q, None) => Some(format!("Search for “{q}”")),
        }
    }
}

/// A product in the grid.
pub(in crate::pages) fn card(card: &ProductCard) -> Card {
    let alt = card.image_alt.clone().unwrap_or_default();
    Card {
        href: format!("/products/{}", card.slug),
        title: card.title.clone(),
        brand: card.brand.clone(),
        image: card.image.as_deref().map(|blob| listed(blob, alt, Place::Grid)),
        price: Price::of(card.price),
        from: card.price != card.price_max,
    }
}

/// The page of a product of the shop at `public_url`; `stock` has how many there are of each variant, in the product's order,
/// and `together` what was often bought with it.
pub(in crate::pages) fn product(
    frame: Frame,
    product: &Product,
    (category, public_url): (String, &str),
    (stock, together): (&[(VariantId, u32)], &[ProductCard]),
) -> ProductPage {
    let mut variants: Vec<VariantChoice> = product
        .offered()
        .map(|variant| {
            let available =
                stock.iter().find(|(id, _)| *id == variant.id).map_or(0, |(_, available)| *available);
            let (level, words) = StockLevel::of(available.into());
            VariantChoice {
                id: variant.id.to_string(),
                label: options(&variant.options),
                price: Price::of(variant.price),
                stock: words,
                level,
                quantity_max: available.clamp(1, Quantity::MAX),
                chosen: false,
            }
        })
        .collect();
    if let Some(first) = variants.iter_mut().find(|variant| variant.buyable()) {
        first.chosen = true;
    }
    ProductPage {
        frame: frame.titled(product.title.clone()),
        title: product.title.clone(),
        brand: product.brand.clone(),
        category,
        category_href: format!("/?category={}", encode(&product.category)),
        paragraphs: product.description.split("\n\n").map(str::to_owned).collect(),
        pictures: product
            .media
            .iter()
            .map(|media| picture(&media.blob, (media.width, media.height), media.alt.clone(), Place::Gallery))
            .collect(),
        shared: product
            .media
            .first()
            .map(|media| format!("{public_url}{}", rendition_path(&media.blob, Preset::Og, Encoding::Jpeg))),
        variants,
        together: together.iter().map(card).collect(),
        key: key::fresh(),
        slug: product.slug.clone(),
    }
}

/// Percent-encodes all but letters, digits and `-_.~`.
pub(in crate::pages) fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn categories() -> Vec<CategoryCount> {
        vec![CategoryCount { slug: "desk".to_owned(), name: "Desk".to_owned(), count: 8 }]
    }

    #[test]
    fn an_address_keeps_search_category_and_order_and_is_encoded() {
        let shown = Shown::read(" blue & white ", "desk", "price-asc");
        assert_eq!(shown.address("c.1"), "/?q=blue%20%26%20white&category=desk&sort=price-asc&cursor=c.1");
    }

    #[test]
    fn the_usual_order_is_not_in_the_address_and_an_unknown_one_is_the_usual() {
        assert_eq!(Shown::read("", "", "newest").address(""), "/");
        assert_eq!(Shown::read("", "", "'; drop").sort, Sorting::Newest);
    }

    #[test]
    fn the_heading_says_what_is_listed() {
        let heading = |q, category| Shown::read(q, category, "").heading(&categories());
        assert_eq!(heading("", ""), None);
        assert_eq!(heading("", "desk").as_deref(), Some("Desk"));
        assert_eq!(heading("pen", "desk").as_deref(), Some("“pen” in Desk"));
        assert_eq!(heading("pen", "").as_deref(), Some("Search for “pen”"));
        assert_eq!(heading("", "moon").as_deref(), Some("Unknown department"));
    }

    #[test]
    fn exactly_one_order_and_one_category_are_current() {
        let shown = Shown::read("", "desk", "name");
        assert_eq!(shown.sorts().iter().filter(|sort| sort.current).count(), 1);
        assert_eq!(shown.chips(&categories()).iter().filter(|chip| chip.current).count(), 1);
    }
}
