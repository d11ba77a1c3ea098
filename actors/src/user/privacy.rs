//! The way to what the law gives a person: to know what is held, to be erased, and to say what they agree to.

use std::time::Duration;

use amazoff_supervisor::{CommandId, Envelope, ReadError};

use super::handle::{Refused, Users, refused};
use super::{ApiKeyView, Command, Consent, ConsentChange, ExportView, HeldView, Rejection};
use crate::asking::{not_opened, not_read};
use crate::ids::UserId;

/// How long an erasure that is done again may take to begin.
const RESTORED_TIMEOUT: Duration = Duration::from_secs(10);

impl Users {
    /// Erases a person who has just shown the password. Sessions and keys end at once; the rest goes on by itself.
    ///
    /// # Errors
    /// `own-rights` for an admin, whom another one must have put down before.
    pub async fn erase(&self, user: UserId) -> Result<(), Refused> {
        self.execute(user, Command::Erase, CommandId::new()).await.map(drop)
    }

    /// Erases a person in the name of an admin.
    ///
    /// # Errors
    /// `user-not-found`, `own-rights`, `role-not-allowed` when `admin` is none by now.
    pub async fn erase_for(&self, admin: UserId, user: UserId, envelope: Envelope) -> Result<(), Refused> {
        self.change_rights(admin, (user, Command::Erase), envelope).await
    }

    /// Erases a person whom the list of erasures names, if that is still to do: a shop that was restored is older than the
    /// list. Nobody else's id does anything.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub async fn erase_again(&self, listed: UserId) -> Result<bool, Refused> {
        let known = self.read(listed).await.map_err(not_read)?;
        let open = known.is_some_and(|known| known.state.registration.is_some() && !known.state.is_erased());
        if open {
            let envelope = Envelope::system(RESTORED_TIMEOUT);
            self.directory.execute(listed.uuid(), Command::Erase, envelope).await?;
        }
        Ok(open)
    }

    /// Makes all that is held about a person ready to be downloaded; it is while another one is.
    ///
    /// # Errors
    /// `too-many-exports`.
    pub async fn ask_export(&self, user: UserId) -> Result<ExportView, Refused> {
        self.execute(user, Command::AskExport, CommandId::new()).await?;
        let export = self.export(user).await.map_err(not_read)?;
        export.ok_or_else(|| refused(Rejection::ExportMissing)) // erased meanwhile
    }

    /// The export that a person can download now.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn export(&self, user: UserId) -> Result<Option<ExportView>, ReadError> {
        let now = self.clock.now();
        let export = self.read(user).await?.and_then(|known| known.state.export(now));
        Ok(export.map(|(asked_at, expires_at)| ExportView { asked_at, expires_at }))
    }

    /// What a person agreed to, oldest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn consents(&self, user: UserId) -> Result<Vec<Consent>, ReadError> {
        Ok(self.read(user).await?.map(|known| known.state.consents.clone()).unwrap_or_default())
    }

    /// Says what a person agrees to. Texts that are not named stay as they are.
    ///
    /// # Errors
    /// `consent-invalid`.
    pub async fn set_consents(
        &self,
        user: UserId,
        consents: Vec<ConsentChange>,
        envelope: Envelope,
    ) -> Result<(), Refused> {
        consents.iter().try_for_each(ConsentChange::check).map_err(refused)?;
        self.directory.execute(user.uuid(), Command::SetConsents { consents }, envelope).await.map(drop)
    }

    /// What a person's entity holds that no other view shows; `None` when unknown or erased.
    ///
    /// # Errors
    /// When journal or keys cannot be read.
    pub async fn held(&self, user: UserId) -> Result<Option<HeldView>, ReadError> {
        let known = self.read(user).await?.filter(|known| !known.state.is_erased());
        let Some(known) = known else { return Ok(None) };
        let state = &known.state;
        let unreadable = |error| not_opened(user.uuid(), error);
        let pending_email = match &state.pending_email {
            Some(pending) => self.vault.open(&pending.email).await.map_err(unreadable)?,
            None => None,
        };
        let mut api_keys = Vec::new();
        for (id, key) in &state.api_keys {
            let name = self.vault.open(&key.name).await.map_err(unreadable)?;
            api_keys.push(ApiKeyView {
                id: *id,
                name: name.unwrap_or_default(),
                roles: key.roles.clone(),
                access: key.access,
                created_at: key.created_at,
                expires_at: key.expires_at,
            });
        }
        Ok(Some(HeldView {
            pending_email,
            email_verified_at: state.email_verified_at,
            mail_refused_at: state.mail_refused_at,
            api_keys,
            exports: state.exports.clone(),
            consents: state.consents.clone(),
        }))
    }
}
