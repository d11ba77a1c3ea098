//! What a domain is: a pure state machine. The runtime does everything else.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::fault::Fault;
use crate::ids::{CommandId, EntityId};
use crate::journal::{Claim, Posting};

/// A durable state machine: `decide` turns commands into events, `apply` turns events into state.
///
/// Neither may do I/O, read a clock or draw randomness; all of that comes in through [`Context`].
pub trait Entity: Default + Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Stored name of the domain. Never change it: journals carry it.
    const KIND: &'static str;
    /// Version of the event format that this code writes.
    const SCHEMA: u16 = 1;
    /// A snapshot is written at every so many events, if those since the last one are not small beside the state. A
    /// snapshot only shortens a replay.
    const SNAPSHOT_EVERY: u64 = 100;

    /// What may be asked, in the imperative.
    type Command: Clone + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What happened, in the past tense. Stored for ever.
    type Event: Clone + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What an accepted command answers. Stored with the command, so keep it small.
    type Reply: Clone + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// Why a command is refused. A refusal is an answer, never a crash.
    type Rejection: Fault + Clone + Serialize + DeserializeOwned;
    /// What should follow outside this entity, delivered at least once after the commit.
    type Effect: Clone + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// Decides what follows from a command. Pure: the same state, command and context give the same decision.
    ///
    /// # Errors
    /// The typed refusal, after which the state is unchanged.
    fn decide(&self, command: &Self::Command, context: &Context) -> Result<Decision<Self>, Self::Rejection>;

    /// Applies one event. Total: an event that was ever stored can always be applied, also when its personal fields are erased.
    fn apply(&mut self, event: &Self::Event);

    /// The refusal that a command gets when a unique key that it claims is taken.
    fn claim_taken(claim: &Claim) -> Self::Rejection;

    /// The command that a due reminder means; `None` lets an outdated reminder lapse.
    fn reminded(_name: &str) -> Option<Self::Command> {
        None
    }

    /// Where an effect goes. Effects of one entity to one destination are delivered in order.
    fn destination(effect: &Self::Effect) -> String;

    /// Rewrites the payload of an event that an older schema stored.
    ///
    /// # Errors
    /// Text that says why the payload cannot be read; the entity is then not loaded.
    fn upcast(_schema: u16, payload: serde_json::Value) -> Result<serde_json::Value, String> {
        Ok(payload)
    }

    /// The state after `events`: for replies that show it.
    #[must_use]
    fn after(&self, events: &[Self::Event]) -> Self {
        let mut next = self.clone();
        for event in events {
            next.apply(event);
        }
        next
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Principal {
    /// A part of the program: a process, a reminder, the seed.
    System,
    /// Whoever holds the secret of a guest cart.
    Guest,
    /// A person who logged in.
    User(Uuid),
}

/// What a decision may know besides state and command.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Context {
    /// The entity that decides.
    pub entity: EntityId,
    /// The moment that events carry.
    pub now: Timestamp,
    /// The command's id; draw further ids from it with [`CommandId::derive`].
    pub command_id: CommandId,
    /// Who asks.
    pub principal: Principal,
}

/// A reminder to set or clear; names are unique per entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReminderChange {
    /// Wake this entity at the given time, replacing a reminder of that name.
    Set {
        /// The reminder's name, given to [`Entity::reminded`].
        name: String,
        /// When, in UTC.
        due_at: Timestamp,
    },
    /// Forget the reminder of that name.
    Clear {
        /// The reminder's name.
        name: String,
    },
    /// Forget the reminder of that name if it is still due at this time: one that was set anew meanwhile stays.
    Lapse {
        /// The reminder's name.
        name: String,
        /// When it was due.
        due_at: Timestamp,
    },
}

/// A unique key to take or give up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClaimChange {
    /// Take the key; if another entity has it, the command is refused with [`Entity::claim_taken`].
    Take(Claim),
    /// Give the key up, if this entity has it.
    Release(Claim),
}

impl ClaimChange {
    /// The key, when it is taken.
    pub fn taken(&self) -> Option<&Claim> {
        match self {
            Self::Take(claim) => Some(claim),
            Self::Release(_) => None,
        }
    }
}

/// Everything that follows from one accepted command, committed as a whole.
#[derive(Clone, Debug)]
pub struct Decision<E: Entity> {
    /// What happened; may be empty.
    pub events: Vec<E::Event>,
    /// What should follow outside, after the commit.
    pub effects: Vec<E::Effect>,
    /// Durable timers.
    pub reminders: Vec<ReminderChange>,
    /// Unique keys.
    pub claims: Vec<ClaimChange>,
    /// Movements of money and stock; they must sum to zero per asset.
    pub postings: Vec<Posting>,
    /// The answer.
    pub reply: E::Reply,
}

impl<E: Entity> Decision<E> {
    /// Nothing happens; the answer is given all the same.
    pub fn reply(reply: E::Reply) -> Self {
        Self {
            events: Vec::new(),
            effects: Vec::new(),
            reminders: Vec::new(),
            claims: Vec::new(),
            postings: Vec::new(),
            reply,
        }
    }
    /// One event and the answer.
    pub fn event(event: E::Event, reply: E::Reply) -> Self {
        Self::reply(reply).and(event)
    }
    /// Adds an event.
    #[must_use]
    pub fn and(mut self, event: E::Event) -> Self {
        self.events.push(event);
        self
    }
    /// Adds an effect.
    #[must_use]
    pub fn effect(mut self, effect: E::Effect) -> Self {
        self.effects.push(effect);
        self
    }
    /// Sets a reminder.
    #[must_use]
    pub fn remind(mut self, name: &str, due_at: Timestamp) -> Self {
        self.reminders.push(ReminderChange::Set { name: name.to_owned(), due_at });
        self
    }
    /// Clears a reminder.
    #[must_use]
    pub fn forget(mut self, name: &str) -> Self {
        self.reminders.push(ReminderChange::Clear { name: name.to_owned() });
        self
    }
    /// Takes a unique key.
    #[must_use]
    pub fn claim(mut self, claim: Claim) -> Self {
        self.claims.push(ClaimChange::Take(claim));
        self
    }
    /// Moves `amount` of `asset` from one account to another: two postings that sum to zero.
    #[must_use]
    pub fn transfer(mut self, asset: &str, amount: i64, from: &str, to: &str) -> Self {
        self.postings.push(Posting { account: from.to_owned(), asset: asset.to_owned(), amount: -amount });
        self.postings.push(Posting { account: to.to_owned(), asset: asset.to_owned(), amount });
        self
    }
}
