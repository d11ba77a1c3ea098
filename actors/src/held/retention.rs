//! What guests said of themselves in orders is not kept for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use amazoff_supervisor::documents::Position;
use amazoff_supervisor::tree::{ChildSpec, TaskContext};
use amazoff_supervisor::{Clock, ReadError, Vault};

use crate::asking::not_opened;
use crate::cart::Owner;
use crate::mail::Mailer;
use crate::order::{Filter, OrderCard, Orders, Status};

/// How often it is looked for what is old enough.
const EVERY: Duration = Duration::from_hours(24);
/// When it is looked for the first time, so that a start is not slow.
const FIRST: Duration = Duration::from_mins(10);
/// Orders that are read at once, and the pause after them.
const PAGE: usize = 100;
const PAUSE: Duration = Duration::from_millis(50);

/// Destroys the keys of guests' orders that are old enough. Clones are the same one.
#[derive(Clone)]
pub struct Retention {
    orders: Orders,
    vault: Vault,
    mailer: Arc<dyn Mailer>,
    clock: Arc<dyn Clock>,
    /// Orders that were placed before are done, in milliseconds since 1970; 0 at the start.
    done_before: Arc<AtomicI64>,
}

impl Retention {
    /// Over all orders.
    pub fn new(orders: Orders, vault: Vault, mailer: Arc<dyn Mailer>, clock: Arc<dyn Clock>) -> Self {
        Self { orders, vault, mailer, clock, done_before: Arc::default() }
    }

    /// Runs once a day. A run that fails is told, and the next one does its work too.
    pub fn supervise(&self, kept: Duration) -> ChildSpec {
        let this = self.clone();
        ChildSpec::task("retention", move |context: TaskContext| {
            let this = this.clone();
            async move {
                let mut wait = FIRST;
                loop {
                    tokio::select! {
                        () = context.cancel.cancelled() => return Ok(()),
                        () = tokio::time::sleep(wait) => {}
                    }
                    wait = EVERY;
                    tokio::select! {
                        () = context.cancel.cancelled() => return Ok(()),
                        done = this.run(kept) => match done {
                            Ok(0) => {}
                            Ok(count) => tracing::info!(count, "{count} guests are known no more by their old orders"),
                            Err(error) => {
                                tracing::error!(%error, "old orders of guests could not be looked through: {error}");
                            }
                        },
                    }
                }
            }
        })
    }

    /// Makes unreadable what guests said in orders that were placed so long ago and are over; how many were readable until
    /// then. Orders that are not over yet are looked at again by the first run after a start.
    ///
    /// # Errors
    /// When documents, orders or keys cannot be read. What was done stays done.
    pub async fn run(&self, kept: Duration) -> Result<u64, ReadError> {
        let now = self.clock.now();
        let ms = i64::try_from(kept.as_millis()).unwrap_or(i64::MAX);
        let before = now.unix_ms().saturating_sub(ms).max(0);
        let done_before = self.done_before.load(Ordering::Relaxed);
        let mut after = Some(Position { value: before.into(), id: String::new() });
        let mut count = 0;
        loop {
            let page = self.orders.list_by(Filter::default(), after, PAGE).await?;
            for order in page.items.iter().filter(|order| is_over(order)) {
                if order.placed_at_ms >= done_before {
                    count += u64::from(self.forget(order).await?);
                }
            }
            // The newest come first.
            let reached = page.items.last().is_some_and(|order| order.placed_at_ms < done_before);
            after = page.next;
            if after.is_none() || reached {
                self.done_before.store(before, Ordering::Relaxed);
                return Ok(count);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn forget(&self, order: &OrderCard) -> Result<bool, ReadError> {
        if self.orders.owner(order.id).await? != Some(Owner::Guest) {
            return Ok(false); // whoever has an account decides about it
        }
        let Some(view) = self.orders.get(order.id).await? else { return Ok(false) };
        let guest = view.cart_id.uuid();
        let forgotten = self.vault.erase_if_any(guest, self.clock.now()).await;
        let forgotten = forgotten.map_err(|error| not_opened(order.id.uuid(), error))?;
        if forgotten {
            let kept = self.mailer.forget(guest).await;
            kept.map_err(|error| ReadError::Unavailable(error.to_string()))?;
        }
        Ok(forgotten)
    }
}

/// Nothing more is sent or paid back as a matter of course.
fn is_over(order: &OrderCard) -> bool {
    match order.status {
        Status::Completed | Status::Canceled => true,
        Status::Draft | Status::Placed => false,
    }
}
