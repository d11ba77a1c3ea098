//! The shopper presses the button.

use amazoff_supervisor::{Context, Decision};

use crate::checkout::command::{Reply, Start};
use crate::checkout::effect::Effect;
use crate::checkout::event::Event;
use crate::checkout::rejection::{ATTEMPTS_MAX, Rejection};
use crate::checkout::state::Checkout;
use crate::ids::{CartId, OrderId};

/// Begins an attempt, or names the one that runs or succeeded (CHK-1).
pub(super) fn decide(
    checkout: &Checkout,
    start: &Start,
    cart: CartId,
    context: &Context,
) -> Result<Decision<Checkout>, Rejection> {
    let repeated = checkout.attempts.iter().find(|past| past.command == context.command_id);
    if let Some(past) = repeated {
        return Ok(Decision::reply(Reply::Started { attempt: past.attempt }));
    }
    if let Some(run) = checkout.run.as_deref() {
        return Ok(Decision::reply(Reply::Running { attempt: run.attempt }));
    }
    if checkout.is_done() {
        return Ok(Decision::reply(Reply::Done { order: OrderId::of_cart(cart) }));
    }
    let attempt = checkout.next_attempt();
    if attempt > ATTEMPTS_MAX {
        return Err(Rejection::TooManyAttempts);
    }
    let command = context.command_id;
    let started = Event::AttemptStarted { attempt, command, start: Box::new(start.clone()) };
    Ok(Decision::event(started, Reply::Started { attempt })
        .effect(Effect::ClaimCart { attempt, address: start.address() }))
}
