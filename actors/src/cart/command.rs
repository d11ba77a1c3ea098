//! What may be asked of a cart.

use std::collections::BTreeMap;

use amazoff_supervisor::Principal;
use serde::{Deserialize, Serialize};

use super::{Address, Line, Owner, Rejection, Warning};
use crate::coupon;
use crate::ids::{CartId, LineId, OrderId, ProductId, UserId, VariantId};
use crate::money::{Currency, Money, Quantity};

/// A command to a cart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Opens it.
    Create {
        /// Whose it is.
        owner: Owner,
        /// In which it is paid.
        currency: Currency,
        /// Whether the shop sells in that currency. (The refusal is the cart's, so that a repeat hears it again.)
        #[serde(default = "yes")]
        sold: bool,
    },
    /// Adds pieces of a variant, or more of them.
    AddLine(Addition),
    /// Sets how many pieces a line has.
    SetQuantity {
        /// Which line.
        line: LineId,
        /// From now on.
        quantity: Quantity,
        /// How many pieces of the variant can be had now, where that is known. The checkout's hold decides anyway.
        available: Option<u32>,
    },
    /// Removes a line; one that is not there is as good as removed.
    RemoveLine {
        /// Which line.
        line: LineId,
    },
    /// Enters a code.
    ApplyCoupon {
        /// Normalised ([`coupon::normalise`]).
        code: String,
        /// Why nobody may use it now, where that is so.
        refusal: Option<coupon::Rejection>,
    },
    /// Takes a code out; one that is not there is as good as taken out.
    RemoveCoupon {
        /// Normalised.
        code: String,
    },
    /// Says where it goes.
    SetAddress(Address),
    /// Says how it is sent.
    SetShipping {
        /// The id of a shipping method.
        method: String,
        /// Whether that method serves the cart as it is.
        offered: bool,
    },
    /// Makes a guest's cart a person's.
    Adopt {
        /// Whose it becomes.
        user: UserId,
    },
    /// Moves what is in it into another cart, and ends it.
    MergeInto {
        /// Which other.
        target: CartId,
        /// What becomes of variants that both have.
        strategy: MergeStrategy,
    },
    /// Takes over what is in another cart, once.
    Absorb(Box<Absorption>),
    /// The other cart has taken everything over.
    RecordAbsorbed {
        /// Which.
        target: CartId,
        /// What the shopper should know.
        warnings: Vec<Warning>,
    },
    /// The other cart took nothing over.
    RecordMergeRefused {
        /// Which.
        target: CartId,
        /// Why.
        refusal: Box<Rejection>,
    },
    /// Locks it for an attempt of its checkout.
    Claim {
        /// The attempt's number, growing.
        attempt: u32,
        /// Where it goes, as the shopper said with the button.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<Address>,
    },
    /// Unlocks it after an attempt that failed.
    Release {
        /// The attempt that is over.
        attempt: u32,
        /// Newer prices of variants, where the attempt found some.
        reprice: Option<Vec<(VariantId, Money)>>,
    },
    /// Closes it: it has become an order.
    Complete {
        /// The attempt that holds it.
        attempt: u32,
        /// The order.
        order: OrderId,
    },
    /// Look how long nobody has touched it.
    Tidy,
}

fn yes() -> bool {
    true
}

/// Pieces of a variant on their way into a cart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Addition {
    /// What is bought.
    pub variant: VariantId,
    /// How many more.
    pub quantity: Quantity,
    /// What the catalogue says of it; nothing when it is unknown or not for sale. (The refusal is the cart's, so that a
    /// repeat hears it again.)
    pub offer: Option<Offer>,
}

/// A variant as the catalogue offers it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// Of which product.
    pub product: ProductId,
    /// The product's name.
    pub title: String,
    /// What makes the variant differ from others.
    pub options: BTreeMap<String, String>,
    /// The name of a picture's bytes.
    pub image: Option<String>,
    /// The price of one piece.
    pub unit_price: Money,
    /// How many pieces can be had now.
    pub available: u32,
}

/// What becomes of variants that two merging carts both have, and of those that only one has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeStrategy {
    /// All lines of both; of a common variant the sum, capped at what can be had and at [`Quantity::MAX`], but never fewer
    /// than either had.
    #[default]
    SumCapped,
    /// All lines of both; of a common variant the larger quantity.
    Max,
    /// The guest's lines replace those of the other cart.
    UseGuest,
    /// The other cart stays as it is; the guest's lines are given up.
    UseExisting,
}

/// What a cart takes over from another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Absorption {
    /// From which cart.
    pub source: CartId,
    /// Who asked for it; must be allowed to change this cart (CART-7).
    pub asker: Principal,
    /// In which the other cart is paid.
    pub currency: Currency,
    /// What becomes of variants that both have.
    pub strategy: MergeStrategy,
    /// Its lines, each with how many pieces can be had now.
    pub lines: Vec<(Line, u32)>,
    /// Its codes.
    pub coupons: Vec<String>,
}
