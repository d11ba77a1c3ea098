//! Counts and ranks, without a shop. `testkit/world/tests/world/recommendations.rs` has the projection.

use amazoff_supervisor::derive_uuid;
use proptest::prelude::{Strategy as _, prop};
use proptest::{prop_assert, prop_assert_eq, proptest};

use super::{
    CANDIDATES_MAX, LEFT_WEIGHT, NEIGHBOURS_MAX, Neighbour, ORDER_WEIGHT, Popularity, SUPPORT_MIN, Together,
    combined,
};
use crate::ids::ProductId;

fn product(n: usize) -> ProductId {
    ProductId::from(derive_uuid(&[b"product", &n.to_be_bytes()]))
}

fn neighbour(n: usize, similarity: u64) -> Neighbour {
    Neighbour { product: product(n), together: SUPPORT_MIN, similarity }
}

#[test]
fn one_order_together_says_nothing_two_do_and_so_do_eight_carts() {
    let mut once = Together::default();
    once.add(ORDER_WEIGHT, [product(1)]);
    assert!(once.candidates().is_empty());
    once.add(ORDER_WEIGHT, [product(1)]);
    assert_eq!(once.candidates(), [product(1)]);
    let mut left = Together::default();
    for _ in 0..7 {
        left.add(LEFT_WEIGHT, [product(1)]);
    }
    assert!(left.candidates().is_empty());
    left.add(LEFT_WEIGHT, [product(1)]);
    assert_eq!(left.candidates(), [product(1)]);
}

#[test]
fn what_everybody_buys_stands_behind_what_belongs_together() {
    let mut jug = Together::default();
    for _ in 0..10 {
        jug.add(ORDER_WEIGHT, [product(1), product(2)]);
    }
    jug.add(ORDER_WEIGHT, [product(2)]);
    // Product 2 was in one basket more with the jug, but in a thousand without it.
    let ranked = jug.ranked([(product(1), 10 * ORDER_WEIGHT), (product(2), 1_000 * ORDER_WEIGHT)]);
    assert_eq!(ranked.iter().map(|of| of.product).collect::<Vec<_>>(), [product(1), product(2)]);
    // 40 / sqrt(44 * 40) = 0.953462…
    assert_eq!(ranked[0].similarity, 953_462);
}

#[test]
fn two_products_that_are_never_apart_are_as_similar_as_can_be() {
    let mut always = Together::default();
    for _ in 0..3 {
        always.add(ORDER_WEIGHT, [product(1)]);
    }
    assert_eq!(always.ranked([(product(1), 3 * ORDER_WEIGHT)])[0].similarity, 1_000_000);
    // A total that was read a moment later, after an order was given up.
    assert_eq!(always.ranked([(product(1), ORDER_WEIGHT)])[0].similarity, 1_000_000);
}

#[test]
fn a_carts_neighbours_add_up_and_leave_out_what_is_in_it() {
    let of = [product(0), product(1)];
    let all = [neighbour(2, 300_000), neighbour(3, 400_000), neighbour(2, 200_000), neighbour(1, 999_999)];
    assert_eq!(combined(&of, all), [product(2), product(3)]);
}

#[test]
fn what_sells_most_comes_first_and_equals_in_a_stable_order() {
    let mut popularity = Popularity::default();
    for n in [1, 2, 2, 3] {
        popularity.add(product(n));
    }
    let mut equals = [product(1), product(3)];
    equals.sort_unstable();
    assert_eq!(popularity.ranked(), [product(2), equals[0], equals[1]]);
    (0..300).for_each(|n| popularity.add(product(n)));
    assert_eq!(popularity.ranked().len(), 100);
}

proptest! {
    #[test]
    fn ranks_are_bounded_sorted_and_independent_of_the_order_in_which_baskets_are_counted(
        baskets in prop::collection::vec(prop::collection::btree_set(1..80_usize, 0..12), 0..120)
            .prop_map(|sets| sets.into_iter().map(Vec::from_iter).collect::<Vec<_>>()),
    ) {
        let count = |baskets: &mut dyn Iterator<Item = &Vec<usize>>| {
            let mut together = Together::default();
            baskets.for_each(|with| together.add(ORDER_WEIGHT, with.iter().map(|n| product(*n))));
            together
        };
        let forth = count(&mut baskets.iter());
        prop_assert_eq!(&forth, &count(&mut baskets.iter().rev()));
        let candidates = forth.candidates();
        prop_assert!(candidates.len() <= CANDIDATES_MAX);
        let ranked = forth.ranked(candidates.iter().map(|of| (*of, forth.with(*of))));
        prop_assert!(ranked.len() <= NEIGHBOURS_MAX);
        prop_assert!(ranked.iter().all(|of| of.together >= SUPPORT_MIN && of.similarity <= 1_000_000));
        prop_assert!(ranked.is_sorted_by_key(|of| u64::MAX - of.similarity));
    }
}
