//! `/v1/me/api-keys`: what programs show instead of a session.

use amazoff_actors::ids::ApiKeyId;
use amazoff_actors::user::ApiKeyForm;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::KeyRef;
use crate::idempotency::{Asker, Submission};
use crate::identity::Shopper;
use crate::openapi::{ApiKeyProblems, NewApiKeyProblems, SessionProblems};
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::views::users::{ApiKeyBody, ApiKeyList, IssuedApiKey, NewApiKey};

/// Lists one's API keys that are good. Their secrets are shown only when they are made.
#[utoipa::path(get, path = "/v1/me/api-keys", tag = "auth", responses((status = 200, body = ApiKeyList), SessionProblems))]
pub(crate) async fn list(
    State(platform): State<Platform>,
    shopper: Shopper,
) -> Result<Json<ApiKeyList>, Problem> {
    let keys = platform.shop.users.api_keys(shopper.logged_in()?.user()).await?;
    Ok(Json(ApiKeyList { items: keys.into_iter().map(ApiKeyBody::from).collect() }))
}

/// Makes an API key: some of one's roles, for a program that acts in one's name. Asks for the password, see
/// `/v1/auth/step-up`; what asks for the password itself no key may do.
#[utoipa::path(post, path = "/v1/me/api-keys", tag = "auth", request_body = NewApiKey,
    responses((status = 201, body = IssuedApiKey), NewApiKeyProblems))]
pub(crate) async fn issue(
    State(platform): State<Platform>,
    shopper: Shopper,
    Submission { form, key }: Submission<NewApiKey>,
) -> Result<Reply<IssuedApiKey>, Problem> {
    let user = shopper.own_session()?.user;
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let answer = platform.shop.users.issue_api_key(user, ApiKeyForm::from(form), envelope).await;
    let answer = answer.map_err(|error| field(Problem::asked(error)))?;
    let secret = platform.auth.api_key(KeyRef { user, key: answer.reply.id });
    let place = format!("/v1/me/api-keys/{}", answer.reply.id);
    Ok(Reply::created(IssuedApiKey { key: answer.reply.into(), secret }, place, answer.replayed))
}

/// Withdraws an API key: it opens nothing from then on.
#[utoipa::path(delete, path = "/v1/me/api-keys/{key_id}", tag = "auth", params(("key_id" = String, Path)),
    responses((status = 204), ApiKeyProblems))]
pub(crate) async fn withdraw(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(key): Id<ApiKeyId>,
) -> Result<StatusCode, Problem> {
    let user = shopper.own_session()?.user;
    platform.shop.users.withdraw_api_key(user, key).await.map_err(Problem::asked)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Names the field that a refused key is about.
fn field(problem: Problem) -> Problem {
    match problem.code() {
        "name-invalid" => problem.at("/name"),
        "role-not-allowed" => problem.at("/roles"),
        "api-key-lifetime-invalid" => problem.at("/days"),
        _ => problem,
    }
}
