//! How often what was hidden is found.

use std::collections::BTreeSet;

use amazoff_actors::ids::ProductId;
use amazoff_supervisor::derive_uuid;
use serde::Serialize;

use super::log::Log;
use super::model::Model;

/// The longer of the two lists that are looked at, and the shorter one.
const TEN: usize = 10;
const FIVE: usize = 5;

/// What is learnt from and what is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Split {
    /// The newest fifth of the orders is tried.
    Time,
    /// Every order is tried, and learnt from without what is hidden.
    LeaveOneOut,
}

/// What came of one way to recommend, in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Figures {
    /// How many orders were tried: those of two products and more.
    pub(super) tried: u64,
    /// How often what was hidden is among the first five.
    pub(super) hit_rate_5: u64,
    /// How often it is among the first ten.
    pub(super) hit_rate_10: u64,
    /// How many of all products are among the first ten of somebody.
    pub(super) coverage_10: u64,
}

/// Tries what the shop recommends, and what sold most.
pub(super) fn evaluate(log: &Log, split: Split) -> (Figures, Figures) {
    let (learnt, tried) = parted(log, split);
    let mut model = Model::of(&learnt);
    let together = measured(&tried, model.products(), |beside| model.recommended(beside, TEN));
    let model = Model::of(&learnt);
    let popularity = measured(&tried, model.products(), |beside| model.best_selling(beside, TEN));
    (together, popularity)
}

/// An order without one of its products, and that product.
type Tried = (Vec<ProductId>, ProductId);

fn parted(log: &Log, split: Split) -> (Vec<Vec<ProductId>>, Vec<Tried>) {
    let tried = |(number, order): (usize, &Vec<ProductId>)| {
        let mut rest = order.clone();
        let hidden = (order.len() > 1).then(|| rest.remove(any_below(order.len(), number)));
        hidden.map(|hidden| (rest, hidden))
    };
    let orders = || log.orders.iter().enumerate();
    match split {
        Split::Time => {
            let old = log.orders.len() * 4 / 5;
            (log.orders[..old].to_vec(), orders().skip(old).filter_map(tried).collect())
        }
        Split::LeaveOneOut => {
            let rest =
                |of: (usize, &Vec<ProductId>)| tried(of).map_or_else(|| of.1.clone(), |(rest, _)| rest);
            (orders().map(rest).collect(), orders().filter_map(tried).collect())
        }
    }
}

/// A number below `most` that depends on the order's number alone, so that any place of an order is hidden as often.
fn any_below(most: usize, number: usize) -> usize {
    let mixed = derive_uuid(&[b"hidden", &number.to_be_bytes()]).as_u128();
    let below = u128::try_from(most).ok().and_then(|most| mixed.checked_rem(most));
    below.and_then(|below| usize::try_from(below).ok()).unwrap_or_default()
}

fn measured(
    tried: &[Tried],
    products: usize,
    mut recommend: impl FnMut(&[ProductId]) -> Vec<ProductId>,
) -> Figures {
    let (mut five, mut ten, mut shown) = (0, 0, BTreeSet::new());
    for (beside, hidden) in tried {
        let recommended = recommend(beside);
        let place = recommended.iter().position(|product| product == hidden);
        five += u64::from(place.is_some_and(|place| place < FIVE));
        ten += u64::from(place.is_some());
        shown.extend(recommended);
    }
    let [count, products, shown] =
        [tried.len(), products, shown.len()].map(|number| u64::try_from(number).unwrap_or(u64::MAX));
    let part = |some: u64, all: u64| some.saturating_mul(1_000).checked_div(all).unwrap_or_default();
    Figures {
        tried: count,
        hit_rate_5: part(five, count),
        hit_rate_10: part(ten, count),
        coverage_10: part(shown, products),
    }
}
