//! `/admin/v1/categories`: the tree in which shoppers find their way.

use amazoff_actors::category::{Categories, Category};
use amazoff_supervisor::Operator;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::pricebook::BookVersion;
use super::shelf::{at_field, envelope};
use crate::conditional::{IfMatch, numbered};
use crate::idempotency::{RequestKey, Submission};
use crate::json::Exactly;
use crate::openapi::CategoryProblems;
use crate::path::Name;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::routes::ops::acting::Actor;

/// A category as the back office sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = DeskCategory)]
pub(crate) struct DeskCategoryBody {
    /// Its name in links, and for products.
    slug: String,
    /// What it is called.
    title: String,
    /// The slug of the one above it; null at the root.
    parent: Option<String>,
    /// Where it stands among its siblings: the smallest first.
    position: u32,
}

/// All categories.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeskCategoryList {
    /// How often they were changed; `If-Match` takes it in double quotes.
    version: u64,
    /// By slug.
    items: Vec<DeskCategoryBody>,
}

/// What a category is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CategoryForm {
    /// What it is called.
    #[schema(max_length = 200, format = "readable", example = "Tea")]
    title: String,
    /// The slug of the one above it; it is at the root when absent.
    #[serde(default)]
    #[schema(max_length = 100, format = "slug")]
    parent: Option<String>,
    /// Where it stands among its siblings: the smallest first, by title among equals.
    #[serde(default)]
    position: u32,
}

/// Lists all categories. For admins and support.
#[utoipa::path(get, path = "/admin/v1/categories", tag = "admin", responses((status = 200, body = DeskCategoryList)))]
pub(crate) async fn list(State(platform): State<Platform>) -> Result<Response, Problem> {
    let tree = platform.shop.categories.current().await?;
    let items = tree.state.all.iter().map(|(slug, category)| {
        let Category { title, parent, position } = category.clone();
        DeskCategoryBody { slug: slug.clone(), title, parent, position }
    });
    let version = tree.state.version;
    Ok(numbered(DeskCategoryList { version, items: items.collect() }, version))
}

/// Puts a category into the tree, or changes its title or place. For admins.
#[utoipa::path(put, path = "/admin/v1/categories/{category}", tag = "admin", request_body = CategoryForm,
    params(("category" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = BookVersion), CategoryProblems))]
pub(crate) async fn put(
    State(platform): State<Platform>,
    actor: Actor,
    IfMatch(seen): IfMatch,
    Name(slug): Name,
    Submission { form, key }: Submission<Exactly<CategoryForm>>,
) -> Result<Reply<Value>, Problem> {
    let CategoryForm { title, parent, position } = form.get()?;
    let change = Change::Put(Category { title, parent, position });
    act(&platform, &actor, (slug, seen, change), &key).await
}

/// Takes a category away. Nothing must be below it, and no product name it. For admins.
#[utoipa::path(delete, path = "/admin/v1/categories/{category}", tag = "admin",
    params(("category" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = BookVersion), CategoryProblems))]
pub(crate) async fn remove(
    State(platform): State<Platform>,
    actor: Actor,
    IfMatch(seen): IfMatch,
    Name(slug): Name,
    key: RequestKey,
) -> Result<Reply<Value>, Problem> {
    act(&platform, &actor, (slug, seen, Change::Remove), &key).await
}

/// What an admin decides about a category.
enum Change {
    Put(Category),
    Remove,
}

async fn act(
    platform: &Platform,
    actor: &Actor,
    (slug, seen, change): (String, Option<u64>, Change),
    key: &RequestKey,
) -> Result<Reply<Value>, Problem> {
    let envelope = envelope(platform, actor, key);
    let categories: Categories = platform.shop.categories.clone();
    let doing = move |operator: Operator| async move {
        let (action, detail) = match &change {
            Change::Put(category) => ("category-put", json!({ "category": category })),
            Change::Remove => ("category-remove", json!({})),
        };
        let subject = slug.clone();
        let changing = async {
            match change {
                Change::Put(category) => categories.put((slug, category), seen, envelope).await,
                Change::Remove => categories.remove(slug, seen, envelope).await,
            }
        };
        let answer = operator.ask((action, subject, detail), changing).await?;
        Ok(BookVersion { version: answer.reply.version })
    };
    actor.act(platform, key, doing).await.map_err(at_field)
}
