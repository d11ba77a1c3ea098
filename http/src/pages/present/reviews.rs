//! What people say of a product, and how good that makes it.

use amazoff_actors::ids::ProductId;
use amazoff_actors::rating::{Stars, Tally};
use amazoff_actors::review::{ListedReview, Listing, Sorting, Text};
use amazoff_supervisor::documents::Position;

use super::shown::address;
use super::{counted, day};
use crate::pages::markup::catalogue::SortChoice;
use crate::pages::markup::order::Moment;
use crate::pages::markup::review::{Bar, Rating, Review, Reviews};

/// How many reviews a product is shown with at once.
const PAGE: usize = 10;
/// The orders that reviews can have: value in the address, name, meaning. The first is the usual one.
const SORTS: [(&str, &str, Sorting); 2] =
    [("helpful", "Most helpful", Sorting::Helpful), ("newest", "Newest", Sorting::Newest)];

/// Which reviews the page of a product shows, as its address says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) struct Wanted {
    /// Only those that give so many stars.
    stars: Option<Stars>,
    /// In which order.
    sort: Sorting,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { stars: None, sort: Sorting::Helpful }
    }
}

impl Wanted {
    /// Reads what an address says, and the cursor in it; what is unknown is passed over.
    pub(in crate::pages) fn read(pairs: Vec<(String, String)>) -> (Self, Option<String>) {
        let (mut wanted, mut cursor) = (Self::default(), None);
        for (name, value) in pairs {
            match name.as_str() {
                "stars" => {
                    wanted.stars = value.parse().ok().and_then(|stars: u8| Stars::try_from(stars).ok())
                }
                "reviews" => {
                    let known = SORTS.iter().find(|(known, ..)| *known == value);
                    wanted.sort = known.map_or(wanted.sort, |(.., sort)| *sort);
                }
                "cursor" => cursor = Some(value),
                _ => {}
            }
        }
        (wanted, cursor)
    }
    /// Names the list, so that a cursor of one is not taken for another's.
    pub(in crate::pages) fn scope(self, product: ProductId) -> String {
        format!("pages/reviews {product} {self:?}")
    }
    /// As the shop lists them.
    pub(in crate::pages) fn listing(self, product: ProductId, after: Option<Position>) -> Listing {
        Listing { product, stars: self.stars, sort: self.sort, after, limit: PAGE }
    }
    /// The address of these reviews of the product with a slug, continued behind a cursor.
    pub(in crate::pages) fn address(self, slug: &str, cursor: Option<&str>) -> String {
        let sort = SORTS.iter().skip(1).find(|(.., sort)| *sort == self.sort);
        let pairs = [
            ("stars", self.stars.map(|stars| stars.get().to_string())),
            ("reviews", sort.map(|(value, ..)| (*value).to_owned())),
            ("cursor", cursor.map(str::to_owned)),
        ];
        let pairs = pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        format!("{}#reviews", address(&format!("/products/{slug}"), pairs))
    }
    fn sorts(self, slug: &str) -> Vec<SortChoice> {
        let one = |(_, label, sort)| SortChoice {
            href: Self { sort, ..self }.address(slug, None),
            label,
            current: sort == self.sort,
        };
        SORTS.into_iter().map(one).collect()
    }
}

/// The reviews of the product with a slug: how many there are of each kind, those of this page, and the cursor of the next one.
pub(in crate::pages) fn reviews(
    slug: &str,
    wanted: Wanted,
    tally: &Tally,
    (listed, next): (Vec<ListedReview>, Option<&str>),
) -> Reviews {
    let only = |stars| Wanted { stars: Stars::try_from(stars).ok(), ..wanted }.address(slug, None);
    let bar =
        |(stars, count)| Bar { stars, count, all: tally.count(), href: (count > 0).then(|| only(stars)) };
    Reviews {
        rating: rating(tally),
        bars: (1..=5).zip(tally.histogram()).map(bar).rev().collect(),
        shown: listed.into_iter().map(review).collect(),
        more: next.map(|cursor| wanted.address(slug, Some(cursor))),
        sorts: if tally.count() > 1 { wanted.sorts(slug) } else { Vec::new() },
        whole: wanted.stars.map(|_| Wanted { stars: None, ..wanted }.address(slug, None)),
    }
}

/// What the reviews of something give; `None` while there are none.
pub(in crate::pages) fn rating(tally: &Tally) -> Option<Rating> {
    let hundredths = tally.average_hundredths()?;
    let tenths = hundredths.saturating_add(5).div_euclid(10);
    let average = format!("{}.{}", tenths.div_euclid(10), tenths.rem_euclid(10));
    Some(Rating { average, count: counted(tally.count(), "review", "reviews") })
}

fn review(listed: ListedReview) -> Review {
    // What an erased person wrote is gone, what they gave counts on.
    let (title, body, name) = match listed.text {
        Some(Text { title, body, name }) => (title, body, name),
        None => ("This review was taken away by its author".to_owned(), String::new(), None),
    };
    Review {
        id: listed.id.to_string(),
        stars: listed.stars.get(),
        title,
        paragraphs: body.split("\n\n").filter(|text| !text.is_empty()).map(str::to_owned).collect(),
        author: name.unwrap_or_else(|| "Somebody".to_owned()),
        verified: listed.verified,
        edited: listed.edited,
        helpful: listed.helpful,
        at: Moment { machine: listed.since.to_string(), words: day(listed.since) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (Wanted, Option<String>) {
        Wanted::read(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn without_reviews_there_is_no_average_and_five_empty_bars_that_lead_nowhere() {
        let shown = reviews("jug", Wanted::default(), &Tally::default(), (Vec::new(), None));
        assert!(shown.rating.is_none() && shown.shown.is_empty() && shown.sorts.is_empty());
        assert_eq!(shown.bars.iter().map(|bar| bar.stars).collect::<Vec<_>>(), [5, 4, 3, 2, 1]);
        assert!(shown.bars.iter().all(|bar| bar.href.is_none()));
    }

    #[test]
    fn an_address_keeps_stars_and_order_and_nothing_unknown() {
        let (wanted, cursor) = read(&[("stars", "4"), ("reviews", "newest"), ("cursor", "a+b"), ("x", "y")]);
        assert_eq!(
            wanted.address("jug", cursor.as_deref()),
            "/products/jug?stars=4&reviews=newest&cursor=a%2Bb#reviews"
        );
        assert_eq!(read(&[("stars", "9"), ("reviews", "oldest")]), (Wanted::default(), None));
        assert_eq!(Wanted::default().address("jug", None), "/products/jug#reviews");
    }

    #[test]
    fn some_of_them_lead_to_all_of_them() {
        let (wanted, _) = read(&[("stars", "4"), ("reviews", "newest")]);
        let shown = reviews("jug", wanted, &Tally::default(), (Vec::new(), Some("next")));
        assert_eq!(shown.whole.as_deref(), Some("/products/jug?reviews=newest#reviews"));
        assert_eq!(shown.more.as_deref(), Some("/products/jug?stars=4&reviews=newest&cursor=next#reviews"));
    }
}
