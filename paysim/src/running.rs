//! A simulator that runs, and what a test does with it.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::thread::JoinHandle;

use tokio_util::sync::CancellationToken;

use crate::admin::Act;
use crate::faults::Plan;
use crate::ledger::Books;
use crate::options::Options;
use crate::server;
use crate::webhooks::{self, Message, Mishaps, Sent};
use crate::wire::{Body, Reply};
use crate::world::{Shared, World};

/// Starts simulators.
#[derive(Clone, Copy, Debug)]
pub struct Paysim;

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
#[error("the payment simulator cannot start: {0}")]
pub struct StartError(#[from] io::Error);

/// Why the simulator does not do what a test wants; the provider's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the simulator refuses: {0}")]
pub struct Refused(String);

impl From<Reply> for Refused {
    fn from(reply: Reply) -> Self {
        Self(match reply.body {
            Body::Json(body) => body.to_string(),
            Body::Html(text) => text,
            Body::Empty => reply.status.to_string(),
        })
    }
}

impl Paysim {
    /// Starts a simulator on a thread of its own, which a paused clock of the test's does not stop.
    ///
    /// # Errors
    /// When the address is not a loopback address or is taken.
    pub fn start(options: Options) -> Result<Running, StartError> {
        let (listener, address) = server::listen(options.listen)?;
        let world = Shared::new(World::new(&options, format!("http://{address}")));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, theirs) = (CancellationToken::new(), world.clone());
        let stopped = stop.clone();
        let thread = std::thread::Builder::new().name("paysim".to_owned()).spawn(move || {
            let serving = async {
                tokio::join!(
                    server::serve(listener, theirs.clone(), stopped.clone()),
                    webhooks::work(theirs.clone(), stopped.clone()),
                )
            };
            if let (Err(error), ()) = runtime.block_on(serving) {
                tracing::error!(%error, "the payment simulator stopped: {error}");
            }
        })?;
        Ok(Running { world, address, stop, thread: Some(thread) })
    }
}

/// A simulator that runs; it stops when this is dropped.
#[derive(Debug)]
pub struct Running {
    world: Shared,
    address: SocketAddr,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the payment simulator ended in a panic");
        }
    }
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
    /// Where it is reached, without a slash at the end: the base of both providers' addresses.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
    /// Waits until it has stopped, which it does not by itself.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the payment simulator ended in a panic");
        }
    }
    /// Every movement of money so far.
    pub fn books(&self) -> Books {
        self.world.lock().office.books.clone()
    }
    /// Plans a fault. Returns whether there was room for it.
    pub fn plan(&self, plan: Plan) -> bool {
        self.world.lock().faults.plan(plan)
    }
    /// Forgets the faults that wait.
    pub fn clear_plans(&self) {
        self.world.lock().faults.clear();
    }
    /// How often each fault struck, by its name.
    pub fn fired(&self) -> BTreeMap<String, u64> {
        self.world.lock().faults.fired().clone()
    }
    /// How often each operation was asked, whatever came of it.
    pub fn asked(&self) -> BTreeMap<String, u64> {
        self.world.lock().faults.asked().clone()
    }
    /// Decides what goes wrong with messages from now on.
    pub fn set_mishaps(&self, mishaps: Mishaps) {
        self.world.lock().office.messages.mishaps = mishaps;
    }
    /// Where messages go from now on.
    pub fn send_messages_to(&self, stripe: Option<String>, paypal: Option<String>) {
        let mut world = self.world.lock();
        world.office.messages.post.stripe_url = stripe;
        world.office.messages.post.paypal_url = paypal;
    }
    /// Lets held messages go; returns how many.
    pub fn release(&self) -> usize {
        self.world.lock().office.messages.release()
    }
    /// Takes the messages that wait, signed as of now, instead of having them sent.
    pub fn take(&self) -> Vec<Message> {
        let mut world = self.world.lock();
        let now_s = world.office.clock.now_s();
        world.office.messages.take(now_s)
    }
    /// What became of messages.
    pub fn sent(&self) -> Sent {
        self.world.lock().office.messages.sent
    }
    /// The moment, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.world.lock().office.clock.now_ms()
    }
    /// Sets the clock ahead. What is late then is given up, and keys of the day before are forgotten.
    pub fn advance(&self, ms: u64) {
        self.world.lock().advance(ms);
    }
    /// Forgets all idempotency keys, as providers may after a day; returns how many.
    pub fn prune_keys(&self) -> usize {
        self.world.lock().prune(true)
    }
    /// The shopper answers the bank's or PayPal's question. Returns where the shopper is sent then.
    ///
    /// # Errors
    /// When nobody asks.
    pub fn act(&self, reference: &str, act: Act) -> Result<String, Refused> {
        Ok(self.world.lock().act(reference, act)?)
    }
    /// The card's owner takes money back: all that is left, or this much. Returns the dispute's id.
    ///
    /// # Errors
    /// When there is not so much.
    pub fn dispute(&self, reference: &str, amount: Option<i64>) -> Result<String, Refused> {
        let made = self.world.lock().dispute(reference, amount)?;
        let id = made.get("id").or_else(|| made.get("dispute_id")).and_then(serde_json::Value::as_str);
        Ok(id.unwrap_or_default().to_owned())
    }
    /// A dispute ends.
    ///
    /// # Errors
    /// When there is none, or it has ended.
    pub fn close_dispute(&self, dispute: &str, won: bool) -> Result<(), Refused> {
        self.world.lock().close_dispute(dispute, won)?;
        Ok(())
    }
    /// A refund of Stripe's ends that waited, or one that was done, at either desk, fails after all.
    ///
    /// # Errors
    /// When there is none, or it has ended.
    pub fn end_refund(&self, refund: &str, fails: bool) -> Result<(), Refused> {
        let mut world = self.world.lock();
        let world = &mut *world;
        if fails && world.paypal.has_refund(refund) {
            let failed = world.paypal.fail_refund(&mut world.office, refund);
            return failed.map(drop).map_err(|failure| Refused::from(failure.reply()));
        }
        let ended = world.stripe.end_refund(&mut world.office, refund, fails);
        ended.map(drop).map_err(|failure| Refused::from(failure.reply()))
    }
}
