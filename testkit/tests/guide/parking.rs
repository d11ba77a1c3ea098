//! The entity of the guide: a place in a car park.

use std::time::Duration;

use amazoff_supervisor::{Claim, Context, Decision, Entity, Fault, FaultKind, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Parking {
    /// Paid until; `None` when the place is free.
    pub(crate) until: Option<Timestamp>,
    pub(crate) fines: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Command {
    Pay {
        minutes: u32,
    },
    Leave,
    /// What the reminder means: the paid time may be over.
    Check,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Event {
    Paid { until: Timestamp },
    Left,
    Fined,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
pub(crate) enum Rejection {
    #[error("at most {most} minutes are paid at once")]
    TooLong { most: u32 },
    #[error("the place is free")]
    Free,
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        match self {
            Self::TooLong { .. } => FaultKind::Invalid,
            Self::Free => FaultKind::Conflict,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "too-long",
            Self::Free => "place-free",
        }
    }
}

const MINUTES_MAX: u32 = 120;

impl Entity for Parking {
    const KIND: &'static str = "parking";
    type Command = Command;
    type Event = Event;
    /// Paid until.
    type Reply = Option<Timestamp>;
    type Rejection = Rejection;
    type Effect = ();

    fn decide(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        match (command, self.until) {
            (Command::Pay { minutes }, _) if *minutes > MINUTES_MAX => {
                Err(Rejection::TooLong { most: MINUTES_MAX })
            }
            (Command::Pay { minutes }, paid) => {
                let from = paid.map_or(context.now, |until| until.max(context.now));
                let until = from.plus(Duration::from_secs(60) * *minutes);
                Ok(Decision::event(Event::Paid { until }, Some(until)).remind("check", until))
            }
            (Command::Leave, None) => Err(Rejection::Free),
            (Command::Leave, Some(_)) => Ok(Decision::event(Event::Left, None).forget("check")),
            (Command::Check, Some(until)) if until <= context.now => {
                Ok(Decision::event(Event::Fined, Some(until)))
            }
            (Command::Check, paid) => Ok(Decision::reply(paid)),
        }
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Paid { until } => self.until = Some(*until),
            Event::Left => self.until = None,
            Event::Fined => self.fines += 1,
        }
    }

    fn reminded(name: &str) -> Option<Command> {
        (name == "check").then_some(Command::Check)
    }

    fn claim_taken(_: &Claim) -> Rejection {
        Rejection::Free // never asked for: a place claims no key
    }

    fn destination((): &()) -> String {
        "nobody".to_owned() // a place has no effects
    }
}
