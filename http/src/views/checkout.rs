//! Completing a cart, as the API asks and answers it.

use amazoff_actors::checkout::PaymentChoice;
use amazoff_actors::ids::{OrderId, PaymentId};
use amazoff_actors::money::{Currency, Money};
use amazoff_actors::pricebook::AMOUNT_MAX;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::MoneyBody;
use super::address::{AddressBody, Recipient};
use crate::json::Form;
use crate::problem::FieldError;

/// Longest name of a provider, and longest token.
const TOKEN_BYTES_MAX: usize = 200;

/// What a shopper agrees to when pressing the button.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteCart {
    /// The total that the shopper saw; when the cart costs something else by now, nothing is bought.
    #[schema(value_type = crate::views::words::Amount)]
    pub expected_total: MoneyBody,
    /// Where mail about the order goes. This, `name` and `address` come together, or not at all: then the cart says it.
    #[serde(default)]
    #[schema(example = "ann@example.org", max_length = 254, format = "mail")]
    pub email: Option<String>,
    /// The recipient's name.
    #[serde(default)]
    #[schema(max_length = 200, format = "text")]
    pub name: Option<String>,
    /// Where the parcel goes.
    #[serde(default)]
    pub address: Option<AddressBody>,
    /// How it is paid.
    pub payment: PaymentMeans,
}

/// How a cart or an order is paid.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentMeans {
    /// `sandbox`.
    #[schema(example = "sandbox", min_length = 1, max_length = 200, pattern = "^[!-~]+$")]
    pub provider: String,
    /// The provider's token for the card; the sandbox knows `tok_ok`, `tok_decline`, `tok_action` and `tok_stall`.
    #[schema(example = "tok_ok", min_length = 1, max_length = 200, pattern = "^[!-~]+$")]
    pub token: String,
}

/// A checkout, or a payment of an order, that is not decided yet.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CheckoutPending {
    /// `processing` or `requires_action`.
    pub status: &'static str,
    /// The order that it will become, or that is paid.
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
    /// Who receives the order; `None` when the cart says it.
    pub fn recipient(&self) -> Option<Recipient> {
        let (email, name, address) = (self.email.clone()?, self.name.clone()?, self.address.clone()?);
        Some(Recipient { email, name, address })
    }
    /// Those of e-mail, name and address that are missing although another one is there.
    fn missing(&self) -> Vec<FieldError> {
        let there = [
            (self.email.is_some(), "/email"),
            (self.name.is_some(), "/name"),
            (self.address.is_some(), "/address"),
        ];
        let any = there.iter().any(|(there, _)| *there);
        let missing = there.into_iter().filter(|(there, _)| any && !there);
        let detail = "E-mail, name and address come together.";
        missing.map(|(_, pointer)| FieldError::new(pointer, "missing", detail)).collect()
    }
}

impl Form for CompleteCart {
    fn check(&self) -> Vec<FieldError> {
        let rules = [
            (self.expected().is_some(), "/expected_total/currency", "This is not a currency code."),
            (
                (0..=AMOUNT_MAX).contains(&self.expected_total.amount),
                "/expected_total/amount",
                "A total is not negative, nor absurdly high.",
            ),
        ];
        let broken = rules.into_iter().filter(|(holds, _, _)| !holds);
        let mut faults: Vec<_> =
            broken.map(|(_, pointer, detail)| FieldError::new(pointer, "invalid-value", detail)).collect();
        faults.extend(self.payment.faults("/payment"));
        faults.extend(self.missing());
        faults.extend(self.recipient().map(|recipient| recipient.faults()).unwrap_or_default());
        faults
    }
}

impl Form for PaymentMeans {
    fn check(&self) -> Vec<FieldError> {
        self.faults("")
    }
}

impl PaymentMeans {
    /// What is wrong with it, where it stands at this place of a body.
    fn faults(&self, at: &str) -> Vec<FieldError> {
        let rules = [
            (&self.provider, "provider", "This is not a provider's name."),
            (&self.token, "token", "This is not a token."),
        ];
        let broken = rules.into_iter().filter(|(text, _, _)| !is_symbol(text));
        broken
            .map(|(_, name, detail)| FieldError::new(&format!("{at}/{name}"), "invalid-value", detail))
            .collect()
    }
    /// The choice that it is.
    pub fn choice(&self) -> PaymentChoice {
        PaymentChoice { provider: self.provider.clone(), token: self.token.clone() }
    }
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
        assert_eq!(form.recipient().unwrap().to_contact().address.line2, None);
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
            ("/address/subdivision", json!("New York")),
            ("/payment/provider", json!("")),
            ("/payment/token", json!("tok ok")),
        ];
        for (pointer, value) in table {
            let mut body = good();
            match body.pointer_mut(pointer) {
                Some(field) => *field = value,
                None => body["address"][pointer.trim_start_matches("/address/")] = value,
            }
            let Err(problem) = typed::<CompleteCart>(body) else { panic!("{pointer} accepted") };
            assert_eq!(problem.errors()[0].pointer, pointer);
        }
    }

    #[test]
    fn who_receives_it_comes_as_a_whole_or_not_at_all() {
        let mut body = good();
        for field in ["email", "name", "address"] {
            body.as_object_mut().unwrap().remove(field);
        }
        let form: CompleteCart = typed(body).map_err(|problem| problem.errors().to_vec()).ok().unwrap();
        assert!(form.recipient().is_none());
        for field in ["email", "name", "address"] {
            let mut body = good();
            body.as_object_mut().unwrap().remove(field);
            let Err(problem) = typed::<CompleteCart>(body) else { panic!("no {field} accepted") };
            assert_eq!(problem.errors()[0].pointer, format!("/{field}"));
        }
    }
}
