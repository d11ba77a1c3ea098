//! The rules of being erased.
//!
//! It begins with one commit: the sessions and keys end, the e-mail address is free, and the steps that follow are in the
//! outbox, one after the other. Each of them may be repeated; the last one destroys the person's key.

use std::time::Duration;

use amazoff_supervisor::{ClaimChange, Context, Decision, Sealed, Timestamp};
use serde::{Deserialize, Serialize};

use super::rights::{by, is_self};
use super::{CloseReason, Event, Mail, Rejection, Reply, Role, User};
use crate::mail::Letter;

/// How long the mail that says farewell holds the erasure up while no server takes it.
pub const FAREWELL_LIFETIME: Duration = Duration::from_hours(24);

/// A person who is being erased, or was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When the person's key was destroyed; absent until then.
    pub done_at: Option<Timestamp>,
}

/// A step of an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasureStep {
    /// Give up orders of which nothing was packed, once no checkout of the person runs.
    Orders,
    /// Remove mails that were kept instead of being sent.
    Mails,
    /// Destroy the keys.
    Key,
}

/// What a user asks of others, at least once, so that a repeat changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Go on with the erasure.
    Erase(ErasureStep),
    /// Send a mail. Stored without a name of its own, as it was when there was nothing else.
    #[serde(untagged)]
    Mail(Mail),
}

impl Effect {
    /// The mail, if it is one.
    pub fn mail(&self) -> Option<&Mail> {
        match self {
            Self::Mail(mail) => Some(mail),
            Self::Erase(_) => None,
        }
    }

    /// Its stream. One for each kind of letter, so that one that waits does not hold up the others; and one for an erasure,
    /// whose steps come one after the other, behind its farewell.
    pub(super) fn stream(&self) -> String {
        match self {
            Self::Mail(mail) if mail.letter == Letter::AccountErased => "erasure".to_owned(),
            Self::Mail(mail) => format!("mail:{}", mail.letter.name()),
            Self::Erase(_) => "erasure".to_owned(),
        }
    }
}

impl User {
    /// Whether the person is being erased, or was: then nobody sees or does anything as them.
    pub fn is_erased(&self) -> bool {
        self.erasure.is_some()
    }

    /// Ends everything at once and begins the erasure; asked again, nothing happens.
    pub(super) fn erase(&self, context: &Context) -> Result<Decision<Self>, Rejection> {
        let Some(known) = &self.registration else { return Err(Rejection::SessionUnknown) };
        if self.is_erased() {
            return Ok(Decision::reply(Reply::Done));
        }
        if is_self(context) && known.roles.contains(&Role::Admin) {
            return Err(Rejection::OwnRights); // USER-8
        }
        let begun = Event::ErasureBegun { by: by(context), at: context.now };
        let ends = self.closed_but(None, CloseReason::Erased);
        let keys = self.api_keys.keys().map(|key| Event::ApiKeyWithdrawn { key: *key });
        let decision = Decision::event(begun, Reply::Done);
        let mut decision = ends.into_iter().chain(keys).fold(decision, Decision::and);
        decision.claims.push(ClaimChange::Release(known.email_claim.clone()));
        let decision = self.tell(decision, Letter::AccountErased, context.now);
        let steps = [ErasureStep::Orders, ErasureStep::Mails, ErasureStep::Key];
        Ok(steps.into_iter().map(Effect::Erase).fold(decision, Decision::effect))
    }

    /// The key is destroyed.
    pub(super) fn note_erased(&self, now: Timestamp) -> Decision<Self> {
        let open = self.erasure.filter(|erasure| erasure.done_at.is_none());
        let decision = Decision::reply(Reply::Done);
        match open {
            Some(_) => decision.and(Event::Erased { at: now }),
            None => decision,
        }
    }

    pub(super) fn begin_erasure(&mut self, at: Timestamp) {
        self.erasure = Some(Erasure { asked_at: at, done_at: None });
        self.tickets.clear();
        self.pending_email = None;
        self.addresses.clear();
        self.default_address = None;
    }

    /// What is sealed opens to nothing by now; snapshots need not carry it on.
    pub(super) fn end_erasure(&mut self, at: Timestamp) {
        if let Some(erasure) = &mut self.erasure {
            erasure.done_at = Some(at);
        }
        if let Some(known) = &mut self.registration {
            known.email = Sealed::Erased;
            known.name = Sealed::Erased;
            known.password_hash = Sealed::Erased;
        }
    }
}
