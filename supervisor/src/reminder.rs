//! The reminder clock: wakes entities when their durable timers are due.
//!
//! Each kind has a round of its own, so a domain that is away, with thousands of reminders due, delays no other. While it is
//! away its round pauses, from 500 ms doubling up to 30 s; a single reminder that fails is put off by the same steps, and the
//! others of its kind go on.

use std::collections::HashMap;
use std::time::Duration;

use futures::StreamExt;
use futures::future::try_join_all;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::entity::ReminderChange;
use crate::ids::Version;
use crate::journal::{JournalError, Part, Reminder};
use crate::member::{AnyMember, Reminded};
use crate::runtime::{Core, Members};
use crate::tree::Backoff;

/// How exact reminders are.
const TICK: Duration = Duration::from_millis(250);
/// Reminders read and given at once, per kind.
const PAGE: usize = 256;
const AT_ONCE: usize = 32;
/// Pauses of a kind whose domain is away, and of a reminder that fails.
const PAUSE: Backoff =
    Backoff { first: Duration::from_millis(500), max: Duration::from_secs(30), jitter_percent: 20 };
/// Failing reminders of a kind that are remembered; the others are given again at the next tick.
const PUT_OFF_MAX: usize = 1_024;

/// Runs until cancelled.
///
/// # Errors
/// When the journal is away; the supervisor starts the clock again.
pub(crate) async fn run(
    core: &Core,
    members: &Members,
    cancel: &CancellationToken,
) -> Result<(), JournalError> {
    let kinds = members.values().map(|member| {
        let kind = Kind { core, member: &**member, put_off: HashMap::new(), away: 0 };
        kind.run(cancel)
    });
    try_join_all(kinds).await?;
    // Without domains there is nothing to wake, but the task's end is still its supervisor's to decide.
    cancel.cancelled().await;
    Ok(())
}

/// The reminders of one kind.
struct Kind<'a> {
    core: &'a Core,
    member: &'a dyn AnyMember,
    /// Reminders that failed: how often, and not before when they are given again.
    put_off: HashMap<Reminder, (u32, Instant)>,
    /// Rounds in a row that found the domain away.
    away: u32,
}

impl Kind<'_> {
    async fn run(mut self, cancel: &CancellationToken) -> Result<(), JournalError> {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = cancel.cancelled() => return Ok(()),
                _ = ticks.tick() => {}
            }
            let pause = self.round().await?;
            tokio::select! {
                biased;
                () = cancel.cancelled() => return Ok(()),
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Gives what is due; returns how long the kind is to be left alone.
    async fn round(&mut self) -> Result<Duration, JournalError> {
        // A domain that was away is asked with few reminders first.
        let page = if self.away == 0 { PAGE } else { AT_ONCE };
        // What is put off is read too, and must not hide what is due behind it.
        let limit = page + self.put_off.len();
        let due = self.core.journal.reminders_due(self.member.kind(), self.core.clock.now(), limit).await?;
        if due.len() < limit {
            self.put_off.retain(|reminder, _| due.contains(reminder));
        }
        let now = Instant::now();
        let ready: Vec<_> = due
            .into_iter()
            .filter(|reminder| self.put_off.get(reminder).is_none_or(|(_, until)| *until <= now))
            .collect();
        let (core, member) = (self.core, self.member);
        let mut given = futures::stream::iter(ready)
            .map(|reminder| async move {
                let outcome = give(core, member, &reminder).await;
                (reminder, outcome)
            })
            .buffer_unordered(AT_ONCE);
        let mut is_away = false;
        while let Some((reminder, outcome)) = given.next().await {
            match outcome {
                Given::Done => drop(self.put_off.remove(&reminder)),
                Given::Away => is_away = true,
                Given::Failed => self.put_off(reminder),
            }
        }
        drop(given);
        if !is_away {
            self.away = 0;
            return Ok(Duration::ZERO);
        }
        self.away = self.away.saturating_add(1);
        let pause = pause(self.away);
        tracing::debug!(kind = self.member.kind(), ?pause, "a domain is away; its reminders wait");
        Ok(pause)
    }

    fn put_off(&mut self, reminder: Reminder) {
        let failures = self.put_off.get(&reminder).map_or(0, |(failures, _)| *failures).saturating_add(1);
        if failures > 1 || self.put_off.len() < PUT_OFF_MAX {
            self.put_off.insert(reminder, (failures, Instant::now() + pause(failures)));
        }
    }
}

fn pause(failures: u32) -> Duration {
    PAUSE.delay(failures, crate::chance::up_to(1_000))
}

enum Given {
    Done,
    Away,
    Failed,
}

async fn give(core: &Core, member: &dyn AnyMember, reminder: &Reminder) -> Given {
    match member.remind(reminder).await {
        Reminded::Given => Given::Done,
        Reminded::Lapsed => clear(core, reminder).await,
        Reminded::Away => Given::Away,
        Reminded::Failed(reason) => {
            tracing::warn!(entity = %reminder.entity, name = reminder.name, reason, "a reminder will be given again");
            Given::Failed
        }
    }
}

/// Removes a reminder that means nothing any more, unless it was set anew since it was read.
async fn clear(core: &Core, reminder: &Reminder) -> Given {
    let Some(epoch) = core.shards.epoch(reminder.entity.shard()) else { return Given::Failed };
    let mut part = Part::empty(reminder.entity.clone(), Version(0), epoch, core.clock.now());
    part.reminders.push(ReminderChange::Lapse { name: reminder.name.clone(), due_at: reminder.due_at });
    match core.lanes.append(part).await {
        Ok(_stored) => Given::Done,
        Err(error) => {
            tracing::warn!(entity = %reminder.entity, %error, "a lapsed reminder could not be cleared");
            Given::Failed
        }
    }
}
