//! The sandbox bank's page: it approves or declines a payment that asks for it. It does not look like the shop, as a bank would not.

use askama::Template;

use super::Price;

/// The bank's page.
#[derive(Template)]
#[template(path = "bank.html")]
pub(crate) struct BankPage {
    /// The payment's id.
    pub payment: String,
    /// How much.
    pub amount: Price,
    /// The order's number or id.
    pub order: String,
    /// Where the order is.
    pub order_href: String,
    /// Whether there still is something to decide.
    pub open: bool,
    /// The key of the approving form.
    pub approve_key: String,
    /// The key of the declining form.
    pub decline_key: String,
}
