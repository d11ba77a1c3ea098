//! What each command does.

use std::collections::BTreeSet;
use std::time::Duration;

use amazoff_supervisor::{CommandId, Context, Decision, Entity as _, Timestamp, derive_uuid};

use super::{
    Attempt, DisabledFor, Effect, Endpoint, Event, EventType, Next, PENDING_MAX, Rejection, Reply, Stage,
};
use crate::ids::{MessageId, UserId};

/// The reminder of the next attempt.
pub(super) const RETRY: &str = "retry";
/// How long after each failure the next attempt is made, as Standard Webhooks recommends.
const PAUSES: [Duration; 7] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(10),
];
/// The longest that a receiver may ask to be left alone.
const RETRY_AFTER_MAX: Duration = Duration::from_hours(24);
/// How long a receiver may take nothing before it is turned off.
pub const FAILING_MAX: Duration = Duration::from_hours(5 * 24);
/// How long a replaced secret still signs (HOOK-5).
pub const OLD_SECRET_FOR: Duration = Duration::from_hours(24);
/// The status of a receiver that is gone for good.
const GONE: u16 = 410;

impl Endpoint {
    fn reply(&self, message: Option<MessageId>) -> Reply {
        Reply { generation: self.generation, message }
    }

    fn unchanged(&self) -> Decision<Self> {
        Decision::reply(self.reply(None))
    }

    fn happens(&self, event: Event) -> Decision<Self> {
        let reply = self.after(std::slice::from_ref(&event)).reply(None);
        Decision::event(event, reply)
    }

    fn check_there(&self) -> Result<(), Rejection> {
        if self.config.is_some() { Ok(()) } else { Err(Rejection::NotFound) }
    }

    fn check_on(&self) -> Result<(), Rejection> {
        self.check_there()?;
        if self.disabled.is_none() { Ok(()) } else { Err(Rejection::Disabled) }
    }

    pub(super) fn create(
        &self,
        (url, events, by): (&str, &BTreeSet<EventType>, UserId),
        at: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        if self.deleted {
            return Err(Rejection::NotFound);
        }
        if self.config.is_some() {
            return Ok(self.unchanged()); // its id follows from the request, so it is the same one
        }
        Ok(self.happens(Event::Created { url: url.to_owned(), events: events.clone(), by, at }))
    }

    pub(super) fn enqueue(
        &self,
        kind: EventType,
        body: &str,
        context: &Context,
    ) -> Result<Decision<Self>, Rejection> {
        self.check_there()?;
        let wanted = self.config.as_ref().is_some_and(|config| config.events.contains(&kind));
        if !wanted || self.disabled.is_some() {
            return Ok(self.unchanged());
        }
        self.queue(kind, body, context)
    }

    pub(super) fn send_test(&self, body: &str, context: &Context) -> Result<Decision<Self>, Rejection> {
        self.check_on()?;
        self.queue(EventType::Test, body, context)
    }

    fn queue(&self, kind: EventType, body: &str, context: &Context) -> Result<Decision<Self>, Rejection> {
        if self.pending() >= PENDING_MAX {
            return Err(Rejection::TooManyDeliveries);
        }
        let message = MessageId::from(context.command_id.derive("message"));
        let queued = Event::Queued { message, kind, body: body.to_owned(), at: context.now };
        let decision = Decision::event(queued, self.reply(Some(message)));
        Ok(decision.effect(Effect::Call { message, call: 1 }))
    }

    pub(super) fn replay(&self, id: MessageId) -> Result<Decision<Self>, Rejection> {
        self.check_on()?;
        let message = self.messages.get(&id).ok_or(Rejection::DeliveryNotFound)?;
        if message.stage == Stage::Calling {
            return Ok(Decision::reply(self.reply(Some(id)))); // it is just being sent (HOOK-2)
        }
        let call = message.calls.saturating_add(1);
        let decision = Decision::event(Event::Replayed { message: id }, self.reply(Some(id)));
        Ok(decision.effect(Effect::Call { message: id, call }))
    }

    pub(super) fn note_attempt(
        &self,
        (id, call): (MessageId, u32),
        (attempt, retry_after_s): (&Attempt, Option<u32>),
        context: &Context,
    ) -> Decision<Self> {
        let known = self.messages.get(&id);
        let Some(message) = known.filter(|message| message.stage == Stage::Calling && message.calls == call)
        else {
            return self.unchanged();
        };
        let gone = attempt.status == Some(GONE);
        let next = match pause(message.failures, retry_after_s, context.command_id) {
            _ if attempt.succeeded() => Next::Delivered,
            Some(pause) if !gone => Next::Again { at: context.now.plus(pause) },
            Some(_) | None => Next::GivenUp,
        };
        let mut decision = self.happens(Event::Attempted { message: id, attempt: attempt.clone(), next });
        let since = self.failing_since.unwrap_or(attempt.at);
        let failing = !attempt.succeeded() && context.now.since(since) >= FAILING_MAX;
        let why = match (gone, failing) {
            (true, _) => Some(DisabledFor::Gone),
            (false, true) => Some(DisabledFor::Failing),
            (false, false) => None,
        };
        let turned_off = why.filter(|_| self.disabled.is_none());
        if let (Some(why), Some(config)) = (turned_off, &self.config) {
            let at = context.now;
            decision = decision.and(Event::Disabled { why, at }).effect(Effect::Tell { user: config.by, at });
        }
        self.reminding(decision)
    }

    pub(super) fn retry(&self, now: Timestamp) -> Decision<Self> {
        let is_due = |stage: Stage| match stage {
            Stage::Waiting { until } => until <= now,
            Stage::Calling | Stage::Delivered | Stage::GivenUp => false,
        };
        let on = self.disabled.is_none();
        let due = self.messages.iter().filter(|(_, message)| on && is_due(message.stage));
        let decision = due.fold(self.unchanged(), |decision, (id, message)| {
            let call = message.calls.saturating_add(1);
            decision.and(Event::Called { message: *id }).effect(Effect::Call { message: *id, call })
        });
        self.reminding(decision)
    }

    pub(super) fn enable(&self, at: Timestamp) -> Result<Decision<Self>, Rejection> {
        self.check_there()?;
        if self.disabled.is_none() {
            return Ok(self.unchanged());
        }
        Ok(self.reminding(self.happens(Event::Enabled { at })))
    }

    pub(super) fn disable(&self, at: Timestamp) -> Result<Decision<Self>, Rejection> {
        self.check_there()?;
        if self.disabled.is_some() {
            return Ok(self.unchanged());
        }
        Ok(self.reminding(self.happens(Event::Disabled { why: DisabledFor::Asked, at })))
    }

    pub(super) fn rotate(&self, at: Timestamp) -> Result<Decision<Self>, Rejection> {
        self.check_there()?;
        Ok(self.happens(Event::SecretRotated { old_until: at.plus(OLD_SECRET_FOR) }))
    }

    pub(super) fn delete(&self, at: Timestamp) -> Result<Decision<Self>, Rejection> {
        self.check_there()?;
        Ok(self.happens(Event::Deleted { at }).forget(RETRY))
    }

    /// The decision with the time of the next attempt that waits, as it leaves the endpoint; none while it is off (HOOK-4).
    fn reminding(&self, decision: Decision<Self>) -> Decision<Self> {
        let after = self.after(&decision.events);
        let waits = after.messages.values().filter_map(|message| match message.stage {
            Stage::Waiting { until } => Some(until),
            Stage::Calling | Stage::Delivered | Stage::GivenUp => None,
        });
        match waits.min().filter(|_| after.disabled.is_none()) {
            Some(next) => decision.remind(RETRY, next),
            None => decision.forget(RETRY),
        }
    }
}

/// How long to wait after another failure; `None` when it was the last attempt. A tenth more at random, which follows from the
/// command, so that a decision that is taken again is the same one.
fn pause(failures: u32, retry_after_s: Option<u32>, id: CommandId) -> Option<Duration> {
    let pause = *usize::try_from(failures).ok().and_then(|failures| PAUSES.get(failures))?;
    let (draw, _) = derive_uuid(&[id.0.as_bytes(), b"jitter"]).as_u64_pair();
    let permille = u32::try_from(draw % 101).unwrap_or(0);
    let jittered = pause.saturating_add(pause.saturating_mul(permille) / 1_000);
    let asked = Duration::from_secs(retry_after_s.unwrap_or(0).into()).min(RETRY_AFTER_MAX);
    Some(jittered.max(asked))
}
