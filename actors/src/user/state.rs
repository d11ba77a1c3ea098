//! The rules of a user.

use std::collections::{BTreeMap, BTreeSet};

use amazoff_supervisor::{Claim, Context, Decision, Entity, Principal, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ApiKey, Command, Event, Registration, Rejection, Reply, Session};
use crate::effect::NoEffect;
use crate::ids::{ApiKeyId, SessionId};

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
}

impl User {
    /// What the person may do; nothing before the registration.
    pub fn roles(&self) -> Roles {
        self.registration.as_ref().map(|known| known.roles.clone()).unwrap_or_default()
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
        let reply = Reply::Registered { at: context.now };
        Ok(Decision::event(registered, reply).claim(new.email_claim.clone()))
    }
}

impl Entity for User {
    const KIND: &'static str = "user";
    type Command = Command;
    type Event = Event;
    type Reply = Reply;
    type Rejection = Rejection;
    type Effect = NoEffect;

    fn decide(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        match (&self.registration, command) {
            (_, Command::Register(new)) => self.register(new, context),
            (None, _) => Err(Rejection::SessionUnknown),
            (Some(_), Command::IssueApiKey(new)) => self.issue(new, context.now),
            (Some(_), Command::WithdrawApiKey { key }) => self.withdraw(*key),
            (Some(_), Command::OpenSession { session }) => Ok(self.open(*session, context.now)),
            (Some(_), Command::RotateSession { session, generation }) => {
                self.rotate(*session, *generation, context.now)
            }
            (Some(_), Command::CloseSession { session }) => Ok(self.close(Some(*session))),
            (Some(_), Command::CloseAllSessions) => Ok(self.close(None)),
        }
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
            Event::ApiKeyIssued { id, key } => {
                self.api_keys.insert(*id, key.clone());
            }
            Event::ApiKeyWithdrawn { key } => {
                self.api_keys.remove(key);
            }
            Event::SessionClosed { session, .. } => {
                self.sessions.remove(session);
            }
        }
    }

    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::EmailTaken
    }

    fn destination(effect: &NoEffect) -> String {
        match *effect {}
    }
}
