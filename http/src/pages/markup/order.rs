//! Orders: one that moves live, and the list.

use askama::Template;

use super::{Frame, Price, SummaryLine, Sums};

/// An order.
#[derive(Template)]
#[template(path = "order.html")]
pub(crate) struct OrderPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The part that moves.
    pub progress: Progress,
    /// What was bought.
    pub lines: Vec<SummaryLine>,
    /// What it costs.
    pub sums: Sums,
    /// Where it goes and to whom; empty when that was erased.
    pub contact: Vec<String>,
}

/// The part of the order page that moves; also served alone, for the live update.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/progress.html")]
pub(crate) struct Progress {
    /// The order's id.
    pub id: String,
    /// The number that people say.
    pub number: String,
    /// The order's version.
    pub version: u64,
    /// One word for the state.
    pub stage: &'static str,
    /// The state as a heading.
    pub headline: String,
    /// The state explained.
    pub detail: String,
    /// Where the shopper has to act, and what the link says.
    pub action: Option<(String, &'static str)>,
    /// Whether it still moves by itself.
    pub moving: bool,
    /// The way through the shop.
    pub steps: Vec<Step>,
}

/// A station of the way.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// What it is called.
    pub label: &'static str,
    /// How far it is.
    pub state: StepState,
    /// When it was reached: for machines and for people.
    pub at: Option<Moment>,
}

/// How far a station is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepState {
    /// Reached.
    Done,
    /// Happening.
    Current,
    /// To come.
    Ahead,
    /// It ended here.
    Failed,
}

impl StepState {
    /// The style class.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Done => "step-done",
            Self::Current => "step-current",
            Self::Ahead => "step-ahead",
            Self::Failed => "step-failed",
        }
    }
    /// What a screen reader says.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Current => "in progress",
            Self::Ahead => "to come",
            Self::Failed => "did not happen",
        }
    }
}

/// A moment: for machines and for people.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    /// RFC 3339.
    pub machine: String,
    /// Day and time in words.
    pub words: String,
}

/// The shopper's orders.
#[derive(Template)]
#[template(path = "orders.html")]
pub(crate) struct OrdersPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The orders of this page, newest first.
    pub orders: Vec<OrderRow>,
    /// Where the next page is.
    pub more: Option<String>,
}

/// An order in the list.
#[derive(Clone, Debug)]
pub(crate) struct OrderRow {
    /// Where it is.
    pub href: String,
    /// The number that people say.
    pub number: String,
    /// The state in words.
    pub state: &'static str,
    /// The style class of the state.
    pub class: &'static str,
    /// What it holds, in a phrase.
    pub summary: String,
    /// What it costs.
    pub total: Price,
    /// When it was placed.
    pub placed: Option<Moment>,
}
