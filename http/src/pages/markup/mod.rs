//! What the pages show: plain values and the templates that render them.
//!
//! Nothing here knows an entity or asks anything. Texts, prices and states arrive ready-made, so a template never
//! computes, and each page can be rendered in a test with a few literals. Askama escapes every value.

pub(crate) mod account;
pub(crate) mod bank;
pub(crate) mod cart;
pub(crate) mod catalogue;
pub(crate) mod checkout;
pub(crate) mod design;
pub(crate) mod form;
pub(crate) mod markdown;
pub(crate) mod order;
pub(crate) mod price;
pub(crate) mod problem;
pub(crate) mod recovery;
pub(crate) mod review;
#[cfg(test)]
pub(crate) mod samples;
pub(crate) mod staff;
#[cfg(test)]
mod tests;

pub(crate) use form::Field;
pub(crate) use price::Price;

/// What surrounds every page: the head, the header and the footer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frame {
    /// The page's own title; the shop's name is added behind it.
    pub title: String,
    /// The first name of who is logged in.
    pub shopper: Option<String>,
    /// How many items are in the bag.
    pub bag_count: u32,
    /// What stands in the search box.
    pub query: String,
    /// A message at the top of the page.
    pub notice: Option<Notice>,
}

impl Frame {
    /// The same frame under another title.
    #[must_use]
    pub(crate) fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }
    /// The same frame with a message on top.
    #[must_use]
    pub(crate) fn noticing(mut self, notice: Option<Notice>) -> Self {
        self.notice = notice;
        self
    }
    /// What a screen reader says for the bag.
    pub(crate) fn bag_label(&self) -> String {
        match self.bag_count {
            0 => "Bag, empty".to_owned(),
            1 => "Bag, 1 item".to_owned(),
            count => format!("Bag, {count} items"),
        }
    }
}

/// How a message is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Something to know.
    Calm,
    /// It did not work.
    Bad,
}

/// A message to the shopper.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    /// How it is meant.
    pub tone: Tone,
    /// What it says.
    pub text: String,
}

impl Notice {
    /// A message worth knowing.
    pub(crate) fn calm(text: impl Into<String>) -> Self {
        Self { tone: Tone::Calm, text: text.into() }
    }
    /// A message that something did not work.
    pub(crate) fn bad(text: impl Into<String>) -> Self {
        Self { tone: Tone::Bad, text: text.into() }
    }
    /// The style class.
    pub(crate) fn class(&self) -> &'static str {
        match self.tone {
            Tone::Calm => "notice-calm",
            Tone::Bad => "notice-bad",
        }
    }
    /// Errors interrupt a screen reader, the rest waits its turn.
    pub(crate) fn role(&self) -> &'static str {
        match self.tone {
            Tone::Calm => "status",
            Tone::Bad => "alert",
        }
    }
}

/// A picture with the size that keeps the layout still while it loads.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    /// Where it is served, for browsers that choose nothing.
    pub url: String,
    /// Where it is as WebP, with the width of each: `/v1/media/…/card.webp 400w, …`.
    pub webp: String,
    /// The same as JPEG.
    pub jpeg: String,
    /// How wide it is shown, for the choice among them.
    pub sizes: &'static str,
    /// Where the smallest one is.
    pub thumb: String,
    /// What it shows.
    pub alt: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// The sums under a bag or an order.
#[derive(Clone, Debug)]
pub(crate) struct Sums {
    /// All lines, before discounts.
    pub subtotal: Price,
    /// What discounts take off; `None` when nothing.
    pub discount: Option<Price>,
    /// Delivery.
    pub shipping: Price,
    /// Whether delivery costs nothing.
    pub shipping_free: bool,
    /// The tax; `None` when there is none.
    pub tax: Option<Price>,
    /// Whether the tax is added to the prices (or part of them).
    pub tax_added: bool,
    /// What is paid.
    pub total: Price,
}

/// A line that was bought or is about to be.
#[derive(Clone, Debug)]
pub(crate) struct SummaryLine {
    /// The product's title.
    pub title: String,
    /// The chosen options in one phrase; empty when there are none.
    pub options: String,
    /// The picture, when there is one.
    pub image: Option<Picture>,
    /// How many.
    pub quantity: u32,
    /// What the line costs.
    pub total: Price,
}
