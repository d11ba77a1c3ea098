//! What a checkout's effects do: each is one command to one entity, and its answer comes back as one command.
//!
//! Before money is reserved a refusal is an answer, and the attempt fails with it. After that nothing may fail by a rule: a
//! refusal is a defect, so it is reported, and the effect waits for a person while money and stock stay reserved (CHK-5).

mod cart;
mod coupon;
mod order;
pub(super) mod payment;
mod stock;

use amazoff_supervisor::{Deliver, Delivered, Delivery, Directory};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::command::Command;
use super::effect::Effect;
use super::state::Checkout;
use crate::cart::Cart;
use crate::coupon::Coupon;
use crate::order::Order;
use crate::payment::Payment;
use crate::pricing::Prices;
use crate::stock::Stock;

/// Delivers the effects of checkouts to the entities that it names.
pub struct CheckoutDelivery {
    /// The carts.
    pub carts: Directory<Cart>,
    /// What carts cost.
    pub prices: Prices,
    /// The coupons.
    pub coupons: Directory<Coupon>,
    /// The stock.
    pub stocks: Directory<Stock>,
    /// The orders.
    pub orders: Directory<Order>,
    /// The payments.
    pub payments: Directory<Payment>,
}

/// An effect on its way.
type Sent<'a> = Delivery<'a, Effect>;

impl Deliver<Checkout> for CheckoutDelivery {
    fn deliver<'a>(&'a self, sent: Sent<'a>) -> BoxFuture<'a, Delivered<Command>> {
        async move {
            match sent.effect {
                Effect::ClaimCart { attempt, address } => {
                    cart::claim(self, &sent, *attempt, address.as_ref()).await
                }
                Effect::PriceLines { attempt, at, .. } => cart::price(self, &sent, *attempt, *at).await,
                Effect::CompleteCart { attempt, order, paid } => {
                    cart::complete(self, &sent, *attempt, (*order, *paid)).await
                }
                Effect::ReleaseCart { attempt, reprice } => {
                    cart::release(self, &sent, *attempt, reprice.as_deref()).await
                }
                Effect::HoldStock { attempt, variant, hold, quantity, expires_at } => {
                    let asked = stock::Asked { hold: *hold, quantity: *quantity, expires_at: *expires_at };
                    stock::hold(self, &sent, (*attempt, *variant), asked).await
                }
                Effect::CommitStock { attempt, variant, hold } => {
                    stock::commit(self, &sent, (*attempt, *variant), *hold).await
                }
                Effect::ReleaseStock { attempt, variant, hold } => {
                    stock::release(self, &sent, (*attempt, *variant), *hold).await
                }
                Effect::ClaimCoupon { attempt, code, order, customer, at } => {
                    let wanted = coupon::Use { attempt: *attempt, code, order: *order };
                    coupon::claim(self, &sent, wanted, (customer, *at)).await
                }
                Effect::ConfirmCoupon { attempt, code, order } => {
                    let used = coupon::Use { attempt: *attempt, code, order: *order };
                    coupon::confirm(self, &sent, used).await
                }
                Effect::ReleaseCoupon { attempt, code, order } => {
                    let used = coupon::Use { attempt: *attempt, code, order: *order };
                    coupon::release(self, &sent, used).await
                }
                Effect::DraftOrder { attempt, order, draft, payment } => {
                    order::draft(self, &sent, *attempt, (*order, draft, *payment)).await
                }
                Effect::PlaceOrder { attempt, order, payment } => {
                    order::place(self, &sent, *attempt, (*order, *payment)).await
                }
                Effect::NotePayment { order, payment, status } => {
                    order::note(self, &sent, *order, (*payment, *status)).await
                }
                Effect::MarkPaid { attempt, order, payment, amount } => {
                    order::mark_paid(self, &sent, *attempt, (*order, *payment, *amount)).await
                }
                Effect::Authorize { attempt, payment, terms } => {
                    payment::authorize(self, &sent, *attempt, (*payment, terms)).await
                }
                Effect::SyncPayment { payment } => payment::sync(self, &sent, *payment).await,
                Effect::VoidPayment { payment } => payment::void(self, &sent, *payment).await,
                Effect::Capture { payment } => payment::capture(self, &sent, *payment).await,
            }
        }
        .boxed()
    }
}

/// A step that may not be refused any more was: nothing is undone, a person must look.
fn stuck(sent: &Sent<'_>, what: &str, reason: &str) -> Delivered<Command> {
    let checkout = &sent.key.entity;
    tracing::error!(checkout.id = %checkout, %reason, "{checkout} is stuck: it must {what}, but {reason}");
    Delivered::Dead { reason: format!("{what}: {reason}") }
}
