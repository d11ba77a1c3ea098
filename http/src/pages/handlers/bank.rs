//! The sandbox bank's page.

use amazoff_actors::ids::PaymentId;
use amazoff_actors::order::number;
use amazoff_actors::payment::{Confirmation, Status, View};
use axum::response::Response;
use serde::Deserialize;

use crate::pages::key::{self, Key};
use crate::pages::markup::Price;
use crate::pages::markup::bank::BankPage;
use crate::pages::page::{Page, Sent, see};
use crate::pages::visit::Visit;
use crate::path::Id;
use crate::problem::{FieldError, Problem};

/// What the bank's page sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Answer {
    key: String,
    result: String,
}

/// Asks the shopper.
pub(crate) async fn show(visit: Visit, Id(id): Id<PaymentId>) -> Result<Page<BankPage>, Problem> {
    let payment = payment(&visit, id).await?;
    Ok(Page::ok(BankPage {
        payment: payment.id.to_string(),
        amount: Price::of(payment.amount),
        order: number(payment.order_id),
        order_href: format!("/orders/{}", payment.order_id),
        open: payment.status == Status::RequiresAction,
        approve_key: key::fresh(),
        decline_key: key::fresh(),
    }))
}

/// Passes the answer on, and leads back to the order.
pub(crate) async fn answer(
    visit: Visit,
    Id(id): Id<PaymentId>,
    Sent(form): Sent<Answer>,
) -> Result<Response, Problem> {
    let result = match form.result.as_str() {
        "approve" => Confirmation::Approve,
        "decline" => Confirmation::Decline,
        _ => {
            return Err(Problem::fields(vec![FieldError::new(
                "/result",
                "invalid-value",
                "Approve or decline.",
            )]));
        }
    };
    let key = Key::read(&form.key)?;
    let payment = payment(&visit, id).await?;
    let envelope = key.envelope(&visit, &id.to_string(), "POST /sandbox/3ds", &form.result);
    let answered = visit.platform.shop.payments.confirm(id, result, envelope).await.map_err(Problem::from);
    match answered {
        Ok(_) => Ok(see(&format!("/orders/{}", payment.order_id))),
        // It was answered before, or the time is over: the order's page says which.
        Err(problem) if problem.code() == "payment-nothing-to-confirm" => {
            Ok(see(&format!("/orders/{}", payment.order_id)))
        }
        Err(problem) => Err(problem),
    }
}

/// A payment of an order that the shopper may see; another's is as absent as one that does not exist.
async fn payment(visit: &Visit, id: PaymentId) -> Result<View, Problem> {
    let missing = || Problem::missing("payment-not-found");
    let payment = visit.platform.shop.payments.get(id).await?.ok_or_else(missing)?;
    match visit.shopper.order(&visit.platform, payment.order_id).await {
        Ok(_) => Ok(payment),
        Err(problem) if problem.code() == "order-not-found" => Err(missing()),
        Err(problem) => Err(problem),
    }
}
