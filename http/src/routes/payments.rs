//! `/v1/payments`: how an order is being paid.

use amazoff_actors::ids::PaymentId;
use amazoff_actors::payment;
use axum::Json;
use axum::extract::State;

use crate::idempotency::{Asker, Submission};
use crate::identity::{CartAccess, Shopper};
use crate::openapi::{ConfirmProblems, PaymentProblems};
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::views::payments::{ConfirmPayment, PaymentBody};

/// Shows a payment to its payer.
#[utoipa::path(get, path = "/v1/payments/{payment_id}", tag = "payments", params(("payment_id" = String, Path)),
    responses((status = 200, body = PaymentBody), PaymentProblems))]
pub(crate) async fn get_one(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<PaymentId>,
) -> Result<Json<PaymentBody>, Problem> {
    let (view, _) = own(&platform, shopper, id).await?;
    Ok(Json(view.into()))
}

/// Passes on how the shopper answered the bank's question. What comes of it follows on the order.
#[utoipa::path(post, path = "/v1/payments/{payment_id}/confirm", tag = "payments", request_body = ConfirmPayment,
    params(("payment_id" = String, Path)), responses((status = 200, body = PaymentBody), ConfirmProblems))]
pub(crate) async fn confirm(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<PaymentId>,
    Submission { form, key }: Submission<ConfirmPayment>,
) -> Result<Reply<PaymentBody>, Problem> {
    let (_, access) = own(&platform, shopper, id).await?;
    let envelope = key.envelope(&Asker::of_cart(&access), platform.settings.ask_limit());
    let answer = platform.shop.payments.confirm(id, form.result, envelope).await.map_err(Problem::asked)?;
    Ok(Reply::answered(answer))
}

/// A payment of an order that is the asker's to see, with the cart that the order was.
async fn own(
    platform: &Platform,
    shopper: Shopper,
    id: PaymentId,
) -> Result<(payment::View, CartAccess), Problem> {
    let missing = || Problem::missing("payment-not-found");
    let view = platform.shop.payments.get(id).await?.ok_or_else(missing)?;
    let order = shopper.order(platform, view.order_id).await;
    let order =
        order.map_err(|problem| if problem.code() == "order-not-found" { missing() } else { problem })?;
    Ok((view, CartAccess { id: order.cart_id, shopper }))
}
