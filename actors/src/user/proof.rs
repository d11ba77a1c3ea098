//! The rules of links that are sent by e-mail, and of what they prove.

use std::time::Duration;

use amazoff_supervisor::{Claim, ClaimChange, Context, Decision, Sealed, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CloseReason, Effect, Event, Rejection, Reply, User};
use crate::ids::SessionId;
use crate::mail::Letter;

/// How long a link that confirms an address is good.
pub const VERIFICATION_LIFETIME: Duration = Duration::from_hours(24);
/// How long a link that replaces a password is good.
pub const RESET_LIFETIME: Duration = Duration::from_mins(30);
/// Who asks for the same link again so soon gets no second one.
pub const RESEND_AFTER: Duration = Duration::from_mins(1);

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To prove that the person reads what is sent to the e-mail address.
    VerifyEmail,
    /// To replace a forgotten password.
    ResetPassword,
    /// To use another e-mail address.
    ChangeEmail,
}

impl Purpose {
    /// How long a link for it is good.
    pub fn lifetime(self) -> Duration {
        match self {
            Self::VerifyEmail | Self::ChangeEmail => VERIFICATION_LIFETIME,
            Self::ResetPassword => RESET_LIFETIME,
        }
    }
    /// The letter that carries a link for it.
    fn letter(self) -> Letter {
        match self {
            Self::VerifyEmail => Letter::VerifyEmail,
            Self::ResetPassword => Letter::ResetPassword,
            Self::ChangeEmail => Letter::ConfirmEmailChange,
        }
    }
}

/// A link that was sent and not followed yet. Its secret is derived from its id and kept nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Which.
    pub id: Uuid,
    /// When it was made.
    pub asked_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// An e-mail address that is not the person's yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PendingEmail {
    /// Its keyed digest (USER-1).
    pub claim: Claim,
    /// As the person writes it.
    pub email: Sealed<String>,
}

/// A mail that leaves after the commit. Its words are made then, from what is sealed here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mail {
    /// What it says.
    pub letter: Letter,
    /// The e-mail address.
    pub to: Sealed<String>,
    /// What the receiver is called.
    pub name: Sealed<String>,
    /// The link that it asks to follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Uuid>,
    /// When what it tells happened.
    pub at: Timestamp,
}

impl User {
    /// Adds a mail to the person's present address.
    pub(super) fn tell(&self, decision: Decision<Self>, letter: Letter, now: Timestamp) -> Decision<Self> {
        match &self.registration {
            Some(known) => self.tell_at(decision, (&known.email, letter), (None, now)),
            None => decision,
        }
    }

    fn tell_at(
        &self,
        decision: Decision<Self>,
        (to, letter): (&Sealed<String>, Letter),
        (ticket, at): (Option<Uuid>, Timestamp),
    ) -> Decision<Self> {
        let name = self.registration.as_ref().map_or(Sealed::Erased, |known| known.name.clone());
        decision.effect(Effect::Mail(Mail { letter, to: to.clone(), name, ticket, at }))
    }

    /// Adds a new link, and the mail that carries it.
    pub(super) fn with_link(
        &self,
        decision: Decision<Self>,
        (purpose, to): (Purpose, &Sealed<String>),
        context: &Context,
    ) -> Decision<Self> {
        let (id, now) = (context.command_id.derive("mail-ticket"), context.now);
        let ticket = Ticket { id, asked_at: now, expires_at: now.plus(purpose.lifetime()) };
        let decision = decision.and(Event::TicketIssued { purpose, ticket });
        self.tell_at(decision, (to, purpose.letter()), (Some(id), now))
    }

    /// Sends a link to the present address, unless one has just left.
    pub(super) fn ask(&self, purpose: Purpose, context: &Context) -> Decision<Self> {
        let decision = Decision::reply(Reply::Done);
        let verified = purpose == Purpose::VerifyEmail && self.email_verified_at.is_some();
        match &self.registration {
            Some(known) if !verified && !self.just_asked(purpose, context.now) => {
                self.with_link(decision, (purpose, &known.email), context)
            }
            Some(_) | None => decision,
        }
    }

    fn just_asked(&self, purpose: Purpose, now: Timestamp) -> bool {
        let last = self.tickets.get(&purpose);
        last.is_some_and(|last| now.since(last.asked_at) < RESEND_AFTER)
    }

    fn check(&self, purpose: Purpose, ticket: Uuid, now: Timestamp) -> Result<(), Rejection> {
        let good = self.tickets.get(&purpose).is_some_and(|good| good.id == ticket && now < good.expires_at);
        if good { Ok(()) } else { Err(Rejection::LinkInvalid) }
    }

    pub(super) fn verify_email(&self, ticket: Uuid, now: Timestamp) -> Result<Decision<Self>, Rejection> {
        self.check(Purpose::VerifyEmail, ticket, now)?;
        Ok(Decision::event(Event::EmailVerified { at: now }, Reply::Done))
    }

    /// Both addresses are told; the person keeps the present one until the link that goes to the other one is followed.
    pub(super) fn ask_email_change(
        &self,
        pending: &PendingEmail,
        context: &Context,
    ) -> Result<Decision<Self>, Rejection> {
        let same = self.registration.as_ref().is_some_and(|known| known.email_claim == pending.claim);
        if same {
            return Err(Rejection::EmailTaken);
        }
        if self.just_asked(Purpose::ChangeEmail, context.now) {
            return Err(Rejection::MailJustSent);
        }
        let asked = Event::EmailChangeAsked { pending: pending.clone() };
        let decision = Decision::event(asked, Reply::Done);
        let decision = self.with_link(decision, (Purpose::ChangeEmail, &pending.email), context);
        Ok(self.tell(decision, Letter::EmailChangeAsked, context.now))
    }

    /// The claims move in the commit that changes the address, so it is never nobody's and never two people's.
    pub(super) fn confirm_email_change(
        &self,
        ticket: Uuid,
        now: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        self.check(Purpose::ChangeEmail, ticket, now)?;
        let (Some(known), Some(pending)) = (&self.registration, &self.pending_email) else {
            return Err(Rejection::LinkInvalid);
        };
        let changed = Event::EmailChanged { pending: pending.clone(), at: now };
        let mut decision = Decision::event(changed, Reply::Done).claim(pending.claim.clone());
        decision.claims.push(ClaimChange::Release(known.email_claim.clone()));
        let decision = self.tell(decision, Letter::EmailChanged, now);
        Ok(self.tell_at(decision, (&pending.email, Letter::EmailChanged), (None, now)))
    }

    /// Whoever had the account until now has nothing of it left: no session, no key, no link, no other address on its way.
    pub(super) fn reset_password(
        &self,
        ticket: Uuid,
        password_hash: &Sealed<String>,
        now: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        self.check(Purpose::ResetPassword, ticket, now)?;
        let changed = Event::PasswordChanged { password_hash: password_hash.clone(), at: now };
        let ends = self.closed_but(None, CloseReason::PasswordChanged);
        let keys = self.api_keys.keys().map(|key| Event::ApiKeyWithdrawn { key: *key });
        let decision = Decision::event(changed, Reply::Done);
        let decision = ends.into_iter().chain(keys).fold(decision, Decision::and);
        // The link came by mail, so the mail is read.
        let decision = match self.email_verified_at {
            None => decision.and(Event::EmailVerified { at: now }),
            Some(_) => decision,
        };
        Ok(self.tell(decision, Letter::PasswordReset, now))
    }

    pub(super) fn change_password(
        &self,
        password_hash: &Sealed<String>,
        keep: SessionId,
        now: Timestamp,
    ) -> Decision<Self> {
        let changed = Event::PasswordChanged { password_hash: password_hash.clone(), at: now };
        let ends = self.closed_but(Some(keep), CloseReason::PasswordChanged);
        let decision = ends.into_iter().fold(Decision::event(changed, Reply::Done), Decision::and);
        self.tell(decision, Letter::PasswordChanged, now)
    }

    /// Links that were sent before are good no more: who asked for them knew another password.
    pub(super) fn take_password(&mut self, password_hash: Sealed<String>) {
        if let Some(known) = &mut self.registration {
            known.password_hash = password_hash;
        }
        self.tickets.remove(&Purpose::ResetPassword);
        self.tickets.remove(&Purpose::ChangeEmail);
        self.pending_email = None;
    }

    pub(super) fn take_email(&mut self, pending: &PendingEmail, at: Timestamp) {
        if let Some(known) = &mut self.registration {
            known.email = pending.email.clone();
            known.email_claim = pending.claim.clone();
        }
        self.tickets.clear(); // they went to the old address, or were just followed
        self.pending_email = None;
        self.mail_refused_at = None;
        self.email_verified_at = Some(at);
    }

    pub(super) fn take_verification(&mut self, at: Timestamp) {
        self.tickets.remove(&Purpose::VerifyEmail);
        self.email_verified_at = Some(at);
    }
}
