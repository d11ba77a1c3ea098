//! The three axes of an order. They follow from what happened and are stored with it, so that lists can be filtered.
//! [`Axes::derive`] is the only thing that makes them.

use serde::{Deserialize, Serialize};

use super::state::Order;
use super::view::{FulfillmentStatus, PaymentStatus, Stage, Status};

/// Whether an order binds, how its payment stands, how far its goods are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Axes {
    status: Status,
    payment: PaymentStatus,
    fulfillment: FulfillmentStatus,
}

impl Axes {
    /// What follows from what happened to an order.
    pub fn derive(order: &Order) -> Self {
        let (payment, fulfillment) = (payment(order), fulfillment(order));
        Self { status: status(order, fulfillment), payment, fulfillment }
    }

    /// Whether it binds.
    pub fn status(self) -> Status {
        self.status
    }

    /// How its payment stands.
    pub fn payment(self) -> PaymentStatus {
        self.payment
    }

    /// How far its goods are.
    pub fn fulfillment(self) -> FulfillmentStatus {
        self.fulfillment
    }

    /// The one line that a shopper follows.
    pub fn stage(self) -> Stage {
        match self.status {
            Status::Draft => return Stage::Draft,
            Status::Canceled => return Stage::Canceled,
            Status::Placed | Status::Completed => {}
        }
        match self.fulfillment {
            FulfillmentStatus::Unfulfilled => {}
            FulfillmentStatus::Packed => return Stage::Packed,
            FulfillmentStatus::PartiallyShipped
            | FulfillmentStatus::Shipped
            | FulfillmentStatus::PartiallyDelivered => return Stage::Shipped,
            FulfillmentStatus::Delivered | FulfillmentStatus::Returned => return Stage::Delivered,
        }
        match self.payment {
            PaymentStatus::Paid | PaymentStatus::PartiallyRefunded | PaymentStatus::Refunded => Stage::Paid,
            PaymentStatus::None
            | PaymentStatus::Pending
            | PaymentStatus::RequiresAction
            | PaymentStatus::Authorized
            | PaymentStatus::PartiallyPaid
            | PaymentStatus::Failed
            | PaymentStatus::Voided => Stage::Placed,
        }
    }
}

/// Completed = everything that is still wanted arrived, and all that it costs was taken. What is returned or refunded
/// afterwards does not open it again.
fn status(order: &Order, goods: FulfillmentStatus) -> Status {
    if order.canceled.is_some() {
        return Status::Canceled;
    }
    if order.placed_at.is_none() {
        return Status::Draft;
    }
    let arrived = matches!(goods, FulfillmentStatus::Delivered | FulfillmentStatus::Returned);
    let settled = order.captured() >= order.price();
    if arrived && settled { Status::Completed } else { Status::Placed }
}

/// While nothing was taken: what was noted last; what binds and costs nothing is paid. From then on: what was taken against what
/// it costs and what went back.
fn payment(order: &Order) -> PaymentStatus {
    let (captured, refunded) = (order.captured(), order.refunded());
    let is_free = order.total() == 0 && order.placed_at.is_some() && order.canceled.is_none();
    match (captured, refunded) {
        (..=0, _) if is_free => PaymentStatus::Paid,
        (..=0, _) => order.standing(),
        (_, 1..) if refunded >= captured => PaymentStatus::Refunded,
        (_, 1..) => PaymentStatus::PartiallyRefunded,
        _ if captured >= order.price() => PaymentStatus::Paid,
        _ => PaymentStatus::PartiallyPaid,
    }
}

fn fulfillment(order: &Order) -> FulfillmentStatus {
    let sum = |count: fn(&super::goods::Pieces) -> u32| -> u64 {
        order.goods.values().map(|pieces| u64::from(count(pieces))).sum()
    };
    let (current, shipped) = (sum(super::goods::Pieces::current), sum(|pieces| pieces.shipped));
    let (delivered, returned) = (sum(|pieces| pieces.delivered), sum(|pieces| pieces.returned));
    if current == 0 {
        return FulfillmentStatus::Unfulfilled;
    }
    if returned == current {
        FulfillmentStatus::Returned
    } else if delivered == current {
        FulfillmentStatus::Delivered
    } else if delivered > 0 {
        FulfillmentStatus::PartiallyDelivered
    } else if shipped == current {
        FulfillmentStatus::Shipped
    } else if shipped > 0 {
        FulfillmentStatus::PartiallyShipped
    } else if sum(|pieces| pieces.packed) > 0 {
        FulfillmentStatus::Packed
    } else {
        FulfillmentStatus::Unfulfilled
    }
}
