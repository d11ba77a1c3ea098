//! The rules of a cart: one file per concern.

mod hold;
mod lines;
mod merge;
mod terms;
mod tidy;

use amazoff_supervisor::{Context, Decision, Timestamp};

use super::{Cart, Command, Effect, Event, Owner, Rejection, Status, View, Warning};
use crate::ids::CartId;
use crate::money::Currency;
pub(super) use tidy::TIDY;
pub use tidy::{CUSTOMER_FOR, EMPTY_FOR, GUEST_FOR, LEFT_AFTER, TOUCH_EVERY};

/// What follows from a command.
#[derive(Default)]
struct Plan {
    events: Vec<Event>,
    effect: Option<Effect>,
    warnings: Vec<Warning>,
    /// When to look at it again.
    look_at: Option<Timestamp>,
}

impl From<Vec<Event>> for Plan {
    fn from(events: Vec<Event>) -> Self {
        Self { events, ..Self::default() }
    }
}

impl From<Event> for Plan {
    fn from(event: Event) -> Self {
        vec![event].into()
    }
}

impl From<Option<Event>> for Plan {
    fn from(event: Option<Event>) -> Self {
        event.into_iter().collect::<Vec<_>>().into()
    }
}

/// Decides; the answer is the cart as it is afterwards.
pub(super) fn decide(cart: &Cart, command: &Command, context: &Context) -> Result<Decision<Cart>, Rejection> {
    if cart.status != Status::Absent && !cart.owner.admits(&context.principal) {
        return Err(Rejection::CartNotFound); // CART-7
    }
    let mut plan = plan(cart, command, context)?;
    tidy::touch(cart, command, context.now, &mut plan);
    let next = after(cart, &plan.events);
    let mut view = View::of(CartId::from(context.entity.id), &next)?; // CART-3: refused when it has no sum
    view.warnings.extend(plan.warnings);
    // The reminder that rang is gone with its commit; carts of old have none.
    let reminded = cart.touched_at.is_some() && *command != Command::Tidy;
    let over = reminded && next.is_over() && !cart.is_over();
    let mut decision = plan.events.into_iter().fold(Decision::reply(view), Decision::and);
    decision.effects.extend(plan.effect);
    // Nobody can order from it any more, so nobody needs what a guest said of themselves (CART-12).
    let ended = next.is_over_without_order() && !cart.is_over_without_order();
    // Also where the cart knows of nothing: a checkout that it refused sealed what it was given with the cart's key.
    let was_guests = next.owner == Owner::Guest || next.sealed_for_guest;
    decision.effects.extend((ended && was_guests).then_some(Effect::ForgetGuest { at: context.now }));
    Ok(match plan.look_at {
        _ if over => decision.forget(TIDY),
        Some(due_at) => decision.remind(TIDY, due_at),
        None => decision,
    })
}

fn plan(cart: &Cart, command: &Command, context: &Context) -> Result<Plan, Rejection> {
    match command {
        Command::Create { owner, currency, sold } => create(cart, *owner, (*currency, *sold), context.now),
        Command::AddLine(new) => check_open(cart).and_then(|()| lines::add(cart, new)),
        Command::SetQuantity { line, quantity, available } => {
            check_open(cart).and_then(|()| lines::set_quantity(cart, *line, *quantity, *available))
        }
        Command::RemoveLine { line } => check_open(cart).map(|()| lines::remove(cart, *line)),
        Command::ApplyCoupon { code, refusal } => {
            check_open(cart).and_then(|()| terms::apply_coupon(cart, code, refusal.as_ref()))
        }
        Command::RemoveCoupon { code } => check_open(cart).map(|()| terms::remove_coupon(cart, code)),
        Command::SetAddress(address) => check_open(cart).map(|()| terms::set_address(cart, address).into()),
        Command::SetShipping { method, offered } => {
            check_open(cart).and_then(|()| terms::set_shipping(cart, method, *offered))
        }
        Command::Adopt { user } => check_open(cart).and_then(|()| terms::adopt(cart, *user)),
        Command::MergeInto { target, strategy } => merge::begin(cart, (*target, *strategy), context),
        Command::Absorb(absorption) => merge::absorb(cart, absorption),
        Command::RecordAbsorbed { target, warnings } => Ok(merge::absorbed(cart, *target, warnings)),
        Command::RecordMergeRefused { target, refusal } => Ok(merge::refused(cart, *target, refusal)),
        Command::Claim { attempt, address } => hold::claim(cart, *attempt, address.as_ref()),
        Command::Release { attempt, reprice } => {
            hold::release(cart, *attempt, reprice.as_deref().unwrap_or_default())
        }
        Command::Complete { attempt, order } => hold::complete(cart, *attempt, *order),
        Command::Tidy => Ok(tidy::look(cart, context.now)),
    }
}

fn create(
    cart: &Cart,
    owner: Owner,
    (currency, sold): (Currency, bool),
    now: Timestamp,
) -> Result<Plan, Rejection> {
    if !sold {
        return Err(Rejection::CurrencyMismatch);
    }
    if cart.status != Status::Absent {
        return Ok(Plan::default());
    }
    let plan = Plan::from(Event::Created { owner, currency, at: Some(now) });
    Ok(Plan { look_at: Some(tidy::first_look(now)), ..plan })
}

/// Refuses when the shopper must not change it now.
fn check_open(cart: &Cart) -> Result<(), Rejection> {
    match cart.status {
        Status::Absent => Err(Rejection::CartNotFound),
        Status::Open => Ok(()),
        Status::Completing { .. } | Status::Merging { .. } => Err(Rejection::CartLocked),
        Status::Completed { .. } => Err(Rejection::CartCompleted),
        Status::Merged { .. } => Err(Rejection::CartMerged),
        Status::Abandoned => Err(Rejection::CartAbandoned),
    }
}

fn after(cart: &Cart, events: &[Event]) -> Cart {
    amazoff_supervisor::Entity::after(cart, events)
}
