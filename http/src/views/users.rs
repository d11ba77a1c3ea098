//! People and their sessions as the API shows them.

use std::time::Duration;

use amazoff_actors::ids::{ApiKeyId, UserId};
use amazoff_actors::user::{ApiKeyForm, ApiKeyView, KeyAccess, Role, UserView};
use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::cookies::SessionCookie;
use crate::json::Form;

/// A person, for that person's own eyes.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserBody {
    /// `usr_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: UserId,
    /// As the person writes it.
    pub email: String,
    /// Whether the person is known to read what is sent there.
    pub email_verified: bool,
    /// What the person is called.
    pub name: String,
    /// What the person may do.
    pub roles: Vec<RoleName>,
    /// When the person registered.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// The tokens of a session.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TokensBody {
    /// Send it as `Authorization: Bearer …`.
    pub access_token: String,
    /// Exchange it at `/v1/auth/refresh` before the access token expires; it is good once.
    pub refresh_token: String,
    /// Seconds that the access token is good for.
    pub expires_in: u64,
    /// `Bearer`.
    pub token_type: &'static str,
}

/// A person and the tokens of a new session.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SignedIn {
    /// Who.
    pub user: UserBody,
    /// The session.
    #[serde(flatten)]
    pub tokens: TokensBody,
}

/// What a person fills in to register.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// The e-mail address.
    #[schema(max_length = 254, format = "account", example = "ann@example.org")]
    pub email: String,
    /// 10 to 128 characters, not one of those that everybody takes.
    #[schema(min_length = 10, max_length = 128, format = Password, example = "correct horse battery")]
    pub password: String,
    /// What the person is called.
    #[schema(max_length = 100, format = "text", example = "Ann")]
    pub name: String,
}

/// What a person fills in to log in.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The e-mail address.
    pub email: String,
    /// The password.
    #[schema(format = Password, example = "correct horse battery")]
    pub password: String,
}

/// What a person shows again.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepUp {
    /// The password.
    #[schema(format = Password, example = "correct horse battery")]
    pub password: String,
}

/// A token of somebody who has just shown the password.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ConfirmedToken)]
pub struct ConfirmedBody {
    /// Send it as `Authorization: Bearer …`.
    pub access_token: String,
    /// Seconds that it is good for.
    pub expires_in: u64,
    /// `Bearer`.
    pub token_type: &'static str,
}

/// What renews or ends a session.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// The newest refresh token.
    pub refresh_token: String,
}

/// A role.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Role)]
pub enum RoleName {
    /// Buys.
    Shopper,
    /// Helps shoppers.
    Support,
    /// Runs the shop's machinery.
    Ops,
    /// Everything.
    Admin,
}

/// Whether a program may change something.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ApiKeyAccess)]
pub enum AccessName {
    /// It only looks: GET and HEAD.
    Read,
    /// It may also change what its roles allow.
    Write,
}

/// A key that a person wants for a program.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// What the person calls it: 1 to 100 characters.
    #[schema(max_length = 100, format = "text")]
    pub name: String,
    /// Some of the person's roles; none is enough for what every person may do.
    #[serde(default)]
    pub roles: Vec<RoleName>,
    /// Whether the program may change something.
    pub access: AccessName,
    /// For how many days the key is good: 1 to 365.
    #[schema(minimum = 1, maximum = 365)]
    pub days: u32,
}

/// A person's API key.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct ApiKeyBody {
    /// `key_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: ApiKeyId,
    /// What the person calls it.
    pub name: String,
    /// What its bearer may do, as far as the person may.
    pub roles: Vec<RoleName>,
    /// Whether its bearer may change something.
    pub access: AccessName,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Until when it is good.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// A person's API keys.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApiKeyList {
    /// The oldest first.
    pub items: Vec<ApiKeyBody>,
}

/// A new API key with its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IssuedApiKey {
    /// Which.
    #[serde(flatten)]
    pub key: ApiKeyBody,
    /// Send it as `Authorization: Bearer …`. It is kept nowhere and not shown again.
    pub secret: String,
}

impl Form for NewApiKey {}
impl Form for Register {}
impl Form for Login {}
impl Form for Refresh {}
impl Form for StepUp {}

impl TokensBody {
    /// Tokens for a client that keeps them itself.
    pub fn new(tokens: SessionCookie, lifetime: Duration) -> Self {
        Self {
            access_token: tokens.access,
            refresh_token: tokens.refresh,
            expires_in: lifetime.as_secs(),
            token_type: "Bearer",
        }
    }
}

impl From<UserView> for UserBody {
    fn from(view: UserView) -> Self {
        Self {
            id: view.id,
            email: view.email,
            email_verified: view.email_verified,
            name: view.name,
            roles: view.roles.into_iter().map(RoleName::from).collect(),
            created_at: view.created_at,
        }
    }
}

impl From<ApiKeyView> for ApiKeyBody {
    fn from(view: ApiKeyView) -> Self {
        Self {
            id: view.id,
            name: view.name,
            roles: view.roles.into_iter().map(RoleName::from).collect(),
            access: view.access.into(),
            created_at: view.created_at,
            expires_at: view.expires_at,
        }
    }
}

impl From<NewApiKey> for ApiKeyForm {
    fn from(NewApiKey { name, roles, access, days }: NewApiKey) -> Self {
        Self { name, roles: roles.into_iter().map(Role::from).collect(), access: access.into(), days }
    }
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        match role {
            Role::Shopper => Self::Shopper,
            Role::Support => Self::Support,
            Role::Ops => Self::Ops,
            Role::Admin => Self::Admin,
        }
    }
}

impl From<RoleName> for Role {
    fn from(role: RoleName) -> Self {
        match role {
            RoleName::Shopper => Self::Shopper,
            RoleName::Support => Self::Support,
            RoleName::Ops => Self::Ops,
            RoleName::Admin => Self::Admin,
        }
    }
}

impl From<KeyAccess> for AccessName {
    fn from(access: KeyAccess) -> Self {
        match access {
            KeyAccess::Read => Self::Read,
            KeyAccess::Write => Self::Write,
        }
    }
}

impl From<AccessName> for KeyAccess {
    fn from(access: AccessName) -> Self {
        match access {
            AccessName::Read => Self::Read,
            AccessName::Write => Self::Write,
        }
    }
}
