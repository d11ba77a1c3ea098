//! The bag.

use askama::Template;

use super::{Frame, Picture, Price, Sums};

/// The bag.
#[derive(Template)]
#[template(path = "cart.html")]
pub(crate) struct CartPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Whether it waits for its owner to log in.
    pub locked: bool,
    /// What is in it.
    pub lines: Vec<BagLine>,
    /// What it costs; `None` when it is empty.
    pub sums: Option<Sums>,
    /// The codes that were entered.
    pub codes: Vec<Code>,
    /// The key of the form for another code.
    pub code_key: String,
    /// What the shopper should know.
    pub warnings: Vec<String>,
    /// What is missing before the checkout can be opened.
    pub requirements: Vec<String>,
    /// The order that is being paid with this bag; it cannot be changed meanwhile.
    pub paying: Option<String>,
}

/// A code of the bag.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    /// As it is kept.
    pub code: String,
    /// The key of the form that takes it out.
    pub remove_key: String,
}

/// One line of the bag.
#[derive(Clone, Debug)]
pub(crate) struct BagLine {
    /// Its id.
    pub id: String,
    /// Where the product is.
    pub href: String,
    /// The product's title.
    pub title: String,
    /// The chosen options in one phrase.
    pub options: String,
    /// The picture, when there is one.
    pub image: Option<Picture>,
    /// How many.
    pub quantity: u32,
    /// What one costs.
    pub unit: Price,
    /// What all cost.
    pub total: Price,
    /// The key of the quantity form.
    pub quantity_key: String,
    /// The key of the remove form.
    pub remove_key: String,
}
