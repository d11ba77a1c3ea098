//! Endpoints: where the shop's events are sent, as Standard Webhooks. One entity per endpoint.
//!
//! Owns the address, which events go there, the number of its secret, and each message with what became of every attempt to
//! hand it over. Secrets are derived from the endpoint and their number, and kept nowhere.
//!
//! | endpoint | Create | Enqueue                  | Replay, SendTest     | NoteAttempt | Enable    | Disable    | Rotate | Delete    |
//! |----------|--------|--------------------------|----------------------|-------------|-----------|------------|--------|-----------|
//! | absent   | → on   | not found                | not found            | no-op       | not found | not found  | not found | not found |
//! | on       | repeat | a message, if it is wanted | a message          | see below   | no-op     | → off      | next   | → deleted |
//! | off      | repeat | no-op                    | `endpoint-disabled`  | see below   | → on      | no-op      | next   | → deleted |
//! | deleted  | not found | not found             | not found            | no-op       | not found | not found  | not found | not found |
//!
//! A message waits, is being handed over, is delivered, or is given up. An attempt that fails is repeated after 5 s, 5 min,
//! 30 min, 2 h, 5 h, 10 h and 10 h, each a little longer at random, and no sooner than the receiver asks; then the message is given
//! up. A receiver that answers 410, or that has taken nothing for [`FAILING_MAX`], is turned off, and who made it is told.
//!
//! Invariants:
//! - HOOK-1: an event is one message to an endpoint, however often it is announced, under one id at every attempt.
//! - HOOK-2: at most one attempt of a message is under way.
//! - HOOK-3: at most [`PENDING_MAX`] messages wait; the newest [`DONE_MAX`] of the others are kept, each with the newest
//!   [`ATTEMPTS_MAX`] attempts.
//! - HOOK-4: nothing new is sent to an endpoint that is off; what waits goes on when it is on again.
//! - HOOK-5: a replaced secret signs for 24 hours more, beside the new one.
//!
//! It deliberately calls nobody: an attempt is an effect that [`EndpointDelivery`] has a [`Caller`] make. Which addresses may be
//! called is the caller's to say, before an endpoint is made and again at every attempt.
//!
//! Called by the edges and by the effects of orders, products and stocks through [`Endpoints`].

mod caller;
mod command;
mod deliver;
mod event;
mod handle;
mod publish;
mod rejection;
mod rules;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use caller::{CallRequest, Caller, Heard, TargetRefused};
pub use command::{Command, Effect};
pub use deliver::EndpointDelivery;
pub use event::{Attempt, DisabledFor, Event, EventType, Next};
pub use handle::{EndpointForm, Endpoints};
pub(crate) use publish::Announcement;
pub use rejection::Rejection;
pub use rules::{FAILING_MAX, OLD_SECRET_FOR};
pub use state::{ATTEMPTS_MAX, DONE_MAX, Endpoint, Message, PENDING_MAX, Stage};
pub use view::{EndpointView, MessageView, Reply};
