//! What surrounds the back office and the ops console.

use askama::Template;

use super::Frame;
use crate::pages::assets;

/// A page that modules fill.
#[derive(Template)]
#[template(path = "staff.html")]
pub(crate) struct StaffPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Which modules fill it.
    pub app: &'static str,
    /// Its name.
    pub title: &'static str,
    /// Where one can go.
    pub places: Vec<Place>,
    /// Whether both sides are open to this person.
    pub is_admin: bool,
}

impl StaffPage {
    /// Where the module is that fills the page.
    fn module(&self) -> String {
        assets::url(&format!("js/{}/main.js", self.app))
    }
}

/// A part of the back office or the console.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Where it is.
    pub href: String,
    /// What it is called.
    pub name: &'static str,
    /// Whether it is shown.
    pub current: bool,
}
