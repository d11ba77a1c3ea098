//! Ratings are what a recount of the reviews gives, and each review keeps its own rules.

use std::collections::BTreeSet;

use amazoff_actors::ids::{ProductId, ReviewId};
use amazoff_actors::rating::Stars;

use crate::facts::{Facts, ReviewFact};
use crate::finding::{Code, Report};
use crate::in_flight::Sums;

/// What each rating counts, with the changes that are on their way to it, is what its reviews ask it to count.
pub(super) fn are_counted(facts: &Facts, under_way: &Sums, report: &mut Report) {
    let rated = facts.ratings.keys().map(|id| ProductId::from(*id));
    let products: BTreeSet<_> = rated.chain(facts.asked.keys().copied()).collect();
    for product in products {
        let tally = facts.ratings.get(&product.uuid()).copied().unwrap_or_default();
        let way = under_way.stars.get(&product).copied().unwrap_or_default();
        let asked = facts.asked.get(&product).copied().unwrap_or_default();
        for ((stars, way), asked) in Stars::ALL.into_iter().zip(way).zip(asked) {
            let counted = i64::from(tally.of(stars));
            if counted.saturating_add(way) != asked {
                let detail = format!(
                    "{counted} reviews count with {} stars, {way} more are on their way; there are {asked}",
                    stars.get()
                );
                report.note(Code::RatingDiffers, product, detail);
            }
        }
    }
}

pub(super) fn keep_their_rules(facts: &Facts, report: &mut Report) {
    for (id, review) in &facts.reviews {
        let name = ReviewId::from(*id);
        let ReviewFact { product, author, own_voices, shown, asked, is_answered } = *review;
        if ReviewId::of(author, product) != name {
            report.note(Code::ReviewWrong, name, format!("it is not the review of {product} by {author}"));
        }
        if own_voices > 0 {
            report.note(Code::ReviewWrong, name, "its author voted for it, or complained about it");
        }
        if is_answered && shown != asked {
            let detail = format!("{shown:?} is shown although {asked:?} is counted");
            report.note(Code::ReviewWrong, name, detail);
        }
    }
}
