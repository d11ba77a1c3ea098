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
///
/// ```
/// # mod bank { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shared/bank.rs")); }
/// # use bank::*;
/// use amazoff_supervisor::{Claim, Context, Decision, Entity};
/// use serde::{Deserialize, Serialize};
/// # use bank::Rejection;
///
/// #[derive(Clone, Default, Serialize, Deserialize)]
/// struct Jar {
///     coins: u32,
/// }
///
/// #[derive(Clone, Serialize, Deserialize)]
/// enum Ask {
///     Put(u32),
///     Take(u32),
/// }
///
/// #[derive(Clone, Serialize, Deserialize)]
/// enum Happened {
///     Put(u32),
///     Taken(u32),
/// }
///
/// impl Entity for Jar {
///     const KIND: &'static str = "jar";
///     type Command = Ask;
///     type Event = Happened;
///     type Reply = u32; // how many are in it afterwards
///     type Rejection = Rejection;
///     type Effect = ();
///
///     fn decide(&self, command: &Ask, _: &Context) -> Result<Decision<Self>, Rejection> {
///         match command {
///             Ask::Put(coins) => Ok(Decision::event(Happened::Put(*coins), self.coins + coins)),
///             Ask::Take(coins) if *coins > self.coins => Err(Rejection::NotEnough { has: self.coins.into() }),
///             Ask::Take(coins) => Ok(Decision::event(Happened::Taken(*coins), self.coins - coins)),
///         }
///     }
///
///     fn apply(&mut self, event: &Happened) {
///         match event {
///             Happened::Put(coins) => self.coins += coins,
///             Happened::Taken(coins) => self.coins -= coins,
///         }
///     }
///
///     // Never asked for: a jar claims no keys and has no effects.
///     fn claim_taken(_: &Claim) -> Rejection {
///         Rejection::IbanTaken
///     }
///     fn destination((): &()) -> String {
///         "nobody".to_owned()
///     }
/// }
///
/// let jar = Jar::default().after(&[Happened::Put(5), Happened::Taken(2)]);
/// assert_eq!(jar.coins, 3);
/// ```
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

    /// How many bytes the state takes in memory, itself and what it alone holds on the heap. `None`, the default, counts three
    /// times the length of its JSON text, which is far too much for states that share parts with each other. An estimate
    /// for the memory budget: it need not be exact, and should not be too small.
    fn bytes_in_memory(&self) -> Option<usize> {
        None
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
///
/// ```
/// # mod bank { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shared/bank.rs")); }
/// # use bank::*;
/// use amazoff_supervisor::{Context, Principal};
///
/// /// Part of a `decide`: only the owner, or the program itself, may go on.
/// fn allowed(account: &Account, context: &Context) -> Result<(), Rejection> {
///     match &context.principal {
///         Principal::System => Ok(()),
///         Principal::User(user) if account.owner == Some(*user) => Ok(()),
///         Principal::User(_) | Principal::Guest => Err(Rejection::NotYours),
///     }
/// }
/// # let context = |principal| Context {
/// #     entity: amazoff_supervisor::EntityId::new("account", uuid::Uuid::nil()),
/// #     now: amazoff_supervisor::Timestamp::default(),
/// #     command_id: amazoff_supervisor::CommandId::derived(&[b"x"]),
/// #     principal,
/// # };
/// # let ann = uuid::Uuid::from_u128(1);
/// # let account = Account { owner: Some(ann), ..Account::default() };
/// # assert_eq!(allowed(&account, &context(Principal::User(ann))), Ok(()));
/// # assert_eq!(allowed(&account, &context(Principal::Guest)), Err(Rejection::NotYours));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Principal {
    /// A part of the program: a process, a reminder, the seed.
    System,
    /// Somebody who did not log in, such as whoever holds the secret of a guest's cart.
    Guest,
    /// A person who logged in.
    User(Uuid),
}

/// What a decision may know besides state and command.
///
/// ```
/// use amazoff_supervisor::{CommandId, Context, EntityId, Principal, Timestamp};
/// use uuid::Uuid;
///
/// let context = Context {
///     entity: EntityId::new("account", Uuid::from_u128(1)),
///     now: Timestamp::from_unix_ms(1_767_225_600_000),
///     command_id: CommandId::derived(&[b"click 7"]),
///     principal: Principal::System,
/// };
/// // The time comes from here, and so do new ids: both are the same when the decision is taken again.
/// assert_eq!(context.now.to_string(), "2026-01-01T00:00:00Z");
/// assert_eq!(context.command_id.derive("receipt"), context.command_id.derive("receipt"));
/// assert_ne!(context.command_id.derive("receipt"), context.command_id.derive("letter"));
/// ```
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
///
/// It is committed with the decision that sets it, so it survives the process, and due ones are found at the next start.
/// When it is due, [`Entity::reminded`] says which command it means, and that command's commit clears it.
///
/// ```
/// # mod bank { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shared/bank.rs")); }
/// # use bank::*;
/// # run(async {
/// use std::time::Duration;
///
/// # let bank = Bank::open().await;
/// # let id = uuid::Uuid::from_u128(1);
/// // `decide` answers CloseAt with `Decision::event(…).remind("close", at)`, and `reminded("close")` is Command::Close.
/// let at = bank.now().plus(Duration::from_secs(3_600));
/// bank.ask(id, Command::CloseAt { at }).await.unwrap();
///
/// tokio::time::sleep(Duration::from_secs(3_601)).await; // on a paused clock
/// assert!(bank.accounts.read(id).await.unwrap().unwrap().state.closed);
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReminderChange {
    /// Wake this entity at the given time, replacing a reminder of that name.
    Set {
        /// The reminder's name, given to [`Entity::reminded`].
        name: String,
        /// When, in UTC; a moment that has passed rings at once.
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
///
/// Effects and postings need at least one event in the same decision; a decision without one is a defect, and so are
/// postings that do not sum to zero: neither is ever stored.
///
/// ```
/// # mod bank { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shared/bank.rs")); }
/// # use bank::*;
/// use amazoff_supervisor::{Claim, Decision, Timestamp};
/// # let (to, tomorrow) = (uuid::Uuid::from_u128(2), Timestamp::from_unix_ms(1_767_225_600_000));
///
/// let iban = Claim { namespace: "iban".to_owned(), key: "DE02".to_owned() };
/// let decision = Decision::<Account>::event(Event::Opened { iban: "DE02".to_owned(), owner: None }, 100)
///     .and(Event::Deposited { cents: 100 })
///     .claim(iban)
///     .transfer("EUR", 100, "cash", "account:1")
///     .remind("close", tomorrow)
///     .effect(Effect::Deposit { to, cents: 1 });
///
/// assert_eq!(decision.events.len(), 2);
/// assert_eq!(decision.postings.iter().map(|posting| posting.amount).sum::<i64>(), 0);
/// assert_eq!(decision.reply, 100);
///
/// // "That is so already" is an answer without an event.
/// assert!(Decision::<Account>::reply(100).events.is_empty());
/// ```
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
