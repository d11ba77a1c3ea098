//! What may be asked of an order.

use amazoff_supervisor::sealing::Sealed;
use serde::{Deserialize, Serialize};

use super::draft::Draft;
use super::fact::Fact;
use super::goods::{Portion, ReceivedPortion, ReturnReason, Tracking};
use super::view::PaymentStatus;
use crate::ids::{AdjustmentId, NoteId, PaymentId, ReturnId, ShipmentId, UserId};
use crate::money::Money;

/// A request to an order. Whatever makes something new names it, so that a repeat changes nothing.
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
    /// Begins another payment over what is still owed.
    Pay {
        /// Its name.
        payment: PaymentId,
        /// The provider's name.
        provider: String,
        /// The provider's token for the shopper's card; never a card number.
        token: String,
    },
    /// Asks how a further payment stands that its shopper may have left.
    CheckPayment,
    /// Gives up a further payment that its shopper has left.
    GiveUpPayment,
    /// Gives all of it up: stock becomes free, money goes back.
    Cancel {
        /// Why, for the timeline.
        reason: CancelReason,
    },
    /// Gives pieces up that are not packed.
    CancelLines {
        /// The name of what it changes.
        adjustment: AdjustmentId,
        /// Which pieces.
        lines: Vec<Portion>,
        /// Why.
        reason: CancelReason,
    },
    /// Puts pieces into a parcel.
    Pack {
        /// Which parcel.
        shipment: ShipmentId,
        /// Which pieces.
        lines: Vec<Portion>,
    },
    /// Takes a parcel apart that was not sent.
    Unpack {
        /// Which parcel.
        shipment: ShipmentId,
    },
    /// Sends a parcel.
    Ship {
        /// Which parcel.
        shipment: ShipmentId,
        /// Which pieces; may be empty for a parcel that was packed.
        lines: Vec<Portion>,
        /// How to follow it.
        tracking: Option<Tracking>,
    },
    /// A parcel arrived.
    Deliver {
        /// Which parcel.
        shipment: ShipmentId,
    },
    /// The shopper wants to send pieces back.
    RequestReturn {
        /// The name of the return.
        id: ReturnId,
        /// Which pieces.
        lines: Vec<Portion>,
        /// Why.
        reason: ReturnReason,
    },
    /// The shop takes them back.
    ApproveReturn {
        /// Which return.
        id: ReturnId,
    },
    /// The shop does not.
    RejectReturn {
        /// Which return.
        id: ReturnId,
    },
    /// The shopper keeps them.
    CancelReturn {
        /// Which return.
        id: ReturnId,
    },
    /// They arrived; their price goes back.
    ReceiveReturn {
        /// Which return.
        id: ReturnId,
        /// What arrived, and whether it can be sold again.
        lines: Vec<ReceivedPortion>,
    },
    /// Gives money back.
    Refund {
        /// The name of what it changes.
        adjustment: AdjustmentId,
        /// What for.
        of: RefundOf,
        /// Why.
        reason: RefundReason,
    },
    /// Keeps a remark.
    AddNote {
        /// Its name.
        id: NoteId,
        /// What it says.
        text: Sealed<String>,
        /// Who wrote it.
        author: Option<UserId>,
    },
    /// Does something only if nothing has happened since somebody looked.
    IfVersion {
        /// How many events the order had then.
        version: u64,
        /// What is asked.
        command: Box<Command>,
    },
    /// What became of money, after the order was placed.
    NoteFact {
        /// Of which payment.
        payment: PaymentId,
        /// What.
        fact: Fact,
    },
}

/// What is refunded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundOf {
    /// The price of pieces, each at its frozen share.
    Lines(Vec<Portion>),
    /// A sum.
    Amount(Money),
}

/// Why money is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundReason {
    /// The goods were lost, broken or wrong.
    Defect,
    /// A kindness.
    Goodwill,
    /// More was taken than the order costs.
    Excess,
    /// Something else, told in a note.
    Other,
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
