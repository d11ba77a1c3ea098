//! What a part means, the same for every adapter.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use amazoff_supervisor::journal::{Claim, PAYLOAD_BYTES_MAX, Part, PartRefusal};
use amazoff_supervisor::{ClaimChange, ReminderChange, Timestamp, Version};

use crate::bugs::Bugs;

/// The refusal that a part earns whatever is stored: a payload over the limit, or a part that contradicts itself.
pub(crate) fn refused_by_itself(part: &Part, bugs: Bugs) -> Option<PartRefusal> {
    if let Some(bytes) = payloads(part).map(str::len).find(|bytes| *bytes > PAYLOAD_BYTES_MAX) {
        return Some(PartRefusal::TooLarge { bytes });
    }
    if bugs.no_dedupe {
        return None;
    }
    let mut commands = HashSet::new();
    if let Some(twice) = part.commands.iter().find(|record| !commands.insert(record.command_id)) {
        return Some(PartRefusal::CommandKnown(twice.command_id));
    }
    let mut senders = HashMap::new();
    part.marks
        .iter()
        .find(|mark| {
            let before = senders.insert(mark.sender.as_str(), mark.high_water);
            before.is_some_and(|before| before >= mark.high_water)
        })
        .map(|mark| PartRefusal::EffectApplied(mark.command_id))
}

fn payloads(part: &Part) -> impl Iterator<Item = &str> {
    let events = part.events.iter().map(|event| event.payload.as_str());
    let commands = part.commands.iter().flat_map(|record| {
        [record.outcome.as_str(), record.sealed_command.as_str(), record.context.as_str()]
    });
    events.chain(commands).chain(part.outbox.iter().map(|row| row.payload.as_str()))
}

/// The entity's version once the part is stored after `head`.
pub(crate) fn version_after(part: &Part, head: Version) -> Version {
    Version(head.0 + u64::try_from(part.events.len()).unwrap_or(u64::MAX))
}

/// The net effect of a part's claim changes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ClaimPlan<'a> {
    /// Keys that must be free or the entity's own, in key order.
    pub(crate) takes: BTreeSet<&'a Claim>,
    /// Keys that the entity gives up in the end, after the takes.
    pub(crate) releases: BTreeSet<&'a Claim>,
}

/// Folds claim changes, in their order, into what has to be done.
pub(crate) fn claim_plan(changes: &[ClaimChange]) -> ClaimPlan<'_> {
    let mut plan = ClaimPlan::default();
    for change in changes {
        match change {
            ClaimChange::Take(claim) => {
                plan.takes.insert(claim);
                plan.releases.remove(claim);
            }
            ClaimChange::Release(claim) => {
                plan.releases.insert(claim);
            }
        }
    }
    plan
}

/// What is to become of a reminder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ReminderPlan {
    /// It is due then.
    Set(Timestamp),
    /// It is forgotten.
    Clear,
    /// It is forgotten if it is due at one of these times.
    Lapse(BTreeSet<Timestamp>),
}

/// The net effect of a part's reminder changes, by name.
pub(crate) fn reminder_plan(changes: &[ReminderChange]) -> BTreeMap<&str, ReminderPlan> {
    let mut plans = BTreeMap::new();
    for change in changes {
        match change {
            ReminderChange::Set { name, due_at } => {
                plans.insert(name.as_str(), ReminderPlan::Set(*due_at));
            }
            ReminderChange::Clear { name } => {
                plans.insert(name.as_str(), ReminderPlan::Clear);
            }
            ReminderChange::Lapse { name, due_at } => {
                let plan = plans.entry(name.as_str()).or_insert(ReminderPlan::Lapse(BTreeSet::new()));
                match plan {
                    ReminderPlan::Set(set) if set == due_at => *plan = ReminderPlan::Clear,
                    ReminderPlan::Set(_) | ReminderPlan::Clear => {}
                    ReminderPlan::Lapse(times) => {
                        times.insert(*due_at);
                    }
                }
            }
        }
    }
    plans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(key: &str) -> Claim {
        Claim { namespace: "email".to_owned(), key: key.to_owned() }
    }

    #[test]
    fn a_key_that_is_taken_and_given_up_again_must_have_been_free() {
        let changes = [ClaimChange::Take(claim("a")), ClaimChange::Release(claim("a"))];
        let plan = claim_plan(&changes);
        assert_eq!(plan.takes.len(), 1);
        assert_eq!(plan.releases.len(), 1);
    }

    #[test]
    fn a_key_that_is_given_up_and_taken_again_stays() {
        let changes = [ClaimChange::Release(claim("a")), ClaimChange::Take(claim("a"))];
        let plan = claim_plan(&changes);
        assert_eq!(plan.takes.len(), 1);
        assert!(plan.releases.is_empty());
    }

    #[test]
    fn the_last_change_of_a_reminder_counts() {
        let due_at = Timestamp::from_unix_ms(5);
        let set = ReminderChange::Set { name: "wake".to_owned(), due_at };
        let clear = ReminderChange::Clear { name: "wake".to_owned() };
        assert_eq!(reminder_plan(&[set.clone(), clear.clone()])["wake"], ReminderPlan::Clear);
        assert_eq!(reminder_plan(&[clear, set])["wake"], ReminderPlan::Set(due_at));
    }

    #[test]
    fn a_reminder_lapses_only_at_the_time_it_was_due() {
        let at = Timestamp::from_unix_ms;
        let set = |ms| ReminderChange::Set { name: "wake".to_owned(), due_at: at(ms) };
        let lapse = |ms| ReminderChange::Lapse { name: "wake".to_owned(), due_at: at(ms) };
        let lapsed = |times: &[i64]| ReminderPlan::Lapse(times.iter().copied().map(at).collect());
        assert_eq!(reminder_plan(&[lapse(5)])["wake"], lapsed(&[5]));
        assert_eq!(reminder_plan(&[lapse(5), lapse(6)])["wake"], lapsed(&[5, 6]));
        assert_eq!(reminder_plan(&[lapse(5), set(9)])["wake"], ReminderPlan::Set(at(9)));
        assert_eq!(reminder_plan(&[set(9), lapse(5)])["wake"], ReminderPlan::Set(at(9)));
        assert_eq!(reminder_plan(&[set(9), lapse(9)])["wake"], ReminderPlan::Clear);
        let clear = ReminderChange::Clear { name: "wake".to_owned() };
        assert_eq!(reminder_plan(&[clear, lapse(5)])["wake"], ReminderPlan::Clear);
    }
}
