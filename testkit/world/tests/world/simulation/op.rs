//! What is asked of the shop, in a form that can be asked again.

use std::time::Duration;

use amazoff_actors::Shop;
use amazoff_actors::cart::{Cart, NewLine, Owner};
use amazoff_actors::checkout::{Checkout, CompleteError, CompleteForm, Outcome};
use amazoff_actors::ids::{CartId, LineId, OrderId, PaymentId, VariantId};
use amazoff_actors::money::{Money, Quantity};
use amazoff_actors::order::{Order, Portion, RefundOf, RefundReason};
use amazoff_actors::payment::{Confirmation, Payment};
use amazoff_actors::product::Product;
use amazoff_actors::stock::Stock;
use amazoff_actors::user::{RegisterForm, Role, User};
use amazoff_supervisor::{AskError, CommandId, Entity, EntityId, Envelope, Principal};
use amazoff_world::Shelf;

use super::notes::{Fate, fate, undone};

/// How long an asker waits for a command.
const WITHIN: Duration = Duration::from_secs(8);

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Open(CartId),
    Add(CartId, VariantId, u32),
    Set(CartId, LineId, u32),
    Remove(CartId, LineId),
    Code(CartId, String),
    TakeOut(CartId, String),
    Complete(CartId, Box<CompleteForm>, Duration),
    Confirm(PaymentId, Confirmation),
    Receive(VariantId, u32),
    Reprice(Shelf, i64),
    Draft(Shelf, String),
    Register(String),
    /// The shop gives an order up.
    CallOff(OrderId),
    /// The shop gives so many cents back.
    GiveBack(OrderId, i64),
    /// These pieces leave the house.
    Send(OrderId, Vec<Portion>),
}

/// What came of it, beyond what was told.
#[derive(Clone, Debug)]
pub(crate) enum Came {
    Nothing,
    Outcome(Outcome),
}

fn quantity(number: u32) -> Quantity {
    Quantity::try_from(number).expect("a quantity")
}

impl Op {
    /// The entity that decides.
    pub(crate) fn entity(&self, command: CommandId) -> EntityId {
        match self {
            Self::Open(cart)
            | Self::Add(cart, ..)
            | Self::Set(cart, ..)
            | Self::Remove(cart, _)
            | Self::Code(cart, _)
            | Self::TakeOut(cart, _) => EntityId::new(Cart::KIND, cart.uuid()),
            Self::Complete(cart, ..) => EntityId::new(Checkout::KIND, cart.uuid()),
            Self::Confirm(payment, _) => EntityId::new(Payment::KIND, payment.uuid()),
            Self::Receive(variant, _) => EntityId::new(Stock::KIND, variant.uuid()),
            Self::Reprice(shelf, _) | Self::Draft(shelf, _) => {
                EntityId::new(Product::KIND, shelf.product.uuid())
            }
            Self::Register(_) => EntityId::new(User::KIND, command.derive("user")),
            Self::CallOff(order) | Self::GiveBack(order, _) | Self::Send(order, _) => {
                EntityId::new(Order::KIND, order.uuid())
            }
        }
    }

    /// Asks the shop under a command id.
    pub(crate) async fn ask(&self, shop: &Shop, command: CommandId) -> (Fate, Came) {
        let by = |principal| Envelope::new(command, principal, WITHIN);
        let (guest, system) = (by(Principal::Guest), by(Principal::System));
        let told = match self {
            Self::Open(cart) => fate(&shop.carts.create(*cart, Owner::Guest, guest).await),
            Self::Add(cart, variant, number) => {
                let line = NewLine { variant: *variant, quantity: quantity(*number) };
                fate(&shop.carts.add_line(*cart, line, guest).await)
            }
            Self::Set(cart, line, number) => {
                fate(&shop.carts.set_quantity(*cart, *line, quantity(*number), guest).await)
            }
            Self::Remove(cart, line) => fate(&shop.carts.remove_line(*cart, *line, guest).await),
            Self::Code(cart, code) => fate(&shop.carts.apply_coupon(*cart, code, guest).await),
            Self::TakeOut(cart, code) => fate(&shop.carts.remove_coupon(*cart, code, guest).await),
            Self::Complete(cart, form, wait) => {
                let asked = shop.checkouts.complete(*cart, (**form).clone(), guest, *wait).await;
                return completed(asked);
            }
            Self::Confirm(payment, result) => fate(&shop.payments.confirm(*payment, *result, guest).await),
            Self::Receive(variant, number) => fate(&shop.stocks.receive(*variant, *number, system).await),
            Self::Reprice(shelf, cents) => {
                let price = Money::eur(*cents);
                fate(&shop.products.change_price(shelf.product, shelf.variant, price, system).await)
            }
            Self::Draft(shelf, slug) => {
                fate(&shop.products.create(shelf.product, shelf.draft(slug, 1_000), system).await)
            }
            Self::Register(email) => register(shop, email, guest).await,
            Self::CallOff(order) => fate(&shop.orders.call_off(*order, system.into()).await),
            Self::GiveBack(order, cents) => {
                let of = (RefundOf::Amount(Money::eur(*cents)), RefundReason::Goodwill);
                fate(&shop.orders.refund(*order, of, system.into()).await)
            }
            Self::Send(order, lines) => {
                fate(&shop.orders.ship(*order, (None, lines.clone()), None, system.into()).await)
            }
        };
        (told, Came::Nothing)
    }
}

async fn register(shop: &Shop, email: &str, envelope: Envelope) -> Fate {
    let form = RegisterForm {
        email: email.to_owned(),
        password: "correct horse battery".to_owned(),
        name: "Ann".to_owned(),
        roles: [Role::Shopper].into(),
    };
    match shop.users.register(form, envelope).await {
        Ok(_) => Fate::Decided(None),
        // Taken addresses are often refused before any command is given.
        Err(AskError::Refused { .. }) => Fate::Unknown,
        Err(error) => undone(&error),
    }
}

fn completed(asked: Result<Outcome, CompleteError>) -> (Fate, Came) {
    match asked {
        Ok(outcome) => (Fate::Decided(None), Came::Outcome(outcome)),
        Err(CompleteError::Ask(AskError::Refused { .. })) => (Fate::Decided(None), Came::Nothing),
        Err(CompleteError::Ask(error)) => (undone(&error), Came::Nothing),
        // The attempt may have begun; or the cart, or a key, could not be read before.
        Err(
            CompleteError::Read(_)
            | CompleteError::Vault(_)
            | CompleteError::CartNotFound
            | CompleteError::AddressMissing,
        ) => (Fate::Unknown, Came::Nothing),
    }
}
