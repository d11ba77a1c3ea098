//! **What is left of an entity when a command crashes it, and when the process dies?**
//!
//! A cart with a defect: taking the last thing out of an empty cart panics (which Rust tells on stderr). It prints that
//!
//! - the crashing command fails alone, and the cart goes on with what was committed;
//! - the same command id is not run a third time: it is quarantined;
//! - a new process replays the journal to the same cart, and still knows the answers that the old one gave.
#![allow(clippy::unwrap_used, clippy::panic, reason = "an example ends where it is surprised")]

pub(crate) mod shared;

use std::time::Duration;

use amazoff_persistence::MemoryStore;
use amazoff_supervisor::tree::TreeHandle;
use amazoff_supervisor::{
    Assembly, CellLimits, Claim, CommandId, Context, Decision, Directory, Entity, Envelope, Fault, FaultKind,
    Principal,
};
use serde::{Deserialize, Serialize};
use shared::{TokioClock, say};
use uuid::Uuid;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Cart {
    things: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize)]
enum Command {
    Add(String),
    /// Takes out what came last.
    TakeLast,
}

#[derive(Clone, Serialize, Deserialize)]
enum Event {
    Added(String),
    TakenOut(String),
}

#[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
enum Rejection {
    #[error("a cart holds three things")]
    Full,
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        FaultKind::Conflict
    }
    fn code(&self) -> &'static str {
        "cart-full"
    }
}

impl Entity for Cart {
    const KIND: &'static str = "cart";
    type Command = Command;
    type Event = Event;
    /// How many things are in it.
    type Reply = usize;
    type Rejection = Rejection;
    type Effect = ();

    fn decide(&self, command: &Command, _: &Context) -> Result<Decision<Self>, Rejection> {
        match command {
            Command::Add(_) if self.things.len() == 3 => Err(Rejection::Full),
            Command::Add(thing) => Ok(Decision::event(Event::Added(thing.clone()), self.things.len() + 1)),
            Command::TakeLast => {
                // The defect: an empty cart should be refused.
                let Some(last) = self.things.last() else { panic!("the cart is empty") };
                Ok(Decision::event(Event::TakenOut(last.clone()), self.things.len() - 1))
            }
        }
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Added(thing) => self.things.push(thing.clone()),
            Event::TakenOut(thing) => self.things.retain(|kept| kept != thing),
        }
    }

    fn claim_taken(_: &Claim) -> Rejection {
        unreachable!("a cart claims no key")
    }

    fn destination((): &()) -> String {
        unreachable!("a cart has no effects")
    }
}

/// A process over what is stored.
async fn process(store: &MemoryStore, clock: &TokioClock) -> (Directory<Cart>, TreeHandle) {
    let mut assembly = Assembly::new(&shared::ports(store, clock));
    let carts = assembly.directory::<Cart>(CellLimits::default());
    assembly.register(&carts);
    let tree = shared::start(&assembly.finish()).await;
    (carts, tree)
}

/// A command that may be repeated: its id follows from what the caller calls it.
fn named(name: &str) -> Envelope {
    Envelope::new(CommandId::derived(&[name.as_bytes()]), Principal::Guest, Duration::from_secs(5))
}

async fn story() {
    let (store, clock) = (MemoryStore::new(), TokioClock::start());
    let (carts, tree) = process(&store, &clock).await;
    let id = Uuid::from_u128(7);
    let add = |thing: &str| Command::Add(thing.to_owned());

    let answer = carts.execute(id, add("tea"), named("click 1")).await.unwrap();
    say(format!("tea is in, {} in the cart", answer.reply));
    carts.execute(id, Command::TakeLast, named("click 2")).await.unwrap();
    say("tea is out again");

    for attempt in 1..=3 {
        let error = carts.execute(id, Command::TakeLast, named("click 3")).await.unwrap_err();
        say(format!("attempt {attempt} to take from the empty cart: {error} ({})", error.code()));
    }
    let answer = carts.execute(id, add("milk"), named("click 4")).await.unwrap();
    say(format!("the cart goes on: milk is in, {} in the cart", answer.reply));

    tree.stop().await;
    say("-- the process ends, another one starts");
    let (carts, tree) = process(&store, &clock).await;

    let cart = carts.read(id).await.unwrap().unwrap();
    say(format!("replayed from {} events: {:?}", cart.version, cart.state.things));
    let again = carts.execute(id, add("milk"), named("click 4")).await.unwrap();
    say(format!("click 4 again: {} in the cart, replayed: {}", again.reply, again.replayed));
    let error = carts.execute(id, Command::TakeLast, named("click 3")).await.unwrap_err();
    say(format!("click 3 again: {error}"));
    tree.stop().await;
}

pub(crate) fn main() {
    shared::run(story());
}
