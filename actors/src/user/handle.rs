//! The way to users.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use amazoff_supervisor::journal::{Journal, JournalError};
use amazoff_supervisor::{
    Answer, AskError, Claim, Clock, CommandId, Committed, Directory, Entity, EntityId, Envelope, Principal,
    ReadError, Vault, Version, derive_uuid,
};
use tokio::sync::{Mutex, watch};

use super::credentials::PASSWORD_BYTES_MAX;
use super::passwords::{PasswordError, PasswordHasher};
use super::{
    Command, Email, Registration, Rejection, Reply, Roles, SessionGrant, User, UserView, check_name,
    check_password,
};
use crate::asking::{fingerprinted, not_opened, not_read, not_sealed};
use crate::ids::{SessionId, UserId};

/// How long a login, refresh or logout may take, beyond the hashing.
const SESSION_TIMEOUT: Duration = Duration::from_secs(10);
/// What a caller is told to wait when too many passwords are being hashed.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// All users. Cheap to clone.
#[derive(Clone)]
pub struct Users {
    pub(super) directory: Directory<User>,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) vault: Vault,
    pub(super) hasher: Arc<dyn PasswordHasher>,
    pub(super) clock: Arc<dyn Clock>,
    /// Held while somebody's rights change: two admins who take each other's do so one after the other.
    pub(super) rights: Arc<Mutex<()>>,
}

/// What a person fills in to register.
#[derive(Clone)]
pub struct RegisterForm {
    /// The e-mail address.
    pub email: String,
    /// The password, in clear: it goes no further than the hasher.
    pub password: String,
    /// What the person is called.
    pub name: String,
    /// What the person may do; others than shopper only from inside the program.
    pub roles: Roles,
}

impl fmt::Debug for RegisterForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisterForm").field("roles", &self.roles).finish_non_exhaustive()
    }
}

pub(super) type Refused = AskError<Rejection>;

impl Users {
    /// Users over their directory. The journal is asked only who has an e-mail address.
    pub fn new(
        directory: Directory<User>,
        journal: Arc<dyn Journal>,
        vault: Vault,
        hasher: Arc<dyn PasswordHasher>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { directory, journal, vault, hasher, clock, rights: Arc::default() }
    }

    /// Registers a person. The user's id derives from the command's, so a repeat registers the same user.
    ///
    /// # Errors
    /// `email-taken`, `email-invalid`, `name-invalid`, `password-too-short`, `-too-long`, `-too-common`,
    /// `role-not-allowed`.
    pub async fn register(
        &self,
        form: RegisterForm,
        envelope: Envelope,
    ) -> Result<Answer<UserView>, Refused> {
        let email = Email::parse(&form.email).map_err(refused)?;
        let name = check_name(&form.name).map_err(refused)?.to_owned();
        check_password(&form.password).map_err(refused)?;
        let id = UserId::from(envelope.command_id.derive("user"));
        let email_claim = self.email_claim(&email);
        let owner = self.journal.claimed_by(&email_claim).await.map_err(unreachable_store)?;
        if owner.is_some_and(|owner| owner.id != id.uuid()) {
            return Err(refused(Rejection::EmailTaken)); // saves the hashing; the claim decides
        }
        // Salt and nonces differ at every repeat, so the command itself does not tell whether it is one.
        let asked = [email.normalised(), &name, &form.password, &format!("{:?}", form.roles)].join("\n");
        let envelope = fingerprinted(envelope, &self.vault.blind("register", &asked));
        let hash = self.hasher.hash(&form.password).await.map_err(not_hashed)?;
        let person = id.uuid();
        let written = email.written().to_owned();
        let registration = Registration {
            email_claim,
            email: self.vault.seal(person, &written).await.map_err(not_sealed)?,
            name: self.vault.seal(person, &name).await.map_err(not_sealed)?,
            password_hash: self.vault.seal(person, &hash).await.map_err(not_sealed)?,
            roles: form.roles.clone(),
        };
        let answer = self.directory.execute(person, Command::Register(registration), envelope).await?;
        let Reply::Registered { at: created_at } = answer.reply else { return Err(AskError::NoAnswer) };
        let (roles, email_verified) = (form.roles, false);
        let reply = UserView { id, email: written, name, roles, created_at, email_verified };
        Ok(Answer { reply, replayed: answer.replayed, version: answer.version, position: answer.position })
    }

    /// Opens a session for whoever knows the password.
    ///
    /// # Errors
    /// `invalid-credentials`, after the same work whether the person or the password is wrong (USER-5).
    pub async fn login(&self, email: &str, password: &str) -> Result<(UserId, SessionGrant), Refused> {
        if password.len() > PASSWORD_BYTES_MAX {
            return Err(refused(Rejection::InvalidCredentials));
        }
        let known = self.credentials(email).await?;
        let right = match &known {
            Some((_, hash)) => self.hasher.verify(password, hash).await.map_err(not_hashed)?,
            None => self.hasher.hash(password).await.map(|_nobodys_hash| false).map_err(not_hashed)?,
        };
        let Some((user, _)) = known.filter(|_| right) else {
            return Err(refused(Rejection::InvalidCredentials));
        };
        let command_id = CommandId::new();
        let session = SessionId::from(command_id.derive("session"));
        let grant = self.session(user, Command::OpenSession { session }, command_id).await?;
        Ok((user, grant))
    }

    /// Checks the password of a person who is known already.
    ///
    /// # Errors
    /// `invalid-credentials` when it is another one, or there is no such person.
    pub async fn confirm(&self, user: UserId, password: &str) -> Result<(), Refused> {
        let known = self.read(user).await.map_err(not_read)?;
        let registration = known.as_ref().and_then(|known| known.state.registration.as_ref());
        let hash = match registration {
            Some(registration) => self.vault.open(&registration.password_hash).await.map_err(not_sealed)?,
            None => None,
        };
        let short = password.len() <= PASSWORD_BYTES_MAX;
        let right = match hash.filter(|_| short) {
            Some(hash) => self.hasher.verify(password, &hash).await.map_err(not_hashed)?,
            None => false,
        };
        if right { Ok(()) } else { Err(refused(Rejection::InvalidCredentials)) }
    }

    /// Goes on with a session: the grant names the generation for the next refresh token.
    ///
    /// # Errors
    /// `session-unknown` when it is over; `refresh-token-reused` when the generation is an old one, which ends it.
    pub async fn refresh(
        &self,
        user: UserId,
        session: SessionId,
        generation: u32,
    ) -> Result<SessionGrant, Refused> {
        self.session(user, Command::RotateSession { session, generation }, CommandId::new()).await
    }

    /// Ends a session; one that is over already is as good as ended.
    ///
    /// # Errors
    /// `session-unknown` when there is no such user.
    pub async fn logout(&self, user: UserId, session: SessionId) -> Result<(), Refused> {
        self.execute(user, Command::CloseSession { session }, CommandId::new()).await.map(drop)
    }

    /// Ends all sessions of a person.
    ///
    /// # Errors
    /// `session-unknown` when there is no such user.
    pub async fn logout_all(&self, user: UserId) -> Result<(), Refused> {
        self.execute(user, Command::CloseAllSessions, CommandId::new()).await.map(drop)
    }

    /// A person, opened; `None` when unknown or erased.
    ///
    /// # Errors
    /// When journal or keys cannot be read.
    pub async fn get(&self, user: UserId) -> Result<Option<UserView>, ReadError> {
        let Some(known) = self.read(user).await? else { return Ok(None) };
        let alive = known.state.registration.as_ref().filter(|_| !known.state.is_erased());
        let Some(registration) = alive else { return Ok(None) };
        let unreadable = |error| not_opened(user.uuid(), error);
        let email = self.vault.open(&registration.email).await.map_err(unreadable)?;
        let name = self.vault.open(&registration.name).await.map_err(unreadable)?;
        Ok(email.zip(name).map(|(email, name)| UserView {
            id: user,
            email,
            name,
            roles: registration.roles.clone(),
            created_at: known.state.created_at,
            email_verified: known.state.email_verified_at.is_some(),
        }))
    }

    /// Whether a session is open.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn session_alive(&self, user: UserId, session: SessionId) -> Result<bool, ReadError> {
        let now = self.clock.now();
        Ok(self.read(user).await?.is_some_and(|known| known.state.session_alive(session, now)))
    }

    /// Changes after each commit of the person, such as the end of a session.
    pub fn watch(&self, user: UserId) -> watch::Receiver<Version> {
        self.directory.watch(user.uuid())
    }

    /// What a person may do now; nothing when unknown.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn roles(&self, user: UserId) -> Result<Roles, ReadError> {
        Ok(self.read(user).await?.map(|known| known.state.roles()).unwrap_or_default())
    }

    /// Who has an e-mail address; `None` when nobody has, or it is none.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn find(&self, email: &str) -> Result<Option<UserId>, ReadError> {
        let Ok(email) = Email::parse(email) else { return Ok(None) };
        let owner = self.journal.claimed_by(&self.email_claim(&email)).await;
        let owner = owner.map_err(|error| ReadError::Unavailable(error.to_string()))?;
        Ok(owner.filter(is_user).map(|owner| UserId::from(owner.id)))
    }

    /// The user and password hash behind an e-mail address. Asks the journal as much for an unknown one.
    async fn credentials(&self, email: &str) -> Result<Option<(UserId, String)>, Refused> {
        let found = self.find(email).await.map_err(not_read)?;
        let nobody = || UserId::from(derive_uuid(&[b"nobody", email.as_bytes()]));
        let user = found.unwrap_or_else(nobody);
        let Some(known) = self.read(user).await.map_err(not_read)? else { return Ok(None) };
        let Some(registration) = &known.state.registration else { return Ok(None) };
        let hash = self.vault.open(&registration.password_hash).await.map_err(not_sealed)?;
        Ok(hash.map(|hash| (user, hash)))
    }

    async fn session(
        &self,
        user: UserId,
        command: Command,
        command_id: CommandId,
    ) -> Result<SessionGrant, Refused> {
        match self.execute(user, command, command_id).await? {
            Reply::Granted(grant) => Ok(grant),
            Reply::TokenReused => Err(refused(Rejection::RefreshTokenReused)),
            Reply::Registered { .. }
            | Reply::Closed
            | Reply::Done
            | Reply::KeyIssued { .. }
            | Reply::KeyWithdrawn => Err(AskError::NoAnswer),
        }
    }

    pub(super) async fn execute(
        &self,
        user: UserId,
        command: Command,
        command_id: CommandId,
    ) -> Result<Reply, Refused> {
        let envelope = Envelope::new(command_id, Principal::User(user.uuid()), SESSION_TIMEOUT);
        self.directory.execute(user.uuid(), command, envelope).await.map(|answer| answer.reply)
    }

    pub(super) async fn read(&self, user: UserId) -> Result<Option<Arc<Committed<User>>>, ReadError> {
        self.directory.read(user.uuid()).await
    }

    pub(super) fn email_claim(&self, email: &Email) -> Claim {
        Claim { namespace: "email".to_owned(), key: self.vault.blind("email", email.normalised()) }
    }
}

fn is_user(owner: &EntityId) -> bool {
    owner.kind.as_str() == User::KIND
}

pub(super) fn refused(refusal: Rejection) -> Refused {
    AskError::Refused { refusal, replayed: false }
}

pub(super) fn unreachable_store(error: JournalError) -> Refused {
    AskError::Unavailable { cause: error.to_string() }
}

pub(super) fn not_hashed(error: PasswordError) -> Refused {
    match error {
        PasswordError::Busy => AskError::Overloaded { retry_after: RETRY_AFTER },
        PasswordError::Failed(cause) => AskError::NotCommitted { cause },
    }
}
