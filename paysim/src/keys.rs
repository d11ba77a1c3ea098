//! Idempotency keys: the first answer to a key is kept, and every repeat gets it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use sha2::{Digest as _, Sha256};

use crate::wire::Reply;

/// How long a key is kept at least, in milliseconds of the simulator's time: a day.
pub(crate) const KEPT_MS: i64 = 24 * 60 * 60 * 1_000;
/// How many keys are kept at most; the oldest goes first.
pub(crate) const KEYS_MAX: usize = 100_000;

/// What was asked, in few bytes.
pub(crate) type Fingerprint = [u8; 32];

/// The fingerprint of a question.
pub(crate) fn fingerprint(parts: &[&str]) -> Fingerprint {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

#[derive(Debug)]
struct Kept {
    fingerprint: Fingerprint,
    reply: Reply,
    at_ms: i64,
}

/// What is known of a key.
#[derive(Debug, PartialEq)]
pub(crate) enum Known {
    /// Nothing.
    Fresh,
    /// This was answered.
    Answered(Box<Reply>),
    /// It was asked with something else.
    OtherQuestion,
    /// It is being asked right now.
    Busy,
}

/// The keys of one provider.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    kept: BTreeMap<String, Kept>,
    oldest_first: VecDeque<String>,
    busy: BTreeSet<String>,
}

impl Keys {
    pub(crate) fn look(&self, key: &str, fingerprint: &Fingerprint) -> Known {
        match self.kept.get(key) {
            Some(kept) if kept.fingerprint != *fingerprint => Known::OtherQuestion,
            Some(kept) => Known::Answered(Box::new(kept.reply.clone())),
            None if self.busy.contains(key) => Known::Busy,
            None => Known::Fresh,
        }
    }
    pub(crate) fn keep(&mut self, key: &str, fingerprint: Fingerprint, reply: Reply, at_ms: i64) {
        if self.kept.len() >= KEYS_MAX
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.kept.remove(&oldest);
        }
        self.kept.insert(key.to_owned(), Kept { fingerprint, reply, at_ms });
        self.oldest_first.push_back(key.to_owned());
    }
    /// Marks a key as being asked, or not any more.
    pub(crate) fn set_busy(&mut self, key: &str, busy: bool) {
        if busy {
            self.busy.insert(key.to_owned());
        } else {
            self.busy.remove(key);
        }
    }
    /// Forgets what is older than the time that keys are kept; everything with `all`. Returns how many.
    pub(crate) fn prune(&mut self, now_ms: i64, all: bool) -> usize {
        let before = self.kept.len();
        self.kept.retain(|_, kept| !all && now_ms.saturating_sub(kept.at_ms) < KEPT_MS);
        let kept = &self.kept;
        self.oldest_first.retain(|key| kept.contains_key(key));
        before - self.kept.len()
    }
}
