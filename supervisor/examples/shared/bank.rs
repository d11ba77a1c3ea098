// The toy of the doc examples: accounts of a bank that have a bit of everything. Included by them as a module of its own.

#[allow(dead_code, unused_imports, reason = "no doc example uses all of it")]
mod shared {
    include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shared/mod.rs"));
}

use std::sync::Arc;
use std::time::Duration;

use amazoff_persistence::MemoryStore;
use amazoff_supervisor::tree::TreeHandle;
use amazoff_supervisor::{
    Answer, AskError, Assembly, CellLimits, Claim, Clock, Context, Decision, Directory, Entity, Envelope, Fault,
    FaultKind, Principal, Runtime, Timestamp,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) use self::shared::run;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub iban: Option<String>,
    pub owner: Option<Uuid>,
    pub cents: i64,
    pub closed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Claims the IBAN.
    Open { iban: String },
    Deposit { cents: i64 },
    /// Refused when there is less.
    Withdraw { cents: i64 },
    /// Withdraws here and deposits there, by an effect.
    Send { to: Uuid, cents: i64 },
    CloseAt { at: Timestamp },
    Close,
    /// Panics: a defect.
    Crash,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    Opened { iban: String, owner: Option<Uuid> },
    Deposited { cents: i64 },
    Withdrawn { cents: i64 },
    Sent { to: Uuid, cents: i64 },
    Closing { at: Timestamp },
    Closed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    Deposit { to: Uuid, cents: i64 },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Rejection {
    #[error("only {has} cents are there")]
    NotEnough { has: i64 },
    #[error("the IBAN is taken")]
    IbanTaken,
    #[error("the account belongs to somebody else")]
    NotYours,
    #[error("the account is closed")]
    Closed,
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotYours => FaultKind::Forbidden,
            Self::NotEnough { .. } | Self::IbanTaken | Self::Closed => FaultKind::Conflict,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NotEnough { .. } => "not-enough",
            Self::IbanTaken => "iban-taken",
            Self::NotYours => "not-yours",
            Self::Closed => "account-closed",
        }
    }
}

impl Entity for Account {
    const KIND: &'static str = "account";
    type Command = Command;
    type Event = Event;
    /// What is on the account afterwards.
    type Reply = i64;
    type Rejection = Rejection;
    type Effect = Effect;

    fn decide(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        if self.closed {
            return Err(Rejection::Closed);
        }
        let mine = format!("account:{}", context.entity.id.simple());
        match command {
            Command::Open { iban } => {
                let owner = if let Principal::User(user) = context.principal { Some(user) } else { None };
                let claim = Claim { namespace: "iban".to_owned(), key: iban.clone() };
                Ok(Decision::event(Event::Opened { iban: iban.clone(), owner }, self.cents).claim(claim))
            }
            Command::Deposit { cents } => {
                Ok(Decision::event(Event::Deposited { cents: *cents }, self.cents + cents)
                    .transfer("EUR", *cents, "cash", &mine))
            }
            Command::Withdraw { cents } | Command::Send { cents, .. } if *cents > self.cents => {
                Err(Rejection::NotEnough { has: self.cents })
            }
            Command::Withdraw { cents } => {
                Ok(Decision::event(Event::Withdrawn { cents: *cents }, self.cents - cents)
                    .transfer("EUR", *cents, &mine, "cash"))
            }
            Command::Send { to, cents } => {
                Ok(Decision::event(Event::Sent { to: *to, cents: *cents }, self.cents - cents)
                    .transfer("EUR", *cents, &mine, "cash")
                    .effect(Effect::Deposit { to: *to, cents: *cents }))
            }
            Command::CloseAt { at } => {
                Ok(Decision::event(Event::Closing { at: *at }, self.cents).remind("close", *at))
            }
            Command::Close => Ok(Decision::event(Event::Closed, self.cents)),
            Command::Crash => panic!("asked to crash"),
        }
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Opened { iban, owner } => {
                self.iban = Some(iban.clone());
                self.owner = *owner;
            }
            Event::Deposited { cents } => self.cents += cents,
            Event::Withdrawn { cents } | Event::Sent { cents, .. } => self.cents -= cents,
            Event::Closing { .. } => {}
            Event::Closed => self.closed = true,
        }
    }

    fn claim_taken(_: &Claim) -> Rejection {
        Rejection::IbanTaken
    }

    fn reminded(name: &str) -> Option<Command> {
        (name == "close").then_some(Command::Close)
    }

    fn destination(effect: &Effect) -> String {
        let Effect::Deposit { to, .. } = effect;
        format!("account:{}", to.simple())
    }
}

/// A process with one domain, over a store in memory.
pub struct Bank {
    pub store: MemoryStore,
    pub accounts: Directory<Account>,
    pub runtime: Runtime,
    pub tree: TreeHandle,
    clock: shared::TokioClock,
}

impl Bank {
    /// Effects are not delivered.
    pub async fn open() -> Self {
        Self::wired(|assembly, accounts| assembly.register(accounts)).await
    }
    /// With what the closure registers.
    pub async fn wired(wire: impl FnOnce(&mut Assembly, &Directory<Account>)) -> Self {
        let (store, clock) = (MemoryStore::new(), shared::TokioClock::start());
        let mut assembly = Assembly::new(&shared::ports(&store, &clock));
        let accounts = assembly.directory::<Account>(CellLimits::default());
        wire(&mut assembly, &accounts);
        let runtime = assembly.finish();
        let tree = shared::start(&runtime).await;
        Self { store, accounts, runtime, tree, clock }
    }
    pub async fn ask(&self, id: Uuid, command: Command) -> Result<Answer<i64>, AskError<Rejection>> {
        self.accounts.execute(id, command, Envelope::system(Duration::from_secs(5))).await
    }
    pub async fn cents(&self, id: Uuid) -> i64 {
        self.accounts.read(id).await.unwrap().map_or(0, |account| account.state.cents)
    }
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
