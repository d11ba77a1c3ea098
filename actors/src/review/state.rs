//! A review, and which rule answers which command.

use std::collections::{BTreeMap, BTreeSet};

use amazoff_supervisor::{Claim, Context, Decision, Entity, Sealed, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Command, Effect, Event, Reason, Receipt, Rejection, Text};
use crate::ids::{OrderId, ProductId, UserId};
use crate::rating::Stars;

/// The most versions of a review (REV-6).
pub const REVISIONS_MAX: usize = 20;
/// The most people who find it helpful (REV-6).
pub const VOTES_MAX: usize = 10_000;
/// The most people whose complaints about one text are kept (REV-6); more are heard, and change nothing.
pub const FLAGS_MAX: usize = 100;
/// The most orders that are remembered (REV-6): the newest.
pub const PURCHASES_MAX: usize = 50;

/// Where a review is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Never handed in.
    #[default]
    Absent,
    /// A moderator has to read it.
    Submitted,
    /// Everybody may see it.
    Published,
    /// The same, and somebody complained.
    Flagged,
    /// A moderator did not let it be seen.
    Rejected,
    /// A moderator took it away.
    Removed,
    /// Its author took it back.
    Withdrawn,
}

impl Status {
    /// Its stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Submitted => "submitted",
            Self::Published => "published",
            Self::Flagged => "flagged",
            Self::Rejected => "rejected",
            Self::Removed => "removed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether everybody may see it.
    pub fn is_public(self) -> bool {
        match self {
            Self::Published | Self::Flagged => true,
            Self::Absent | Self::Submitted | Self::Rejected | Self::Removed | Self::Withdrawn => false,
        }
    }
}

/// A version of what is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Which, from 1 on.
    pub number: u32,
    /// How good the product is.
    pub stars: Stars,
    /// What is said.
    pub text: Sealed<Text>,
    /// When it was written.
    pub at: Timestamp,
}

/// What everybody sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// What is said.
    pub revision: Revision,
    /// Since when.
    pub since: Timestamp,
}

/// A review.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Where it is in its life.
    pub status: Status,
    /// Of what and by whom; absent before the first event.
    pub about: Option<(ProductId, UserId)>,
    /// What is said, the newest last.
    pub revisions: Vec<Revision>,
    /// When it was handed in first.
    pub created_at: Timestamp,
    /// Since when it is where it is.
    pub since: Timestamp,
    /// When a moderator let it be seen last.
    pub published_at: Timestamp,
    /// Why a moderator refused it.
    pub refused: Option<Reason>,
    /// Who finds it helpful.
    pub votes: BTreeSet<UserId>,
    /// Who complained about the newest version since a moderator looked at it, and why.
    pub flags: BTreeMap<UserId, Reason>,
    /// Who complained about it before.
    pub settled: BTreeSet<UserId>,
    /// Orders that brought the product, oldest first, and whether they stand.
    pub purchases: Vec<(OrderId, bool)>,
    /// What the rating was asked to count of it.
    pub asked: Option<Stars>,
    /// How often it was asked.
    pub turn: u64,
    /// How often it has answered.
    pub counted: u64,
    /// What everybody sees.
    pub shown: Option<Shown>,
}

impl Review {
    /// Whether an order that brought the product stands (REV-4).
    pub fn is_verified(&self) -> bool {
        self.purchases.iter().any(|(_, stands)| *stands)
    }

    /// What is said now.
    pub fn newest(&self) -> Option<&Revision> {
        self.revisions.last()
    }

    /// How many found it helpful.
    pub fn helpful(&self) -> u32 {
        u32::try_from(self.votes.len()).unwrap_or(u32::MAX)
    }

    /// What the rating has to count of it.
    fn due(&self) -> Option<Stars> {
        self.newest().filter(|_| self.status.is_public()).map(|revision| revision.stars)
    }

    pub(super) fn receipt(&self) -> Receipt {
        let newest = self.newest();
        Receipt {
            status: self.status,
            revision: newest.map_or(0, |revision| revision.number),
            stars: newest.map(|revision| revision.stars),
            verified: self.is_verified(),
            helpful: self.helpful(),
            written_at: newest.map(|revision| revision.at).unwrap_or_default(),
            created_at: self.created_at,
        }
    }

    /// Nothing happens.
    pub(super) fn unchanged(&self) -> Decision<Self> {
        Decision::reply(self.receipt())
    }

    /// Something happens, and the rating is asked to count what follows from it (REV-2).
    pub(super) fn happens(&self, event: Event, context: &Context) -> Decision<Self> {
        let next = self.after(std::slice::from_ref(&event));
        let decision = Decision::event(event, next.receipt());
        match next.about {
            Some((product, _)) if next.turn != self.turn => {
                let review = context.entity.id.into();
                let (turn, from, to) = (next.turn, self.asked, next.asked);
                let delta = crate::rating::Delta { review, turn, from, to };
                decision.effect(Effect::Count { product, delta })
            }
            Some(_) | None => decision,
        }
    }

    fn take_in(&mut self, event: &Event) {
        match event {
            Event::Submitted { product, author, revision } => {
                self.about = Some((*product, *author));
                if self.revisions.is_empty() {
                    self.created_at = revision.at;
                }
                self.say(revision);
            }
            Event::Edited { revision } => self.say(revision),
            Event::Withdrawn { at } => self.goes(Status::Withdrawn, *at),
            Event::Published { at, .. } => {
                self.goes(Status::Published, *at);
                (self.published_at, self.refused) = (*at, None);
            }
            Event::Rejected { reason, at, .. } => {
                self.goes(Status::Rejected, *at);
                self.refused = Some(*reason);
            }
            Event::Flagged { reason, at, by } => {
                if self.status != Status::Flagged {
                    self.goes(Status::Flagged, *at);
                }
                self.flags.insert(*by, *reason);
            }
            Event::Removed { reason, at, .. } => {
                self.goes(Status::Removed, *at);
                self.refused = Some(*reason);
            }
            Event::Restored { at, .. } => {
                self.goes(Status::Published, *at);
                self.refused = None;
                let looked_at = std::mem::take(&mut self.flags);
                self.settled.extend(looked_at.into_keys());
            }
            Event::Voted { by } => {
                self.votes.insert(*by);
            }
            Event::VoteTakenBack { by } => {
                self.votes.remove(by);
            }
            Event::PurchaseNoted { order, buyer, product, stands } => {
                self.about.get_or_insert((*product, *buyer));
                self.purchases.retain(|(known, _)| known != order);
                self.purchases.push((*order, *stands));
                let extra = self.purchases.len().saturating_sub(PURCHASES_MAX);
                self.purchases.drain(..extra);
            }
            Event::Counted { turn } => self.count(*turn),
        }
    }

    fn say(&mut self, revision: &Revision) {
        self.revisions.push(revision.clone());
        self.goes(Status::Submitted, revision.at);
        self.refused = None;
        self.flags.clear();
        self.settled.clear();
    }

    fn goes(&mut self, status: Status, at: Timestamp) {
        (self.status, self.since) = (status, at);
    }

    /// Shows what the rating has counted, if that is still what is to be shown (REV-2).
    fn count(&mut self, turn: u64) {
        self.counted = turn;
        let is_newest = turn == self.turn && self.asked.is_some();
        let shown = self.newest().filter(|_| is_newest).cloned();
        self.shown = shown.map(|revision| Shown { revision, since: self.published_at });
    }
}

impl Entity for Review {
    const KIND: &'static str = "review";
    type Command = Command;
    type Event = Event;
    type Reply = Receipt;
    type Rejection = Rejection;
    type Effect = Effect;

    fn decide(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        match command {
            Command::Submit(new) => self.submit(new, context),
            Command::Edit(edit) => self.edit(edit, context),
            Command::Withdraw => self.withdraw(context),
            Command::Vote { by } => self.vote(*by, context),
            Command::TakeVoteBack { by } => self.take_vote_back(*by, context),
            Command::Flag { by, reason } => self.flag(*by, *reason, context),
            Command::Approve { revision, by } => self.approve(*revision, *by, context),
            Command::Reject { revision, reason, by } => self.reject(*revision, (*reason, *by), context),
            Command::Remove { reason, by } => self.remove(*reason, *by, context),
            Command::Restore { by } => self.restore(*by, context),
            Command::NotePurchase { order, buyer, product, stands } => {
                self.note_purchase((*order, *stands), (*product, *buyer), context)
            }
            Command::NoteCounted { turn } if *turn <= self.counted => Ok(self.unchanged()),
            Command::NoteCounted { turn } => Ok(self.happens(Event::Counted { turn: *turn }, context)),
        }
    }

    fn apply(&mut self, event: &Event) {
        self.take_in(event);
        let due = self.due();
        if due != self.asked {
            self.asked = due;
            self.turn = self.turn.saturating_add(1);
        }
    }

    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::Exists // a review claims no key
    }

    fn destination(effect: &Effect) -> String {
        match effect {
            Effect::Count { product, .. } => format!("rating:{product}"),
        }
    }
}
