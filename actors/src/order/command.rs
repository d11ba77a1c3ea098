//! What may be asked of an order.

use std::collections::BTreeMap;

use amazoff_supervisor::sealing::Sealed;
use serde::{Deserialize, Serialize};

use super::contact::Contact;
use super::fact::Fact;
use super::view::PaymentStatus;
use crate::cart::Owner;
use crate::ids::{CartId, LineId, PaymentId, ProductId, VariantId};
use crate::money::{Money, Quantity};
use crate::pricing::Totals;

/// A line as it was bought: later edits of the product do not reach it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The cart's line that it was.
    pub id: LineId,
    /// What was bought.
    pub variant_id: VariantId,
    /// The product that it is a variant of.
    pub product_id: ProductId,
    /// The product's title then.
    pub title: String,
    /// The variant's options then.
    pub options: BTreeMap<String, String>,
    /// The product's image then: the name of a blob.
    pub image: Option<String>,
    /// How many.
    pub quantity: Quantity,
    /// What one piece cost.
    pub unit_price: Money,
    /// What the line cost.
    pub line_total: Money,
}

/// What an order is about; frozen when it is placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The cart that it was.
    pub cart: CartId,
    /// Whose it is.
    pub owner: Owner,
    /// What is bought.
    pub lines: Vec<Line>,
    /// What it costs.
    pub totals: Totals,
    /// Who receives it.
    pub contact: Sealed<Contact>,
}

/// A request to an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Writes the order down, or writes it anew while it is not placed. From then on a payment is under way.
    Draft {
        /// What it is about.
        draft: Box<Draft>,
        /// The payment that is about to be asked.
        payment: PaymentId,
    },
    /// Notes how its payment stands.
    NotePayment {
        /// Which payment.
        payment: PaymentId,
        /// How it stands.
        status: PaymentStatus,
    },
    /// Makes it binding: its money is reserved and its stock committed.
    Place {
        /// The payment that reserved the money.
        payment: PaymentId,
    },
    /// The money is taken.
    MarkPaid {
        /// The payment that took it.
        payment: PaymentId,
        /// How much; must be the order's total.
        amount: Money,
    },
    /// What became of money, after the order was placed.
    NoteFact {
        /// Of which payment.
        payment: PaymentId,
        /// What.
        fact: Fact,
    },
    /// Gives a draft up for good.
    Cancel {
        /// Why, for the timeline.
        reason: CancelReason,
    },
}

/// Why an order is canceled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The shopper does not want it any more.
    Shopper,
    /// The shop cannot or will not deliver it.
    Shop,
}
