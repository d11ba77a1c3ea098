//! What sells.

use std::collections::BTreeMap;

use crate::ids::ProductId;

/// The newest documents of orders over which it is counted what sells.
pub const WINDOW: usize = 1_000;
/// The most products that are remembered as selling well.
const RANKED_MAX: usize = 100;

/// How often products were bought lately.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Popularity {
    orders: BTreeMap<ProductId, u64>,
}

impl Popularity {
    /// Counts an order with this product.
    pub fn add(&mut self, product: ProductId) {
        let count = self.orders.entry(product).or_default();
        *count = count.saturating_add(1);
    }

    /// At most 100 products, that of most orders first.
    pub fn ranked(&self) -> Vec<ProductId> {
        let mut ranked: Vec<_> = self.orders.iter().map(|(product, orders)| (*orders, *product)).collect();
        ranked.sort_unstable_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
        ranked.into_iter().take(RANKED_MAX).map(|(_, product)| product).collect()
    }
}
