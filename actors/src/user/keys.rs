//! The way to API keys.

use amazoff_supervisor::{Answer, AskError, CommandId, Envelope, ReadError};

use super::handle::{Refused, Users, refused};
use super::{ApiKeyView, Command, KeyAccess, KeyGrant, NewApiKey, Reply, Roles, check_name};
use crate::asking::{fingerprinted, not_opened, not_sealed};
use crate::ids::{ApiKeyId, UserId};

/// What a person says of a key that they want.
#[derive(Clone, Debug)]
pub struct ApiKeyForm {
    /// What they call it: 1 to 100 characters.
    pub name: String,
    /// What its bearer may do; a part of what the person may.
    pub roles: Roles,
    /// Whether its bearer may change something.
    pub access: KeyAccess,
    /// For how many days it is good: 1 to 365.
    pub days: u32,
}

impl Users {
    /// Issues a key for a program. The key's id derives from the command's, so a repeat issues the same key.
    ///
    /// # Errors
    /// `name-invalid`, `role-not-allowed`, `api-key-lifetime-invalid`, `too-many-api-keys`.
    pub async fn issue_api_key(
        &self,
        user: UserId,
        form: ApiKeyForm,
        envelope: Envelope,
    ) -> Result<Answer<ApiKeyView>, Refused> {
        let ApiKeyForm { name, roles, access, days } = form;
        let name = check_name(&name).map_err(refused)?.to_owned();
        let id = ApiKeyId::from(envelope.command_id.derive("api-key"));
        // Nonces differ at every repeat, so the command itself does not tell whether it is one.
        let asked = [name.as_str(), &format!("{roles:?} {access:?} {days}")].join("\n");
        let envelope = fingerprinted(envelope, &self.vault.blind("api-key", &asked));
        let sealed = self.vault.seal(user.uuid(), &name).await.map_err(not_sealed)?;
        let new = NewApiKey { key: id, name: sealed, roles: roles.clone(), access, days };
        let answer = self.directory.execute(user.uuid(), Command::IssueApiKey(new), envelope).await?;
        let Reply::KeyIssued { at: created_at, expires_at } = answer.reply else {
            return Err(AskError::NoAnswer);
        };
        let reply = ApiKeyView { id, name, roles, access, created_at, expires_at };
        Ok(Answer { reply, replayed: answer.replayed, version: answer.version, position: answer.position })
    }

    /// Withdraws a key: from then on it opens nothing.
    ///
    /// # Errors
    /// `api-key-not-found`.
    pub async fn withdraw_api_key(&self, user: UserId, key: ApiKeyId) -> Result<(), Refused> {
        self.execute(user, Command::WithdrawApiKey { key }, CommandId::new()).await.map(drop)
    }

    /// A person's keys that are good, the oldest first.
    ///
    /// # Errors
    /// When journal or keys cannot be read.
    pub async fn api_keys(&self, user: UserId) -> Result<Vec<ApiKeyView>, ReadError> {
        let now = self.clock.now();
        let Some(known) = self.read(user).await? else { return Ok(Vec::new()) };
        let mut views = Vec::new();
        for (id, key) in known.state.api_keys.iter().filter(|(_, key)| now < key.expires_at) {
            let name = self.vault.open(&key.name).await.map_err(|error| not_opened(user.uuid(), error))?;
            views.extend(name.map(|name| ApiKeyView {
                id: *id,
                name,
                roles: key.roles.clone(),
                access: key.access,
                created_at: key.created_at,
                expires_at: key.expires_at,
            }));
        }
        views.sort_by_key(|view| (view.created_at, view.id));
        Ok(views)
    }

    /// What the bearer of a key may do now; `None` when the key is good no more.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn key_grant(&self, user: UserId, key: ApiKeyId) -> Result<Option<KeyGrant>, ReadError> {
        let now = self.clock.now();
        Ok(self.read(user).await?.and_then(|known| known.state.key_grant(key, now)))
    }
}
