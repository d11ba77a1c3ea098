//! People and their sessions as the API shows them.

use std::time::Duration;

use amazoff_actors::ids::UserId;
use amazoff_actors::user::{Role, UserView};
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
    /// What the person is called.
    pub name: String,
    /// `shopper`, `support`, `ops` or `admin`.
    pub roles: Vec<String>,
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
        let roles = view.roles.into_iter().map(role).map(str::to_owned).collect();
        Self { id: view.id, email: view.email, name: view.name, roles, created_at: view.created_at }
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Shopper => "shopper",
        Role::Support => "support",
        Role::Ops => "ops",
        Role::Admin => "admin",
    }
}
