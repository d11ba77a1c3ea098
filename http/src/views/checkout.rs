//! Completing a cart, as the API asks and answers it.

use amazoff_actors::ids::{OrderId, PaymentId};
use amazoff_actors::money::{Currency, Money};
use amazoff_actors::order::{Address, Contact};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::MoneyBody;
use crate::json::Form;
use crate::problem::FieldError;

/// Longest line of an address, and longest name.
const TEXT_CHARS_MAX: usize = 200;
const EMAIL_BYTES_MAX: usize = 254;
const POSTAL_CODE_CHARS_MAX: usize = 20;
const TOKEN_BYTES_MAX: usize = 200;

/// What a shopper agrees to when pressing the button.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteCart {
    /// The total that the shopper saw; when the cart costs something else by now, nothing is bought.
    pub expected_total: MoneyBody,
    /// Where mail about the order goes.
    #[schema(example = "ann@example.org")]
    pub email: String,
    /// The recipient's name.
    pub name: String,
    /// Where the parcel goes.
    pub address: AddressBody,
    /// How it is paid.
    pub payment: PaymentMeans,
}

/// A postal address.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Address)]
pub struct AddressBody {
    /// Street and number.
    pub line1: String,
    /// What does not fit the first line.
    #[serde(default)]
    pub line2: Option<String>,
    /// Town.
    pub city: String,
    /// Postal code.
    pub postal_code: String,
    /// ISO 3166, two letters.
    #[schema(example = "DE")]
    pub country: String,
}

/// How a cart is paid.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentMeans {
    /// `sandbox`.
    #[schema(example = "sandbox")]
    pub provider: String,
    /// The provider's token for the card; the sandbox knows `tok_ok`, `tok_decline`, `tok_action` and `tok_stall`.
    #[schema(example = "tok_ok")]
    pub token: String,
}

/// A checkout that is not decided yet.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CheckoutPending {
    /// `processing` or `requires_action`.
    pub status: &'static str,
    /// The order that it will become.
    #[schema(value_type = String)]
    pub order_id: OrderId,
    /// The payment, when the shopper must act on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub payment_id: Option<PaymentId>,
    /// Where the shopper must act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_url: Option<String>,
    /// Ask here how it goes.
    pub status_url: String,
}

impl CompleteCart {
    /// The total that the shopper saw; `None` for a currency that does not exist.
    pub fn expected(&self) -> Option<Money> {
        let currency = self.expected_total.currency.parse::<Currency>().ok()?;
        Some(Money::new(self.expected_total.amount, currency))
    }
    /// Who receives the order.
    pub fn contact(&self) -> Contact {
        let trimmed = |text: &String| text.trim().to_owned();
        Contact {
            email: trimmed(&self.email),
            name: trimmed(&self.name),
            address: Address {
                line1: trimmed(&self.address.line1),
                line2: self.address.line2.as_ref().map(trimmed).filter(|line| !line.is_empty()),
                city: trimmed(&self.address.city),
                postal_code: trimmed(&self.address.postal_code),
                country: self.address.country.clone(),
            },
        }
    }
}

impl Form for CompleteCart {
    fn check(&self) -> Vec<FieldError> {
        let AddressBody { line1, line2, city, postal_code, country } = &self.address;
        let means = &self.payment;
        let rules = [
            (self.expected().is_some(), "/expected_total/currency", "This is not a currency code."),
            (self.expected_total.amount >= 0, "/expected_total/amount", "A total is not negative."),
            (is_email(self.email.trim()), "/email", "This is not an e-mail address."),
            (is_text(&self.name, TEXT_CHARS_MAX), "/name", "A name has 1 to 200 characters."),
            (is_text(line1, TEXT_CHARS_MAX), "/address/line1", "A line has 1 to 200 characters."),
            (
                line2.as_ref().is_none_or(|line| line.trim().is_empty() || is_text(line, TEXT_CHARS_MAX)),
                "/address/line2",
                "A line has at most 200 characters.",
            ),
            (is_text(city, TEXT_CHARS_MAX), "/address/city", "A town has 1 to 200 characters."),
            (
                is_text(postal_code, POSTAL_CODE_CHARS_MAX),
                "/address/postal_code",
                "A postal code has 1 to 20 characters.",
            ),
            (is_country(country), "/address/country", "A country has two capital letters (ISO 3166)."),
            (is_symbol(&means.provider), "/payment/provider", "This is not a provider's name."),
            (is_symbol(&means.token), "/payment/token", "This is not a token."),
        ];
        rules
            .into_iter()
            .filter(|(holds, _, _)| !holds)
            .map(|(_, pointer, detail)| FieldError::new(pointer, "invalid-value", detail))
            .collect()
    }
}

fn is_text(text: &str, chars_max: usize) -> bool {
    let text = text.trim();
    (1..=chars_max).contains(&text.chars().count()) && !text.contains(char::is_control)
}

fn is_email(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control();
    let parts = text.split_once('@');
    let whole =
        parts.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'));
    whole && text.len() <= EMAIL_BYTES_MAX && !text.contains(odd)
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_symbol(text: &str) -> bool {
    (1..=TOKEN_BYTES_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::json::typed;

    fn good() -> Value {
        json!({
            "expected_total": {"amount": 1999, "currency": "EUR"}, "email": "ann@example.org", "name": "Ann",
            "address": {"line1": "Way 1", "city": "Berlin", "postal_code": "10115", "country": "DE"},
            "payment": {"provider": "sandbox", "token": "tok_ok"}
        })
    }

    #[test]
    fn a_complete_form_is_accepted() {
        let form: CompleteCart = typed(good()).map_err(|problem| problem.errors().to_vec()).ok().unwrap();
        assert_eq!(form.expected(), Some(Money::eur(1999)));
        assert_eq!(form.contact().address.line2, None);
    }

    #[test]
    fn every_field_has_a_rule_that_names_it() {
        let table = [
            ("/expected_total/currency", json!("EURO")),
            ("/expected_total/amount", json!(-1)),
            ("/email", json!("ann")),
            ("/email", json!("ann@example.org\r\nBcc: x@y")),
            ("/name", json!("  ")),
            ("/name", json!("x".repeat(201))),
            ("/address/line1", json!("")),
            ("/address/line2", json!("a\u{7}")),
            ("/address/city", json!("")),
            ("/address/postal_code", json!("1".repeat(21))),
            ("/address/country", json!("Germany")),
            ("/payment/provider", json!("")),
            ("/payment/token", json!("tok ok")),
        ];
        for (pointer, value) in table {
            let mut body = good();
            match body.pointer_mut(pointer) {
                Some(field) => *field = value,
                None => body["address"]["line2"] = value,
            }
            let Err(problem) = typed::<CompleteCart>(body) else { panic!("{pointer} accepted") };
            assert_eq!(problem.errors()[0].pointer, pointer);
        }
    }
}
