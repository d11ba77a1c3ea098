//! The rules of a rating.

use amazoff_supervisor::{Claim, Context, Decision, Entity};
use serde::{Deserialize, Serialize};

use super::{Command, Event, Rejection, Tally};
use crate::effect::NoEffect;

/// What the shown reviews of a product give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// How many gave how many stars.
    pub tally: Tally,
}

impl Entity for Rating {
    const KIND: &'static str = "rating";
    type Command = Command;
    type Event = Event;
    type Reply = Tally;
    type Rejection = Rejection;
    type Effect = NoEffect;

    fn decide(&self, command: &Command, _context: &Context) -> Result<Decision<Self>, Rejection> {
        match command {
            Command::Count(delta) if delta.from == delta.to => Ok(Decision::reply(self.tally)),
            Command::Count(delta) => {
                let tally = self.tally.moved(delta.from, delta.to).ok_or(Rejection::NotCounted)?;
                Ok(Decision::event(Event::Counted(*delta), tally))
            }
        }
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Counted(delta) => {
                self.tally = self.tally.moved(delta.from, delta.to).unwrap_or(self.tally);
            }
        }
    }

    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::NotCounted // a rating claims no key
    }

    fn destination(effect: &NoEffect) -> String {
        match *effect {}
    }
}
