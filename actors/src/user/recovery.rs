//! The way to links that are sent by e-mail, and to other passwords and addresses.
//!
//! A link's secret is `ml_<user>.<purpose>.<ticket>.<mac>`: derived from what it is for, and kept nowhere. Whether it is
//! still good is for the user's entity to say.

use amazoff_supervisor::{CommandId, Envelope, Principal, Vault, derive_uuid};
use uuid::Uuid;

use super::handle::{Refused, Users, not_hashed, refused, unreachable_store};
use super::{Command, Email, PendingEmail, Purpose, Rejection, check_password};
use crate::asking::{not_read, not_sealed};
use crate::ids::{SessionId, UserId};

const PREFIX: &str = "ml_";
const LINK_BYTES_MAX: usize = 256;
/// How long a command of this page may take, beyond the hashing.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// What following a link did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkUse {
    /// The address is known to be read.
    Verified,
    /// The address is another one.
    Changed,
}

/// What a genuine link stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) user: UserId,
    pub(super) purpose: Purpose,
    pub(super) ticket: Uuid,
}

fn letter(purpose: Purpose) -> char {
    match purpose {
        Purpose::VerifyEmail => 'v',
        Purpose::ResetPassword => 'r',
        Purpose::ChangeEmail => 'c',
    }
}

impl Link {
    fn body(self) -> String {
        format!("{}.{}.{}", self.user.uuid().simple(), letter(self.purpose), self.ticket.simple())
    }

    /// The secret of a link; the same every time.
    pub(super) fn secret(self, vault: &Vault) -> String {
        let body = self.body();
        let seal = vault.blind("mail-link", &body);
        format!("{PREFIX}{body}.{seal}")
    }

    /// What a secret stands for; `None` when it is not genuine.
    pub(super) fn read(vault: &Vault, secret: &str) -> Option<Self> {
        if secret.len() > LINK_BYTES_MAX {
            return None;
        }
        let (body, seal) = secret.strip_prefix(PREFIX)?.rsplit_once('.')?;
        // Compared as keyed digests, so that the time it takes tells nothing of where two seals differ.
        let same = |seal: &str| vault.blind("mail-link-seal", seal);
        if same(seal) != same(&vault.blind("mail-link", body)) {
            return None;
        }
        let mut parts = body.split('.');
        let user = UserId::from(Uuid::try_parse(parts.next()?).ok()?);
        let named = parts.next()?;
        let purpose = [Purpose::VerifyEmail, Purpose::ResetPassword, Purpose::ChangeEmail]
            .into_iter()
            .find(|purpose| named.chars().eq([letter(*purpose)]))?;
        Some(Self { user, purpose, ticket: Uuid::try_parse(parts.next()?).ok()? })
    }
}

impl Users {
    /// Sends the link that confirms a person's e-mail address once more; does nothing where it is confirmed, or where one has
    /// just left.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub async fn ask_verification(&self, user: UserId) -> Result<(), Refused> {
        self.execute(user, Command::AskVerification, CommandId::new()).await.map(drop)
    }

    /// Follows a link that confirms an e-mail address, or the change to another one.
    ///
    /// # Errors
    /// `link-invalid`; `email-taken` when somebody else has the address by now.
    pub async fn follow(&self, secret: &str) -> Result<LinkUse, Refused> {
        let link = self.link(secret)?;
        let (command, done) = match link.purpose {
            Purpose::VerifyEmail => (Command::VerifyEmail { ticket: link.ticket }, LinkUse::Verified),
            Purpose::ChangeEmail => (Command::ConfirmEmailChange { ticket: link.ticket }, LinkUse::Changed),
            Purpose::ResetPassword => return Err(refused(Rejection::LinkInvalid)),
        };
        self.as_guest(link.user, command).await.map(|()| done)
    }

    /// Sends a link that replaces the password of whoever has an e-mail address. Asks for the same work, a command to an
    /// entity, and answers the same, whether anybody has it or not, so neither answer nor time tells (USER-5).
    ///
    /// # Errors
    /// When it cannot be asked.
    pub async fn ask_reset(&self, email: &str) -> Result<(), Refused> {
        let found = self.find(email).await.map_err(not_read)?;
        let nobody = || UserId::from(derive_uuid(&[b"nobody", self.vault.blind("nobody", email).as_bytes()]));
        let asked = self.as_guest(found.unwrap_or_else(nobody), Command::AskReset).await;
        match asked {
            Err(amazoff_supervisor::AskError::Refused { .. }) => Ok(()), // nobody, or deactivated
            asked => asked,
        }
    }

    /// Replaces a forgotten password. Ends all sessions and keys, and tells the person.
    ///
    /// # Errors
    /// `link-invalid`, `password-too-short`, `-too-long`, `-too-common`.
    pub async fn reset_password(&self, secret: &str, password: &str) -> Result<(), Refused> {
        let link = self.link(secret)?;
        if link.purpose != Purpose::ResetPassword {
            return Err(refused(Rejection::LinkInvalid));
        }
        check_password(password).map_err(refused)?;
        // Looked at before the hashing, which is work; the entity decides.
        let known = self.read(link.user).await.map_err(not_read)?;
        let ticket = known.and_then(|known| known.state.tickets.get(&link.purpose).copied());
        if ticket.is_none_or(|ticket| ticket.id != link.ticket) {
            return Err(refused(Rejection::LinkInvalid));
        }
        let password_hash = self.sealed_hash(link.user, password).await?;
        self.as_guest(link.user, Command::ResetPassword { ticket: link.ticket, password_hash }).await
    }

    /// Replaces the password of a person whose old one was checked ([`Users::confirm`]). Ends the other sessions, and tells
    /// the person.
    ///
    /// # Errors
    /// `password-too-short`, `-too-long`, `-too-common`.
    pub async fn change_password(
        &self,
        user: UserId,
        keep: SessionId,
        password: &str,
    ) -> Result<(), Refused> {
        check_password(password).map_err(refused)?;
        let password_hash = self.sealed_hash(user, password).await?;
        let command = Command::ChangePassword { password_hash, keep };
        self.execute(user, command, CommandId::new()).await.map(drop)
    }

    /// Names another e-mail address of a person. Both addresses are told; it changes when the link is followed that goes to
    /// the other one.
    ///
    /// # Errors
    /// `email-invalid`, `email-taken`, `mail-just-sent`.
    pub async fn ask_email_change(&self, user: UserId, email: &str) -> Result<(), Refused> {
        let email = Email::parse(email).map_err(refused)?;
        let claim = self.email_claim(&email);
        let owner = self.journal.claimed_by(&claim).await.map_err(unreachable_store)?;
        if owner.is_some() {
            return Err(refused(Rejection::EmailTaken)); // the claim decides when the link is followed
        }
        let written = email.written().to_owned();
        let sealed = self.vault.seal(user.uuid(), &written).await.map_err(not_sealed)?;
        let pending = PendingEmail { claim, email: sealed };
        self.execute(user, Command::AskEmailChange { pending }, CommandId::new()).await.map(drop)
    }

    fn link(&self, secret: &str) -> Result<Link, Refused> {
        Link::read(&self.vault, secret).ok_or_else(|| refused(Rejection::LinkInvalid))
    }

    async fn sealed_hash(
        &self,
        user: UserId,
        password: &str,
    ) -> Result<amazoff_supervisor::Sealed<String>, Refused> {
        let hash = self.hasher.hash(password).await.map_err(not_hashed)?;
        self.vault.seal(user.uuid(), &hash).await.map_err(not_sealed)
    }

    /// Whoever holds a link is nobody yet.
    async fn as_guest(&self, user: UserId, command: Command) -> Result<(), Refused> {
        let envelope = Envelope::new(CommandId::new(), Principal::Guest, TIMEOUT);
        self.directory.execute(user.uuid(), command, envelope).await.map(drop)
    }
}
