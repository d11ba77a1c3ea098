//! Why a user is refused.

use std::time::Duration;

use amazoff_supervisor::{Fault, FaultKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::address::ADDRESSES_MAX;
use super::api_key::{API_KEY_DAYS_MAX, API_KEYS_MAX};
use super::consent::CONSENT_VERSION_MAX;
use super::credentials::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};
use super::export::EXPORTS_MAX;
use super::proof::RESEND_AFTER;

/// A refusal of a user, or of the handle before it asks one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// Somebody has this e-mail address (USER-1).
    #[error("this e-mail address has an account")]
    EmailTaken,
    /// E-mail address and password do not belong together; which of them is wrong is nobody's business (USER-5).
    #[error("e-mail address or password is wrong")]
    InvalidCredentials,
    /// The session ended, or never was.
    #[error("this session is over")]
    SessionUnknown,
    /// An old refresh token was shown; its session is closed.
    #[error("this refresh token was used before, so its session is over")]
    RefreshTokenReused,
    /// The password is too short.
    #[error("a password needs at least {PASSWORD_CHARS_MIN} characters")]
    PasswordTooShort,
    /// The password is too long.
    #[error("a password has at most {PASSWORD_CHARS_MAX} characters")]
    PasswordTooLong,
    /// Everybody's first guess.
    #[error("this password is among the first that anybody would guess")]
    PasswordTooCommon,
    /// This cannot be an e-mail address.
    #[error("this is not an e-mail address")]
    EmailInvalid,
    /// This cannot be a name.
    #[error("a name has 1 to 100 characters, none of them a control character")]
    NameInvalid,
    /// Nobody gives roles to themselves (USER-4).
    #[error("this role is not given here")]
    RoleNotAllowed,
    /// A key is good for some days, not for ever.
    #[error("an API key is good for 1 to {API_KEY_DAYS_MAX} days")]
    ApiKeyLifetimeInvalid,
    /// The person has as many keys as there may be (USER-6).
    #[error("a person has at most {API_KEYS_MAX} API keys")]
    TooManyApiKeys,
    /// There is no such key.
    #[error("there is no such API key")]
    ApiKeyUnknown,
    /// The person has as many addresses as there may be (USER-7).
    #[error("a person keeps at most {ADDRESSES_MAX} addresses")]
    TooManyAddresses,
    /// There is no such address.
    #[error("there is no such address")]
    AddressUnknown,
    /// There is no such session.
    #[error("there is no such session")]
    SessionGone,
    /// The link was used, is too old, was replaced by a newer one, or was never sent.
    #[error("this link is not good any more")]
    LinkInvalid,
    /// Such a mail has just left.
    #[error("such a mail has just been sent")]
    MailJustSent,
    /// The person may do nothing any more.
    #[error("this account is deactivated")]
    AccountDeactivated,
    /// There is no such person.
    #[error("there is no such person")]
    UserUnknown,
    /// Nobody takes their own admin role or deactivates themselves (USER-8).
    #[error("nobody takes admin from themselves, so that one is always left")]
    OwnRights,
    /// The person had as many exports as there are in a day.
    #[error("all that is held about a person is put together at most {EXPORTS_MAX} times a day")]
    TooManyExports {
        /// Seconds until there may be another.
        retry_after_s: u64,
    },
    /// No export can be downloaded now.
    #[error("there is no export to download: ask for one")]
    ExportMissing,
    /// This cannot be a version of a text.
    #[error("a version has 1 to {CONSENT_VERSION_MAX} letters, digits, dots, hyphens and low lines")]
    ConsentInvalid,
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        match self {
            Self::EmailTaken | Self::TooManyApiKeys | Self::TooManyAddresses | Self::OwnRights => {
                FaultKind::Conflict
            }
            Self::MailJustSent | Self::TooManyExports { .. } => FaultKind::Throttled,
            Self::InvalidCredentials | Self::SessionUnknown | Self::RefreshTokenReused => {
                FaultKind::Unauthenticated
            }
            Self::PasswordTooShort
            | Self::PasswordTooLong
            | Self::PasswordTooCommon
            | Self::EmailInvalid
            | Self::NameInvalid
            | Self::ApiKeyLifetimeInvalid
            | Self::ConsentInvalid
            | Self::LinkInvalid => FaultKind::Invalid,
            Self::ApiKeyUnknown
            | Self::AddressUnknown
            | Self::SessionGone
            | Self::ExportMissing
            | Self::UserUnknown => FaultKind::NotFound,
            Self::RoleNotAllowed | Self::AccountDeactivated => FaultKind::Forbidden,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::EmailTaken => "email-taken",
            Self::InvalidCredentials => "invalid-credentials",
            Self::SessionUnknown => "session-unknown",
            Self::RefreshTokenReused => "refresh-token-reused",
            Self::PasswordTooShort => "password-too-short",
            Self::PasswordTooLong => "password-too-long",
            Self::PasswordTooCommon => "password-too-common",
            Self::EmailInvalid => "email-invalid",
            Self::NameInvalid => "name-invalid",
            Self::RoleNotAllowed => "role-not-allowed",
            Self::ApiKeyLifetimeInvalid => "api-key-lifetime-invalid",
            Self::TooManyApiKeys => "too-many-api-keys",
            Self::ApiKeyUnknown => "api-key-not-found",
            Self::TooManyAddresses => "too-many-addresses",
            Self::AddressUnknown => "address-not-found",
            Self::SessionGone => "session-not-found",
            Self::LinkInvalid => "link-invalid",
            Self::MailJustSent => "mail-just-sent",
            Self::AccountDeactivated => "account-deactivated",
            Self::UserUnknown => "user-not-found",
            Self::OwnRights => "own-rights",
            Self::TooManyExports { .. } => "too-many-exports",
            Self::ExportMissing => "export-not-found",
            Self::ConsentInvalid => "consent-invalid",
        }
    }
    fn retry_after(&self) -> Option<Duration> {
        if let Self::TooManyExports { retry_after_s } = self {
            return Some(Duration::from_secs(*retry_after_s));
        }
        (*self == Self::MailJustSent).then_some(RESEND_AFTER)
    }
    fn facts(&self) -> Value {
        match self {
            Self::PasswordTooShort => json!({ "minimum": PASSWORD_CHARS_MIN }),
            Self::PasswordTooLong => json!({ "maximum": PASSWORD_CHARS_MAX }),
            Self::ApiKeyLifetimeInvalid => json!({ "maximum": API_KEY_DAYS_MAX }),
            Self::TooManyApiKeys => json!({ "maximum": API_KEYS_MAX }),
            Self::EmailTaken
            | Self::InvalidCredentials
            | Self::SessionUnknown
            | Self::RefreshTokenReused
            | Self::PasswordTooCommon
            | Self::EmailInvalid
            | Self::NameInvalid
            | Self::RoleNotAllowed
            | Self::ApiKeyUnknown
            | Self::AddressUnknown
            | Self::SessionGone
            | Self::LinkInvalid
            | Self::MailJustSent
            | Self::AccountDeactivated
            | Self::UserUnknown
            | Self::ExportMissing
            | Self::OwnRights => Value::Null,
            Self::TooManyExports { .. } => json!({ "maximum": EXPORTS_MAX }),
            Self::ConsentInvalid => json!({ "maximum": CONSENT_VERSION_MAX }),
            Self::TooManyAddresses => json!({ "maximum": ADDRESSES_MAX }),
        }
    }
}
