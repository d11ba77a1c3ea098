//! The newest events of each shard as this node committed them: who follows closely need not read them back. There are so
//! many shards that most commits are the only news of theirs, and each projection would read for it alone.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::ids::{SHARD_COUNT, ShardId, Version};
use crate::journal::{Part, Stored, StoredEvent};

/// What is kept of each shard at most: events, and bytes of what they say.
const EVENTS_MAX: usize = 64;
const BYTES_MAX: usize = 32 * 1024;

#[derive(Default)]
struct Tail {
    /// Without a gap, the oldest first.
    events: VecDeque<Arc<StoredEvent>>,
    bytes: usize,
}

/// The ends of all shards.
pub(crate) struct Recent {
    tails: Box<[Mutex<Tail>]>,
}

impl Default for Recent {
    fn default() -> Self {
        Self { tails: (0..SHARD_COUNT).map(|_| Mutex::default()).collect() }
    }
}

impl Recent {
    /// Takes in what a commit has stored; commits to one shard come in their order.
    pub(crate) fn note(&self, part: Part, stored: Stored) {
        let (shard, count) = (part.shard(), u64::try_from(part.events.len()).unwrap_or(u64::MAX));
        let Some(before) = stored.shard_seq.checked_sub(count).filter(|_| count > 0) else { return };
        let mut tail = self.tail(shard);
        // Somebody else wrote in between: what is here leads nowhere.
        if tail.events.back().is_some_and(|newest| newest.shard_seq != before) {
            *tail = Tail::default();
        }
        let numbers = (before + 1..).zip(part.seen.0 + 1..);
        for ((shard_seq, seq), event) in numbers.zip(part.events) {
            let (entity, epoch, at) = (part.entity.clone(), part.epoch, part.at);
            tail.push(StoredEvent { entity, seq: Version(seq), shard, shard_seq, epoch, at, event });
        }
    }

    /// The events of a shard after a position, at most `limit`; `None` when the next one is not here.
    pub(crate) fn after(&self, shard: ShardId, from: u64, limit: usize) -> Option<Vec<Arc<StoredEvent>>> {
        let tail = self.tail(shard);
        let oldest = tail.events.front()?.shard_seq;
        let known = usize::try_from((from + 1).checked_sub(oldest)?).ok()?;
        (known < tail.events.len()).then(|| tail.events.iter().skip(known).take(limit).cloned().collect())
    }

    fn tail(&self, shard: ShardId) -> std::sync::MutexGuard<'_, Tail> {
        self.tails[usize::from(shard.number())].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tail {
    fn push(&mut self, event: StoredEvent) {
        self.bytes += event.event.payload.len();
        self.events.push_back(Arc::new(event));
        while self.events.len() > EVENTS_MAX || self.bytes > BYTES_MAX {
            let Some(oldest) = self.events.pop_front() else { return };
            self.bytes = self.bytes.saturating_sub(oldest.event.payload.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::clock::Timestamp;
    use crate::ids::{CommandId, EntityId, Epoch};
    use crate::journal::NewEvent;

    fn part(seen: u64, payloads: &[&str]) -> Part {
        let entity = EntityId::new("cart", Uuid::from_u128(7));
        let mut part = Part::empty(entity, Version(seen), Epoch(1), Timestamp::default());
        let command_id = CommandId::new();
        part.events.extend(payloads.iter().map(|payload| NewEvent {
            schema: 1,
            payload: (*payload).to_owned(),
            command_id,
            causation: None,
            correlation: command_id,
        }));
        part
    }

    fn seen(recent: &Recent, from: u64, limit: usize) -> Option<Vec<(u64, u64, String)>> {
        let events = recent.after(part(0, &[]).shard(), from, limit)?;
        let read = |event: &Arc<StoredEvent>| (event.shard_seq, event.seq.0, event.event.payload.clone());
        Some(events.iter().map(read).collect())
    }

    fn at(shard_seq: u64, seq: u64, payload: &str) -> (u64, u64, String) {
        (shard_seq, seq, payload.to_owned())
    }

    #[test]
    fn what_was_committed_is_read_in_order_and_nothing_beyond_it() {
        let recent = Recent::default();
        assert_eq!(seen(&recent, 0, 9), None);
        recent.note(part(3, &["a", "b"]), Stored { shard_seq: 11 });
        recent.note(part(5, &[]), Stored { shard_seq: 11 });
        recent.note(part(5, &["c"]), Stored { shard_seq: 12 });
        assert_eq!(seen(&recent, 9, 9), Some(vec![at(10, 4, "a"), at(11, 5, "b"), at(12, 6, "c")]));
        assert_eq!(seen(&recent, 9, 1), Some(vec![at(10, 4, "a")]));
        assert_eq!(seen(&recent, 11, 9), Some(vec![at(12, 6, "c")]));
        assert_eq!(seen(&recent, 12, 9), None, "there may be more by now, written elsewhere");
        assert_eq!(seen(&recent, 8, 9), None, "the next one is not here");
    }

    #[test]
    fn what_another_node_wrote_in_between_is_never_skipped() {
        let recent = Recent::default();
        recent.note(part(0, &["a"]), Stored { shard_seq: 1 });
        recent.note(part(4, &["e"]), Stored { shard_seq: 5 });
        assert_eq!(seen(&recent, 0, 9), None);
        assert_eq!(seen(&recent, 4, 9), Some(vec![at(5, 5, "e")]));
    }

    #[test]
    fn only_so_much_is_kept() {
        let recent = Recent::default();
        for n in 0..100 {
            recent.note(part(n, &["x"]), Stored { shard_seq: n + 1 });
        }
        assert_eq!(seen(&recent, 35, 1), None);
        assert_eq!(seen(&recent, 36, 1), Some(vec![at(37, 37, "x")]));
        let long = "x".repeat(BYTES_MAX);
        recent.note(part(100, &[&long]), Stored { shard_seq: 101 });
        assert_eq!(seen(&recent, 99, 1), None);
        assert_eq!(seen(&recent, 100, 1), Some(vec![at(101, 101, &long)]));
    }
}
