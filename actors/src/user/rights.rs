//! The rules of what a person may do.

use amazoff_supervisor::{Context, Decision, Principal};

use super::{CloseReason, Event, Rejection, Reply, Role, Roles, User};
use crate::ids::UserId;

pub(super) fn by(context: &Context) -> Option<UserId> {
    match context.principal {
        Principal::User(person) => Some(UserId::from(person)),
        Principal::System | Principal::Guest => None,
    }
}

/// Whether the person decides about themselves.
pub(super) fn is_self(context: &Context) -> bool {
    context.principal == Principal::User(context.entity.id)
}

impl User {
    /// USER-8: whoever takes admin from somebody keeps it, so one admin is always left.
    pub(super) fn set_roles(&self, roles: &Roles, context: &Context) -> Result<Decision<Self>, Rejection> {
        let held = self.registration.as_ref().map(|known| &known.roles);
        if held == Some(roles) {
            return Ok(Decision::reply(Reply::Done));
        }
        if is_self(context) && !roles.contains(&Role::Admin) {
            return Err(Rejection::OwnRights);
        }
        let changed = Event::RolesChanged { roles: roles.clone(), by: by(context), at: context.now };
        Ok(Decision::event(changed, Reply::Done))
    }

    /// Ends every session and every key with it.
    pub(super) fn deactivate(&self, context: &Context) -> Result<Decision<Self>, Rejection> {
        if is_self(context) {
            return Err(Rejection::OwnRights); // USER-8
        }
        if self.deactivated_at.is_some() {
            return Ok(Decision::reply(Reply::Done));
        }
        let deactivated = Event::Deactivated { by: by(context), at: context.now };
        let ends = self.closed_but(None, CloseReason::Deactivated);
        let keys = self.api_keys.keys().map(|key| Event::ApiKeyWithdrawn { key: *key });
        let decision = Decision::event(deactivated, Reply::Done);
        Ok(ends.into_iter().chain(keys).fold(decision, Decision::and))
    }

    pub(super) fn reactivate(&self, context: &Context) -> Decision<Self> {
        let decision = Decision::reply(Reply::Done);
        match self.deactivated_at {
            Some(_) => decision.and(Event::Reactivated { by: by(context), at: context.now }),
            None => decision,
        }
    }
}
