//! The slow rounds: memory of idle cells, and command records that have expired.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::member::AnyMember;
use crate::runtime::Core;

const ROUND: Duration = Duration::from_secs(1);
const PASSIVATE_EVERY: Duration = Duration::from_secs(15);
const FORGET_EVERY: Duration = Duration::from_mins(10);

/// Runs until cancelled.
pub(crate) async fn run(
    core: &Core,
    members: &HashMap<&'static str, Arc<dyn AnyMember>>,
    cancel: &CancellationToken,
) {
    let mut rounds = interval(ROUND);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut passivated_at, mut forgot_at) = (Instant::now(), Instant::now());
    // In the order of their names, not of a hash: simulations repeat.
    let mut members: Vec<_> = members.values().collect();
    members.sort_by_key(|member| member.kind());
    loop {
        tokio::select! {
            biased;
            () = cancel.cancelled() => return,
            _ = rounds.tick() => {}
        }
        members.iter().for_each(|member| member.hibernate_idle());
        if passivated_at.elapsed() >= PASSIVATE_EVERY {
            passivated_at = Instant::now();
            members.iter().for_each(|member| member.passivate_unused());
        }
        if forgot_at.elapsed() >= FORGET_EVERY {
            forgot_at = Instant::now();
            match core.journal.forget_commands(core.clock.now()).await {
                Ok(0) => {}
                Ok(forgotten) => tracing::debug!(forgotten, "expired command records forgotten"),
                Err(error) => tracing::warn!(%error, "expired command records could not be forgotten"),
            }
        }
    }
}
