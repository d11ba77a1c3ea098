//! Logging in, joining, the account.

use askama::Template;

use super::Frame;
use super::form::{self, Field};

/// The log-in page.
#[derive(Template)]
#[template(path = "login.html")]
pub(crate) struct LoginPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// E-mail and password.
    pub fields: Vec<Field>,
    /// Where to go afterwards, within the shop.
    pub next: String,
}

impl LoginPage {
    /// All that is wrong with what was typed.
    pub(crate) fn faults(&self) -> Vec<(&Field, &str)> {
        form::faulty(&self.fields).collect()
    }
}

/// The page to make an account on.
#[derive(Template)]
#[template(path = "register.html")]
pub(crate) struct RegisterPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Name, e-mail and password.
    pub fields: Vec<Field>,
    /// Where to go afterwards, within the shop.
    pub next: String,
    /// The key that makes one click one account.
    pub key: String,
}

impl RegisterPage {
    /// All that is wrong with what was typed.
    pub(crate) fn faults(&self) -> Vec<(&Field, &str)> {
        form::faulty(&self.fields).collect()
    }
}

/// The account.
#[derive(Template)]
#[template(path = "account.html")]
pub(crate) struct AccountPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The full name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// Since when.
    pub since: String,
    /// Whether the back office is open to this person.
    pub is_desk: bool,
    /// Whether the ops console is.
    pub is_ops: bool,
}

/// What a person was told.
#[derive(Template)]
#[template(path = "inbox.html")]
pub(crate) struct InboxPage {
    /// What surrounds the page.
    pub frame: Frame,
}
