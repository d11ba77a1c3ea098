//! `/v1/carts/{cart_id}/complete`: the button.

use amazoff_actors::checkout::{CompleteError, CompleteForm, Outcome};
use amazoff_actors::ids::OrderId;
use amazoff_supervisor::{AskError, CommandId, EntityId};
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use crate::idempotency::{Asker, Submission};
use crate::identity::CartAccess;
use crate::openapi::CheckoutProblems;
use crate::platform::Platform;
use crate::prefer::Wishes;
use crate::problem::{FieldError, Problem};
use crate::reply::Reply;
use crate::views::checkout::{CheckoutPending, CompleteCart};
use crate::views::orders::OrderBody;

/// Buys what is in a cart.
///
/// Answers 200 with the order once it is placed, or 202 while the shopper must act or the outcome is open: then follow
/// `status_url`. A failed attempt leaves the cart as it was; try again with a new key.
#[utoipa::path(post, path = "/v1/carts/{cart_id}/complete", tag = "carts", request_body = CompleteCart,
    params(("cart_id" = String, Path)),
    responses((status = 200, body = OrderBody), (status = 202, body = CheckoutPending), CheckoutProblems))]
pub(crate) async fn complete(
    State(platform): State<Platform>,
    access: CartAccess,
    wishes: Wishes,
    Submission { form, key }: Submission<CompleteCart>,
) -> Result<Response, Problem> {
    let envelope = key.envelope(&Asker::of_cart(&access), platform.settings.ask_limit());
    let checkout = EntityId::new("checkout", access.id.uuid());
    let replayed = is_known(&platform, &checkout, envelope.command_id).await?;
    let wait = wishes.patience(platform.settings.checkout_wait);
    let outcome = match platform.shop.checkouts.complete(access.id, asked(&form)?, envelope, wait).await {
        // It may have begun; whoever follows the order learns it.
        Err(CompleteError::Ask(AskError::NoAnswer)) => {
            Outcome::Processing { order: OrderId::of_cart(access.id) }
        }
        outcome => outcome.map_err(refused)?,
    };
    show(&platform, outcome, replayed).await
}

/// Whether the button was pressed with this key before.
pub(super) async fn is_known(
    platform: &Platform,
    entity: &EntityId,
    command: CommandId,
) -> Result<bool, Problem> {
    let known = platform.shop.journal.outcome(entity, command).await;
    known.map(|record| record.is_some()).map_err(|error| Problem::not_ready(&error.to_string()))
}

fn asked(form: &CompleteCart) -> Result<CompleteForm, Problem> {
    let expected_total = form.expected().ok_or_else(|| {
        Problem::fields(vec![FieldError::new(
            "/expected_total/currency",
            "invalid-value",
            "Not a currency code.",
        )])
    })?;
    let contact = form.recipient().map(|recipient| recipient.to_contact());
    Ok(CompleteForm { expected_total, contact, payment: form.payment.choice() })
}

fn refused(error: CompleteError) -> Problem {
    match error {
        CompleteError::Ask(error) => Problem::asked(error),
        other => Problem::from(other),
    }
}

/// Shows how it went: the order, what the shopper must do, or why it failed.
pub(super) async fn show(platform: &Platform, outcome: Outcome, replayed: bool) -> Result<Response, Problem> {
    match outcome {
        Outcome::Placed { order } => {
            let view = platform.shop.orders.get(order).await?;
            let view = view.ok_or_else(|| Problem::bug("a placed order cannot be found"))?;
            Ok(Reply::done(OrderBody::from(view), replayed).into_response())
        }
        Outcome::RequiresAction { order, payment, url } => {
            let body = CheckoutPending {
                status: "requires_action",
                payment_id: Some(payment),
                action_url: Some(url),
                ..processing(order)
            };
            Ok(pending(body, replayed))
        }
        Outcome::Processing { order } => Ok(pending(processing(order), replayed)),
        Outcome::Failed(failure) => Err(Problem::from(failure).replayed(replayed)),
    }
}

fn processing(order: OrderId) -> CheckoutPending {
    let status_url = format!("/v1/orders/{order}");
    CheckoutPending { status: "processing", order_id: order, payment_id: None, action_url: None, status_url }
}

fn pending(body: CheckoutPending, replayed: bool) -> Response {
    let location = body.status_url.clone();
    Reply::accepted(body, location, replayed).into_response()
}
