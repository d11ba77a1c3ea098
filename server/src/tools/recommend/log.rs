//! Orders to learn from: made up, or read.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use amazoff_actors::ids::ProductId;
use amazoff_supervisor::derive_uuid;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Rows that a file may have.
const ROWS_MAX: usize = 5_000_000;
/// Orders that are made up.
const ORDERS: usize = 5_000;
/// Groups of products that belong together, and how many each has.
const GROUPS: usize = 40;
const GROUP: usize = 5;

/// Orders, the oldest first; each names its products once, in the order of coming.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Log {
    pub(super) orders: Vec<Vec<ProductId>>,
}

/// A row of a file.
#[derive(Deserialize)]
struct Row {
    order_id: String,
    product_id: String,
    time: String,
}

impl Log {
    /// How many products there are.
    pub(super) fn products(&self) -> usize {
        self.orders.iter().flatten().collect::<BTreeSet<_>>().len()
    }

    /// Orders in which products of one group come together, some groups much more often than others, with things among them
    /// that belong to nothing. The same for the same seed.
    pub(super) fn made_up(seed: u64) -> Self {
        let mut chance = StdRng::seed_from_u64(seed);
        let order = |_| {
            let mut order = Vec::new();
            if chance.random_range(0..10) > 0 {
                let group = skewed(&mut chance, GROUPS);
                for _ in 0..chance.random_range(2..=4) {
                    add(&mut order, group * GROUP + chance.random_range(0..GROUP));
                }
            }
            for _ in 0..chance.random_range(0..=2) {
                add(&mut order, skewed(&mut chance, GROUPS * GROUP));
            }
            order
        };
        let orders = (0..ORDERS).map(order).filter(|order| !order.is_empty()).collect();
        Self { orders }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Text that says which row cannot be read.
    pub(super) fn read(file: impl Read) -> Result<Self, String> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file);
        let mut orders: BTreeMap<String, (i128, Vec<ProductId>)> = BTreeMap::new();
        for (number, row) in reader.deserialize::<Row>().enumerate() {
            if number >= ROWS_MAX {
                return Err(format!("there are more than {ROWS_MAX} rows"));
            }
            let row = row.map_err(|error| error.to_string())?;
            let at =
                moment(&row.time).ok_or_else(|| format!("row {}: `{}` is no time", number + 1, row.time))?;
            let (placed, products) = orders.entry(row.order_id).or_insert((at, Vec::new()));
            *placed = at.min(*placed);
            let product = named(row.product_id.as_bytes());
            if !products.contains(&product) {
                products.push(product);
            }
        }
        let mut orders: Vec<_> = orders.into_iter().map(|(id, (at, products))| (at, id, products)).collect();
        orders.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        Ok(Self { orders: orders.into_iter().map(|(.., products)| products).collect() })
    }
}

/// A number below `most`; small ones much more often.
fn skewed(chance: &mut StdRng, most: usize) -> usize {
    chance.random_range(0..most).min(chance.random_range(0..most)).min(chance.random_range(0..most))
}

fn add(order: &mut Vec<ProductId>, product: usize) {
    let product = named(&product.to_be_bytes());
    if !order.contains(&product) {
        order.push(product);
    }
}

/// A product by whatever it is called.
fn named(name: &[u8]) -> ProductId {
    ProductId::from(derive_uuid(&[b"evaluation", name]))
}

/// A time in whatever unit, as long as later is more.
fn moment(text: &str) -> Option<i128> {
    let number = text.parse::<i64>().ok().map(i128::from);
    number.or_else(|| OffsetDateTime::parse(text, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp_nanos))
}
