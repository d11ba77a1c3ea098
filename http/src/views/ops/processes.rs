//! Checkouts that run.

use amazoff_actors::checkout::Process;
use amazoff_actors::ids::{CartId, OrderId, PaymentId};
use amazoff_supervisor::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::EffectBody;

/// Checkouts that run.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProcessList {
    /// Those that need a person first, then those to which nothing has happened for longest.
    pub items: Vec<ProcessBody>,
    /// How many there are, also those that are not shown.
    pub total: usize,
    /// How many of them need a person.
    pub stuck: usize,
}

/// A checkout that runs.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Process)]
pub struct ProcessBody {
    /// Of which cart; the checkout has the same 32 hex digits.
    #[schema(value_type = String)]
    pub cart_id: CartId,
    /// Which attempt.
    pub attempt: u32,
    /// Which phase it is in.
    pub phase: String,
    /// What it waits for.
    pub waits_for: String,
    /// Whether a person must look: an effect of it is dead, or nothing has happened for longer than any payment may take.
    pub stuck: bool,
    /// When something happened to it last.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// When the attempt began.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    /// The order that it is to become.
    #[schema(value_type = String)]
    pub order_id: OrderId,
    /// The payment of the attempt.
    #[schema(value_type = String)]
    pub payment_id: PaymentId,
    /// Effects of the checkout, its payment or its order that need a person.
    pub dead_effects: Vec<EffectBody>,
}

impl ProcessBody {
    /// A checkout with its dead effects, as seen at a moment.
    pub fn of(process: Process, dead_effects: Vec<EffectBody>, now: Timestamp) -> Self {
        let stuck = !dead_effects.is_empty() || process.is_stuck(now);
        let Process { cart, attempt, phase, waits_for, started_at, since, order, payment } = process;
        Self {
            cart_id: cart,
            attempt,
            phase: phase.to_owned(),
            waits_for,
            stuck,
            since,
            started_at,
            order_id: order,
            payment_id: payment,
            dead_effects,
        }
    }
}
