//! The rules of a user.

use std::collections::{BTreeMap, BTreeSet};

use amazoff_supervisor::{Claim, Context, Decision, Entity, Principal, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    ApiKey, Command, Consent, Effect, Erasure, Event, PendingEmail, Purpose, Registration, Rejection, Reply,
    SavedAddress, Session, Ticket,
};
use crate::ids::{AddressId, ApiKeyId, SessionId};
use crate::mail::Letter;

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Buy.
    Shopper,
    /// Help shoppers.
    Support,
    /// Run the shop's machinery.
    Ops,
    /// Everything.
    Admin,
}

/// All that a person may do.
pub type Roles = BTreeSet<Role>;

/// A user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Who the person is; absent before the registration.
    pub registration: Option<Registration>,
    /// When the person registered.
    pub created_at: Timestamp,
    /// Open sessions, perhaps some that expired and were not dropped yet.
    pub sessions: BTreeMap<SessionId, Session>,
    /// Keys of programs, perhaps some that expired and were not dropped yet.
    #[serde(default)]
    pub api_keys: BTreeMap<ApiKeyId, ApiKey>,
    /// Addresses that the person keeps.
    #[serde(default)]
    pub addresses: BTreeMap<AddressId, SavedAddress>,
    /// The one that is meant when none is named.
    #[serde(default)]
    pub default_address: Option<AddressId>,
    /// The newest link for each purpose, until it is followed.
    #[serde(default)]
    pub tickets: BTreeMap<Purpose, Ticket>,
    /// The e-mail address that the person wants to use.
    #[serde(default)]
    pub pending_email: Option<PendingEmail>,
    /// Since when the person is known to read what is sent to the e-mail address.
    #[serde(default)]
    pub email_verified_at: Option<Timestamp>,
    /// When a mail to this address was refused for good last.
    #[serde(default)]
    pub mail_refused_at: Option<Timestamp>,
    /// Since when the person may do nothing.
    #[serde(default)]
    pub deactivated_at: Option<Timestamp>,
    /// Since when the person is nobody.
    #[serde(default)]
    pub erasure: Option<Erasure>,
    /// When the newest exports were asked for, the newest last.
    #[serde(default)]
    pub exports: Vec<Timestamp>,
    /// What the person agreed to, the newest last.
    #[serde(default)]
    pub consents: Vec<Consent>,
}

impl User {
    /// What the person may do; nothing before the registration, while deactivated, and once erased.
    pub fn roles(&self) -> Roles {
        let may = self.deactivated_at.is_none() && !self.is_erased();
        let known = self.registration.as_ref().filter(|_| may);
        known.map(|known| known.roles.clone()).unwrap_or_default()
    }

    fn register(&self, new: &Registration, context: &Context) -> Result<Decision<Self>, Rejection> {
        let only_shops = new.roles.iter().all(|role| *role == Role::Shopper);
        if !only_shops && context.principal != Principal::System {
            return Err(Rejection::RoleNotAllowed); // USER-4
        }
        if self.registration.is_some() {
            return Err(Rejection::EmailTaken);
        }
        let registered = Event::Registered { registration: new.clone(), at: context.now };
        let known = self.after(std::slice::from_ref(&registered));
        let reply = Reply::Registered { at: context.now };
        let decision = Decision::event(registered, reply).claim(new.email_claim.clone());
        Ok(match context.principal {
            Principal::System => decision, // whom the program makes known is asked when somebody wants to know
            Principal::Guest | Principal::User(_) => {
                known.with_link(decision, (Purpose::VerifyEmail, &new.email), context)
            }
        })
    }

    fn asked(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        let now = context.now;
        match command {
            Command::Register(new) => self.register(new, context),
            Command::IssueApiKey(new) => self.issue(new, now),
            Command::WithdrawApiKey { key } => self.withdraw(*key),
            Command::OpenSession { session } => Ok(self.open(*session, now)),
            Command::RotateSession { session, generation } => self.rotate(*session, *generation, now),
            Command::CloseSession { session } => Ok(self.close(Some(*session))),
            Command::CloseAllSessions => Ok(self.close(None)),
            Command::CloseOtherSessions { keep } => Ok(self.close_others(*keep)),
            Command::Rename { name } => {
                Ok(Decision::event(Event::Renamed { name: name.clone() }, Reply::Done))
            }
            Command::AddAddress { id, address, default } => self.add_address(*id, (address, *default), now),
            Command::ChangeAddress { id, address, default } => {
                self.change_address(*id, (address, *default), now)
            }
            Command::RemoveAddress { id } => self.remove_address(*id),
            Command::AskVerification => Ok(self.ask(Purpose::VerifyEmail, context)),
            Command::VerifyEmail { ticket } => self.verify_email(*ticket, now),
            Command::AskEmailChange { pending } => self.ask_email_change(pending, context),
            Command::ConfirmEmailChange { ticket } => self.confirm_email_change(*ticket, now),
            Command::AskReset => Ok(self.ask(Purpose::ResetPassword, context)),
            Command::ResetPassword { ticket, password_hash } => {
                self.reset_password(*ticket, password_hash, now)
            }
            Command::ChangePassword { password_hash, keep } => {
                Ok(self.change_password(password_hash, *keep, now))
            }
            Command::NoteMailRefused { letter } => {
                Ok(Decision::event(Event::MailRefused { letter: *letter, at: now }, Reply::Done))
            }
            Command::SetRoles { roles } => self.set_roles(roles, context),
            Command::Deactivate => self.deactivate(context),
            Command::Reactivate => Ok(self.reactivate(context)),
            Command::Erase => self.erase(context),
            Command::NoteErased => Ok(self.note_erased(now)),
            Command::AskExport => self.ask_export(now),
            Command::SetConsents { consents } => self.set_consents(consents, now),
        }
    }
}

impl Entity for User {
    const KIND: &'static str = "user";
    type Command = Command;
    type Event = Event;
    type Reply = Reply;
    type Rejection = Rejection;
    type Effect = Effect;

    fn decide(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        if let Command::Register(new) = command {
            return self.register(new, context);
        }
        if self.registration.is_none() {
            return Err(Rejection::SessionUnknown);
        }
        // Sessions ended with the deactivation, so whoever goes on with one is told that it is over.
        let of_what_ended = matches!(
            command,
            Command::RotateSession { .. }
                | Command::CloseSession { .. }
                | Command::CloseAllSessions
                | Command::CloseOtherSessions { .. }
        );
        let of_rights = matches!(
            command,
            Command::SetRoles { .. }
                | Command::Deactivate
                | Command::Reactivate
                | Command::Erase
                | Command::NoteMailRefused { .. }
        );
        let of_erasure =
            matches!(command, Command::Erase | Command::NoteErased | Command::NoteMailRefused { .. });
        if self.is_erased() && !of_erasure {
            return Err(Rejection::SessionUnknown); // as if there had never been anybody
        }
        if self.deactivated_at.is_some() && !of_what_ended && !of_rights && !of_erasure {
            return Err(Rejection::AccountDeactivated);
        }
        self.asked(command, context)
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Registered { registration, at } => {
                self.registration = Some(registration.clone());
                self.created_at = *at;
            }
            Event::SessionOpened { session, at, expires_at } => {
                let opened =
                    Session { generation: 0, rotated_at: *at, opened_at: *at, expires_at: *expires_at };
                self.sessions.insert(*session, opened);
            }
            Event::SessionRotated { session, generation, at, expires_at } => {
                if let Some(session) = self.sessions.get_mut(session) {
                    session.generation = *generation;
                    session.rotated_at = *at;
                    session.expires_at = *expires_at;
                }
            }
            Event::SessionClosed { session, .. } => drop(self.sessions.remove(session)),
            Event::ApiKeyIssued { id, key } => drop(self.api_keys.insert(*id, key.clone())),
            Event::ApiKeyWithdrawn { key } => drop(self.api_keys.remove(key)),
            Event::Renamed { name } => {
                if let Some(known) = &mut self.registration {
                    known.name = name.clone();
                }
            }
            Event::AddressPut { id, address, at } => self.keep_address(*id, address.clone(), *at),
            Event::AddressRemoved { id } => self.drop_address(*id),
            Event::DefaultAddressChosen { id } => self.default_address = Some(*id),
            Event::TicketIssued { purpose, ticket } => drop(self.tickets.insert(*purpose, *ticket)),
            Event::EmailChangeAsked { pending } => self.pending_email = Some(pending.clone()),
            Event::EmailVerified { at } => self.take_verification(*at),
            Event::EmailChanged { pending, at } => self.take_email(pending, *at),
            Event::PasswordChanged { password_hash, .. } => self.take_password(password_hash.clone()),
            Event::MailRefused { letter, at } => {
                let elsewhere = *letter == Letter::ConfirmEmailChange;
                self.mail_refused_at = if elsewhere { self.mail_refused_at } else { Some(*at) };
            }
            Event::RolesChanged { roles, .. } => {
                if let Some(known) = &mut self.registration {
                    known.roles.clone_from(roles);
                }
            }
            Event::Deactivated { at, .. } => {
                self.deactivated_at = Some(*at);
                self.tickets.clear();
                self.pending_email = None;
            }
            Event::Reactivated { .. } => self.deactivated_at = None,
            Event::ErasureBegun { at, .. } => self.begin_erasure(*at),
            Event::Erased { at } => self.end_erasure(*at),
            Event::ExportAsked { at } => self.keep_export(*at),
            Event::ConsentSaid { consent } => self.keep_consent(consent.clone()),
        }
    }

    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::EmailTaken
    }

    fn destination(effect: &Effect) -> String {
        effect.stream()
    }
}
