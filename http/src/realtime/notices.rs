//! Live notifications, over sockets and as Server-Sent Events: each one exactly once and in order, however its reader comes
//! and goes.
//!
//! Nothing is queued: what a reader lacks is read from the inbox when there is room to send it, so a slow one costs nothing
//! until it is let go. Whoever lacks one that is gone gets a `resync` and then the newest as a whole.

use std::collections::VecDeque;
use std::convert::Infallible;

use amazoff_actors::ids::UserId;
use amazoff_actors::inbox::Inbox;
use axum::response::sse::Event;
use futures::Stream;
use serde::Serialize;

use super::watching::{Watching, Woken};
use super::{Place, Seen};
use crate::identity::Shopper;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::views::notices::{NotificationBody, NotificationList, ReadMarkBody};

/// Notifications in a snapshot.
const SNAPSHOT_MAX: usize = 50;

/// What a reader has got so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Feed {
    told: u64,
    read_upto: u64,
}

/// The next thing to tell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// The newest ones, as a whole.
    Snapshot(NotificationList),
    /// One more.
    Notice(Box<NotificationBody>),
    /// They were marked as read.
    Read(ReadMarkBody),
    /// What the reader has does not go on.
    Resync,
}

impl Feed {
    /// For a reader who has nothing.
    pub(super) fn fresh(inbox: &Inbox) -> (Self, Vec<Step>) {
        let feed = Self { told: inbox.newest, read_upto: inbox.read_upto };
        (feed, vec![Step::Snapshot(NotificationList::newest(inbox, SNAPSHOT_MAX, false))])
    }

    /// For a reader who has seen up to a number; the flag says whether it goes on from there.
    pub(super) fn resumed(inbox: &Inbox, after: u64) -> (Self, Vec<Step>, bool) {
        let mut feed = Self { told: after, read_upto: inbox.read_upto };
        let goes_on = inbox.since(after).is_some();
        let steps = feed.next(inbox);
        (feed, steps, goes_on)
    }

    /// For a reader who has seen another history.
    pub(super) fn lost(inbox: &Inbox) -> (Self, Vec<Step>) {
        let (feed, snapshot) = Self::fresh(inbox);
        (feed, [vec![Step::Resync], snapshot].concat())
    }

    /// What the reader lacks of an inbox.
    pub(super) fn next(&mut self, inbox: &Inbox) -> Vec<Step> {
        let Some(since) = inbox.since(self.told) else {
            let (feed, steps) = Self::lost(inbox);
            *self = feed;
            return steps;
        };
        let notice = |notice| Step::Notice(Box::new(NotificationBody::of(notice, inbox.read_upto)));
        let mut steps: Vec<Step> = since.map(notice).collect();
        if inbox.read_upto > self.read_upto {
            steps.push(Step::Read(inbox.receipt().into()));
        }
        *self = Self { told: inbox.newest, read_upto: inbox.read_upto };
        steps
    }
}

/// One reader of a stream of events.
pub(crate) struct Reading {
    watching: Watching,
    user: UserId,
    feed: Feed,
    /// What the reader has not got yet: no more than an inbox keeps.
    next: VecDeque<Step>,
}

impl Reading {
    /// Begins with what the reader lacks.
    ///
    /// # Errors
    /// When the inbox cannot be read.
    pub(crate) async fn begin(
        platform: Platform,
        (shopper, user, place): (Shopper, UserId, Place),
        last: Option<&str>,
    ) -> Result<Self, Problem> {
        let versions = platform.shop.inboxes.watch(user);
        let watching = Watching::begin(platform, (shopper, place), versions);
        let platform = &watching.platform;
        let inbox = platform.shop.inboxes.get(user).await?;
        let (feed, steps) = match last.map(|last| seen(platform, last)) {
            None => Feed::fresh(&inbox),
            Some(Some(after)) => {
                let (feed, steps, _) = Feed::resumed(&inbox, after);
                (feed, steps)
            }
            Some(None) => Feed::lost(&inbox),
        };
        Ok(Self { watching, user, feed, next: steps.into() })
    }

    /// The events, until the reader may see them no more.
    pub(crate) fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        futures::stream::unfold(self, |mut reading| async move {
            let event = reading.next().await?;
            Some((Ok(event), reading))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        while !self.watching.is_over() {
            if let Some(step) = self.next.pop_front() {
                return Some(self.event(&step));
            }
            match self.watching.next().await? {
                Woken::Changed => self.look().await,
                Woken::Tell(event) => return Some(event),
            }
        }
        None
    }

    /// Reads what has come. What cannot be read just now is told after the next change.
    async fn look(&mut self) {
        match self.watching.platform.shop.inboxes.get(self.user).await {
            Ok(inbox) => self.next = self.feed.next(&inbox).into(),
            Err(error) => {
                let user = self.user;
                tracing::warn!(user.id = %user, %error, "notifications of {user} could not be pushed: {error}");
            }
        }
    }

    fn event(&self, step: &Step) -> Event {
        let id = |seq| self.watching.platform.seen(seq).to_string();
        match step {
            Step::Snapshot(list) => named("snapshot", list).id(id(list.newest)),
            Step::Notice(notice) => named("notification", notice).id(id(notice.seq)),
            Step::Read(mark) => named("read", mark),
            Step::Resync => Event::default().event("resync").data("{}"),
        }
    }
}

fn named(name: &str, data: &impl Serialize) -> Event {
    Event::default().event(name).data(serde_json::to_string(data).unwrap_or_default()) // a view is always JSON
}

/// The number that an event's id names; `None` when it is of another history.
fn seen(platform: &Platform, id: &str) -> Option<u64> {
    let (epoch, seq) = id.rsplit_once('.')?;
    let Seen { epoch: own, .. } = platform.seen(0);
    if epoch == own { seq.parse().ok() } else { None }
}

/// Lets notices arrive up to a number.
#[cfg(test)]
pub(super) fn grown(inbox: &mut Inbox, to: u64) {
    use amazoff_actors::ids::OrderId;
    use amazoff_actors::inbox::{Event, Matter, Notice};
    use amazoff_actors::order::News;
    use amazoff_supervisor::{Entity as _, Timestamp};

    for seq in inbox.newest + 1..=to {
        let order = OrderId::from(uuid::Uuid::from_u128(1));
        let matter = Matter::Order { order, news: News::Placed };
        inbox.apply(&Event::Arrived { notice: Notice { seq, matter, at: Timestamp::from_unix_ms(0) } });
    }
}

#[cfg(test)]
mod tests {
    use amazoff_actors::inbox::{Event as Happened, NOTICES_MAX};
    use amazoff_supervisor::{Entity as _, Timestamp};

    use super::*;

    fn seqs(steps: &[Step]) -> Vec<u64> {
        let seq = |step: &Step| match step {
            Step::Notice(notice) => Some(notice.seq),
            Step::Snapshot(_) | Step::Read(_) | Step::Resync => None,
        };
        steps.iter().filter_map(seq).collect()
    }

    /// T-N3: no gap and no duplicate, wherever a reader goes away and comes back.
    #[test]
    fn every_notice_is_told_once_wherever_its_reader_leaves() {
        for left_at in 0..=20 {
            let mut inbox = Inbox::default();
            let (mut feed, _) = Feed::fresh(&inbox);
            let mut got = Vec::new();
            for to in (0..left_at).map(|n| n + 1) {
                grown(&mut inbox, to);
                got.extend(seqs(&feed.next(&inbox)));
            }
            grown(&mut inbox, 20); // while nobody reads
            let (mut feed, missed, goes_on) = Feed::resumed(&inbox, got.last().copied().unwrap_or(0));
            assert!(goes_on);
            got.extend(seqs(&missed));
            grown(&mut inbox, 25);
            got.extend(seqs(&feed.next(&inbox)));
            assert_eq!(feed.next(&inbox), [], "nothing is told twice");
            assert_eq!(got, (1..=25).collect::<Vec<_>>(), "left at {left_at}");
        }
    }

    /// T-N3: what is gone cannot be told, so the reader begins anew.
    #[test]
    fn a_reader_who_missed_what_is_gone_is_told_and_gets_the_newest() {
        let most = u64::try_from(NOTICES_MAX).unwrap();
        let mut inbox = Inbox::default();
        grown(&mut inbox, 3);
        let (mut slow, _) = Feed::fresh(&inbox);
        grown(&mut inbox, most + 4);
        let steps = slow.next(&inbox);
        let [Step::Resync, Step::Snapshot(list)] = &steps[..] else { panic!("{steps:?}") };
        assert_eq!((list.items.len(), list.newest), (SNAPSHOT_MAX, most + 4));
        assert_eq!(list.items.last().unwrap().seq, most + 4);
        grown(&mut inbox, most + 5);
        assert_eq!(seqs(&slow.next(&inbox)), [most + 5]);
        let (_, steps, goes_on) = Feed::resumed(&inbox, 4);
        assert!(!goes_on && steps[0] == Step::Resync);
    }

    #[test]
    fn a_mark_is_told_once_and_after_the_notices() {
        let mut inbox = Inbox::default();
        let (mut feed, _) = Feed::fresh(&inbox);
        grown(&mut inbox, 2);
        inbox.apply(&Happened::Read { upto: 1, at: Timestamp::from_unix_ms(0) });
        let steps = feed.next(&inbox);
        assert_eq!(seqs(&steps), [1, 2]);
        assert_eq!(steps[2], Step::Read(ReadMarkBody { newest: 2, read_upto: 1, unread: 1 }));
        assert_eq!(feed.next(&inbox), []);
    }
}
