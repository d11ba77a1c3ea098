//! What undelivered effects carry: money and pieces that one entity has booked out and another has not booked in.
//!
//! A receiver stores the outcome of an effect under a name that follows from the effect, in the commit that books. So an
//! effect whose row is still there although it was taken in is told apart, and does not count twice. One that was refused
//! carries on: its sender takes back what it carries, or a person comes.

use amazoff_actors::checkout::{self, Checkout};
use amazoff_actors::ids::{PaymentId, ProductId, RefundId, VariantId};
use amazoff_actors::money::{Money, Quantity};
use amazoff_actors::order::{self, Fact, Order};
use amazoff_actors::payment::{self, Payment, Update};
use amazoff_actors::rating::{Rating, Stars};
use amazoff_actors::review;
use amazoff_actors::stock::Stock;
use amazoff_supervisor::{Entity as _, EntityId};
use uuid::Uuid;

/// What an effect carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cargo {
    /// Money that a payment took and its order does not count yet; all of the payment's when no amount is named.
    Taken(PaymentId, Option<Money>),
    /// Money that is to be given back, on its way to the payment; or that came back, on its way to the order.
    GivenBack(Money),
    /// What a payment did not give back of a refund, on its way back to the order: all but so much.
    NotGivenBack(PaymentId, RefundId, i64),
    /// Pieces that an order sent and its stock still counts.
    Sent(VariantId, Quantity),
    /// Pieces that an order gave up and its stock still keeps for it.
    GivenUp(VariantId, Quantity),
    /// Pieces that came back and their stock does not count yet.
    CameBack(VariantId, Quantity),
    /// Stars that a review gives no more, and that it gives instead, and the rating of its product does not count so yet.
    Stars(ProductId, Option<Stars>, Option<Stars>),
}

/// An effect that carries something, and to whom.
pub(crate) type Carried = Option<(EntityId, Cargo)>;

/// What an effect of a checkout carries.
pub(crate) fn of_checkout(effect: &checkout::Effect) -> Carried {
    use checkout::Effect;
    match effect {
        Effect::MarkPaid { order, payment, amount, .. } => {
            Some((EntityId::new(Order::KIND, order.uuid()), Cargo::Taken(*payment, Some(*amount))))
        }
        // Holds are booked by the stock alone, from one of its shelves to another.
        Effect::HoldStock { .. }
        | Effect::CommitStock { .. }
        | Effect::ReleaseStock { .. }
        | Effect::ClaimCart { .. }
        | Effect::PriceLines { .. }
        | Effect::DraftOrder { .. }
        | Effect::ClaimCoupon { .. }
        | Effect::Authorize { .. }
        | Effect::SyncPayment { .. }
        | Effect::VoidPayment { .. }
        | Effect::ConfirmCoupon { .. }
        | Effect::PlaceOrder { .. }
        | Effect::Capture { .. }
        | Effect::NotePayment { .. }
        | Effect::CompleteCart { .. }
        | Effect::ReleaseCoupon { .. }
        | Effect::ReleaseCart { .. } => None,
    }
}

/// What an effect of an order carries.
pub(crate) fn of_order(effect: &order::Effect) -> Carried {
    use order::Effect;
    let stock = |variant: &VariantId| EntityId::new(Stock::KIND, variant.uuid());
    match effect {
        Effect::Refund { payment, amount, .. } => {
            Some((EntityId::new(Payment::KIND, payment.uuid()), Cargo::GivenBack(*amount)))
        }
        Effect::ShipStock { variant, quantity, .. } => {
            Some((stock(variant), Cargo::Sent(*variant, *quantity)))
        }
        Effect::Deallocate { variant, quantity, .. } => {
            Some((stock(variant), Cargo::GivenUp(*variant, *quantity)))
        }
        Effect::Restock { variant, quantity, .. } => {
            Some((stock(variant), Cargo::CameBack(*variant, *quantity)))
        }
        Effect::Authorize { .. }
        | Effect::SyncPayment { .. }
        | Effect::CapturePart { .. }
        | Effect::VoidPayment { .. }
        | Effect::NotePurchase { .. }
        | Effect::Write { .. }
        | Effect::Announce { .. } => None,
    }
}

/// What an effect of a review carries.
pub(crate) fn of_review(effect: &review::Effect) -> Carried {
    let review::Effect::Count { product, delta } = effect;
    let cargo = Cargo::Stars(*product, delta.from, delta.to);
    Some((EntityId::new(Rating::KIND, product.uuid()), cargo))
}

/// What an effect of a payment carries. Calls to the provider carry nothing: the payment itself says what it is asked to
/// give back and did not yet.
pub(crate) fn of_payment(sender: Uuid, effect: &payment::Effect) -> Carried {
    use payment::Effect;
    match effect {
        Effect::TellCheckout { cart, update: Update::Captured } => {
            let cargo = Cargo::Taken(PaymentId::from(sender), None);
            Some((EntityId::new(Checkout::KIND, cart.uuid()), cargo))
        }
        Effect::TellOrder { order, payment, fact } => {
            let cargo = of_fact(*payment, fact)?;
            Some((EntityId::new(Order::KIND, order.uuid()), cargo))
        }
        Effect::TellCheckout {
            update:
                Update::RequiresAction { .. }
                | Update::Unknown
                | Update::Authorized
                | Update::Voided
                | Update::Failed { .. }
                | Update::IntegrityFailure,
            ..
        }
        | Effect::CallProvider { .. } => None,
    }
}

fn of_fact(payment: PaymentId, fact: &Fact) -> Option<Cargo> {
    match fact {
        Fact::Captured { amount, .. } => Some(Cargo::Taken(payment, Some(*amount))),
        // Of one that is done as a whole, nothing is left.
        Fact::Refunded { refund, amount } => Some(Cargo::NotGivenBack(payment, *refund, amount.amount)),
        Fact::RefundFailed { refund, .. } => Some(Cargo::NotGivenBack(payment, *refund, 0)),
        Fact::RefundReturned { amount, .. } => Some(Cargo::GivenBack(*amount)),
        // Disputes are booked by the payment alone.
        Fact::Paying { .. }
        | Fact::CaptureFailed { .. }
        | Fact::Voided
        | Fact::Expired
        | Fact::DisputeOpened { .. }
        | Fact::DisputeClosed { .. } => None,
    }
}
