//! The cases of `docs/cases.md` that take the whole shop: by many callers at once, and with the power cut around every commit.

mod bank;
mod checkout;
mod clock;
mod late;
mod messages;
mod provider;
mod quantities;
mod refunds;

use std::time::Duration;

use amazoff_actors::cart::Status;
use amazoff_actors::checkout::{ATTEMPTS_MAX, Outcome};
use amazoff_actors::ids::{CartId, OrderId, PaymentId};
use amazoff_actors::money::Money;
use amazoff_actors::payment::{Confirmation, Intent, IntentKey, Operation, PaymentProvider as _};
use amazoff_world::{Shelf, World};

pub(crate) use crate::carts::{CODE, LIMIT, books_balance, captures};

/// How many callers are many.
const MANY: usize = 10;

/// How often the provider did an operation of a cart's payments.
fn done(world: &World, cart: CartId, operation: Operation) -> usize {
    let ours = |payment| {
        (1..=ATTEMPTS_MAX).any(|attempt| payment == PaymentId::of_attempt(OrderId::of_cart(cart), attempt))
    };
    let entries = world.provider.entries();
    entries.iter().filter(|of| of.operation == operation && of.approved() && ours(of.payment)).count()
}

/// Whether a cart was bought. Whoever has bought paid once; whoever has not has an open cart, and no money went.
async fn is_bought(world: &World, cart: CartId) -> bool {
    let status = world.shop().carts.get(cart).await.unwrap().unwrap().state.status;
    let bought = matches!(status, Status::Completed { .. });
    assert!(bought || status == Status::Open, "{status:?}");
    assert_eq!(done(world, cart, Operation::Capture), usize::from(bought), "{status:?}");
    bought
}

/// How many pieces are set aside, and how many are promised.
async fn aside(world: &World, shelf: Shelf) -> (u32, u32) {
    let stock = world.shop().stocks.get(shelf.variant).await.unwrap().unwrap();
    (stock.state.held, stock.state.allocated)
}

/// A shopper with one piece, whom the bank asks.
async fn at_the_bank(world: &World, shelf: Shelf) -> (CartId, PaymentId) {
    let cart = world.full_cart(&[(shelf, 1)]).await;
    let asked = world.complete(cart, "tok_action").await.unwrap();
    let Outcome::RequiresAction { payment, .. } = asked else { panic!("{asked:?}") };
    (cart, payment)
}

/// Many of them.
async fn many_at_the_bank(world: &World, shelf: Shelf) -> Vec<(CartId, PaymentId)> {
    let mut asked = Vec::new();
    for _ in 0..MANY {
        asked.push(at_the_bank(world, shelf).await);
    }
    asked
}

/// The shopper agrees at the bank and closes the window: the shop hears nothing of it.
async fn agrees_in_silence(world: &World, payment: PaymentId) {
    let asked = world.provider.entries().into_iter().find(|of| of.payment == payment);
    let intent = Intent {
        key: IntentKey::of(payment, Operation::Confirm),
        payment,
        order: None,
        asked_at: None,
        amount: asked.map_or(Money::eur(0), |of| of.amount),
        reference: None,
        capture_reference: None,
    };
    world.provider.confirm(&intent, Confirmation::Approve).await.unwrap();
}

/// Lets the clock jump, and gives the reminder clock, which looks a few times a second, time to notice.
async fn jump(world: &World, by: Duration) {
    world.clock.jump_ms(i64::try_from(by.as_millis()).unwrap());
    tokio::time::sleep(Duration::from_secs(1)).await;
}
