//! `/admin/v1/products`: what the shop sells, also what it does not sell yet or any more.

use amazoff_actors::ids::ProductId;
use amazoff_actors::product::{Command, DeskFilter, Media, Product, Revision, Status};
use axum::Json;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::shelf::{Clerk, all_there, asked, changed, envelope, shown};
use crate::idempotency::Submission;
use crate::json::Exactly;
use crate::openapi::{ListProblems, NewProductProblems, ProductChangeProblems, ProductProblems};
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::routes::catalogue::limit;
use crate::routes::catalogue_query::short;
use crate::routes::ops::Asked;
use crate::routes::ops::acting::Actor;
use crate::views::desk::Nothing;
use crate::views::products::{
    DeskCardBody, DeskProductBody, DeskProductList, MediaForm, NewProduct, ProductChange,
};

/// Which products, and which page of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chosen {
    status: Option<Status>,
    q: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// Lists products of any status, the newest first. For admins and support.
#[utoipa::path(get, path = "/admin/v1/products", tag = "admin",
    params(("status" = Option<String>, Query, description = "draft, active or archived; all where it is absent"),
        ("q" = Option<String>, Query, description = "words that must all occur in title, brand, category, description, article numbers or options"),
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
        ("limit" = Option<u8>, Query, description = "1 to 100")),
    responses((status = 200, body = DeskProductList), ListProblems))]
pub(crate) async fn list(
    State(platform): State<Platform>,
    Asked(chosen): Asked<Chosen>,
) -> Result<Json<DeskProductList>, Problem> {
    let Chosen { status, q, cursor, limit: wanted } = chosen;
    if status == Some(Status::Absent) {
        return Err(Problem::query("status", "It is draft, active or archived."));
    }
    let filter = DeskFilter { status, q: q.map(|q| short("q", q)).transpose()? };
    let scope = format!("admin products {filter:?}");
    let after = cursor.as_deref().map(|cursor| platform.auth.position(&scope, cursor)).transpose()?;
    let page = platform.shop.products.on_file(&filter, after, limit(wanted)?).await?;
    let next_cursor = page.next.map(|next| platform.auth.cursor(&scope, &next)).transpose()?;
    let items = page.items.into_iter().map(DeskCardBody::from).collect();
    Ok(Json(DeskProductList { items, next_cursor }))
}

/// Drafts a product. Its stock is empty, and nobody sees it until it is published. For admins.
#[utoipa::path(post, path = "/admin/v1/products", tag = "admin", request_body = NewProduct,
    responses((status = 201, body = DeskProductBody), NewProductProblems))]
pub(crate) async fn create(
    State(platform): State<Platform>,
    actor: Actor,
    Submission { form, key }: Submission<Exactly<NewProduct>>,
) -> Result<Response, Problem> {
    let command_id = envelope(&platform, &actor, &key).command_id;
    let id = Product::id_of(command_id);
    let new = form.get()?.draft(|number| Product::variant_id_of(command_id, number));
    all_there(&platform, &new.media).await?;
    let told = ("product-create", json!({ "slug": new.slug, "title": new.title }));
    let replayed = asked(&platform, &actor, (id, Command::Create(new)), told, &key).await?;
    let mut response = changed(&platform, id, replayed).await?;
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(place) = HeaderValue::try_from(format!("/admin/v1/products/{id}")) {
        response.headers_mut().insert(LOCATION, place);
    }
    Ok(response)
}

/// Shows a product with everything, whatever its status. For admins and support.
#[utoipa::path(get, path = "/admin/v1/products/{product_id}", tag = "admin", params(("product_id" = String, Path)),
    responses((status = 200, body = DeskProductBody), ProductProblems))]
pub(crate) async fn show(
    State(platform): State<Platform>,
    Id(id): Id<ProductId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    shown(&platform, id, &headers).await
}

/// Says something else of a product. Links with its earlier names keep leading to it. For admins.
#[utoipa::path(patch, path = "/admin/v1/products/{product_id}", tag = "admin", request_body = ProductChange,
    params(("product_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DeskProductBody), ProductChangeProblems))]
pub(crate) async fn change(
    State(platform): State<Platform>,
    clerk: Clerk,
    Id(id): Id<ProductId>,
    Submission { form, key }: Submission<Exactly<ProductChange>>,
) -> Result<Response, Problem> {
    let revision = Revision::from(form.get()?);
    let told = ("product-change", json!({ "change": revision }));
    clerk.changes(&platform, (id, Command::Revise(revision)), told, &key).await
}

/// Says which pictures a product has, and in which order. Their bytes must be there. For admins.
#[utoipa::path(put, path = "/admin/v1/products/{product_id}/media", tag = "admin", request_body = MediaForm,
    params(("product_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DeskProductBody), ProductChangeProblems))]
pub(crate) async fn set_media(
    State(platform): State<Platform>,
    clerk: Clerk,
    Id(id): Id<ProductId>,
    Submission { form, key }: Submission<Exactly<MediaForm>>,
) -> Result<Response, Problem> {
    let media: Vec<_> = form.get()?.media.into_iter().map(Media::from).collect();
    all_there(&platform, &media).await?;
    let told = ("product-media", json!({ "media": media }));
    let revision = Revision { media: Some(media), ..Revision::default() };
    clerk.changes(&platform, (id, Command::Revise(revision)), told, &key).await
}

/// Puts a product on sale. For admins.
#[utoipa::path(post, path = "/admin/v1/products/{product_id}/publish", tag = "admin", request_body = Nothing,
    params(("product_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DeskProductBody), ProductChangeProblems))]
pub(crate) async fn publish(
    State(platform): State<Platform>,
    clerk: Clerk,
    Id(id): Id<ProductId>,
    Submission { form: Nothing {}, key }: Submission<Nothing>,
) -> Result<Response, Problem> {
    clerk.changes(&platform, (id, Command::Publish), ("product-publish", json!({})), &key).await
}

/// Takes a product off sale for good. Orders of it stay as they are. For admins.
#[utoipa::path(post, path = "/admin/v1/products/{product_id}/archive", tag = "admin", request_body = Nothing,
    params(("product_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DeskProductBody), ProductChangeProblems))]
pub(crate) async fn archive(
    State(platform): State<Platform>,
    clerk: Clerk,
    Id(id): Id<ProductId>,
    Submission { form: Nothing {}, key }: Submission<Nothing>,
) -> Result<Response, Problem> {
    clerk.changes(&platform, (id, Command::Archive), ("product-archive", json!({})), &key).await
}
