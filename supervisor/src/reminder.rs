//! The reminder clock: wakes entities when their durable timers are due.

use std::time::Duration;

use futures::StreamExt;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::entity::ReminderChange;
use crate::ids::Version;
use crate::journal::{JournalError, Part, Reminder};
use crate::runtime::{Core, Members};

/// How exact reminders are.
const TICK: Duration = Duration::from_millis(250);
/// Reminders read and given at once.
const PAGE: usize = 256;
const AT_ONCE: usize = 32;

/// Runs until cancelled.
///
/// # Errors
/// When the journal is away; the supervisor starts the clock again.
pub(crate) async fn run(
    core: &Core,
    members: &Members,
    cancel: &CancellationToken,
) -> Result<(), JournalError> {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = cancel.cancelled() => return Ok(()),
            _ = ticks.tick() => {}
        }
        let due = core.journal.reminders_due(core.clock.now(), PAGE).await?;
        futures::stream::iter(due)
            .for_each_concurrent(AT_ONCE, |reminder| async move { give(core, members, &reminder).await })
            .await;
    }
}

async fn give(core: &Core, members: &Members, reminder: &Reminder) {
    let Some(member) = members.get(reminder.entity.kind.as_str()) else {
        tracing::error!(entity = %reminder.entity, name = reminder.name, "a reminder for an unknown domain");
        return;
    };
    match member.remind(reminder).await {
        Ok(true) => {}
        Ok(false) => clear(core, reminder).await,
        Err(reason) => {
            tracing::warn!(entity = %reminder.entity, name = reminder.name, reason, "a reminder will be given again");
        }
    }
}

/// Removes a reminder that means nothing any more.
async fn clear(core: &Core, reminder: &Reminder) {
    let Some(epoch) = core.shards.epoch(reminder.entity.shard()) else { return };
    let mut part = Part::empty(reminder.entity.clone(), Version(0), epoch, core.clock.now());
    part.reminders.push(ReminderChange::Clear { name: reminder.name.clone() });
    if let Err(error) = core.lanes.append(part).await {
        tracing::warn!(entity = %reminder.entity, %error, "a lapsed reminder could not be cleared");
    }
}
