//! Which products belong together, by counts alone.

use std::collections::BTreeMap;

use crate::ids::ProductId;

/// What an order counts.
pub const ORDER_WEIGHT: u64 = 4;
/// What a cart counts that was left.
pub const LEFT_WEIGHT: u64 = 1;
/// How much two products must have been together before that means anything: two orders.
pub const SUPPORT_MIN: u64 = 2 * ORDER_WEIGHT;
/// The newest baskets of a product that are looked at, of each kind.
pub const WINDOW: usize = 400;
/// The most products that a product is compared with: those that were with it most often.
pub const CANDIDATES_MAX: usize = 48;
/// The most neighbours of a product.
pub const NEIGHBOURS_MAX: usize = 24;
/// Similarities are whole numbers of this part.
const PARTS: u128 = 1_000_000;

/// A product that belongs to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Which.
    pub product: ProductId,
    /// How much they were together.
    pub together: u64,
    /// The cosine of their baskets, in millionths.
    pub similarity: u64,
}

/// What was in the baskets of one product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Together {
    own: u64,
    with: BTreeMap<ProductId, u64>,
}

impl Together {
    /// Counts one basket of the product, with what else was in it.
    pub fn add(&mut self, weight: u64, with: impl IntoIterator<Item = ProductId>) {
        self.own = self.own.saturating_add(weight);
        for product in with {
            let count = self.with.entry(product).or_default();
            *count = count.saturating_add(weight);
        }
    }

    /// What the product's baskets count, all together.
    pub fn own(&self) -> u64 {
        self.own
    }

    /// What the baskets count in which both were.
    pub fn with(&self, other: ProductId) -> u64 {
        self.with.get(&other).copied().unwrap_or_default()
    }

    /// Whom to compare with: at most [`CANDIDATES_MAX`] that were with it at least [`SUPPORT_MIN`], the most frequent first.
    pub fn candidates(&self) -> Vec<ProductId> {
        let known = self.with.iter().filter(|(_, together)| **together >= SUPPORT_MIN);
        let mut known: Vec<_> = known.map(|(product, together)| (*together, *product)).collect();
        known.sort_unstable_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
        known.into_iter().take(CANDIDATES_MAX).map(|(_, product)| product).collect()
    }

    /// At most [`NEIGHBOURS_MAX`] of the candidates, the most similar first, given what the baskets of each count.
    pub fn ranked(&self, totals: impl IntoIterator<Item = (ProductId, u64)>) -> Vec<Neighbour> {
        let neighbour = |(product, total): (ProductId, u64)| {
            let together = self.with(product);
            let similarity = cosine(together, self.own, total);
            Neighbour { product, together, similarity }
        };
        let mut ranked: Vec<_> = totals.into_iter().map(neighbour).collect();
        ranked.retain(|neighbour| neighbour.together >= SUPPORT_MIN);
        ranked.sort_unstable_by_key(|of| (u64::MAX - of.similarity, u64::MAX - of.together, of.product));
        ranked.truncate(NEIGHBOURS_MAX);
        ranked
    }
}

/// `together / sqrt(one * other)` in millionths, rounded down. Counts that were read one after the other may contradict each
/// other by a basket; a product is never in fewer baskets than both are.
fn cosine(together: u64, one: u64, other: u64) -> u64 {
    let square = u128::from(one.max(together)).saturating_mul(u128::from(other.max(together)));
    if square == 0 {
        return 0;
    }
    // The root is taken of the quotient, scaled up before, so that nothing is lost to rounding twice.
    let scaled = u128::from(together).saturating_mul(PARTS);
    let quotient = scaled.saturating_mul(scaled).checked_div(square).unwrap_or_default();
    u64::try_from(quotient.isqrt()).unwrap_or(u64::MAX)
}

/// The neighbours of several products together: those that belong to most of them most first, none of the products themselves.
pub fn combined(of: &[ProductId], neighbours: impl IntoIterator<Item = Neighbour>) -> Vec<ProductId> {
    let mut sums: BTreeMap<ProductId, u64> = BTreeMap::new();
    for neighbour in neighbours {
        let sum = sums.entry(neighbour.product).or_default();
        *sum = sum.saturating_add(neighbour.similarity);
    }
    let mut ranked: Vec<_> = sums.into_iter().filter(|(product, _)| !of.contains(product)).collect();
    ranked.sort_unstable_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
    ranked.into_iter().map(|(product, _)| product).collect()
}
