//! What is known of each entity once it was replayed: as little as the checks need.

use std::collections::{BTreeMap, HashMap, HashSet};

use amazoff_actors::ids::{CartId, CouponId, HoldId, OrderId, ProductId, RefundId, UserId, VariantId};
use amazoff_actors::money::Money;
use amazoff_actors::order::{PaymentStatus, Status};
use amazoff_actors::rating::{Stars, Tally};
use amazoff_actors::stock::HoldState;
use amazoff_supervisor::{EntityId, ShardId, Timestamp};
use uuid::Uuid;

use crate::in_flight::InFlight;

/// How far an entity has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// How many events it has.
    pub version: u64,
    /// Where the newest of them is in the shard.
    pub shard_seq: u64,
}

/// A cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartFact {
    /// The attempt that has locked it.
    pub locked_by: Option<u32>,
    /// What it became.
    pub order: Option<OrderId>,
}

/// A checkout, under its cart's id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckoutFact {
    /// The attempt that runs.
    pub attempt: Option<u32>,
    /// Whether that has given all of its stock back already.
    pub gave_stock_back: bool,
    /// The attempt that bought.
    pub bought: Option<u32>,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderFact {
    /// Where it is in its life.
    pub status: Status,
    /// How its payment stands.
    pub payment_status: PaymentStatus,
    /// The payment that counts.
    pub payment: Option<Uuid>,
    /// Payments that were begun after it was placed and are not over.
    pub further: Vec<Uuid>,
    /// The cart that it was.
    pub cart: Option<CartId>,
    /// What it costs.
    pub total: Option<Money>,
    /// What the ledger must count as sold by it: what was taken, without what it gave back or has asked to.
    pub sold: i64,
    /// What it costs by now.
    pub price: i64,
    /// What was taken for it, as far as it knows.
    pub captured: i64,
    /// Whether all of its money is taken when it is placed.
    pub paid_at_once: bool,
    /// Whether it was ever placed; it may have been given up since.
    pub was_placed: bool,
    /// The coupons that it uses.
    pub coupons: Vec<CouponId>,
}

impl OrderFact {
    /// Whether it binds.
    pub fn is_placed(&self) -> bool {
        matches!(self.status, Status::Placed | Status::Completed)
    }
}

/// Where a payment stands, as far as checks care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing more can happen, and no money was taken.
    Over,
    /// All that was to be taken is taken.
    Captured,
    /// The provider is being asked.
    Asking {
        /// Whether it is asked to take the money.
        captures: bool,
    },
    /// The provider's answer is missing.
    Unknown {
        /// Whether it is that to the taking of the money.
        captures: bool,
        /// Since when.
        since: Timestamp,
    },
    /// Money is or may be reserved, and it is somebody else's turn.
    Waiting,
    /// Nothing was asked yet.
    Created,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentFact {
    /// Which order it pays.
    pub order: Option<OrderId>,
    /// Whose checkout is told.
    pub cart: Option<CartId>,
    /// How much.
    pub amount: Option<Money>,
    /// Through whom.
    pub provider: String,
    /// Where it stands.
    pub progress: Progress,
    /// How much was taken.
    pub captured: i64,
    /// How much of that was given back.
    pub refunded: i64,
    /// How much card owners took back or hold in dispute.
    pub disputed: i64,
    /// How much it is asked to give back and did not yet.
    pub giving_back: i64,
    /// How much each of its refunds was asked for.
    pub refunds: BTreeMap<RefundId, Money>,
    /// How much the provider is being asked to take, or may have taken.
    pub capturing: i64,
    /// How much the provider is being asked to give back, or may have given back.
    pub refunding: i64,
    /// Whether its money was ever reserved.
    pub was_authorized: bool,
}

/// The stock of a variant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StockFact {
    /// On the shelf.
    pub on_hand: u32,
    /// In live holds.
    pub held: u32,
    /// In committed holds.
    pub allocated: u32,
    /// How many more may be promised than are on the shelf.
    pub backorder_max: u32,
    /// The holds: whose, how many, in which state.
    pub holds: Vec<(HoldId, CartId, u32, HoldState)>,
}

/// A coupon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CouponFact {
    /// Its code.
    pub code: String,
    /// How many orders may use it.
    pub total_limit: Option<u32>,
    /// How many orders of one customer may use it.
    pub per_customer_limit: Option<u32>,
    /// How many orders use it.
    pub redeemed: u32,
    /// How many orders of one customer use it, of whoever has most.
    pub most_by_customer: u32,
    /// The orders that use it.
    pub uses: BTreeMap<OrderId, CouponUse>,
}

/// An order's use of a coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CouponUse {
    /// The attempt of its checkout that claimed it.
    pub attempt: u32,
    /// Whether it is final.
    pub confirmed: bool,
}

/// What orders say of the pieces of a variant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoodsFact {
    /// Bought, not given up and not sent yet.
    pub owed: i64,
    /// Sent, less what came back.
    pub out: i64,
}

/// A product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductFact {
    /// The unique keys that it believes to have, each in its namespace.
    pub keys: Vec<(&'static str, String)>,
    /// The names of its pictures' bytes.
    pub media: Vec<String>,
}

/// A user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFact {
    /// The digest of the address; absent before the registration.
    pub email_claim: Option<String>,
}

/// A review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewFact {
    /// Of what.
    pub product: ProductId,
    /// By whom.
    pub author: UserId,
    /// How often its author voted for it or complained about it.
    pub own_voices: usize,
    /// The stars that everybody sees.
    pub shown: Option<Stars>,
    /// The stars that the rating was asked to count.
    pub asked: Option<Stars>,
    /// Whether the rating has answered all that it was asked.
    pub is_answered: bool,
}

/// A document as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    /// A digest of its body.
    pub(crate) digest: [u8; 32],
    /// From whom it follows; a document that several entities write alike has one of them.
    pub(crate) entity: EntityId,
}

/// Everything that is known.
#[derive(Default)]
pub struct Facts {
    /// Carts.
    pub carts: HashMap<Uuid, CartFact>,
    /// Checkouts.
    pub checkouts: HashMap<Uuid, CheckoutFact>,
    /// Orders.
    pub orders: HashMap<Uuid, OrderFact>,
    /// Payments.
    pub payments: HashMap<Uuid, PaymentFact>,
    /// Stocks.
    pub stocks: BTreeMap<VariantId, StockFact>,
    /// Products.
    pub products: HashMap<Uuid, ProductFact>,
    /// Coupons.
    pub coupons: HashMap<Uuid, CouponFact>,
    /// Users.
    pub users: HashMap<Uuid, UserFact>,
    /// Reviews.
    pub reviews: HashMap<Uuid, ReviewFact>,
    /// What reviews ask ratings to count, the fewest stars first.
    pub asked: BTreeMap<ProductId, [i64; 5]>,
    /// Ratings, under their products' ids.
    pub ratings: HashMap<Uuid, Tally>,
    /// What orders say of the pieces of a variant.
    pub goods: BTreeMap<VariantId, GoodsFact>,
    /// The ledger: balance by (account, asset).
    pub balances: BTreeMap<(String, String), i64>,
    /// The newest number of each shard.
    pub heads: BTreeMap<ShardId, u64>,
    /// How far each entity has come, by kind.
    pub(crate) seen: HashMap<&'static str, HashMap<Uuid, Seen>>,
    /// Undelivered effects that carry money or pieces.
    pub(crate) in_flight: InFlight,
    /// Who has effects to deliver.
    pub(crate) sends: HashSet<EntityId>,
    /// Who will be woken.
    pub(crate) wakes: HashSet<EntityId>,
    /// Persons with sealed data.
    pub(crate) persons: HashSet<Uuid>,
    /// Documents by (collection, id).
    pub(crate) documents: HashMap<(&'static str, String), Expected>,
    /// Who has each unique key, by (namespace, key).
    pub(crate) claims: HashMap<(String, String), EntityId>,
}

impl Facts {
    /// How far an entity has come; `None` when it has no events.
    pub fn seen(&self, entity: &EntityId) -> Option<Seen> {
        self.seen.get(entity.kind.as_str())?.get(&entity.id).copied()
    }

    /// The balance of an account.
    pub fn balance(&self, account: &str, asset: &str) -> i64 {
        self.balances.get(&(account.to_owned(), asset.to_owned())).copied().unwrap_or(0)
    }

    /// Whether an entity has effects to deliver or will be woken.
    pub(crate) fn moves(&self, entity: &EntityId) -> bool {
        self.sends.contains(entity) || self.wakes.contains(entity)
    }
}
