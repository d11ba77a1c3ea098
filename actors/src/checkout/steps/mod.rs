//! The rules: one file per concern. Every step is an answer that arrives, an event, and the next question.

mod cart;
mod coupon;
mod order;
mod payment;
mod start;
mod stock;
mod undo;

use std::time::Duration;

use amazoff_supervisor::{Context, Decision, Entity, Timestamp};

use super::command::{Command, Reply, payment_of};
use super::effect::Effect;
use super::event::Event;
use super::rejection::Rejection;
use super::state::{Checkout, Run};
use crate::ids::{CartId, HoldId, OrderId, PaymentId, VariantId};
use crate::money::Money;
use crate::order::{Line, PaymentStatus};

/// The reminder that looks after a payment that takes long.
pub(super) const PATIENCE: &str = "patience";

/// How long a payment may take before its provider is asked.
pub const PATIENCE_FOR: Duration = Duration::from_mins(15);

/// How long the provider then has before the payment is voided.
pub const GRACE_FOR: Duration = Duration::from_mins(1);

/// When held stock wakes its checkout: after patience is over, so that it is the checkout that acts first.
const HOLD_FOR: Duration = Duration::from_mins(20);

/// The running attempt, its cart and the time: what every step needs.
struct Going<'a> {
    checkout: &'a Checkout,
    run: &'a Run,
    cart: CartId,
    now: Timestamp,
}

impl Going<'_> {
    fn attempt(&self) -> u32 {
        self.run.attempt
    }
    fn order(&self) -> OrderId {
        OrderId::of_cart(self.cart)
    }
    fn payment(&self) -> PaymentId {
        payment_of(self.cart, self.run.attempt)
    }
    fn hold(&self, variant: VariantId) -> HoldId {
        HoldId::of(self.cart, self.run.attempt, variant)
    }
    fn has_line(&self, variant: VariantId) -> bool {
        self.run.lines.iter().any(|line| line.variant_id == variant)
    }
    /// The attempt after an event.
    fn then(&self, event: &Event) -> Option<Box<Run>> {
        self.checkout.after(std::slice::from_ref(event)).run
    }
    fn note(&self, status: PaymentStatus) -> Effect {
        Effect::NotePayment { order: self.order(), payment: self.payment(), status }
    }
}

/// The answer was outdated or changes nothing.
fn noted() -> Decision<Checkout> {
    Decision::reply(Reply::Noted)
}

fn happens(event: Event) -> Decision<Checkout> {
    Decision::event(event, Reply::Noted)
}

/// What a command is about.
enum About {
    Attempt(u32),
    Payment(PaymentId),
    Whatever,
}

fn about(command: &Command) -> About {
    match command {
        Command::RecordCart { attempt, .. }
        | Command::RecordPrices { attempt, .. }
        | Command::RecordQuote { attempt, .. }
        | Command::RecordCoupon { attempt, .. }
        | Command::RecordCouponConfirmed { attempt, .. }
        | Command::RecordCouponReleased { attempt, .. }
        | Command::RecordHold { attempt, .. }
        | Command::RecordDraft { attempt, .. }
        | Command::RecordPaymentRefused { attempt, .. }
        | Command::RecordCommitted { attempt, .. }
        | Command::RecordPlaced { attempt }
        | Command::RecordPaid { attempt }
        | Command::RecordCompleted { attempt }
        | Command::RecordReleased { attempt, .. }
        | Command::RecordCartReleased { attempt } => About::Attempt(*attempt),
        Command::PaymentUpdate { payment, .. } => About::Payment(*payment),
        Command::Start(_) | Command::Wake => About::Whatever,
    }
}

/// Decides; what concerns an attempt that is over, or a step that is done, changes nothing (CHK-3).
pub(super) fn decide(
    checkout: &Checkout,
    command: &Command,
    context: &Context,
) -> Result<Decision<Checkout>, Rejection> {
    let cart = CartId::from(context.entity.id);
    if let Command::Start(start) = command {
        return start::decide(checkout, start, cart, context);
    }
    if let Command::PaymentUpdate { payment, update } = command
        && payment::is_stray(checkout, cart, *payment)
    {
        return Ok(payment::stray(*payment, update));
    }
    let Some(run) = checkout.run.as_deref() else { return Ok(noted()) };
    let going = Going { checkout, run, cart, now: context.now };
    let outdated = match about(command) {
        About::Attempt(attempt) => attempt != run.attempt,
        About::Payment(payment) => payment != going.payment(),
        About::Whatever => false,
    };
    if outdated {
        return Ok(noted());
    }
    Ok(match command {
        Command::Start(_) => noted(),
        Command::RecordCart { answer, .. } => cart::claimed(&going, answer),
        Command::RecordPrices { .. } => cart::unpriced(&going),
        Command::RecordQuote { priced, .. } => cart::priced(&going, priced),
        Command::RecordHold { variant, failure, .. } => stock::held(&going, *variant, failure.as_ref()),
        Command::RecordDraft { failure, .. } => order::drafted(&going, failure.as_ref()),
        Command::RecordCoupon { code, failure, .. } => coupon::claimed(&going, code, failure.as_ref()),
        Command::RecordCouponConfirmed { code, .. } => coupon::confirmed(&going, code),
        Command::RecordCouponReleased { code, .. } => undo::coupon_released(&going, code),
        Command::RecordPaymentRefused { code, .. } => payment::refused(&going, code),
        Command::PaymentUpdate { update, .. } => payment::updated(&going, update),
        Command::RecordCommitted { variant, .. } => stock::committed(&going, *variant),
        Command::RecordPlaced { .. } => order::placed(&going),
        Command::RecordPaid { .. } => order::paid(&going),
        Command::RecordCompleted { .. } => cart::completed(&going),
        Command::RecordReleased { variant, .. } => undo::stock_released(&going, *variant),
        Command::RecordCartReleased { .. } => undo::cart_released(&going),
        Command::Wake => payment::woken(&going),
    })
}

/// Puts today's prices on the lines.
pub(super) fn reprice(lines: &mut [Line], prices: &[(VariantId, Money)]) {
    for line in lines {
        if let Some((_, price)) = prices.iter().find(|(variant, _)| *variant == line.variant_id) {
            line.unit_price = *price;
            line.line_total = price.checked_mul(line.quantity).unwrap_or(line.line_total);
        }
    }
}
