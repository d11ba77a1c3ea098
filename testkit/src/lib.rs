//! Test harness for entities: given events, when a command, then what follows. No runtime, no clock, no I/O.
//!
//! Every step is checked beyond what a test asks for, see [`Life`]. A test reads like its name:
//!
//! ```
//! # use amazoff_supervisor::{Claim, Context, Decision, Entity, Fault, FaultKind};
//! # #[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
//! # struct Lamp { on: bool }
//! # #[derive(Clone, serde::Serialize, serde::Deserialize)]
//! # enum Command { SwitchOn }
//! # #[derive(Clone, serde::Serialize, serde::Deserialize)]
//! # enum Event { SwitchedOn }
//! # #[derive(Clone, Debug, serde::Serialize, serde::Deserialize, thiserror::Error)]
//! # enum Rejection { #[error("the lamp is on")] AlreadyOn }
//! # impl Fault for Rejection {
//! #     fn kind(&self) -> FaultKind { FaultKind::Conflict }
//! #     fn code(&self) -> &'static str { "already-on" }
//! # }
//! # impl Entity for Lamp {
//! #     const KIND: &'static str = "lamp";
//! #     type Command = Command; type Event = Event; type Reply = (); type Rejection = Rejection; type Effect = ();
//! #     fn decide(&self, _: &Command, _: &Context) -> Result<Decision<Self>, Rejection> {
//! #         if self.on { Err(Rejection::AlreadyOn) } else { Ok(Decision::event(Event::SwitchedOn, ())) }
//! #     }
//! #     fn apply(&mut self, _: &Event) { self.on = true; }
//! #     fn claim_taken(_: &Claim) -> Rejection { Rejection::AlreadyOn }
//! #     fn destination(_: &()) -> String { "nobody".to_owned() }
//! # }
//! use amazoff_testkit::given;
//!
//! given::<Lamp>([]).when(Command::SwitchOn).then_events([Event::SwitchedOn]).then_state(|lamp| assert!(lamp.on));
//! given::<Lamp>([Event::SwitchedOn]).when(Command::SwitchOn).then_rejects(Rejection::AlreadyOn);
//! ```

mod case;
pub mod faults;
pub mod golden;
mod life;
mod probe;
mod stored;
#[cfg(test)]
mod tests;

pub use case::{Case, Given, given};
pub use golden::{Golden, golden};
pub use life::Life;
pub use probe::Probe;
