//! What the law gives a person: to be erased, to know what is held, and to say what they agree to.

use amazoff_actors::user::{Consent, ConsentChange, ConsentText, ExportView};
use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::json::Form;
use crate::problem::FieldError;

/// The most texts that are said something of at once.
const CONSENTS_AT_ONCE: usize = 10;

/// The answer to whoever asks to be erased.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ErasureBody {
    /// `erasing`.
    pub status: &'static str,
    /// What happens.
    pub detail: &'static str,
}

impl ErasureBody {
    /// It has begun.
    pub fn begun() -> Self {
        let detail = "Sessions and keys have ended. What is held about the person is made unreadable now.";
        Self { status: "erasing", detail }
    }
}

/// Why somebody is erased who did not do it themselves. No text of one's own: an entry of the audit trail is never erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErasureReason {
    /// The person asked for it, by letter for example.
    Requested,
    /// The person is a child, whose parents did not agree.
    Child,
    /// The data were collected without a right to.
    Unlawful,
    /// A court or an authority ordered it.
    Ordered,
}

impl ErasureReason {
    /// As the audit trail names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Child => "child",
            Self::Unlawful => "unlawful",
            Self::Ordered => "ordered",
        }
    }
}

/// Why somebody is erased.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasureForm {
    /// `requested`, `child`, `unlawful` or `ordered`.
    pub reason: ErasureReason,
}

impl Form for ErasureForm {}

/// Where one's export stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Export)]
pub struct ExportBody {
    /// `none`, or `ready`: then it can be downloaded at `/v1/me/export/archive`.
    pub status: &'static str,
    /// When it was asked for.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// Until when it can be downloaded.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl From<Option<ExportView>> for ExportBody {
    fn from(view: Option<ExportView>) -> Self {
        Self {
            status: if view.is_some() { "ready" } else { "none" },
            asked_at: view.map(|view| view.asked_at),
            expires_at: view.map(|view| view.expires_at),
        }
    }
}

/// A text that somebody may agree to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentTextName {
    /// The terms on which the shop sells.
    Terms,
    /// That the shop may write about its goods.
    Marketing,
}

impl From<ConsentTextName> for ConsentText {
    fn from(name: ConsentTextName) -> Self {
        match name {
            ConsentTextName::Terms => Self::Terms,
            ConsentTextName::Marketing => Self::Marketing,
        }
    }
}

impl From<ConsentText> for ConsentTextName {
    fn from(text: ConsentText) -> Self {
        match text {
            ConsentText::Terms => Self::Terms,
            ConsentText::Marketing => Self::Marketing,
        }
    }
}

/// What a person said of a text.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Consent)]
pub struct ConsentBody {
    /// Of which.
    pub text: ConsentTextName,
    /// Which version of it the person had before them.
    pub version: String,
    /// Whether the person agreed.
    pub given: bool,
    /// When it was said.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

impl From<Consent> for ConsentBody {
    fn from(consent: Consent) -> Self {
        let Consent { text, version, given, at } = consent;
        Self { text: text.into(), version, given, at }
    }
}

/// What a person agreed to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConsentList {
    /// All that was said, the newest first; what was said last of a text counts. At most the newest 100.
    pub items: Vec<ConsentBody>,
}

impl From<Vec<Consent>> for ConsentList {
    fn from(consents: Vec<Consent>) -> Self {
        Self { items: consents.into_iter().rev().map(ConsentBody::from).collect() }
    }
}

/// What a person says of a text now.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentForm {
    /// Of which.
    pub text: ConsentTextName,
    /// Which version of it the person has before them.
    #[schema(min_length = 1, max_length = 32, pattern = "^[A-Za-z0-9._-]+$", example = "2026-11")]
    pub version: String,
    /// Whether the person agrees.
    pub given: bool,
}

/// What a person agrees to; texts that are not named stay as they are.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentsForm {
    /// One to ten.
    #[schema(min_items = 1, max_items = 10)]
    pub consents: Vec<ConsentForm>,
}

impl Form for ConsentsForm {
    fn check(&self) -> Vec<FieldError> {
        let many = (1..=CONSENTS_AT_ONCE).contains(&self.consents.len());
        let detail = "Say something of one to ten texts.";
        if many { Vec::new() } else { vec![FieldError::new("/consents", "out-of-range", detail)] }
    }
}

impl From<ConsentForm> for ConsentChange {
    fn from(form: ConsentForm) -> Self {
        Self { text: form.text.into(), version: form.version, given: form.given }
    }
}
