//! `/admin/v1/users`: people, and what they may do.

use amazoff_actors::ids::UserId;
use amazoff_actors::user::{Roles, Users};
use amazoff_supervisor::Operator;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::idempotency::{Asker, RequestKey, Submission};
use crate::openapi::{FindUserProblems, RightsProblems, UserProblems};
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::routes::ops::Asked;
use crate::routes::ops::acting::Actor;
use crate::views::account::{RolesForm, StaffUserBody, StaffUserList};
use crate::views::ops::DoneBody;
use crate::views::privacy::{ErasureForm, ErasureReason};

/// Whom to find.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    email: String,
}

/// Finds whoever has an e-mail address.
#[utoipa::path(get, path = "/admin/v1/users", tag = "admin",
    params(("email" = String, Query, description = "the whole address")),
    responses((status = 200, body = StaffUserList), FindUserProblems))]
pub(crate) async fn find(
    State(platform): State<Platform>,
    Asked(Wanted { email }): Asked<Wanted>,
) -> Result<Json<StaffUserList>, Problem> {
    let users = &platform.shop.users;
    let found = match users.find(&email).await? {
        Some(user) => users.on_file(user).await?,
        None => None,
    };
    Ok(Json(StaffUserList { items: found.into_iter().map(StaffUserBody::from).collect() }))
}

/// Shows a person.
#[utoipa::path(get, path = "/admin/v1/users/{user_id}", tag = "admin", params(("user_id" = String, Path)),
    responses((status = 200, body = StaffUserBody), UserProblems))]
pub(crate) async fn show(
    State(platform): State<Platform>,
    Id(user): Id<UserId>,
) -> Result<Json<StaffUserBody>, Problem> {
    let view = platform.shop.users.on_file(user).await?;
    view.map(|view| Json(view.into())).ok_or_else(|| Problem::missing("user-not-found"))
}

/// Says what a person may do. It counts at once, for open sessions and streams too; nobody takes admin from themselves.
#[utoipa::path(put, path = "/admin/v1/users/{user_id}/roles", tag = "admin", request_body = RolesForm,
    params(("user_id" = String, Path)), responses((status = 200, body = DoneBody), RightsProblems))]
pub(crate) async fn set_roles(
    State(platform): State<Platform>,
    actor: Actor,
    Id(user): Id<UserId>,
    Submission { form: RolesForm { roles }, key }: Submission<RolesForm>,
) -> Result<Reply<Value>, Problem> {
    let roles: Roles = roles.into_iter().map(Into::into).collect();
    act(&platform, &actor, (user, Change::Roles(roles)), &key).await
}

/// Takes everything from a person that can be given back. Sessions, sockets and API keys end at once.
#[utoipa::path(post, path = "/admin/v1/users/{user_id}/deactivate", tag = "admin",
    params(("user_id" = String, Path)), responses((status = 200, body = DoneBody), RightsProblems))]
pub(crate) async fn deactivate(
    State(platform): State<Platform>,
    actor: Actor,
    Id(user): Id<UserId>,
    key: RequestKey,
) -> Result<Reply<Value>, Problem> {
    act(&platform, &actor, (user, Change::Deactivate), &key).await
}

/// Lets a person log in again. Sessions and keys that ended stay ended.
#[utoipa::path(post, path = "/admin/v1/users/{user_id}/reactivate", tag = "admin",
    params(("user_id" = String, Path)), responses((status = 200, body = DoneBody), RightsProblems))]
pub(crate) async fn reactivate(
    State(platform): State<Platform>,
    actor: Actor,
    Id(user): Id<UserId>,
    key: RequestKey,
) -> Result<Reply<Value>, Problem> {
    act(&platform, &actor, (user, Change::Reactivate), &key).await
}

/// Erases a person, for good, as if they had asked for it themselves. The reason is kept in the audit trail.
#[utoipa::path(post, path = "/admin/v1/users/{user_id}/erase", tag = "admin", request_body = ErasureForm,
    params(("user_id" = String, Path)), responses((status = 200, body = DoneBody), RightsProblems))]
pub(crate) async fn erase(
    State(platform): State<Platform>,
    actor: Actor,
    Id(user): Id<UserId>,
    Submission { form: ErasureForm { reason }, key }: Submission<ErasureForm>,
) -> Result<Reply<Value>, Problem> {
    act(&platform, &actor, (user, Change::Erase(reason)), &key).await
}

/// What an admin decides about a person.
enum Change {
    Roles(Roles),
    Deactivate,
    Reactivate,
    Erase(ErasureReason),
}

impl Change {
    /// As the audit trail names it.
    fn name(&self) -> (&'static str, Value) {
        match self {
            Self::Roles(roles) => ("user-roles", json!({ "roles": roles })),
            Self::Deactivate => ("user-deactivate", json!({})),
            Self::Reactivate => ("user-reactivate", json!({})),
            Self::Erase(reason) => ("user-erase", json!({ "reason": reason.name() })),
        }
    }
}

async fn act(
    platform: &Platform,
    actor: &Actor,
    (user, change): (UserId, Change),
    key: &RequestKey,
) -> Result<Reply<Value>, Problem> {
    let admin = actor.0.own_session()?.user;
    let envelope = key.envelope(&Asker::of(&actor.0), platform.settings.ask_limit());
    let users: Users = platform.shop.users.clone();
    let doing = move |operator: Operator| async move {
        let (action, detail) = change.name();
        let changing = async {
            match change {
                Change::Roles(roles) => users.set_roles(admin, (user, roles), envelope).await,
                Change::Deactivate => users.deactivate(admin, user, envelope).await,
                Change::Reactivate => users.reactivate(admin, user, envelope).await,
                Change::Erase(_) => users.erase_for(admin, user, envelope).await,
            }
        };
        Box::pin(operator.ask((action, user.to_string(), detail), changing)).await?;
        Ok(DoneBody::new(action, user.to_string()))
    };
    actor.act(platform, key, doing).await
}
