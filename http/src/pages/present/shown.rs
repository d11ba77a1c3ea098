//! What a list shows, as its address says it, and the addresses of lists that show a little more or less.

use std::collections::{BTreeMap, BTreeSet};

use amazoff_actors::pricing::SHOP_CURRENCY;
use amazoff_actors::product::{ListQuery, PriceRange, Sorting};

use crate::pages::markup::catalogue::SortChoice;

/// The orders that a list can have: value in the address, name, meaning. The first is for searches, and the usual one there;
/// the second is the usual one elsewhere.
const SORTS: [(&str, &str, Sorting); 5] = [
    ("relevance", "Best match", Sorting::Relevance),
    ("newest", "Newest", Sorting::Newest),
    ("price-asc", "Lowest price", Sorting::PriceAsc),
    ("price-desc", "Highest price", Sorting::PriceDesc),
    ("name", "Name", Sorting::Name),
];
/// What the parameters of attributes start with, as in the API.
const FACET: &str = "facet.";
/// The longest text of a parameter.
const CHARS_MAX: usize = 100;
/// Attributes that are wished for at once, and values of one.
const FACETS_MAX: usize = 10;
const VALUES_MAX: usize = 20;

/// What a list shows.
#[derive(Clone, Debug, Default)]
pub(in crate::pages) struct Shown {
    /// The words looked for.
    pub q: String,
    /// The slug of the category.
    pub category: String,
    /// Wanted values by attribute.
    pub facets: BTreeMap<String, BTreeSet<String>>,
    /// The lowest price, as typed.
    pub min: String,
    /// The highest price, as typed.
    pub max: String,
    /// The order that was chosen.
    pub sort: Option<Sorting>,
}

impl Shown {
    /// Reads what an address says, and the cursor in it; what is unknown or too much is passed over.
    pub(in crate::pages) fn read(pairs: Vec<(String, String)>) -> (Self, String) {
        let (mut shown, mut cursor) = (Self::default(), String::new());
        for (name, value) in pairs {
            let text: String = value.trim().chars().take(CHARS_MAX).collect();
            match (name.as_str(), name.strip_prefix(FACET)) {
                ("cursor", _) => cursor = value,
                ("q", _) => shown.q = text,
                ("category", _) => shown.category = text,
                ("min", _) => shown.min = text,
                ("max", _) => shown.max = text,
                ("sort", _) => {
                    shown.sort = SORTS.iter().find(|(value, ..)| *value == text).map(|(.., sort)| *sort)
                }
                (_, Some(attribute)) if !text.is_empty() => shown.wish(attribute, text),
                _ => {}
            }
        }
        (shown, cursor)
    }
    fn wish(&mut self, attribute: &str, value: String) {
        if self.facets.len() < FACETS_MAX || self.facets.contains_key(attribute) {
            let attribute = attribute.chars().take(CHARS_MAX).collect();
            let values = self.facets.entry(attribute).or_default();
            if values.len() < VALUES_MAX {
                values.insert(value);
            }
        }
    }
    /// Whether it is the whole shop.
    pub(in crate::pages) fn is_everything(&self) -> bool {
        self.q.is_empty() && self.category.is_empty() && !self.is_narrowed()
    }
    /// Whether attributes or prices leave something out.
    pub(in crate::pages) fn is_narrowed(&self) -> bool {
        !(self.facets.is_empty() && self.min.is_empty() && self.max.is_empty())
    }
    /// As the shop asks its index: `limit` products of any of `categories`.
    pub(in crate::pages) fn query(&self, limit: usize) -> ListQuery {
        let price = PriceRange { min: minor(&self.min), max: minor(&self.max) };
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        ListQuery {
            q: some(&self.q),
            category: some(&self.category),
            facets: self.facets.clone(),
            price,
            sort: self.sort,
            limit,
            ..ListQuery::default()
        }
    }
    /// Names the list, so that a cursor of one is not taken for another's.
    pub(in crate::pages) fn scope(&self) -> String {
        format!("pages/products?{}", self.address(""))
    }
    /// All that its address says, but for a cursor.
    pub(in crate::pages) fn pairs(&self) -> Vec<(String, String)> {
        let sort = SORTS.iter().find(|(.., sort)| Some(*sort) == self.sort && *sort != self.usual());
        let plain =
            [("q", self.q.as_str()), ("category", &self.category), ("min", &self.min), ("max", &self.max)];
        let plain = plain.into_iter().chain([("sort", sort.map_or("", |(value, ..)| value))]);
        let wished = self.facets.iter().flat_map(|(name, values)| {
            values.iter().map(move |value| (format!("{FACET}{name}"), value.clone()))
        });
        let plain = plain.map(|(name, value)| (name.to_owned(), value.to_owned()));
        plain.chain(wished).filter(|(_, value)| !value.is_empty()).collect()
    }
    /// The address of this list, continued behind a cursor.
    pub(in crate::pages) fn address(&self, cursor: &str) -> String {
        let cursor = (!cursor.is_empty()).then(|| ("cursor".to_owned(), cursor.to_owned()));
        address("/", self.pairs().into_iter().chain(cursor))
    }
    /// The list with a value of an attribute wished for, or no longer where it was.
    #[must_use]
    pub(in crate::pages) fn toggled(&self, attribute: &str, value: &str) -> Self {
        let mut other = self.clone();
        let values = other.facets.entry(attribute.to_owned()).or_default();
        if !values.remove(value) {
            values.insert(value.to_owned());
        }
        other.facets.retain(|_, values| !values.is_empty());
        other
    }
    /// The list at any price.
    #[must_use]
    pub(in crate::pages) fn at_any_price(&self) -> Self {
        Self { min: String::new(), max: String::new(), ..self.clone() }
    }
    /// The list without anything that leaves something out of it.
    #[must_use]
    pub(in crate::pages) fn whole(&self) -> Self {
        Self { facets: BTreeMap::new(), ..self.at_any_price() }
    }
    /// All of a category, in the same order.
    pub(in crate::pages) fn of_category(&self, slug: &str) -> Self {
        let sort = self.sort.filter(|sort| *sort != Sorting::Relevance);
        Self { category: slug.to_owned(), sort, ..Self::default() }
    }
    fn usual(&self) -> Sorting {
        if self.q.is_empty() { Sorting::Newest } else { Sorting::Relevance }
    }
    /// The orders to choose from.
    pub(in crate::pages) fn sorts(&self) -> Vec<SortChoice> {
        let current = self.sort.unwrap_or_else(|| self.usual());
        let one = |(_, label, sort)| SortChoice {
            href: Self { sort: Some(sort), ..self.clone() }.address(""),
            label,
            current: sort == current,
        };
        // Without words nothing is more relevant than anything else.
        SORTS.into_iter().skip(usize::from(self.q.is_empty())).map(one).collect()
    }
}

/// A price as people type it, in minor units of the shop's currency; what is no price is none.
fn minor(text: &str) -> Option<i64> {
    let decimals = usize::from(SHOP_CURRENCY.exponent());
    let text = text.trim().replace(',', ".");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = !whole.is_empty() && whole.len() <= 9 && digits(whole) && digits(fraction);
    let fraction = fraction.get(..decimals.min(fraction.len())).unwrap_or_default();
    plain.then(|| format!("{whole}{fraction:0<decimals$}").parse().ok()).flatten()
}

/// The address of a path with parameters.
pub(in crate::pages) fn address(path: &str, pairs: impl Iterator<Item = (String, String)>) -> String {
    let parts: Vec<_> = pairs.map(|(name, value)| format!("{}={}", encode(&name), encode(&value))).collect();
    if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
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

    fn read(pairs: &[(&str, &str)]) -> Shown {
        Shown::read(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()).0
    }

    #[test]
    fn an_address_keeps_search_category_wishes_and_order_and_is_encoded() {
        let shown = read(&[
            ("q", " blue & white "),
            ("category", "desk"),
            ("sort", "price-asc"),
            ("facet.brand", "A&B"),
        ]);
        let expected = "/?q=blue%20%26%20white&category=desk&sort=price-asc&facet.brand=A%26B&cursor=c.1";
        assert_eq!(shown.address("c.1"), expected);
    }

    #[test]
    fn the_usual_order_is_not_in_the_address_and_an_unknown_one_is_the_usual() {
        assert_eq!(read(&[("sort", "newest")]).address(""), "/");
        assert_eq!(read(&[("q", "pen"), ("sort", "relevance")]).address(""), "/?q=pen");
        assert_eq!(read(&[("q", "pen"), ("sort", "newest")]).address(""), "/?q=pen&sort=newest");
        assert_eq!(read(&[("sort", "'; drop")]).address(""), "/");
    }

    #[test]
    fn exactly_one_order_is_current() {
        for pairs in [&[("q", "pen")][..], &[("sort", "name")], &[]] {
            assert_eq!(read(pairs).sorts().iter().filter(|sort| sort.current).count(), 1);
        }
    }

    #[test]
    fn a_wish_that_is_toggled_twice_is_no_wish() {
        let shown = read(&[("facet.brand", "Hus")]);
        let both = shown.toggled("brand", "Form");
        assert_eq!(both.facets["brand"].len(), 2);
        assert_eq!(both.toggled("brand", "Form").address(""), shown.address(""));
        assert!(shown.toggled("brand", "Hus").is_everything());
    }

    #[test]
    fn a_price_is_read_as_people_type_it() {
        for (text, cents) in [("10", 1000), ("10.5", 1050), (" 10,50 ", 1050), ("0.059", 5)] {
            assert_eq!(minor(text), Some(cents), "{text}");
        }
        for odd in ["", "ten", "-1", "1e3", "99999999999", "1.2.3"] {
            assert_eq!(minor(odd), None, "{odd}");
        }
    }

    #[test]
    fn wishes_have_a_limit() {
        let many: Vec<_> = (0..50).map(|n| (format!("facet.{n}"), "x".to_owned())).collect();
        assert_eq!(Shown::read(many).0.facets.len(), FACETS_MAX);
    }
}
