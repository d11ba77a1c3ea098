//! Everything the simulator knows, behind one lock: two requests never decide at the same time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::faults::Faults;
use crate::ids::Ids;
use crate::ledger::{Books, Desk, Kind, Movement};
use crate::options::Options;
use crate::webhooks::Messages;
use crate::{paypal, stripe};

/// How many objects of a kind, and ten times as many movements, are kept; then the simulator takes nothing new.
pub(crate) const OBJECTS_MAX: usize = 200_000;

/// What both providers work with.
#[derive(Debug)]
pub(crate) struct Office {
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) books: Books,
    pub(crate) messages: Messages,
    /// Where the simulator is reached, without a slash at the end.
    pub(crate) url: String,
}

/// What an operation does to money.
#[derive(Clone, Copy)]
pub(crate) struct Step<'a> {
    pub(crate) kind: Kind,
    pub(crate) id: &'a str,
    pub(crate) amount: i64,
    pub(crate) key: Option<&'a str>,
}

/// A movement about to be written down.
pub(crate) struct Moved<'a> {
    pub(crate) step: Step<'a>,
    pub(crate) reference: &'a str,
    pub(crate) currency: &'a str,
    pub(crate) payment: Option<&'a str>,
}

impl Office {
    pub(crate) fn moved(&mut self, desk: Desk, moved: &Moved<'_>) {
        let step = moved.step;
        if step.amount == 0 {
            return;
        }
        let seq = u64::try_from(self.books.movements.len()).unwrap_or(u64::MAX).saturating_add(1);
        self.books.record(Movement {
            seq,
            desk,
            kind: step.kind,
            reference: moved.reference.to_owned(),
            id: step.id.to_owned(),
            amount: step.amount,
            currency: moved.currency.to_uppercase(),
            payment: moved.payment.map(str::to_owned),
            key: step.key.map(str::to_owned),
            at_ms: self.clock.now_ms(),
        });
    }
    pub(crate) fn is_full(&self) -> bool {
        self.books.movements.len() >= OBJECTS_MAX.saturating_mul(10)
    }
}

/// The whole state.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) office: Office,
    pub(crate) faults: Faults,
    pub(crate) stripe: stripe::Stripe,
    pub(crate) paypal: paypal::PayPal,
}

impl World {
    pub(crate) fn new(options: &Options, url: String) -> Self {
        let office = Office {
            clock: Clock::new(options.fixed_clock_ms),
            ids: Ids::new(options.seed),
            books: Books::default(),
            messages: Messages::new(options),
            url,
        };
        Self {
            office,
            faults: Faults::default(),
            stripe: stripe::Stripe::new(options),
            paypal: paypal::PayPal::new(options),
        }
    }
}

/// The state, shared.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    world: Arc<Mutex<World>>,
    tasks: TaskTracker,
}

impl Shared {
    pub(crate) fn new(world: World) -> Self {
        Self { world: Arc::new(Mutex::new(world)), tasks: TaskTracker::new() }
    }
    /// What goes on although nobody waits for it; it ends with the simulator.
    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
