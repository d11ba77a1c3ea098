//! `/v1/webhooks`: what payment providers tell of their own accord.

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;

use crate::openapi::WebhookProblems;
use crate::path::Name;
use crate::platform::Platform;
use crate::problem::Problem;

/// Largest message, in bytes.
const WEBHOOK_BYTES_MAX: usize = 256 * 1024;

/// Takes in a message of a payment provider. It is believed by its signature over the raw body, in the provider's own
/// headers; a repeat changes nothing, and kinds that mean nothing here are taken in all the same.
#[utoipa::path(post, path = "/v1/webhooks/{provider}", tag = "payments", params(("provider" = String, Path)),
    responses((status = 204), WebhookProblems))]
pub(crate) async fn receive(
    State(platform): State<Platform>,
    Name(provider): Name,
    request: Request,
) -> Result<StatusCode, Problem> {
    let webhooks = &platform.shop.webhooks;
    // Before anything of the body is read: a flood costs next to nothing.
    let _place = webhooks.enter().ok_or_else(Problem::too_many_messages)?;
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, WEBHOOK_BYTES_MAX)
        .await
        .map_err(|error| crate::json::unreadable(&error, WEBHOOK_BYTES_MAX))?;
    let headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    webhooks.take_in(&provider, (&headers, &body), platform.settings.ask_limit()).await?;
    Ok(StatusCode::NO_CONTENT)
}
