//! Crashed commands in memory.

use amazoff_supervisor::journal::{Crash, CrashFilter, CrashPosition, CrashRecord};
use amazoff_supervisor::{CommandId, EntityId};

use super::tables::Tables;

impl Tables {
    /// Counts a crash.
    pub(super) fn record_crash(&mut self, crash: &Crash, quarantine_at: u32) -> CrashRecord {
        let key = (crash.entity.clone(), crash.command_id);
        let before = self.crashes.get(&key);
        let attempts = before.map_or(0, |record| record.attempts) + 1;
        let quarantined = attempts >= quarantine_at || before.is_some_and(|record| record.quarantined);
        let dismissed = before.is_some_and(|record| record.dismissed);
        let record = CrashRecord { crash: crash.clone(), attempts, quarantined, dismissed };
        self.crashes.insert(key, record.clone());
        record
    }

    /// Crashed commands behind `after`, newest first.
    pub(super) fn crashes(
        &self,
        filter: CrashFilter,
        after: Option<&CrashPosition>,
        limit: usize,
    ) -> Vec<CrashRecord> {
        let fits = |record: &&CrashRecord| match filter {
            CrashFilter::All => true,
            CrashFilter::Open => record.quarantined && !record.dismissed,
        };
        let mut records: Vec<_> = self
            .crashes
            .values()
            .filter(fits)
            .filter(|record| after.is_none_or(|after| order(&record.position()) > order(after)))
            .cloned()
            .collect();
        records.sort_by_key(|record| order(&record.position()));
        records.truncate(limit);
        records
    }

    /// Changes the record of a crashed command.
    pub(super) fn decide_crash(
        &mut self,
        entity: &EntityId,
        command_id: CommandId,
        decide: impl FnOnce(&mut CrashRecord),
    ) -> Option<CrashRecord> {
        let record = self.crashes.get_mut(&(entity.clone(), command_id))?;
        decide(record);
        Some(record.clone())
    }
}

fn order(position: &CrashPosition) -> impl Ord + use<> {
    (std::cmp::Reverse(position.at), position.entity.clone(), position.command_id)
}
