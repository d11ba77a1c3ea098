//! The bag and the summary beside the checkout.

use amazoff_actors::cart::{LineView, View};
use amazoff_actors::ids::OrderId;

use super::{options, sums, thumbnail};
use crate::pages::key;
use crate::pages::markup::cart::{BagLine, CartPage};
use crate::pages::markup::{Frame, Price, SummaryLine};

/// How many pieces are in a bag.
pub(in crate::pages) fn count(view: &View) -> u32 {
    view.lines.iter().map(|line| line.quantity.get()).sum()
}

/// The page of a bag; `None` is a bag that does not exist yet.
pub(in crate::pages) fn page(frame: Frame, view: Option<&View>) -> CartPage {
    let frame = frame.titled("Your bag");
    let Some(view) = view.filter(|view| !view.lines.is_empty()) else {
        return CartPage { frame, lines: Vec::new(), sums: None, requirements: Vec::new(), paying: None };
    };
    CartPage {
        frame,
        lines: view.lines.iter().map(line).collect(),
        sums: Some(sums(&view.totals)),
        requirements: view.requirements.iter().map(|missing| missing.message.clone()).collect(),
        paying: is_being_paid(view).then(|| format!("/orders/{}", OrderId::of_cart(view.id))),
    }
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
