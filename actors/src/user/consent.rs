//! The log of what a person agreed to.

use amazoff_supervisor::{Decision, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Event, Rejection, Reply, User};

/// The newest entries of the log that are kept at hand; the journal has them all.
pub const CONSENTS_MAX: usize = 100;
/// The longest name of a version.
pub const CONSENT_VERSION_MAX: usize = 32;

/// A text that somebody may agree to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentText {
    /// The terms on which the shop sells.
    Terms,
    /// That the shop may write about its goods.
    Marketing,
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// To which text.
    pub text: ConsentText,
    /// Which version of it the person had before them.
    pub version: String,
    /// Whether the person agreed, or does so no longer.
    pub given: bool,
    /// When.
    pub at: Timestamp,
}

/// What a person says now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentChange {
    /// Of which text.
    pub text: ConsentText,
    /// Of which version of it: 1 to [`CONSENT_VERSION_MAX`] letters, digits, dots, hyphens and low lines of ASCII.
    pub version: String,
    /// Whether the person agrees.
    pub given: bool,
}

impl ConsentChange {
    /// Refuses a version that is none.
    ///
    /// # Errors
    /// `consent-invalid`.
    pub fn check(&self) -> Result<(), Rejection> {
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let fits = (1..=CONSENT_VERSION_MAX).contains(&self.version.len());
        if fits && self.version.chars().all(known) { Ok(()) } else { Err(Rejection::ConsentInvalid) }
    }
}

impl User {
    /// What the person said last of a text.
    pub fn consent(&self, text: ConsentText) -> Option<&Consent> {
        self.consents.iter().rev().find(|consent| consent.text == text)
    }

    /// What is said already changes nothing.
    pub(super) fn set_consents(
        &self,
        changes: &[ConsentChange],
        now: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        changes.iter().try_for_each(ConsentChange::check)?;
        let is_new = |change: &&ConsentChange| {
            let known = self.consent(change.text);
            known.is_none_or(|known| (&known.version, known.given) != (&change.version, change.given))
        };
        let said = changes.iter().filter(is_new).map(|change| {
            let ConsentChange { text, version, given } = change.clone();
            Event::ConsentSaid { consent: Consent { text, version, given, at: now } }
        });
        Ok(said.fold(Decision::reply(Reply::Done), Decision::and))
    }

    pub(super) fn keep_consent(&mut self, consent: Consent) {
        if self.consents.len() >= CONSENTS_MAX {
            self.consents.remove(0);
        }
        self.consents.push(consent);
    }
}
