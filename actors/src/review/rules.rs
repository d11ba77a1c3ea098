//! What each command does.

use amazoff_supervisor::{Context, Decision};

use super::state::{FLAGS_MAX, REVISIONS_MAX, VOTES_MAX};
use super::{Edit, Event, Reason, Rejection, Review, Revision, Status, Submission};
use crate::ids::{OrderId, ProductId, ReviewId, UserId};

/// What becomes of a command.
type Decided = Result<Decision<Review>, Rejection>;

impl Review {
    pub(super) fn submit(&self, new: &Submission, context: &Context) -> Decided {
        match self.status {
            Status::Absent | Status::Withdrawn => {}
            Status::Removed => return Err(Rejection::Removed),
            Status::Submitted | Status::Published | Status::Flagged | Status::Rejected => {
                return Err(Rejection::Exists);
            }
        }
        let Submission { product, author, stars, text } = new.clone();
        if ReviewId::of(author, product).uuid() != context.entity.id {
            return Err(Rejection::NotFound); // REV-1
        }
        let number = self.next_revision()?;
        let revision = Revision { number, stars, text, at: context.now };
        Ok(self.happens(Event::Submitted { product, author, revision }, context))
    }

    pub(super) fn edit(&self, edit: &Edit, context: &Context) -> Decided {
        match self.status {
            Status::Absent | Status::Withdrawn => return Err(Rejection::NotFound),
            Status::Removed => return Err(Rejection::Removed),
            Status::Submitted | Status::Published | Status::Flagged | Status::Rejected => {}
        }
        let old = self.newest().ok_or(Rejection::NotFound)?;
        if old.number != edit.revision {
            return Err(Rejection::Changed { revision: old.number });
        }
        let stars = edit.stars.unwrap_or(old.stars);
        if stars == old.stars && edit.text.is_none() {
            return Ok(self.unchanged());
        }
        let text = edit.text.clone().unwrap_or_else(|| old.text.clone());
        let revision = Revision { number: self.next_revision()?, stars, text, at: context.now };
        Ok(self.happens(Event::Edited { revision }, context))
    }

    pub(super) fn withdraw(&self, context: &Context) -> Decided {
        match self.status {
            Status::Absent => Err(Rejection::NotFound),
            Status::Removed => Err(Rejection::Removed),
            Status::Withdrawn => Ok(self.unchanged()),
            Status::Submitted | Status::Published | Status::Flagged | Status::Rejected => {
                Ok(self.happens(Event::Withdrawn { at: context.now }, context))
            }
        }
    }

    pub(super) fn vote(&self, by: UserId, context: &Context) -> Decided {
        self.check_others(by)?;
        if self.votes.contains(&by) {
            return Ok(self.unchanged()); // REV-5
        }
        if self.votes.len() >= VOTES_MAX {
            return Err(Rejection::TooManyVotes);
        }
        Ok(self.happens(Event::Voted { by }, context))
    }

    pub(super) fn take_vote_back(&self, by: UserId, context: &Context) -> Decided {
        self.check_others(by)?;
        if !self.votes.contains(&by) {
            return Ok(self.unchanged());
        }
        Ok(self.happens(Event::VoteTakenBack { by }, context))
    }

    pub(super) fn flag(&self, by: UserId, reason: Reason, context: &Context) -> Decided {
        self.check_others(by)?;
        let heard = self.flags.contains_key(&by) || self.settled.contains(&by);
        let full = self.flags.len().saturating_add(self.settled.len()) >= FLAGS_MAX;
        if heard || full {
            return Ok(self.unchanged()); // REV-5
        }
        Ok(self.happens(Event::Flagged { reason, at: context.now, by }, context))
    }

    pub(super) fn approve(&self, revision: u32, by: UserId, context: &Context) -> Decided {
        self.check_known()?;
        match self.status {
            Status::Submitted | Status::Rejected => {
                self.check_read(revision)?;
                Ok(self.happens(Event::Published { at: context.now, by }, context))
            }
            Status::Published => {
                self.check_read(revision)?;
                Ok(self.unchanged())
            }
            Status::Absent | Status::Flagged | Status::Removed | Status::Withdrawn => Err(self.not_open()),
        }
    }

    pub(super) fn reject(&self, revision: u32, (reason, by): (Reason, UserId), context: &Context) -> Decided {
        self.check_known()?;
        match self.status {
            Status::Submitted => {
                self.check_read(revision)?;
                Ok(self.happens(Event::Rejected { reason, at: context.now, by }, context))
            }
            Status::Rejected => {
                self.check_read(revision)?;
                Ok(self.unchanged())
            }
            Status::Absent | Status::Published | Status::Flagged | Status::Removed | Status::Withdrawn => {
                Err(self.not_open())
            }
        }
    }

    pub(super) fn remove(&self, reason: Reason, by: UserId, context: &Context) -> Decided {
        self.check_known()?;
        match self.status {
            Status::Published | Status::Flagged => {
                Ok(self.happens(Event::Removed { reason, at: context.now, by }, context))
            }
            Status::Removed => Ok(self.unchanged()),
            Status::Absent | Status::Submitted | Status::Rejected | Status::Withdrawn => Err(self.not_open()),
        }
    }

    pub(super) fn restore(&self, by: UserId, context: &Context) -> Decided {
        self.check_known()?;
        match self.status {
            Status::Flagged | Status::Removed => {
                Ok(self.happens(Event::Restored { at: context.now, by }, context))
            }
            Status::Published => Ok(self.unchanged()),
            Status::Absent | Status::Submitted | Status::Rejected | Status::Withdrawn => Err(self.not_open()),
        }
    }

    pub(super) fn note_purchase(
        &self,
        (order, stands): (OrderId, bool),
        (product, buyer): (ProductId, UserId),
        context: &Context,
    ) -> Decided {
        let known = self.purchases.iter().find(|(known, _)| *known == order);
        let foreign = ReviewId::of(buyer, product).uuid() != context.entity.id;
        if foreign || known.is_some_and(|(_, known)| *known == stands) {
            return Ok(self.unchanged());
        }
        Ok(self.happens(Event::PurchaseNoted { order, buyer, product, stands }, context))
    }

    /// Refuses what only others may do, with what they can see (REV-5).
    fn check_others(&self, by: UserId) -> Result<(), Rejection> {
        let author = self.about.filter(|_| self.status.is_public()).map(|(_, author)| author);
        if author.ok_or(Rejection::NotFound)? == by { Err(Rejection::Own) } else { Ok(()) }
    }

    /// What its author took back is as absent as what was never handed in.
    fn check_known(&self) -> Result<(), Rejection> {
        match self.status {
            Status::Absent | Status::Withdrawn => Err(Rejection::NotFound),
            Status::Submitted | Status::Published | Status::Flagged | Status::Rejected | Status::Removed => {
                Ok(())
            }
        }
    }

    /// Refuses a judgement of a version that is not the newest (REV-3).
    fn check_read(&self, revision: u32) -> Result<(), Rejection> {
        let newest = self.newest().map_or(0, |newest| newest.number);
        if newest == revision { Ok(()) } else { Err(Rejection::Changed { revision: newest }) }
    }

    fn next_revision(&self) -> Result<u32, Rejection> {
        if self.revisions.len() >= REVISIONS_MAX {
            return Err(Rejection::TooManyRevisions);
        }
        Ok(self.newest().map_or(0, |newest| newest.number).saturating_add(1))
    }

    fn not_open(&self) -> Rejection {
        Rejection::NotOpen { status: self.status }
    }
}
