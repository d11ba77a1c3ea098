//! The design system: its tokens and components, shown as they are used.

use askama::Template;

use super::Frame;

/// What the pages are made of.
#[derive(Template)]
#[template(path = "design.html")]
pub(crate) struct DesignPage {
    /// What surrounds the page.
    pub frame: Frame,
}

impl DesignPage {
    /// The colours, by the names of their tokens.
    fn colours(&self) -> &'static [&'static str] {
        &[
            "paper",
            "surface",
            "sunken",
            "ink",
            "quiet",
            "line",
            "control",
            "brand",
            "action",
            "link",
            "gold",
            "good",
            "good-back",
            "warn",
            "calm-back",
            "bad",
            "bad-back",
            "focus",
        ]
    }
}
