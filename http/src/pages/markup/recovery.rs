//! Pages that links from mails open, and the one that asks for such a mail.

use askama::Template;

use super::Frame;
use super::form::{self, Field};

/// A page with a few words and perhaps a form.
#[derive(Template)]
#[template(path = "link.html")]
pub(crate) struct LinkPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Its heading.
    pub heading: &'static str,
    /// What it says.
    pub words: &'static str,
    /// What it asks for; absent when all is done.
    pub form: Option<LinkForm>,
}

/// What a page asks for.
pub(crate) struct LinkForm {
    /// Where it is sent.
    pub action: &'static str,
    /// The secret of the link that opened the page; empty where there is none.
    pub token: String,
    /// What is filled in.
    pub fields: Vec<Field>,
    /// What the button says.
    pub button: &'static str,
}

impl LinkPage {
    /// All that is wrong with what was typed.
    pub(crate) fn faults(&self) -> Vec<(&Field, &str)> {
        self.form.iter().flat_map(|form| form::faulty(&form.fields)).collect()
    }
}
