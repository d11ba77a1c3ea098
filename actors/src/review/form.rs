//! What people write, and what it must look like.

use serde::{Deserialize, Serialize};

use super::Rejection;
use crate::rating::Stars;

/// The longest title, in characters.
pub const TITLE_CHARS_MAX: usize = 120;
/// The longest text, in characters.
pub const BODY_CHARS_MAX: usize = 5_000;
/// The longest name, in characters.
pub const NAME_CHARS_MAX: usize = 50;

/// What a person wrote. It is sealed as a whole, so that it goes with the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// In one line.
    pub title: String,
    /// At length.
    pub body: String,
    /// As whom the author wants to be known; nobody when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Text {
    /// Without blanks around anything.
    ///
    /// # Errors
    /// `review-invalid` for what is empty, too long, or contains control characters (a text may have several lines).
    pub fn checked(&self) -> Result<Self, Rejection> {
        let line = |c: char| c.is_control();
        let lines = |c: char| c.is_control() && c != '\n' && c != '\t';
        let title = fitting("title", &self.title, TITLE_CHARS_MAX, line)?;
        let body = fitting("body", &self.body.replace("\r\n", "\n"), BODY_CHARS_MAX, lines)?;
        let name =
            self.name.as_deref().map(|name| fitting("name", name, NAME_CHARS_MAX, line)).transpose()?;
        Ok(Self { title, body, name })
    }
}

fn fitting(
    field: &str,
    text: &str,
    chars_max: usize,
    is_odd: impl Fn(char) -> bool,
) -> Result<String, Rejection> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > chars_max {
        return Err(Rejection::invalid(field, &format!("it has 1 to {chars_max} characters")));
    }
    if text.contains(is_odd) {
        return Err(Rejection::invalid(field, "it contains control characters"));
    }
    Ok(text.to_owned())
}

/// What an author changes; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Other stars.
    pub stars: Option<Stars>,
    /// Another title.
    pub title: Option<String>,
    /// Another text.
    pub body: Option<String>,
    /// Another name; the inner `None` is nobody.
    pub name: Option<Option<String>>,
}

impl Change {
    /// A text after the change; `None` when it is the same.
    ///
    /// # Errors
    /// `review-invalid`
    pub(super) fn of(&self, old: &Text) -> Result<Option<Text>, Rejection> {
        let new = Text {
            title: self.title.clone().unwrap_or_else(|| old.title.clone()),
            body: self.body.clone().unwrap_or_else(|| old.body.clone()),
            name: self.name.clone().unwrap_or_else(|| old.name.clone()),
        };
        let new = new.checked()?;
        Ok((new != *old).then_some(new))
    }
}
