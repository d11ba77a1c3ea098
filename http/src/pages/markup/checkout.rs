//! Paying: contact, address, card, summary, all on one page.

use askama::Template;

use super::form::{self, Field};
use super::{Frame, Price, SummaryLine, Sums};

/// The checkout.
#[derive(Template)]
#[template(path = "checkout.html")]
pub(crate) struct CheckoutPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// E-mail and name.
    pub contact: Vec<Field>,
    /// Where it goes.
    pub address: Vec<Field>,
    /// The person's own addresses.
    pub saved: Vec<SavedAddress>,
    /// The ways to send it there; empty when nothing is known of there.
    pub methods: Vec<Method>,
    /// The token of the chosen card.
    pub card: String,
    /// What is bought.
    pub lines: Vec<SummaryLine>,
    /// What it costs.
    pub sums: Sums,
    /// What the shopper agrees to pay: minor units.
    pub expected_amount: i64,
    /// What the shopper agrees to pay: currency.
    pub expected_currency: String,
    /// The key that makes one click one order.
    pub key: String,
    /// Whether to offer logging in.
    pub guest: bool,
}

impl CheckoutPage {
    /// All that is wrong with what was typed.
    pub(crate) fn faults(&self) -> Vec<(&Field, &str)> {
        form::faulty(&self.contact).chain(form::faulty(&self.address)).collect()
    }
    /// The cards of the sandbox.
    pub(crate) fn cards(&self) -> &'static [Card] {
        CARDS
    }
}

/// An address that the person saved.
#[derive(Clone, Debug)]
pub(crate) struct SavedAddress {
    /// The checkout with this address filled in.
    pub href: String,
    /// It in a line.
    pub label: String,
    /// Whether it is filled in.
    pub current: bool,
}

/// A way to send what is bought.
#[derive(Clone, Debug)]
pub(crate) struct Method {
    /// Its id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// What it costs.
    pub price: Price,
    /// Whether that is nothing.
    pub free: bool,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// A card of the sandbox and what it does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Card {
    /// What the provider is told.
    pub token: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// The number printed on it.
    pub number: &'static str,
    /// What happens.
    pub effect: &'static str,
    /// What happens, explained.
    pub explanation: &'static str,
    /// The style class.
    pub class: &'static str,
}

/// The cards of the sandbox: each shows one way a payment can go.
pub(crate) const CARDS: &[Card] = &[
    Card {
        token: "tok_ok",
        name: "Everyday card",
        number: "4000 0000 0000 0001",
        effect: "Approves",
        explanation: "The bank says yes at once and the order is paid.",
        class: "card-green",
    },
    Card {
        token: "tok_action",
        name: "Careful card",
        number: "4000 0000 0000 0027",
        effect: "Asks you first",
        explanation: "The bank sends you to its own page to approve or decline.",
        class: "card-blue",
    },
    Card {
        token: "tok_decline",
        name: "Empty card",
        number: "4000 0000 0000 0002",
        effect: "Declines",
        explanation: "The bank says no. Nothing is charged and your bag stays as it is.",
        class: "card-red",
    },
    Card {
        token: "tok_stall",
        name: "Slow card",
        number: "4000 0000 0000 0408",
        effect: "Takes its time",
        explanation: "The bank does not answer in time. Your order waits until the answer is known.",
        class: "card-sand",
    },
];
