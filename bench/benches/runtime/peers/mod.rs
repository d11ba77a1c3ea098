//! The same counter as a plain actor of other runtimes: no journal, no limits, nothing survives.

mod with_actix;
mod with_kameo;
mod with_ractor;

use std::future::Future;

pub(crate) use with_actix::Actix;
pub(crate) use with_kameo::Kameo;
pub(crate) use with_ractor::Ractor;

/// A runtime that is measured beside ours.
pub(crate) trait Peer: Clone + Send + Sync + 'static {
    const NAME: &'static str;
    type Ref: Clone + Send + Sync + 'static;

    /// Starts an actor.
    fn spawn(&self) -> impl Future<Output = Self::Ref> + Send;
    /// Asks an actor for its sum.
    fn ask(actor: &Self::Ref) -> impl Future<Output = i64> + Send;
    /// Stops an actor and waits for its end.
    fn stop(actor: Self::Ref) -> impl Future<Output = ()> + Send;
}

/// A runtime that restarts what panicked.
pub(crate) trait Restarting: Peer {
    /// Starts an actor that is started again whenever it panics.
    fn supervise(&self) -> impl Future<Output = Self::Child> + Send;
    type Child: Clone + Send + Sync + 'static;
    /// Has it panic, and waits for its next answer.
    fn panic_and_ask(child: &Self::Child) -> impl Future<Output = ()> + Send;
}
