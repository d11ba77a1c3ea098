//! A person's sessions, addresses and credentials, and what the shop's people see of a person.

use amazoff_actors::ids::{AddressId, SessionId};
use amazoff_actors::user::{AddressView, SessionView, StaffView};
use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::address::Recipient;
use super::users::{RoleName, UserBody};
use crate::json::Form;
use crate::problem::FieldError;

/// A login that is not over. Where it was opened is not known: nobody keeps it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionBody {
    /// `ses_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// When the person logged in.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// When it was renewed last, which happens every quarter of an hour while it is used.
    #[schema(value_type = String, format = DateTime)]
    pub last_used_at: Timestamp,
    /// Until when it lives, unless it is used.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// A person's sessions.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SessionList {
    /// The newest login first.
    pub items: Vec<SessionBody>,
}

impl SessionBody {
    /// A session, and whether it is the one that asks.
    pub fn of(view: &SessionView, current: Option<SessionId>) -> Self {
        Self {
            id: view.id,
            current: current == Some(view.id),
            opened_at: view.opened_at,
            last_used_at: view.renewed_at,
            expires_at: view.expires_at,
        }
    }
}

/// What a person changes about themselves.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// What the person is called: 1 to 100 characters.
    #[schema(max_length = 100, format = "text", example = "Ann Other")]
    pub name: String,
}

/// An address to keep.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressForm {
    /// Who receives what is sent there.
    pub recipient: Recipient,
    /// Whether it is the one that is meant when none is named. The first one is in any case.
    #[serde(default)]
    pub default: bool,
}

/// An address that a person keeps.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = SavedAddress)]
pub struct SavedAddressBody {
    /// `addr_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: AddressId,
    /// Who receives what is sent there. It can be given as the address of a cart.
    pub recipient: Recipient,
    /// Whether it is the one that is meant when none is named.
    pub default: bool,
}

/// A person's addresses.
#[derive(Clone, Serialize, ToSchema)]
pub struct AddressList {
    /// The oldest first.
    pub items: Vec<SavedAddressBody>,
}

impl From<AddressView> for SavedAddressBody {
    fn from(view: AddressView) -> Self {
        Self { id: view.id, recipient: view.address.into(), default: view.default }
    }
}

/// What a link from a mail carries.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkForm {
    /// `token` of the link.
    pub token: String,
}

/// What following a link did.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FollowedBody {
    /// `verified`: the address is known to be read; `changed`: it is the person's from now on.
    pub outcome: &'static str,
}

/// Whoever forgot a password.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgottenForm {
    /// The e-mail address.
    pub email: String,
}

/// The answer to whoever asks for a mail; the same whether or not one was sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MailAskedBody {
    /// What happens.
    pub detail: &'static str,
}

/// Another password instead of a forgotten one.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetForm {
    /// `token` of the link.
    pub token: String,
    /// The new one: 10 to 128 characters.
    #[schema(min_length = 10, max_length = 128, format = Password)]
    pub password: String,
}

/// Another password.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordForm {
    /// The one that is good until now.
    #[schema(format = Password)]
    pub old_password: String,
    /// The new one: 10 to 128 characters.
    #[schema(min_length = 10, max_length = 128, format = Password)]
    pub password: String,
}

/// Another e-mail address.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailForm {
    /// The new one.
    #[schema(max_length = 254, format = "account", example = "zoe@example.org")]
    pub email: String,
}

/// All that a person may do.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolesForm {
    /// Every role; one that is not here is taken away.
    pub roles: Vec<RoleName>,
}

/// A person, as the shop's people see one.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = UserOnFile)]
pub struct StaffUserBody {
    /// What the person sees.
    #[serde(flatten)]
    pub user: UserBody,
    /// Since when the person may do nothing; absent while they may.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deactivated_at: Option<Timestamp>,
    /// When a mail to the address was refused for good last.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_refused_at: Option<Timestamp>,
    /// Sessions that are open.
    pub sessions: usize,
}

/// People that were found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StaffUserList {
    /// One, or none.
    pub items: Vec<StaffUserBody>,
}

impl From<StaffView> for StaffUserBody {
    fn from(view: StaffView) -> Self {
        Self {
            user: view.user.into(),
            deactivated_at: view.deactivated_at,
            mail_refused_at: view.mail_refused_at,
            sessions: view.sessions,
        }
    }
}

impl Form for AddressForm {
    fn check(&self) -> Vec<FieldError> {
        let within =
            |fault: FieldError| FieldError { pointer: format!("/recipient{}", fault.pointer), ..fault };
        self.recipient.faults().into_iter().map(within).collect()
    }
}
impl Form for Profile {}
impl Form for LinkForm {}
impl Form for ForgottenForm {}
impl Form for ResetForm {}
impl Form for PasswordForm {}
impl Form for EmailForm {}
impl Form for RolesForm {}
