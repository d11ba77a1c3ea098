//! What all sockets of a person are told, put into words once.

use std::sync::Arc;
use std::time::Duration;

use amazoff_actors::ids::UserId;
use amazoff_actors::inbox::{Inbox, Inboxes};
use amazoff_supervisor::{ReadError, Version};
use axum::extract::ws::Utf8Bytes;
use moka::sync::Cache;

use super::frames::Told;
use super::notices::Feed;

/// How long words are kept for others: all who follow a person are told at the same time.
const LIFETIME: Duration = Duration::from_secs(5);
/// Bytes of all words that are kept.
const BYTES_MAX: u64 = 1024 * 1024;

/// The words said last to each of those who were told something just now. Clones share them.
#[derive(Clone)]
pub(super) struct Retelling(Cache<UserId, Arc<Said>>);

/// What whoever had got so much lacked of an inbox.
pub(super) struct Said {
    finds: Feed,
    /// The inbox's version then.
    at: Version,
    /// What they have got with it.
    pub(super) leaves: Feed,
    /// The frames, in their order.
    pub(super) texts: Box<[Utf8Bytes]>,
}

impl Default for Retelling {
    fn default() -> Self {
        let bytes = |_: &UserId, said: &Arc<Said>| {
            let texts = said.texts.iter().map(|text| size_of::<Utf8Bytes>() + text.len()).sum::<usize>();
            u32::try_from(size_of::<Said>() + texts).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(BYTES_MAX).weigher(bytes).time_to_live(LIFETIME).build())
    }
}

impl Retelling {
    /// What a person's socket that has got `feed` lacks of their inbox, of this version or a newer one.
    ///
    /// # Errors
    /// When the inbox cannot be read.
    pub(super) async fn next(
        &self,
        inboxes: &Inboxes,
        user: UserId,
        (feed, version): (Feed, Version),
    ) -> Result<Arc<Said>, ReadError> {
        if let Some(said) = self.said(user, (feed, version)) {
            return Ok(said);
        }
        let inbox = inboxes.get(user).await?;
        Ok(self.say(user, feed, (&inbox, inbox.version())))
    }

    /// What was said to another who had got as much, unless there is something newer.
    fn said(&self, user: UserId, (feed, version): (Feed, Version)) -> Option<Arc<Said>> {
        self.0.get(&user).filter(|said| said.finds == feed && said.at >= version)
    }

    fn say(&self, user: UserId, finds: Feed, (inbox, at): (&Inbox, Version)) -> Arc<Said> {
        let mut leaves = finds;
        let texts = leaves.next(inbox).into_iter().map(|step| Told::from(step).text()).collect();
        let said = Arc::new(Said { finds, at, leaves, texts });
        self.0.insert(user, Arc::clone(&said));
        said
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::notices::grown;
    use super::*;

    /// The numbers of what is told.
    fn seqs(said: &Said) -> Vec<u64> {
        let seq = |text: &Utf8Bytes| {
            serde_json::from_str::<serde_json::Value>(text.as_str()).unwrap()["seq"].as_u64().unwrap()
        };
        said.texts.iter().map(seq).collect()
    }

    #[test]
    fn words_are_for_whoever_has_got_as_much_of_the_same_inbox_and_for_nobody_else() {
        let [ann, ben] = [1, 2].map(|number| UserId::from(Uuid::from_u128(number)));
        let retelling = Retelling::default();
        let mut inbox = Inbox::default();
        let (first, _) = Feed::fresh(&inbox);
        grown(&mut inbox, 2);
        let said = retelling.say(ann, first, (&inbox, Version(2)));
        assert_eq!(seqs(&said), [1, 2]);
        for version in [1, 2] {
            let again = retelling.said(ann, (first, Version(version))).expect("the same words");
            assert!(Arc::ptr_eq(&said, &again));
        }
        assert!(retelling.said(ann, (first, Version(3))).is_none(), "there is something newer");
        assert!(retelling.said(ann, (said.leaves, Version(2))).is_none(), "who has got it is not told again");
        assert!(retelling.said(ben, (first, Version(1))).is_none(), "another person");
        grown(&mut inbox, 3);
        assert_eq!(seqs(&retelling.say(ann, said.leaves, (&inbox, Version(3)))), [3]);
        assert_eq!(seqs(&retelling.say(ann, first, (&inbox, Version(3)))), [1, 2, 3]);
    }
}
