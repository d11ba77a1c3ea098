//! What waits, in memory: effects to deliver and reminders to fire.

use std::collections::BTreeMap;
use std::ops::Bound;

use amazoff_supervisor::Timestamp;
use amazoff_supervisor::journal::{FailedDelivery, OutboxKey, OutboxRow, Reminder};

use super::tables::Tables;

/// Rows after `after` that fit, in key order.
pub(super) fn page(
    rows: &BTreeMap<OutboxKey, OutboxRow>,
    after: Option<&OutboxKey>,
    limit: usize,
    fits: impl Fn(&OutboxRow) -> bool,
) -> Vec<OutboxRow> {
    let start = after.map_or(Bound::Unbounded, Bound::Excluded);
    let later = rows.range((start, Bound::Unbounded)).map(|(_, row)| row);
    later.filter(|row| fits(row)).take(limit).cloned().collect()
}

impl Tables {
    /// Notes a failed delivery.
    pub(super) fn outbox_failed(&mut self, key: &OutboxKey, failure: &FailedDelivery) {
        if let Some(row) = self.outbox.get_mut(key) {
            row.attempts = failure.attempts;
            row.next_at = failure.next_at;
            row.reason = Some(failure.reason.clone());
            row.dead_since = failure.dead_since;
        }
    }

    /// Makes an effect due now.
    pub(super) fn outbox_retry(&mut self, key: &OutboxKey, now: Timestamp) -> Option<OutboxRow> {
        let row = self.outbox.get_mut(key)?;
        row.next_at = now;
        row.dead_since = None;
        Some(row.clone())
    }

    /// Gives up an effect that needs a person.
    pub(super) fn outbox_discard(&mut self, key: &OutboxKey) -> Option<OutboxRow> {
        self.outbox.get(key)?.dead_since?;
        let row = self.outbox.remove(key)?;
        self.discarded.insert(key.clone(), row.clone());
        Some(row)
    }

    /// Due reminders of a kind, oldest first.
    pub(super) fn reminders_due(&self, kind: &str, now: Timestamp, limit: usize) -> Vec<Reminder> {
        let due = self
            .reminders
            .iter()
            .filter(|((entity, _), (due_at, _))| entity.kind.as_str() == kind && *due_at <= now);
        let mut due: Vec<_> = due
            .map(|((entity, name), (due_at, set_at))| Reminder {
                entity: entity.clone(),
                name: name.clone(),
                due_at: *due_at,
                set_at: *set_at,
            })
            .collect();
        due.sort_by_key(|reminder| reminder.due_at);
        due.truncate(limit);
        due
    }
}
