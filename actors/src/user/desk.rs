//! The way of the shop's people to users.

use amazoff_supervisor::{Envelope, ReadError};

use super::handle::{Refused, Users, refused};
use super::{Command, Rejection, Role, Roles, StaffView};
use crate::asking::not_read;
use crate::ids::UserId;

impl Users {
    /// A person as the shop's people see one; `None` when unknown or erased.
    ///
    /// # Errors
    /// When journal or keys cannot be read.
    pub async fn on_file(&self, user: UserId) -> Result<Option<StaffView>, ReadError> {
        let now = self.clock.now();
        let (Some(view), Some(known)) = (self.get(user).await?, self.read(user).await?) else {
            return Ok(None);
        };
        let state = &known.state;
        Ok(Some(StaffView {
            user: view,
            deactivated_at: state.deactivated_at,
            mail_refused_at: state.mail_refused_at,
            sessions: state.sessions.values().filter(|session| session.is_alive(now)).count(),
        }))
    }

    /// Says what a person may do, in the name of an admin. Open sessions and keys follow at once.
    ///
    /// # Errors
    /// `user-not-found`, `own-rights`, `role-not-allowed` when `admin` is none by now.
    pub async fn set_roles(
        &self,
        admin: UserId,
        (user, roles): (UserId, Roles),
        envelope: Envelope,
    ) -> Result<(), Refused> {
        self.change_rights(admin, (user, Command::SetRoles { roles }), envelope).await
    }

    /// Takes everything from a person that can be given back: sessions and keys end at once.
    ///
    /// # Errors
    /// Those of [`Users::set_roles`].
    pub async fn deactivate(&self, admin: UserId, user: UserId, envelope: Envelope) -> Result<(), Refused> {
        self.change_rights(admin, (user, Command::Deactivate), envelope).await
    }

    /// Lets a person log in again.
    ///
    /// # Errors
    /// Those of [`Users::set_roles`].
    pub async fn reactivate(&self, admin: UserId, user: UserId, envelope: Envelope) -> Result<(), Refused> {
        self.change_rights(admin, (user, Command::Reactivate), envelope).await
    }

    /// USER-8: one after the other, and only for whoever is an admin then. So an admin is left whoever takes what from whom.
    pub(super) async fn change_rights(
        &self,
        admin: UserId,
        (user, command): (UserId, Command),
        envelope: Envelope,
    ) -> Result<(), Refused> {
        let _one_at_a_time = self.rights.lock().await;
        if !self.roles(admin).await.map_err(not_read)?.contains(&Role::Admin) {
            return Err(refused(Rejection::RoleNotAllowed));
        }
        let known = self.read(user).await.map_err(not_read)?;
        if known.is_none_or(|known| known.state.registration.is_none()) {
            return Err(refused(Rejection::UserUnknown));
        }
        self.directory.execute(user.uuid(), command, envelope).await.map(drop)
    }
}
