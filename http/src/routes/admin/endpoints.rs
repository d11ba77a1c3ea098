//! `/admin/v1/webhook-endpoints`: where the shop's events are sent, and what became of them.

use amazoff_actors::endpoint::{EndpointForm, EndpointView};
use amazoff_actors::ids::{EndpointId, MessageId};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::idempotency::{Asker, RequestKey, Submission};
use crate::identity::Shopper;
use crate::openapi::{DeliveryProblems, EndpointProblems, NewEndpointProblems, SendProblems};
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::views::endpoints::{
    DeliveryBody, DeliveryList, EndpointBody, EndpointList, NewWebhookEndpoint, SecretEndpointBody, SentBody,
};

/// Lists all endpoints. Their secrets are shown only when they are made or replaced.
#[utoipa::path(get, path = "/admin/v1/webhook-endpoints", tag = "admin", responses((status = 200, body = EndpointList)))]
pub(crate) async fn list(State(platform): State<Platform>) -> Result<Json<EndpointList>, Problem> {
    let endpoints = platform.shop.endpoints.list().await?;
    Ok(Json(EndpointList { items: endpoints.into_iter().map(EndpointBody::from).collect() }))
}

/// Makes an endpoint: from then on the events are sent there, as Standard Webhooks. There are at most 20.
#[utoipa::path(post, path = "/admin/v1/webhook-endpoints", tag = "admin", request_body = NewWebhookEndpoint,
    responses((status = 201, body = SecretEndpointBody), NewEndpointProblems))]
pub(crate) async fn create(
    State(platform): State<Platform>,
    shopper: Shopper,
    Submission { form, key }: Submission<NewWebhookEndpoint>,
) -> Result<Reply<SecretEndpointBody>, Problem> {
    let by = shopper.logged_in()?.user();
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let created = platform.shop.endpoints.create(EndpointForm::from(form), by, envelope).await;
    let created = created.map_err(|error| field(Problem::asked(error)))?;
    let body = with_secret(&platform, created.reply).await?;
    let place = format!("/admin/v1/webhook-endpoints/{}", created.reply);
    Ok(Reply::created(body, place, created.replayed))
}

fn field(problem: Problem) -> Problem {
    match problem.code() {
        "endpoint-url-refused" => problem.at("/url"),
        _ => problem,
    }
}

async fn known(platform: &Platform, id: EndpointId) -> Result<EndpointView, Problem> {
    let view = platform.shop.endpoints.get(id).await?;
    view.ok_or_else(|| Problem::missing("endpoint-not-found"))
}

async fn with_secret(platform: &Platform, id: EndpointId) -> Result<SecretEndpointBody, Problem> {
    let secret = platform.shop.endpoints.secret(id).await?;
    let secret = secret.ok_or_else(|| Problem::missing("endpoint-not-found"))?;
    Ok(SecretEndpointBody::new(known(platform, id).await?, secret))
}

/// Shows an endpoint.
#[utoipa::path(get, path = "/admin/v1/webhook-endpoints/{endpoint_id}", tag = "admin",
    params(("endpoint_id" = String, Path)), responses((status = 200, body = EndpointBody), EndpointProblems))]
pub(crate) async fn show(
    State(platform): State<Platform>,
    Id(id): Id<EndpointId>,
) -> Result<Json<EndpointBody>, Problem> {
    Ok(Json(known(&platform, id).await?.into()))
}

/// Deletes an endpoint with all that waits for it.
#[utoipa::path(delete, path = "/admin/v1/webhook-endpoints/{endpoint_id}", tag = "admin",
    params(("endpoint_id" = String, Path)), responses((status = 204), EndpointProblems))]
pub(crate) async fn delete(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<EndpointId>,
    key: RequestKey,
) -> Result<StatusCode, Problem> {
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    platform.shop.endpoints.delete(id, envelope).await.map_err(Problem::asked)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends events there again; what waits goes on.
#[utoipa::path(post, path = "/admin/v1/webhook-endpoints/{endpoint_id}/enable", tag = "admin",
    params(("endpoint_id" = String, Path)), responses((status = 200, body = EndpointBody), EndpointProblems))]
pub(crate) async fn enable(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<EndpointId>,
    key: RequestKey,
) -> Result<Reply<EndpointBody>, Problem> {
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let answer = platform.shop.endpoints.enable(id, envelope).await.map_err(Problem::asked)?;
    Ok(Reply::done(known(&platform, id).await?.into(), answer.replayed))
}

/// Sends no events there. What waits stays; what happens meanwhile is not sent later.
#[utoipa::path(post, path = "/admin/v1/webhook-endpoints/{endpoint_id}/disable", tag = "admin",
    params(("endpoint_id" = String, Path)), responses((status = 200, body = EndpointBody), EndpointProblems))]
pub(crate) async fn disable(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<EndpointId>,
    key: RequestKey,
) -> Result<Reply<EndpointBody>, Problem> {
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let answer = platform.shop.endpoints.disable(id, envelope).await.map_err(Problem::asked)?;
    Ok(Reply::done(known(&platform, id).await?.into(), answer.replayed))
}

/// Replaces the secret of an endpoint. For 24 hours messages are signed with the one before, too.
#[utoipa::path(post, path = "/admin/v1/webhook-endpoints/{endpoint_id}/rotate-secret", tag = "admin",
    params(("endpoint_id" = String, Path)), responses((status = 200, body = SecretEndpointBody), EndpointProblems))]
pub(crate) async fn rotate_secret(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<EndpointId>,
    key: RequestKey,
) -> Result<Json<SecretEndpointBody>, Problem> {
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let secret = platform.shop.endpoints.rotate_secret(id, envelope).await.map_err(Problem::asked)?;
    Ok(Json(SecretEndpointBody::new(known(&platform, id).await?, secret)))
}

/// Sends an event that says nothing, whatever is wanted.
#[utoipa::path(post, path = "/admin/v1/webhook-endpoints/{endpoint_id}/test", tag = "admin",
    params(("endpoint_id" = String, Path)), responses((status = 200, body = SentBody), SendProblems))]
pub(crate) async fn test(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<EndpointId>,
    key: RequestKey,
) -> Result<Reply<SentBody>, Problem> {
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let answer = platform.shop.endpoints.send_test(id, envelope).await.map_err(Problem::asked)?;
    Ok(Reply::done(SentBody { message_id: answer.reply.message }, answer.replayed))
}

/// Lists what is sent to an endpoint, with every attempt.
#[utoipa::path(get, path = "/admin/v1/webhook-endpoints/{endpoint_id}/deliveries", tag = "admin",
    params(("endpoint_id" = String, Path)), responses((status = 200, body = DeliveryList), EndpointProblems))]
pub(crate) async fn deliveries(
    State(platform): State<Platform>,
    Id(id): Id<EndpointId>,
) -> Result<Json<DeliveryList>, Problem> {
    let deliveries = platform.shop.endpoints.deliveries(id).await?;
    let deliveries = deliveries.ok_or_else(|| Problem::missing("endpoint-not-found"))?;
    Ok(Json(DeliveryList { items: deliveries.into_iter().map(DeliveryBody::from).collect() }))
}

/// Sends a message once more, under the same id.
#[utoipa::path(post, path = "/admin/v1/webhook-endpoints/{endpoint_id}/deliveries/{message_id}/replay", tag = "admin",
    params(("endpoint_id" = String, Path), ("message_id" = String, Path)),
    responses((status = 200, body = SentBody), DeliveryProblems))]
pub(crate) async fn replay(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<EndpointId>,
    Id(message): Id<MessageId>,
    key: RequestKey,
) -> Result<Reply<SentBody>, Problem> {
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let answer = platform.shop.endpoints.replay((id, message), envelope).await.map_err(Problem::asked)?;
    Ok(Reply::done(SentBody { message_id: answer.reply.message }, answer.replayed))
}
