//! Deciding a batch: commands in, one part and the answers that its commit will release out. No I/O.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tokio::time::Instant;

use super::{AskResult, Committed, Queued};
use crate::ask::{Answer, AskError};
use crate::clock::Timestamp;
use crate::entity::{Context, Decision, Entity, ReminderChange};
use crate::ids::{CommandId, EntityId, Epoch, Version};
use crate::journal::{
    Claim, CommandRecord, EffectMark, NewEvent, OutboxKey, OutboxRow, Part, Posting, Reminder,
};

/// How long the outcome of a command is kept for repeats.
const RECORD_KEPT: Duration = Duration::from_hours(48);
/// Effects may be replayed by a person days later, so their outcomes are kept longer.
const EFFECT_RECORD_KEPT: Duration = Duration::from_hours(30 * 24);

/// What is the same for all commands of a batch.
pub(crate) struct Setting<'a, E: Entity> {
    pub(crate) entity: EntityId,
    pub(crate) epoch: Epoch,
    pub(crate) now: Timestamp,
    pub(crate) quarantined: &'a [CommandId],
    /// Refusals that a commit before imposed (a claim was taken).
    pub(crate) imposed: &'a HashMap<CommandId, E::Rejection>,
    /// The batch may be stored already, unseen.
    pub(crate) uncertain: bool,
    /// Told of each command before it is decided.
    pub(crate) deciding: &'a (dyn Fn(CommandId) + Sync),
}

/// A command with the answer that the commit releases.
pub(crate) struct Settled<E: Entity> {
    pub(crate) queued: Queued<E>,
    pub(crate) answer: AskResult<E>,
    /// Unique keys that the command takes.
    pub(crate) claims: Vec<Claim>,
}

/// A command whose decision failed in a way that only a defect can cause.
pub(crate) struct Crashed<E: Entity> {
    pub(crate) queued: Queued<E>,
    pub(crate) context: Context,
    pub(crate) version: Version,
    pub(crate) defect: Defect,
}

/// What is wrong with a decision.
#[derive(Debug)]
pub(crate) struct Defect {
    pub(crate) cause: String,
    /// Whether it would have broken the books: nothing that the entity decides is trusted any more.
    pub(crate) breaks_books: bool,
}

impl From<String> for Defect {
    fn from(cause: String) -> Self {
        Self { cause, breaks_books: false }
    }
}

/// A batch, decided but not committed.
pub(crate) struct Draft<E: Entity> {
    pub(crate) part: Part,
    pub(crate) state: E,
    pub(crate) version: Version,
    /// Answered with the commit. All but passing refusals are recorded by it.
    pub(crate) settled: Vec<Settled<E>>,
    /// Answered without a commit: expired or quarantined.
    pub(crate) dropped: Vec<Settled<E>>,
    pub(crate) crashed: Option<Crashed<E>>,
    /// Commands behind the crashed one, not decided yet.
    pub(crate) rest: Vec<Queued<E>>,
}

/// Decides commands in order on the working state, up to the first crash.
pub(crate) fn decide<E: Entity>(
    base: &Committed<E>,
    batch: Vec<Queued<E>>,
    setting: &Setting<'_, E>,
) -> Draft<E> {
    let mut draft = Draft {
        part: Part::empty(setting.entity.clone(), base.version, setting.epoch, setting.now),
        state: base.state.clone(),
        version: base.version,
        settled: Vec::with_capacity(batch.len()),
        dropped: Vec::new(),
        crashed: None,
        rest: Vec::new(),
    };
    let mut applied: Vec<E::Event> = Vec::new();
    let mut batch = batch.into_iter();
    for queued in batch.by_ref() {
        if let Some(error) = not_to_run(&queued, setting) {
            draft.dropped.push(Settled { queued, answer: Err(error), claims: Vec::new() });
            continue;
        }
        let context = Context {
            entity: setting.entity.clone(),
            now: setting.now,
            command_id: queued.envelope.command_id,
            principal: queued.envelope.principal.clone(),
        };
        let decided = decide_one(base, &draft.state, &queued, (&context, setting));
        let decided = match decided {
            Ok(Err(refusal)) if queued.envelope.effect.is_some() && E::is_passing(&refusal) => {
                let answer = Err(AskError::Refused { refusal, replayed: false });
                draft.settled.push(Settled { queued, answer, claims: Vec::new() });
                continue;
            }
            Ok(_) | Err(_) => decided.map_err(Defect::from),
        };
        match decided.and_then(|decision| Recorded::prepare(&queued, &context, draft.version, decision)) {
            Ok(recorded) => {
                if let Err(panic) = apply(&mut draft.state, &recorded.events) {
                    let (version, defect) = (draft.version, panic.into());
                    // A half-applied event is worthless: rebuild what the earlier commands made.
                    draft.state = base.state.after(&applied);
                    draft.crashed = Some(Crashed { queued, context, version, defect });
                    break;
                }
                applied.extend(recorded.events.iter().cloned());
                recorded.add_to(&mut draft, queued, &context);
            }
            Err(defect) => {
                draft.crashed = Some(Crashed { queued, context, version: draft.version, defect });
                break;
            }
        }
    }
    draft.rest = batch.collect();
    draft
}

fn not_to_run<E: Entity>(queued: &Queued<E>, setting: &Setting<'_, E>) -> Option<AskError<E::Rejection>> {
    let expired = queued.envelope.deadline <= Instant::now();
    if setting.quarantined.contains(&CommandId::EVERY) {
        Some(AskError::Suspended)
    } else if setting.quarantined.contains(&queued.envelope.command_id) {
        Some(AskError::Quarantined)
    } else if expired && setting.uncertain {
        Some(AskError::NoAnswer)
    } else if expired {
        Some(AskError::Expired)
    } else {
        None
    }
}

pub(crate) type Decided<E> = Result<Decision<E>, <E as Entity>::Rejection>;

/// Runs `decide`; `Err` is the text of a panic.
fn decide_one<E: Entity>(
    base: &Committed<E>,
    working: &E,
    queued: &Queued<E>,
    (context, setting): (&Context, &Setting<'_, E>),
) -> Result<Decided<E>, String> {
    if let Some(refusal) = setting.imposed.get(&context.command_id) {
        return Ok(Err(refusal.clone()));
    }
    (setting.deciding)(context.command_id);
    // The planted defect decides on what was read before the batch, as if nobody checked versions.
    let seen = if crate::faults::planted("no-version-check") { &base.state } else { working };
    decide_alone(seen, &queued.command, context)
}

/// Decides one command on a state; `Err` is the text of a panic.
pub(crate) fn decide_alone<E: Entity>(
    state: &E,
    command: &E::Command,
    context: &Context,
) -> Result<Decided<E>, String> {
    catch_unwind(AssertUnwindSafe(|| {
        crate::faults::maybe_panic(&context.entity, context.command_id);
        state.decide(command, context)
    }))
    .map_err(|panic| panic_text(&*panic))
}

fn apply<E: Entity>(state: &mut E, events: &[E::Event]) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| events.iter().for_each(|event| state.apply(event))))
        .map_err(|panic| panic_text(&*panic))
}

/// The text of a panic.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "panic without text".to_owned())
}

/// A decision in its stored form.
struct Recorded<E: Entity> {
    events: Vec<E::Event>,
    decision: Decided<E>,
    payloads: Vec<String>,
    effects: Vec<(String, String)>,
    outcome: String,
    context: String,
    version: Version,
}

impl<E: Entity> Recorded<E> {
    /// Checks a decision and serialises it; `Err` names the defect.
    fn prepare(
        queued: &Queued<E>,
        context: &Context,
        before: Version,
        mut decision: Decided<E>,
    ) -> Result<Self, Defect> {
        let json = |error: serde_json::Error| Defect::from(format!("cannot be stored: {error}"));
        let (mut events, mut payloads, mut effects) = (Vec::new(), Vec::new(), Vec::new());
        let outcome = match &mut decision {
            Ok(accepted) => {
                check(accepted)?;
                events = std::mem::take(&mut accepted.events);
                for event in &events {
                    payloads.push(serde_json::to_string(event).map_err(json)?);
                }
                for effect in &accepted.effects {
                    effects.push((E::destination(effect), serde_json::to_string(effect).map_err(json)?));
                }
                serde_json::to_string(&Ok::<_, E::Rejection>(&accepted.reply)).map_err(json)?
            }
            Err(refusal) => serde_json::to_string(&Err::<E::Reply, _>(&*refusal)).map_err(json)?,
        };
        let version = Version(before.0 + u64::try_from(events.len()).unwrap_or(u64::MAX));
        debug_assert!(queued.envelope.command_id == context.command_id);
        let context = serde_json::to_string(context).map_err(json)?;
        Ok(Self { events, decision, payloads, effects, outcome, context, version })
    }

    /// Adds the command, all that follows from it and its answer to the draft.
    fn add_to(self, draft: &mut Draft<E>, queued: Queued<E>, context: &Context) {
        let envelope = &queued.envelope;
        let part = &mut draft.part;
        part.events.extend(self.payloads.into_iter().map(|payload| NewEvent {
            schema: E::SCHEMA,
            payload,
            command_id: envelope.command_id,
            causation: envelope.effect.as_ref().or(envelope.answers.as_ref()).map(OutboxKey::cause),
            correlation: envelope.correlation,
        }));
        part.outbox.extend((0_u16..).zip(self.effects).map(|(n, (destination, payload))| {
            let key = OutboxKey { entity: context.entity.clone(), seq: self.version, n };
            OutboxRow::new(key, destination, payload, (envelope.correlation, context.now))
        }));
        part.outbox_done.extend(envelope.answers.clone());
        if let Some(Reminder { name, due_at, .. }) = &envelope.reminder {
            // Only the reminder that rang: the entity may have set it anew since it was read.
            part.reminders.push(ReminderChange::Lapse { name: name.clone(), due_at: *due_at });
        }
        if let Some(key) = &envelope.effect {
            part.marks.push(EffectMark {
                sender: key.entity.to_string(),
                high_water: key.order(),
                command_id: envelope.command_id,
            });
        }
        let kept = if envelope.effect.is_some() { EFFECT_RECORD_KEPT } else { RECORD_KEPT };
        part.commands.push(CommandRecord {
            command_id: envelope.command_id,
            fingerprint: queued.fingerprint,
            outcome: self.outcome,
            sealed_command: queued.command_json.clone(),
            context: self.context,
            seq: self.version,
            expires_at: context.now.plus(kept),
        });
        draft.version = self.version;
        let (answer, claims) = match self.decision {
            Ok(decision) => {
                part.reminders.extend(decision.reminders);
                let taken = decision.claims.iter().filter_map(|change| change.taken().cloned()).collect();
                part.claims.extend(decision.claims);
                part.postings.extend(decision.postings);
                (
                    Ok(Answer { reply: decision.reply, replayed: false, version: self.version, position: 0 }),
                    taken,
                )
            }
            Err(refusal) => (Err(AskError::Refused { refusal, replayed: false }), Vec::new()),
        };
        draft.settled.push(Settled { queued, answer, claims });
    }
}

/// Refuses decisions that no correct domain makes.
fn check<E: Entity>(decision: &Decision<E>) -> Result<(), Defect> {
    let moves = !decision.effects.is_empty() || !decision.postings.is_empty();
    if moves && decision.events.is_empty() {
        // Effects are numbered by the events that they follow from.
        return Err("effects or postings without an event".to_owned().into());
    }
    let mut sums: HashMap<&str, i128> = HashMap::new();
    for Posting { asset, amount, .. } in &decision.postings {
        *sums.entry(asset).or_default() += i128::from(*amount);
    }
    match sums.iter().find(|(_, sum)| **sum != 0) {
        Some((asset, sum)) => {
            let cause = format!("postings of {asset} sum to {sum}, not to zero");
            Err(Defect { cause, breaks_books: true })
        }
        None => Ok(()),
    }
}
