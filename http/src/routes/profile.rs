//! `/v1/me`: what a person is called, and the addresses that they keep.

use amazoff_actors::ids::AddressId;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::idempotency::{Asker, Submission};
use crate::identity::Shopper;
use crate::openapi::{NewAddressProblems, RenameProblems, SavedAddressProblems, SessionProblems};
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::routes::auth::person;
use crate::views::account::{AddressForm, AddressList, Profile, SavedAddressBody};
use crate::views::users::UserBody;

/// Changes what one is called.
#[utoipa::path(patch, path = "/v1/me", tag = "auth", request_body = Profile,
    responses((status = 200, body = UserBody), RenameProblems))]
pub(crate) async fn rename(
    State(platform): State<Platform>,
    shopper: Shopper,
    Submission { form: Profile { name }, key }: Submission<Profile>,
) -> Result<Json<UserBody>, Problem> {
    let user = shopper.logged_in()?.user();
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let renamed = platform.shop.users.rename(user, &name, envelope).await;
    renamed.map_err(|error| named(Problem::asked(error)))?;
    Ok(Json(person(&platform, user).await?))
}

fn named(problem: Problem) -> Problem {
    match problem.code() {
        "name-invalid" => problem.at("/name"),
        _ => problem,
    }
}

/// Lists the addresses that one keeps.
#[utoipa::path(get, path = "/v1/me/addresses", tag = "auth", responses((status = 200, body = AddressList), SessionProblems))]
pub(crate) async fn addresses(
    State(platform): State<Platform>,
    shopper: Shopper,
) -> Result<Json<AddressList>, Problem> {
    let kept = platform.shop.users.addresses(shopper.logged_in()?.user()).await?;
    Ok(Json(AddressList { items: kept.into_iter().map(SavedAddressBody::from).collect() }))
}

/// Keeps one more address, at most 20.
#[utoipa::path(post, path = "/v1/me/addresses", tag = "auth", request_body = AddressForm,
    responses((status = 201, body = SavedAddressBody), NewAddressProblems))]
pub(crate) async fn add_address(
    State(platform): State<Platform>,
    shopper: Shopper,
    Submission { form: AddressForm { recipient, default }, key }: Submission<AddressForm>,
) -> Result<Reply<SavedAddressBody>, Problem> {
    let user = shopper.logged_in()?.user();
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let new = recipient.to_contact();
    let added = platform.shop.users.add_address(user, (&new, default), envelope).await;
    let added = added.map_err(Problem::asked)?;
    let place = format!("/v1/me/addresses/{}", added.reply);
    // One that was removed since is shown as it was asked for.
    let body = SavedAddressBody { id: added.reply, recipient: new.into(), default };
    let body = kept(&platform, &shopper, added.reply).await?.unwrap_or(body);
    Ok(Reply::created(body, place, added.replayed))
}

/// Changes an address that one keeps. Carts and orders that it was given to keep what they have.
#[utoipa::path(put, path = "/v1/me/addresses/{address_id}", tag = "auth", request_body = AddressForm,
    params(("address_id" = String, Path)), responses((status = 200, body = SavedAddressBody), SavedAddressProblems))]
pub(crate) async fn change_address(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<AddressId>,
    Submission { form: AddressForm { recipient, default }, key }: Submission<AddressForm>,
) -> Result<Json<SavedAddressBody>, Problem> {
    let user = shopper.logged_in()?.user();
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let new = recipient.to_contact();
    let changed = platform.shop.users.change_address((user, id), (&new, default), envelope).await;
    changed.map_err(Problem::asked)?;
    let body = kept(&platform, &shopper, id).await?;
    body.map(Json).ok_or_else(|| Problem::missing("address-not-found"))
}

/// Keeps an address no more. When it was the default, the oldest of the others is.
#[utoipa::path(delete, path = "/v1/me/addresses/{address_id}", tag = "auth",
    params(("address_id" = String, Path)), responses((status = 204), SavedAddressProblems))]
pub(crate) async fn remove_address(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<AddressId>,
) -> Result<StatusCode, Problem> {
    let user = shopper.logged_in()?.user();
    platform.shop.users.remove_address(user, id).await.map_err(Problem::asked)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn kept(
    platform: &Platform,
    shopper: &Shopper,
    id: AddressId,
) -> Result<Option<SavedAddressBody>, Problem> {
    let all = platform.shop.users.addresses(shopper.logged_in()?.user()).await?;
    Ok(all.into_iter().find(|view| view.id == id).map(SavedAddressBody::from))
}
