//! Effects: what should follow outside an entity, delivered at least once and in order per (entity, destination).
//!
//! The rows are committed with the events that they follow from. The dispatcher delivers them after that commit and
//! again after every crash until each is done; receivers recognise repeats by the command id that the row's key gives.
//!
//! An effect that can never succeed, or whose delivery panicked 20 times in a row, needs a person: it stays at the head of its
//! stream (`docs/adr/0004`), is listed with its reason, and goes on when an operator has it retried or discarded.

mod attempt;
mod dispatch;
mod feed;
mod heads;
mod operate;
mod streams;

use std::time::Duration;

use futures::future::BoxFuture;

use crate::ask::Envelope;
use crate::entity::{Entity, Principal};
use crate::ids::CommandId;
use crate::journal::OutboxKey;

pub(crate) use dispatch::dispatch;
pub(crate) use feed::OutboxFeed;
pub use operate::OutboxError;
pub(crate) use operate::{discard, retry, stats};
pub use streams::{OutboxStats, SenderStats};

/// How long a receiver has to answer an effect.
pub const DELIVERY_TIMEOUT: Duration = Duration::from_secs(30);

/// One attempt to deliver an effect.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a, F> {
    /// The effect's name.
    pub key: &'a OutboxKey,
    /// The effect.
    pub effect: &'a F,
    /// Attempts that failed before this one.
    pub attempts: u32,
    /// The first cause.
    pub correlation: CommandId,
}

impl<F> Delivery<'_, F> {
    /// The envelope for the receiver. Its command id follows from the effect's key, so that repeats are recognised for ever.
    pub fn envelope(&self) -> Envelope {
        let mut envelope = Envelope::new(self.key.delivered_as(), Principal::System, DELIVERY_TIMEOUT);
        envelope.correlation = self.correlation;
        envelope.effect = Some(self.key.clone());
        envelope
    }
}

impl OutboxKey {
    /// What events that follow from this effect have as their causation
    /// ([`NewEvent::causation`](crate::journal::NewEvent::causation)): those of its receiver, and those with which the
    /// sender notes the answer.
    pub fn cause(&self) -> CommandId {
        self.command_id("effect")
    }

    /// The id of the command as which its receiver executes it, and under which the outcome is kept.
    pub fn delivered_as(&self) -> CommandId {
        self.command_id("deliver")
    }

    /// A command id for what is done about this effect.
    pub(crate) fn command_id(&self, what: &str) -> CommandId {
        CommandId::derived(&[
            self.entity.kind.as_str().as_bytes(),
            self.entity.id.as_bytes(),
            &self.order().to_be_bytes(),
            what.as_bytes(),
        ])
    }
}

/// What became of a delivery.
#[derive(Clone, Debug)]
pub enum Delivered<C> {
    /// It is done and the sender need not know.
    Done,
    /// It is done; the sender executes this command exactly once, in the commit that removes the effect. Should the sender
    /// refuse it, that is logged, and the effect is done all the same.
    Answer(C),
    /// Nothing is known to have happened; try again later.
    Retry {
        /// Why, for the log.
        reason: String,
    },
    /// It can never succeed: the effect waits for a person, and so do later ones to the same destination.
    Dead {
        /// Why, for the log and the person.
        reason: String,
    },
}

/// Delivers the effects of one kind of entity. Implemented by the domain's wiring; must be repeat-safe.
///
/// ```
/// # mod bank { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shared/bank.rs")); }
/// # use bank::*;
/// # run(async {
/// use std::sync::Arc;
///
/// use amazoff_supervisor::{AskError, Deliver, Delivered, Delivery, Directory};
/// use futures::future::BoxFuture;
/// use uuid::Uuid;
///
/// /// One effect is one command to one receiver.
/// struct Transfers(Directory<Account>);
///
/// impl Deliver<Account> for Transfers {
///     fn deliver<'a>(&'a self, delivery: Delivery<'a, Effect>) -> BoxFuture<'a, Delivered<Command>> {
///         Box::pin(async move {
///             let Effect::Deposit { to, cents } = *delivery.effect;
///             // The envelope of the delivery, never one of your own: by its id the receiver knows a repeat.
///             match self.0.execute(to, Command::Deposit { cents }, delivery.envelope()).await {
///                 Ok(_) => Delivered::Done,
///                 // Final: the sender takes the money back, in the commit that removes the effect.
///                 Err(AskError::Refused { .. }) => Delivered::Answer(Command::Deposit { cents }),
///                 Err(error) => Delivered::Retry { reason: error.to_string() },
///             }
///         })
///     }
/// }
///
/// # let bank = Bank::wired(|assembly, accounts| {
/// assembly.register_with(accounts, Arc::new(Transfers(accounts.clone())));
/// # }).await;
/// # let [ann, ben] = [1, 2].map(Uuid::from_u128);
/// # bank.ask(ann, Command::Deposit { cents: 500 }).await.unwrap();
/// bank.ask(ann, Command::Send { to: ben, cents: 200 }).await.unwrap();
/// bank.runtime.delivered().await;
/// assert_eq!((bank.cents(ann).await, bank.cents(ben).await), (300, 200));
///
/// bank.ask(ben, Command::Close).await.unwrap();
/// bank.ask(ann, Command::Send { to: ben, cents: 300 }).await.unwrap();
/// bank.runtime.delivered().await;
/// assert_eq!(bank.cents(ann).await, 300); // refused there, so it came back
/// # });
/// ```
pub trait Deliver<E: Entity>: Send + Sync + 'static {
    /// Delivers one effect.
    fn deliver<'a>(&'a self, delivery: Delivery<'a, E::Effect>) -> BoxFuture<'a, Delivered<E::Command>>;
}
