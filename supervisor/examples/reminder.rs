//! **Does a timer survive a restart?**
//!
//! A reservation is held for an hour by a durable reminder, which is committed with the reservation itself. The process
//! ends, the hour passes while nothing runs, another process starts. The story prints when the reservation expired, that
//! it did so once, and that a reservation which was paid in time is left alone.
#![allow(clippy::unwrap_used, reason = "an example ends where it is surprised")]

pub(crate) mod shared;

use std::time::Duration;

use amazoff_persistence::MemoryStore;
use amazoff_supervisor::tree::TreeHandle;
use amazoff_supervisor::{
    Assembly, CellLimits, Claim, Clock, Context, Decision, Directory, Entity, Envelope, Fault, FaultKind,
    Timestamp,
};
use serde::{Deserialize, Serialize};
use shared::{TokioClock, say};
use uuid::Uuid;

const HELD_FOR: Duration = Duration::from_hours(1);
/// The reminder's name: `reminded` turns it into a command.
const EXPIRY: &str = "expiry";

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
enum Reservation {
    #[default]
    Free,
    Held,
    Paid,
    Expired {
        at: Timestamp,
    },
}

#[derive(Clone, Serialize, Deserialize)]
enum Command {
    Hold,
    Pay,
    Expire,
}

#[derive(Clone, Serialize, Deserialize)]
enum Event {
    Held,
    Paid,
    Expired { at: Timestamp },
}

#[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
enum Rejection {
    #[error("the reservation is not held")]
    NotHeld,
    #[error("the reservation was made before")]
    Taken,
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        FaultKind::Conflict
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NotHeld => "not-held",
            Self::Taken => "taken",
        }
    }
}

impl Entity for Reservation {
    const KIND: &'static str = "reservation";
    type Command = Command;
    type Event = Event;
    type Reply = ();
    type Rejection = Rejection;
    type Effect = ();

    fn decide(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        match (self, command) {
            (Self::Free, Command::Hold) => {
                Ok(Decision::event(Event::Held, ()).remind(EXPIRY, context.now.plus(HELD_FOR)))
            }
            (_, Command::Hold) => Err(Rejection::Taken),
            (Self::Held, Command::Pay) => Ok(Decision::event(Event::Paid, ()).forget(EXPIRY)),
            (Self::Held, Command::Expire) => Ok(Decision::event(Event::Expired { at: context.now }, ())),
            (_, Command::Pay | Command::Expire) => Err(Rejection::NotHeld),
        }
    }

    fn apply(&mut self, event: &Event) {
        *self = match event {
            Event::Held => Self::Held,
            Event::Paid => Self::Paid,
            Event::Expired { at } => Self::Expired { at: *at },
        };
    }

    fn reminded(name: &str) -> Option<Command> {
        (name == EXPIRY).then_some(Command::Expire)
    }

    fn claim_taken(_: &Claim) -> Rejection {
        unreachable!("a reservation claims no key")
    }

    fn destination((): &()) -> String {
        unreachable!("a reservation has no effects")
    }
}

/// A process over what is stored.
async fn process(store: &MemoryStore, clock: &TokioClock) -> (Directory<Reservation>, TreeHandle) {
    let mut assembly = Assembly::new(&shared::ports(store, clock));
    let reservations = assembly.directory::<Reservation>(CellLimits::default());
    assembly.register(&reservations);
    let tree = shared::start(&assembly.finish()).await;
    (reservations, tree)
}

async fn story() {
    let (store, clock) = (MemoryStore::new(), TokioClock::start());
    let (reservations, tree) = process(&store, &clock).await;
    let [unpaid, paid] = [1, 2].map(Uuid::from_u128);
    let envelope = || Envelope::system(Duration::from_secs(5));
    for id in [unpaid, paid] {
        reservations.execute(id, Command::Hold, envelope()).await.unwrap();
    }
    say(format!("{}: two reservations are held for an hour", clock.now()));
    reservations.execute(paid, Command::Pay, envelope()).await.unwrap();
    say("one of them is paid");

    tree.stop().await;
    say("-- the process ends; nothing runs for two hours");
    tokio::time::sleep(2 * HELD_FOR).await;
    let waiting = store.journal().reminders_due(Reservation::KIND, clock.now(), 10).await.unwrap();
    let started = clock.now();
    say(format!("{started}: reminders that wait in the journal: {}", waiting.len()));

    let (reservations, tree) = process(&store, &clock).await;
    let at = loop {
        let reservation = reservations.read(unpaid).await.unwrap().unwrap();
        match reservation.state {
            Reservation::Expired { at } => break at,
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    };
    assert!(at.since(started) < Duration::from_secs(1));
    say("the next process finds it and expires the unpaid one within a second");
    tokio::time::sleep(HELD_FOR).await;
    for (name, id) in [("unpaid", unpaid), ("paid", paid)] {
        let reservation = reservations.read(id).await.unwrap().unwrap();
        let state = if reservation.state == Reservation::Paid { "paid" } else { "expired" };
        say(format!("an hour later the {name} one is {state}, after {} events", reservation.version));
    }
    tree.stop().await;
}

pub(crate) fn main() {
    shared::run(story());
}
