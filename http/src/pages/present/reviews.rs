//! What people say of a product, and how good that makes it.

use amazoff_actors::rating::Tally;
use amazoff_actors::review::{ListedReview, Text};

use super::{counted, day};
use crate::pages::markup::order::Moment;
use crate::pages::markup::review::{Bar, Rating, Review, Reviews};

/// The reviews of a product.
pub(in crate::pages) fn reviews(tally: &Tally, listed: Vec<ListedReview>) -> Reviews {
    let bar = |(stars, count)| Bar { stars, count, all: tally.count() };
    Reviews {
        rating: rating(tally),
        bars: (1..=5).zip(tally.histogram()).map(bar).rev().collect(),
        shown: listed.into_iter().map(review).collect(),
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

    #[test]
    fn without_reviews_there_is_no_average_and_five_empty_bars() {
        let shown = reviews(&Tally::default(), Vec::new());
        assert!(shown.rating.is_none() && shown.shown.is_empty());
        assert_eq!(shown.bars.iter().map(|bar| bar.stars).collect::<Vec<_>>(), [5, 4, 3, 2, 1]);
    }
}
