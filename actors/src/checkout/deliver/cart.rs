//! To the cart, and to its price.

use amazoff_supervisor::{Delivered, Directory, Timestamp};

use super::super::command::{CartAnswer, Command, Priced};
use super::super::outcome::Failure;
use super::super::reach::Reached;
use super::super::step::Step;
use super::{CheckoutDelivery, Sent, stuck};
use crate::cart::{self, Address, Cart, Owner};
use crate::ids::{OrderId, VariantId};
use crate::money::{Money, MoneyError};
use crate::order::Line;
use crate::pricing::PricedCart;

pub(super) async fn claim(
    to: &CheckoutDelivery,
    sent: &Sent<'_>,
    attempt: u32,
    address: Option<&Address>,
) -> Delivered<Command> {
    let id = sent.key.entity.id;
    let claim = cart::Command::Claim { attempt, address: address.cloned() };
    let answer = match Reached::from(to.carts.execute(id, claim, sent.envelope()).await) {
        // Until this attempt releases it, nothing changes the cart: what is read now is what was claimed.
        Reached::Accepted(_) => match read_claimed(&to.carts, id).await {
            Ok(answer) => answer,
            Err(retry) => return retry,
        },
        Reached::Refused(refusal) => CartAnswer::Refused(refusal.into()),
        Reached::Poisoned(_) => CartAnswer::Refused(Failure::StepFailed { step: Step::ClaimCart }),
        Reached::NotNow(reason) => return Delivered::Retry { reason },
    };
    Delivered::Answer(Command::RecordCart { attempt, answer })
}

async fn read_claimed(carts: &Directory<Cart>, id: uuid::Uuid) -> Result<CartAnswer, Delivered<Command>> {
    match carts.read(id).await {
        Ok(Some(cart)) => match freeze(&cart.state) {
            Ok((owner, lines)) => Ok(CartAnswer::Claimed { owner, lines }),
            Err(error) => Err(Delivered::Retry { reason: error.to_string() }),
        },
        Ok(None) => Err(Delivered::Retry { reason: "the claimed cart is not there".to_owned() }),
        Err(error) => Err(Delivered::Retry { reason: error.to_string() }),
    }
}

fn freeze(cart: &Cart) -> Result<(Owner, Vec<Line>), MoneyError> {
    let lines = cart.lines.iter().map(|line| {
        Ok(Line {
            id: line.id,
            variant_id: line.variant,
            product_id: line.product,
            title: line.wording.title.clone(),
            options: line.wording.options.clone(),
            image: line.wording.image.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            line_total: line.unit_price.checked_mul(line.quantity)?,
        })
    });
    Ok((cart.owner, lines.collect::<Result<_, MoneyError>>()?))
}

/// Prices the locked cart: until this attempt releases it, nothing changes what was claimed.
pub(super) async fn price(
    to: &CheckoutDelivery,
    sent: &Sent<'_>,
    attempt: u32,
    at: Timestamp,
) -> Delivered<Command> {
    let cart = match to.carts.read(sent.key.entity.id).await {
        Ok(Some(cart)) => cart,
        Ok(None) => return Delivered::Retry { reason: "the claimed cart is not there".to_owned() },
        Err(error) => return Delivered::Retry { reason: error.to_string() },
    };
    match to.prices.quote(&cart.state.asked(at)).await {
        Ok(PricedCart { quote, unavailable, too_large, capture, .. }) => {
            let priced = Priced { quote: Box::new(quote), unavailable, too_large, capture, at };
            Delivered::Answer(Command::RecordQuote { attempt, priced })
        }
        Err(error) => Delivered::Retry { reason: error.to_string() },
    }
}

pub(super) async fn complete(
    to: &CheckoutDelivery,
    sent: &Sent<'_>,
    attempt: u32,
    (order, paid): (OrderId, bool),
) -> Delivered<Command> {
    if !paid {
        tracing::error!(order.id = %order, "order {order} is placed, but its money could not be taken");
    }
    let complete = cart::Command::Complete { attempt, order };
    match Reached::from(to.carts.execute(sent.key.entity.id, complete, sent.envelope()).await) {
        Reached::Accepted(_) => Delivered::Answer(Command::RecordCompleted { attempt }),
        Reached::Refused(refusal) => stuck(sent, "close the cart", &refusal.to_string()),
        Reached::Poisoned(reason) => stuck(sent, "close the cart", &reason),
        Reached::NotNow(reason) => Delivered::Retry { reason },
    }
}

pub(super) async fn release(
    to: &CheckoutDelivery,
    sent: &Sent<'_>,
    attempt: u32,
    reprice: Option<&[(VariantId, Money)]>,
) -> Delivered<Command> {
    let release = cart::Command::Release { attempt, reprice: reprice.map(<[_]>::to_vec) };
    match Reached::from(to.carts.execute(sent.key.entity.id, release, sent.envelope()).await) {
        Reached::Accepted(_) => Delivered::Answer(Command::RecordCartReleased { attempt }),
        Reached::Refused(refusal) => stuck(sent, "open the cart", &refusal.to_string()),
        Reached::Poisoned(reason) => stuck(sent, "open the cart", &reason),
        Reached::NotNow(reason) => Delivered::Retry { reason },
    }
}
