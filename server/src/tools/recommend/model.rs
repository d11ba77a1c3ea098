//! What the shop would recommend if these were its orders.

use std::collections::{BTreeMap, HashMap};

use amazoff_actors::ids::ProductId;
use amazoff_actors::recommendation::{
    Neighbour, ORDER_WEIGHT, POPULAR_WINDOW, Popularity, SEEDS_MAX, Together, WINDOW, combined,
};

/// Orders, counted.
pub(super) struct Model<'a> {
    orders: &'a [Vec<ProductId>],
    /// The orders of each product, the oldest first.
    of: BTreeMap<ProductId, Vec<usize>>,
    /// What sells lately, as the shop falls back on.
    popular: Vec<ProductId>,
    /// What sold most in all orders: what recommendations must be better than.
    best_selling: Vec<ProductId>,
    neighbours: HashMap<ProductId, Vec<Neighbour>>,
}

impl<'a> Model<'a> {
    /// Learns from orders, the oldest first.
    pub(super) fn of(orders: &'a [Vec<ProductId>]) -> Self {
        let mut of: BTreeMap<ProductId, Vec<usize>> = BTreeMap::new();
        for (number, order) in orders.iter().enumerate() {
            order.iter().for_each(|product| of.entry(*product).or_default().push(number));
        }
        let (mut lately, mut ever) = (Popularity::default(), Popularity::default());
        orders.iter().flatten().for_each(|product| ever.add(*product));
        orders.iter().rev().flatten().take(POPULAR_WINDOW).for_each(|product| lately.add(*product));
        let (popular, best_selling) = (lately.ranked(), ever.ranked());
        Self { orders, of, popular, best_selling, neighbours: HashMap::new() }
    }

    /// How many products it knows.
    pub(super) fn products(&self) -> usize {
        self.of.len()
    }

    /// What the shop would recommend beside these products, at most `most`.
    pub(super) fn recommended(&mut self, beside: &[ProductId], most: usize) -> Vec<ProductId> {
        let mut neighbours = Vec::new();
        for product in beside.iter().rev().take(SEEDS_MAX) {
            neighbours.extend_from_slice(self.neighbours(*product));
        }
        let mut recommended = combined(beside, neighbours);
        let popular = self.popular.iter().filter(|popular| !beside.contains(popular));
        let more: Vec<_> = popular.filter(|popular| !recommended.contains(popular)).copied().collect();
        recommended.extend(more);
        recommended.truncate(most);
        recommended
    }

    /// What sold most, but for these products, at most `most`.
    pub(super) fn best_selling(&self, beside: &[ProductId], most: usize) -> Vec<ProductId> {
        self.best_selling.iter().filter(|best| !beside.contains(best)).take(most).copied().collect()
    }

    fn neighbours(&mut self, product: ProductId) -> &[Neighbour] {
        let (orders, of) = (self.orders, &self.of);
        self.neighbours.entry(product).or_insert_with(|| {
            let mut together = Together::default();
            for number in of.get(&product).into_iter().flatten().rev().take(WINDOW) {
                let with = orders.get(*number).into_iter().flatten().copied();
                together.add(ORDER_WEIGHT, with.filter(|other| *other != product));
            }
            let total = |other: ProductId| {
                let orders = of.get(&other).map_or(0, Vec::len);
                (other, u64::try_from(orders).unwrap_or(u64::MAX).saturating_mul(ORDER_WEIGHT))
            };
            together.ranked(together.candidates().into_iter().map(total))
        })
    }
}
