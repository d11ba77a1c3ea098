//! The bag and the summary beside the checkout.

use amazoff_actors::cart::{LineView, Requirement, View, Warning};
use amazoff_actors::ids::OrderId;

use super::{options, sums, thumbnail};
use crate::pages::key;
use crate::pages::markup::cart::{BagLine, CartPage, Code};
use crate::pages::markup::{Frame, Price, SummaryLine};

/// How many pieces are in a bag.
pub(in crate::pages) fn count(view: &View) -> u32 {
    view.lines.iter().map(|line| line.quantity.get()).sum()
}

/// The page of a bag; `None` is a bag that does not exist yet, or is `locked` until its owner logs in.
pub(in crate::pages) fn page(frame: Frame, view: Option<&View>, locked: bool) -> CartPage {
    let frame = frame.titled("Your bag");
    let mut page = CartPage {
        frame,
        locked,
        lines: Vec::new(),
        sums: None,
        codes: Vec::new(),
        code_key: key::fresh(),
        warnings: Vec::new(),
        requirements: Vec::new(),
        paying: None,
    };
    let Some(view) = view.filter(|view| !view.lines.is_empty()) else { return page };
    // The checkout asks for the address itself.
    let here = view.requirements.iter().filter(|missing| missing.code != Requirement::ADDRESS_MISSING);
    page.requirements = here.map(|missing| missing.message.clone()).collect();
    page.lines = view.lines.iter().map(line).collect();
    page.sums = Some(sums(&view.totals));
    page.codes = view.coupons.iter().map(|given| code(given)).collect();
    page.warnings = view.warnings.iter().map(|warning| told(view, warning)).collect();
    page.paying = is_being_paid(view).then(|| format!("/orders/{}", OrderId::of_cart(view.id)));
    page
}

fn code(code: &str) -> Code {
    Code { code: code.to_owned(), remove_key: key::fresh() }
}

/// A warning, with the name of what it is about.
fn told(view: &View, warning: &Warning) -> String {
    let line = warning.line().and_then(|id| view.lines.iter().find(|line| line.id == id));
    match line {
        Some(line) => format!("{}: {}", line.title, warning.message()),
        None => warning.message(),
    }
}

/// Whether the bag is over without an order: its content is elsewhere, or nobody came back.
pub(in crate::pages) fn is_over(view: &View) -> bool {
    ["merged", "abandoned"].contains(&view.status.as_str())
}

/// Whether a checkout holds the bag.
pub(in crate::pages) fn is_being_paid(view: &View) -> bool {
    view.status == "completing"
}

/// Whether the bag has become an order.
pub(in crate::pages) fn is_bought(view: &View) -> bool {
    view.order_id.is_some()
}

/// The lines as the checkout shows them.
pub(in crate::pages) fn summary(view: &View) -> Vec<SummaryLine> {
    let line = |line: &LineView| SummaryLine {
        title: line.title.clone(),
        options: options(&line.options),
        image: thumbnail(line.image.as_deref()),
        quantity: line.quantity.get(),
        total: Price::of(line.line_total),
    };
    view.lines.iter().map(line).collect()
}

fn line(line: &LineView) -> BagLine {
    BagLine {
        id: line.id.to_string(),
        href: format!("/products/{}", line.product_id),
        title: line.title.clone(),
        options: options(&line.options),
        image: thumbnail(line.image.as_deref()),
        quantity: line.quantity.get(),
        unit: Price::of(line.unit_price),
        total: Price::of(line.line_total),
        quantity_key: key::fresh(),
        remove_key: key::fresh(),
    }
}
