//! Errors: the page a failed request gets, and the page that explains a code.

use askama::Template;

use super::Frame;
use super::markdown::Block;

/// What a failed request shows.
#[derive(Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The status code.
    pub status: u16,
    /// What happened, in a few words.
    pub heading: String,
    /// What happened and what to do.
    pub detail: String,
    /// The stable code.
    pub code: String,
    /// The request's id, to quote.
    pub request_id: String,
}

/// What a code means.
#[derive(Template)]
#[template(path = "problem.html")]
pub(crate) struct ProblemPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The stable code.
    pub code: String,
    /// The explanation.
    pub blocks: Vec<Block>,
}
