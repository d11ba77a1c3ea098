//! **How are several entities changed together, when one of them may refuse?**
//!
//! A trip needs a seat and a room. No transaction spans entities: the trip is a process that takes one step at a time.
//! Each step is an effect, committed with the event that it follows from and delivered until its answer is committed.
//! When a step is refused, the steps before it are compensated in reverse order.
//!
//! The story prints the diary of a trip that works out although the first answer is lost on the way, then that of a trip
//! whose last step fails, and what is left of seats and rooms.
#![allow(clippy::unwrap_used, reason = "an example ends where it is surprised")]

pub(crate) mod shared;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use amazoff_persistence::MemoryStore;
use amazoff_supervisor::{
    AskError, Assembly, CellLimits, Claim, Context, Decision, Deliver, Delivered, Delivery, Directory,
    Entity, Envelope, Fault, FaultKind,
};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use shared::{TokioClock, say};
use uuid::Uuid;

#[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
enum Rejection {
    #[error("nothing is left")]
    SoldOut,
    #[error("the trip is not at that step")]
    OtherStep,
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        FaultKind::Conflict
    }
    fn code(&self) -> &'static str {
        match self {
            Self::SoldOut => "sold-out",
            Self::OtherStep => "other-step",
        }
    }
}

/// What can be reserved, piece by piece: the seats of a plane, the rooms of a house.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Supply {
    left: u32,
    holders: BTreeSet<Uuid>,
}

#[derive(Clone, Serialize, Deserialize)]
enum SupplyCommand {
    Offer(u32),
    Reserve(Uuid),
    Release(Uuid),
}

#[derive(Clone, Serialize, Deserialize)]
enum SupplyEvent {
    Offered(u32),
    Reserved(Uuid),
    Released(Uuid),
}

impl Entity for Supply {
    const KIND: &'static str = "supply";
    type Command = SupplyCommand;
    type Event = SupplyEvent;
    type Reply = ();
    type Rejection = Rejection;
    type Effect = ();

    fn decide(&self, command: &SupplyCommand, _: &Context) -> Result<Decision<Self>, Rejection> {
        match command {
            SupplyCommand::Offer(pieces) => Ok(Decision::event(SupplyEvent::Offered(*pieces), ())),
            SupplyCommand::Reserve(_) if self.left == 0 => Err(Rejection::SoldOut),
            SupplyCommand::Reserve(trip) => Ok(Decision::event(SupplyEvent::Reserved(*trip), ())),
            // Releasing what is not held is no mistake of the trip: it happens once, whatever happened before.
            SupplyCommand::Release(trip) if !self.holders.contains(trip) => Ok(Decision::reply(())),
            SupplyCommand::Release(trip) => Ok(Decision::event(SupplyEvent::Released(*trip), ())),
        }
    }

    fn apply(&mut self, event: &SupplyEvent) {
        match event {
            SupplyEvent::Offered(pieces) => self.left += pieces,
            SupplyEvent::Reserved(trip) => {
                self.left -= 1;
                self.holders.insert(*trip);
            }
            SupplyEvent::Released(trip) => {
                self.left += 1;
                self.holders.remove(trip);
            }
        }
    }

    fn claim_taken(_: &Claim) -> Rejection {
        unreachable!("a supply claims no key")
    }

    fn destination((): &()) -> String {
        unreachable!("a supply has no effects")
    }
}

/// The process. Its state is how far it is, and its diary.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Trip {
    supplies: Vec<Uuid>,
    stage: Stage,
    diary: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    #[default]
    New,
    /// Step n is under way; those before it are done.
    Reserving(usize),
    /// A step was refused; step n is being undone, and those before it after that.
    Undoing(usize),
    Booked,
    Cancelled,
}

#[derive(Clone, Serialize, Deserialize)]
enum Command {
    /// Takes a piece of each of these, in this order.
    Book(Vec<Uuid>),
    /// The answer to an effect, as are the others below.
    Reserved,
    Refused(String),
    Released,
}

#[derive(Clone, Serialize, Deserialize)]
enum Event {
    Started(Vec<Uuid>),
    Reserved,
    Refused(String),
    Released,
}

#[derive(Clone, Serialize, Deserialize)]
enum Effect {
    Reserve(Uuid),
    Release(Uuid),
}

impl Trip {
    /// The effect that the stage after `event` calls for.
    fn step(&self, event: Event) -> Decision<Self> {
        let next = self.after(std::slice::from_ref(&event));
        let decision = Decision::event(event, ());
        match next.stage {
            Stage::Reserving(step) => decision.effect(Effect::Reserve(next.supplies[step])),
            Stage::Undoing(step) => decision.effect(Effect::Release(next.supplies[step])),
            Stage::New | Stage::Booked | Stage::Cancelled => decision,
        }
    }
}

impl Entity for Trip {
    const KIND: &'static str = "trip";
    type Command = Command;
    type Event = Event;
    type Reply = ();
    type Rejection = Rejection;
    type Effect = Effect;

    fn decide(&self, command: &Command, _: &Context) -> Result<Decision<Self>, Rejection> {
        match (self.stage, command) {
            (Stage::New, Command::Book(supplies)) => Ok(self.step(Event::Started(supplies.clone()))),
            (Stage::Reserving(_), Command::Reserved) => Ok(self.step(Event::Reserved)),
            (Stage::Reserving(_), Command::Refused(why)) => Ok(self.step(Event::Refused(why.clone()))),
            (Stage::Undoing(_), Command::Released) => Ok(self.step(Event::Released)),
            _ => Err(Rejection::OtherStep),
        }
    }

    fn apply(&mut self, event: &Event) {
        // What was done before step n, in reverse.
        let undo = |done: usize| done.checked_sub(1).map_or(Stage::Cancelled, Stage::Undoing);
        (self.stage, self.diary) = match (self.stage, event) {
            (_, Event::Started(supplies)) => {
                self.supplies = supplies.clone();
                (Stage::Reserving(0), vec!["started".to_owned()])
            }
            (Stage::Reserving(step), Event::Reserved) => {
                let last = step + 1 == self.supplies.len();
                let stage = if last { Stage::Booked } else { Stage::Reserving(step + 1) };
                (stage, noted(&self.diary, format!("step {step} reserved")))
            }
            (Stage::Reserving(step), Event::Refused(why)) => {
                (undo(step), noted(&self.diary, format!("step {step} refused: {why}")))
            }
            (Stage::Undoing(step), Event::Released) => {
                (undo(step), noted(&self.diary, format!("step {step} undone")))
            }
            (stage, Event::Reserved | Event::Refused(_) | Event::Released) => (stage, self.diary.clone()),
        };
    }

    fn claim_taken(_: &Claim) -> Rejection {
        unreachable!("a trip claims no key")
    }

    /// Effects of one trip to one supply are delivered in order; those to different supplies do not wait for each other.
    fn destination(effect: &Effect) -> String {
        let (Effect::Reserve(supply) | Effect::Release(supply)) = effect;
        format!("supply:{}", supply.simple())
    }
}

fn noted(diary: &[String], line: String) -> Vec<String> {
    [diary, &[line]].concat()
}

/// Turns effects of trips into commands for supplies, and their outcomes into answers.
struct Bookings {
    supplies: Directory<Supply>,
    /// How many answers are lost on the way.
    lose: AtomicU32,
    deliveries: AtomicU32,
}

impl Deliver<Trip> for Bookings {
    fn deliver<'a>(&'a self, delivery: Delivery<'a, Effect>) -> BoxFuture<'a, Delivered<Command>> {
        Box::pin(async move {
            self.deliveries.fetch_add(1, Ordering::SeqCst);
            let trip = delivery.key.entity.id;
            let (supply, command, done) = match delivery.effect {
                Effect::Reserve(supply) => (*supply, SupplyCommand::Reserve(trip), Command::Reserved),
                Effect::Release(supply) => (*supply, SupplyCommand::Release(trip), Command::Released),
            };
            // The envelope carries a command id that follows from the effect: a repeat is recognised, not run again.
            let outcome = self.supplies.execute(supply, command, delivery.envelope()).await;
            if self.lose.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
            {
                return Delivered::Retry { reason: "the answer was lost".to_owned() };
            }
            match outcome {
                Ok(_) => Delivered::Answer(done),
                Err(AskError::Refused { refusal, .. }) => {
                    Delivered::Answer(Command::Refused(refusal.to_string()))
                }
                Err(error) => Delivered::Retry { reason: error.to_string() },
            }
        })
    }
}

/// Waits for the end of a trip, and tells it.
async fn told(trips: &Directory<Trip>, id: Uuid) -> String {
    let mut commits = trips.watch(id);
    loop {
        let trip = trips.read(id).await.unwrap().unwrap();
        if matches!(trip.state.stage, Stage::Booked | Stage::Cancelled) {
            return format!("{:?}: {}", trip.state.stage, trip.state.diary.join(", "));
        }
        commits.changed().await.unwrap();
    }
}

async fn story() {
    let (store, clock) = (MemoryStore::new(), TokioClock::start());
    let mut assembly = Assembly::new(&shared::ports(&store, &clock));
    let supplies = assembly.directory::<Supply>(CellLimits::default());
    let trips = assembly.directory::<Trip>(CellLimits::default());
    let bookings = Arc::new(Bookings {
        supplies: supplies.clone(),
        lose: AtomicU32::new(1),
        deliveries: AtomicU32::new(0),
    });
    assembly.register(&supplies);
    assembly.register_with(&trips, Arc::<Bookings>::clone(&bookings));
    let runtime = assembly.finish();
    let tree = shared::start(&runtime).await;
    let envelope = || Envelope::system(Duration::from_secs(5));

    let [seats, rooms, first, second] = [1, 2, 3, 4].map(Uuid::from_u128);
    supplies.execute(seats, SupplyCommand::Offer(5), envelope()).await.unwrap();
    supplies.execute(rooms, SupplyCommand::Offer(1), envelope()).await.unwrap();

    for (name, trip) in [("first trip", first), ("second trip", second)] {
        trips.execute(trip, Command::Book(vec![seats, rooms]), envelope()).await.unwrap();
        say(format!("{name}, {}", told(&trips, trip).await));
    }
    runtime.delivered().await;
    let left = async |id| supplies.read(id).await.unwrap().unwrap().state.left;
    say(format!("of 5 seats and 1 room are left: {} seats, {} rooms", left(seats).await, left(rooms).await));
    say(format!("5 effects took {} deliveries", bookings.deliveries.load(Ordering::SeqCst)));
    tree.stop().await;
}

pub(crate) fn main() {
    shared::run(story());
}
