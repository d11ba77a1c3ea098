//! What is missing before a cart can be completed. The list that a shopper sees and the gates of the checkout are the same
//! functions: [`Requirement::of_cart`] is the claim's, [`Requirement::of_price`] that of the step that prices.

use serde::{Deserialize, Serialize};

use super::Cart;
use crate::ids::VariantId;
use crate::pricing::Quote;

/// Something that is missing before a cart can be completed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// The step of the checkout that it belongs to.
    pub step: String,
    /// The field that it is about.
    pub field: String,
    /// A stable code.
    pub code: String,
    /// A sentence for the shopper.
    pub message: String,
}

impl Requirement {
    /// There is nothing in it.
    pub const CART_EMPTY: &'static str = "cart-empty";
    /// It is not known who receives it.
    pub const ADDRESS_MISSING: &'static str = "address-missing";
    /// Something in it is not for sale.
    pub const PRODUCT_NOT_AVAILABLE: &'static str = "product-not-available";
    /// No way of sending serves it.
    pub const SHIPPING_UNAVAILABLE: &'static str = "shipping-unavailable";
    /// Its sums have no room, or an order of it has none.
    pub const TOTAL_TOO_LARGE: &'static str = "total-too-large";

    fn new([step, field, code]: [&str; 3], message: &str) -> Self {
        let [step, field, code, message] = [step, field, code, message].map(str::to_owned);
        Self { step, field, code, message }
    }

    /// What a cart lacks by itself.
    pub fn of_cart(cart: &Cart) -> Vec<Self> {
        let mut missing = Vec::new();
        if cart.lines.is_empty() {
            let what = ["cart", "lines", Self::CART_EMPTY];
            missing.push(Self::new(what, "Put something into the cart first."));
        }
        if cart.contact.is_none() || cart.destination.is_none() {
            let what = ["address", "address", Self::ADDRESS_MISSING];
            missing.push(Self::new(what, "Say where it goes."));
        }
        missing
    }

    /// What is in the way of buying at a price. `unavailable` is not for sale; a cart that is `too_large` has no price.
    pub fn of_price(quote: &Quote, unavailable: &[VariantId], too_large: bool) -> Vec<Self> {
        let mut missing = Vec::new();
        if !unavailable.is_empty() {
            let what = ["cart", "lines", Self::PRODUCT_NOT_AVAILABLE];
            missing.push(Self::new(what, "Take out what is not for sale any more."));
        }
        if too_large {
            let what = ["cart", "lines", Self::TOTAL_TOO_LARGE];
            missing.push(Self::new(what, "This is too much for one order: take something out, or a code."));
        }
        if !quote.is_deliverable() {
            let what = ["shipping", "shipping_method", Self::SHIPPING_UNAVAILABLE];
            missing.push(Self::new(what, "The shop cannot send this there."));
        }
        missing
    }
}
