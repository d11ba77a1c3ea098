//! How collections, checkpoints and fields are called in MongoDB, and which indexes there are.

use amazoff_supervisor::ShardId;
use amazoff_supervisor::journal::JournalError;
use bson::{Document, doc};

use crate::mongodb::errors::unsayable;

/// The collection of all checkpoints.
pub(in crate::mongodb) const CHECKPOINTS: &str = "checkpoint";

/// The sequence of the source entity.
pub(super) const SOURCE_SEQ: &str = "source_seq";
/// Whether a document was deleted; only its sequence is then kept.
pub(super) const DELETED: &str = "deleted";
/// What the projection wrote.
pub(super) const BODY: &str = "body";

const PREFIX: &str = "documents.";
/// MongoDB's limit for the names of a database and a collection together, less the longest name of a database and a dot.
const NAME_BYTES_MAX: usize = 255 - 64;

/// The collection of a port's collection. The prefix keeps it apart from checkpoints, media and MongoDB's own.
pub(in crate::mongodb) fn collection(name: &str) -> Result<String, JournalError> {
    let is_sayable = !name.is_empty() && !name.contains(['$', '\0']);
    if is_sayable && name.len() + PREFIX.len() <= NAME_BYTES_MAX {
        Ok(format!("{PREFIX}{name}"))
    } else {
        Err(unsayable(format!("`{name}` cannot be the name of a collection")))
    }
}

/// Where a field of a body is.
pub(super) fn field(name: &str) -> String {
    format!("{BODY}.{name}")
}

/// The id of a checkpoint. Those of a projection are neighbours, in the order of their shards.
pub(super) fn checkpoint(projection: &str, shard: ShardId) -> String {
    format!("{projection}/{:05}", shard.number())
}

/// The checkpoints of a projection. The range is served by the index of the ids; the name decides.
pub(super) fn checkpoints_of(projection: &str) -> Document {
    // `0` is what follows `/`.
    let (from, to) = (format!("{projection}/"), format!("{projection}0"));
    doc! { "_id": { "$gte": from, "$lt": to }, "projection": projection }
}

/// An index of a port's collection, over fields of the body and then the id, which breaks ties.
pub(super) struct Index {
    /// Its name.
    pub(super) name: &'static str,
    fields: &'static [&'static str],
}

impl Index {
    pub(super) fn keys(&self) -> Document {
        let fields = self.fields.iter().map(|name| (field(name), 1));
        fields.chain([("_id".to_owned(), 1)]).map(|(key, order)| (key, order.into())).collect()
    }
}

/// What the shop lists: fields that must be equal first, then the order.
const PRODUCTS: &[Index] = &[
    Index { name: "slug", fields: &["slug"] },
    Index { name: "created", fields: &["status", "created_at"] },
    Index { name: "price", fields: &["status", "price_amount"] },
    Index { name: "name", fields: &["status", "name"] },
    Index { name: "category_created", fields: &["status", "category", "created_at"] },
    Index { name: "category_price", fields: &["status", "category", "price_amount"] },
    Index { name: "category_name", fields: &["status", "category", "name"] },
];
const ORDERS: &[Index] = &[
    Index { name: "user", fields: &["user", "placed_at"] },
    Index { name: "number", fields: &["number", "placed_at"] },
    Index { name: "return_status", fields: &["return_status", "placed_at"] },
    Index { name: "placed", fields: &["placed_at"] },
];
const REVIEWS: &[Index] = &[
    Index { name: "product_newest", fields: &["product", "shown_since"] },
    Index { name: "product_helpful", fields: &["product", "helpful"] },
    Index { name: "author", fields: &["author", "created_at"] },
    Index { name: "status", fields: &["status", "since"] },
];
const CARTS: &[Index] = &[Index { name: "user", fields: &["user"] }];
const BASKETS: &[Index] = &[
    Index { name: "product_newest", fields: &["product", "at"] },
    Index { name: "newest", fields: &["at"] },
];
const OF_DAYS: &[Index] = &[Index { name: "day", fields: &["day", "currency"] }];
const MILESTONES: &[Index] = &[Index { name: "stage_day", fields: &["stage_day"] }];
const STOCK_LEVELS: &[Index] = &[Index { name: "available", fields: &["available"] }];
const PROCESSES: &[Index] = &[Index { name: "started", fields: &["started_at"] }];

/// The indexes of a port's collection, whichever its generation. Others are read whole, or by id.
pub(super) fn indexes(name: &str) -> &'static [Index] {
    match name.split('@').next() {
        Some("products") => PRODUCTS,
        Some("orders") => ORDERS,
        Some("reviews") => REVIEWS,
        Some("carts") => CARTS,
        Some("baskets" | "left-baskets") => BASKETS,
        Some("sales" | "sold-lines") => OF_DAYS,
        Some("milestones") => MILESTONES,
        Some("stock-levels") => STOCK_LEVELS,
        Some("processes") => PROCESSES,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generation_has_the_indexes_of_its_collection() {
        for name in ["products", "products@1", "products@12"] {
            assert_eq!(indexes(name).len(), PRODUCTS.len());
        }
        assert!(indexes("products-by-hand").is_empty());
    }

    #[test]
    fn only_what_mongodb_can_name_is_a_collection() {
        assert_eq!(collection("orders@3").unwrap(), "documents.orders@3");
        for name in ["", "a$b", "a\0b", &"x".repeat(200)] {
            assert!(collection(name).is_err(), "{name:?}");
        }
    }
}
