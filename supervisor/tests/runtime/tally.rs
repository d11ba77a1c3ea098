//! A small entity that can do everything that the runtime must cope with.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use amazoff_supervisor::{Claim, Clock, Context, Decision, Entity, Fault, FaultKind, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whether [`Command::Spin`] goes on.
pub(crate) static SPINNING: AtomicBool = AtomicBool::new(false);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(crate) sum: i64,
    pub(crate) notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Command {
    Add(i64),
    /// Refused when the sum is below.
    Take(i64),
    Panic,
    Claim(String),
    /// Adds to another tally and notes its answer.
    Forward {
        to: Uuid,
        amount: i64,
    },
    Note(String),
    RemindAt(Timestamp),
    Unbalanced,
    Large(usize),
    /// Blocks its thread until released.
    Spin,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Event {
    Added(i64),
    Noted(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Effect {
    Add { to: Uuid, amount: i64 },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub(crate) enum Rejection {
    #[error("not enough: {has}")]
    NotEnough { has: i64 },
    #[error("name taken")]
    NameTaken,
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        FaultKind::Conflict
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NotEnough { .. } => "not-enough",
            Self::NameTaken => "name-taken",
        }
    }
}

impl Entity for Tally {
    const KIND: &'static str = "tally";
    type Command = Command;
    type Event = Event;
    type Reply = i64;
    type Rejection = Rejection;
    type Effect = Effect;

    fn decide(&self, command: &Command, _context: &Context) -> Result<Decision<Self>, Rejection> {
        let noted = |text: &str| Decision::event(Event::Noted(text.to_owned()), self.sum);
        match command {
            Command::Add(n) => Ok(Decision::event(Event::Added(*n), self.sum + n)),
            Command::Take(n) if *n > self.sum => Err(Rejection::NotEnough { has: self.sum }),
            Command::Take(n) => Ok(Decision::event(Event::Added(-n), self.sum - n)),
            Command::Panic => panic!("asked to panic"),
            Command::Claim(key) => Ok(noted(key).claim(name(key))),
            Command::Forward { to, amount } => {
                Ok(noted("forwarded").effect(Effect::Add { to: *to, amount: *amount }))
            }
            Command::Note(text) => Ok(noted(text)),
            Command::RemindAt(at) => Ok(noted("reminder set").remind("ring", *at)),
            Command::Unbalanced => {
                let mut decision = noted("unbalanced").transfer("EUR", 5, "a", "b");
                decision.postings.pop();
                Ok(decision)
            }
            Command::Spin => {
                let deadline = std::time::Instant::now() + Duration::from_secs(30);
                while SPINNING.load(Ordering::SeqCst) && std::time::Instant::now() < deadline {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Ok(noted("spun"))
            }
            Command::Large(bytes) => Ok(noted(&"x".repeat(*bytes))),
        }
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Added(n) => self.sum += n,
            Event::Noted(text) => self.notes.push(text.clone()),
        }
    }

    /// One whose first note is "shared" holds nothing of its own.
    fn bytes_in_memory(&self) -> Option<usize> {
        (self.notes.first()? == "shared").then_some(size_of::<Self>())
    }

    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::NameTaken
    }

    fn reminded(name: &str) -> Option<Command> {
        (name == "ring").then(|| Command::Note("rung".to_owned()))
    }

    fn destination(effect: &Effect) -> String {
        match effect {
            Effect::Add { to, .. } => format!("tally:{}", to.simple()),
        }
    }
}

pub(crate) fn name(key: &str) -> Claim {
    Claim { namespace: "name".to_owned(), key: key.to_owned() }
}

/// The clock of these tests follows tokio's paused time.
#[derive(Clone)]
pub(crate) struct TokioClock(pub(crate) tokio::time::Instant);

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(1_700_000_000_000).plus(self.0.elapsed())
    }
}
