//! The rules of an inbox.

use std::collections::VecDeque;

use amazoff_supervisor::{Claim, Context, Decision, Entity};
use serde::{Deserialize, Serialize};

use super::{Command, Event, Notice, Preferences, Rejection};
use crate::effect::NoEffect;

/// How many notices a person's inbox keeps (INBOX-2).
pub const NOTICES_MAX: usize = 500;

/// What a person was told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// The newest notices, the oldest of them first.
    pub notices: VecDeque<Notice>,
    /// The number of the newest; 0 before the first.
    pub newest: u64,
    /// Up to which number the person has read.
    pub read_upto: u64,
    /// Which letters the person wants.
    pub preferences: Preferences,
}

/// How an inbox stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The number of the newest notice.
    pub newest: u64,
    /// Up to which number the person has read.
    pub read_upto: u64,
    /// How many that are kept the person has not read.
    pub unread: u64,
}

impl Inbox {
    /// The number of the oldest notice that is kept; one past the newest when none is.
    pub fn oldest(&self) -> u64 {
        self.notices.front().map_or(self.newest.saturating_add(1), |notice| notice.seq)
    }

    /// What came after a number, the oldest first; `None` when some of it is gone, or the number was never given out here.
    pub fn since(&self, after: u64) -> Option<impl Iterator<Item = &Notice>> {
        let whole = after <= self.newest && after.saturating_add(1) >= self.oldest();
        whole.then(|| self.notices.iter().filter(move |notice| notice.seq > after))
    }

    /// The newest notices below a number, at most so many, the oldest first.
    pub fn before(&self, below: u64, limit: usize) -> Vec<Notice> {
        let mut found: Vec<Notice> =
            self.notices.iter().rev().filter(|notice| notice.seq < below).take(limit).copied().collect();
        found.reverse();
        found
    }

    /// How it stands.
    pub fn receipt(&self) -> Receipt {
        let unread = self.notices.iter().filter(|notice| notice.seq > self.read_upto).count();
        Receipt {
            newest: self.newest,
            read_upto: self.read_upto,
            unread: u64::try_from(unread).unwrap_or(u64::MAX),
        }
    }

    fn happens(&self, event: Event) -> Decision<Self> {
        let receipt = self.after(std::slice::from_ref(&event)).receipt();
        Decision::event(event, receipt)
    }

    fn prefers(&self, preferences: Preferences, context: &Context) -> Decision<Self> {
        if preferences == self.preferences {
            return Decision::reply(self.receipt());
        }
        self.happens(Event::PreferencesSet { preferences, at: context.now })
    }
}

impl Entity for Inbox {
    const KIND: &'static str = "inbox";
    type Command = Command;
    type Event = Event;
    type Reply = Receipt;
    type Rejection = Rejection;
    type Effect = NoEffect;

    fn decide(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        match command {
            Command::Put { matter, at } => {
                let notice = Notice { seq: self.newest.saturating_add(1), matter: *matter, at: *at };
                Ok(self.happens(Event::Arrived { notice }))
            }
            Command::MarkRead { upto } if *upto > self.newest => {
                Err(Rejection::NotArrived { newest: self.newest })
            }
            Command::MarkRead { upto } if *upto <= self.read_upto => Ok(Decision::reply(self.receipt())),
            Command::MarkRead { upto } => Ok(self.happens(Event::Read { upto: *upto, at: context.now })),
            Command::SetPreferences { preferences } => Ok(self.prefers(preferences.clone(), context)),
            Command::Mute { kind } => Ok(self.prefers(self.preferences.and_without(*kind), context)),
        }
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Arrived { notice } => {
                self.newest = notice.seq;
                self.notices.push_back(*notice);
                while self.notices.len() > NOTICES_MAX {
                    self.notices.pop_front();
                }
            }
            Event::Read { upto, .. } => self.read_upto = self.read_upto.max(*upto),
            Event::PreferencesSet { preferences, .. } => self.preferences = preferences.clone(),
        }
    }

    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::NotArrived { newest: 0 } // an inbox claims no key
    }

    fn destination(effect: &NoEffect) -> String {
        match *effect {}
    }
}
