//! Inboxes: what a person is told, in order, and which letters they want. One entity per person, with the person's UUID.
//!
//! Owns numbered notices, how far the person has read, and the kinds of letters that they do not want. A notice names what
//! happened and to what (an order, an endpoint); its words are made where it is shown, so nothing personal is kept here.
//!
//! | Put              | MarkRead                          | SetPreferences, Mute   |
//! |------------------|-----------------------------------|------------------------|
//! | the next number  | up to a number that was given out | as asked; else a no-op |
//!
//! Invariants:
//! - INBOX-1: numbers go on without a gap, from 1; a notice keeps its number.
//! - INBOX-2: the newest [`NOTICES_MAX`] notices are kept. A reader who has not seen one that is gone is told so, and never
//!   gets a list with a hole in it ([`Inbox::since`]).
//! - INBOX-3: what was read stays read.
//! - INBOX-4: an effect of an order or endpoint is one notice, however often it is delivered.
//!
//! It deliberately sends nothing: letters are effects of orders, which ask here whether they are wanted; sockets follow this
//! entity's commits. Letters about accounts are always sent and never asked for here.
//!
//! Called by orders and endpoints through [`Inboxes`], and by the edges.

mod command;
mod event;
mod handle;
mod preferences;
mod rejection;
mod state;
#[cfg(test)]
mod tests;
mod unsubscribe;

pub use command::Command;
pub use event::{Event, Matter, Notice};
pub use handle::{Inboxes, Shown};
pub use preferences::Preferences;
pub use rejection::Rejection;
pub use state::{Inbox, NOTICES_MAX, Receipt};
pub use unsubscribe::Unsubscribe;
