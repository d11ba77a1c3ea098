//! `/v1/products`, `/v1/categories`, `/v1/media`: what there is to buy.

use amazoff_actors::ids::ProductId;
use amazoff_actors::product::{ListQuery, Product, ProductProjection, Sorting};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::future::try_join_all;
use serde::Deserialize;

use crate::cache::Shown;
use crate::conditional::{Sharing, tagged};
use crate::cursor::{LIMIT_DEFAULT, LIMIT_MAX};
use crate::openapi::{ListProblems, MediaProblems, ProductProblems};
use crate::path::Name;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::views::catalogue::{CardBody, CategoryBody, CategoryList, ProductBody, ProductList};

/// Longest search text, in characters.
const SEARCH_CHARS_MAX: usize = 200;

/// What to look for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Search {
    q: Option<String>,
    category: Option<String>,
    sort: Option<Sorting>,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// Lists products for sale.
#[utoipa::path(get, path = "/v1/products", tag = "catalogue",
    params(("q" = Option<String>, Query, description = "words that must all occur"),
        ("category" = Option<String>, Query, description = "slug of a category"),
        ("sort" = Option<String>, Query, description = "newest, price-asc, price-desc or name"),
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
        ("limit" = Option<u8>, Query, description = "1 to 100")),
    responses((status = 200, body = ProductList), ListProblems))]
pub(crate) async fn list(
    State(platform): State<Platform>,
    search: Result<Query<Search>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(search) =
        search.map_err(|_rejected| Problem::query("", "A parameter is unknown or has the wrong form."))?;
    let scope = scope(&search);
    let after = search.cursor.as_deref().map(|cursor| platform.auth.position(&scope, cursor)).transpose()?;
    let query = ListQuery {
        limit: limit(search.limit)?,
        q: search.q.filter(|q| !q.trim().is_empty()),
        category: search.category,
        sort: search.sort.unwrap_or_default(),
        after,
    };
    let too_long =
        |text: &Option<String>| text.as_ref().is_some_and(|text| text.chars().count() > SEARCH_CHARS_MAX);
    if too_long(&query.q) || too_long(&query.category) {
        return Err(Problem::query("q", "A search has at most 200 characters."));
    }
    let shown = listed(&platform);
    let page = platform.shop.products.list(&query).await?;
    let next_cursor = page.next.map(|next| platform.auth.cursor(&scope, &next)).transpose()?;
    let items = page.items.into_iter().map(CardBody::from).collect();
    let list = ProductList { items, next_cursor, total: page.total };
    Ok(shown.of(tagged(&headers, &list, Sharing::Public)))
}

/// Names the list that a cursor belongs to.
fn scope(search: &Search) -> String {
    format!("products {:?} {:?} {:?}", search.q, search.category, search.sort.unwrap_or_default())
}

/// A page size within bounds.
pub(super) fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    match asked.unwrap_or(LIMIT_DEFAULT) {
        limit @ 1..=LIMIT_MAX => Ok(limit),
        _ => Err(Problem::query("limit", "A page has 1 to 100 items.")),
    }
}

/// Shows a product for sale, by id or slug.
#[utoipa::path(get, path = "/v1/products/{product}", tag = "catalogue",
    params(("product" = String, Path, description = "id or slug")),
    responses((status = 200, body = ProductBody), ProductProblems))]
pub(crate) async fn get_one(
    State(platform): State<Platform>,
    Name(name): Name,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let products = &platform.shop.products;
    let missing = || Problem::missing("product-not-found");
    let (id, mut shown) = match name.parse::<ProductId>() {
        Ok(id) => (id, Shown::default()),
        Err(_) => {
            let shown = listed(&platform);
            (products.by_slug(&name).await?.ok_or_else(missing)?.0, shown)
        }
    };
    shown = shown.entity(format!("product-{id}"), products.watch(id));
    let product =
        products.get(id).await?.filter(|product| product.state.is_for_sale()).ok_or_else(missing)?;
    for variant in &product.state.variants {
        shown = shown.entity(format!("stock-{}", variant.id), platform.shop.stocks.watch(variant.id));
    }
    let available = available(&platform, &product.state).await?;
    Ok(shown.of(tagged(&headers, &ProductBody::of(id, &product.state, &available), Sharing::Public)))
}

/// An answer shows the list of all products, or finds something in it.
fn listed(platform: &Platform) -> Shown {
    match platform.runtime.projection_turns(ProductProjection::NAME) {
        Some(turns) => Shown::default().list("products", turns),
        None => Shown::default(),
    }
}

async fn available(platform: &Platform, product: &Product) -> Result<Vec<u32>, Problem> {
    let asking = product.variants.iter().map(|variant| platform.shop.stocks.available(variant.id));
    Ok(try_join_all(asking).await?)
}

/// Lists the categories that have products for sale.
#[utoipa::path(get, path = "/v1/categories", tag = "catalogue", responses((status = 200, body = CategoryList)))]
pub(crate) async fn categories(
    State(platform): State<Platform>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let shown = listed(&platform);
    let found = platform.shop.products.categories().await?;
    let items = found.into_iter().map(CategoryBody::from).collect();
    Ok(shown.of(tagged(&headers, &CategoryList { items }, Sharing::Public)))
}

/// The bytes of an image; they never change.
#[utoipa::path(get, path = "/v1/media/{sha256}", tag = "catalogue", params(("sha256" = String, Path)),
    responses((status = 200, content_type = "image/webp", body = Vec<u8>), MediaProblems))]
pub(crate) async fn media(
    State(platform): State<Platform>,
    Name(name): Name,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let bytes =
        platform.shop.blobs.get(&name).await.map_err(|error| Problem::not_ready(&error.to_string()))?;
    let bytes = bytes.ok_or_else(|| Problem::missing("media-not-found"))?;
    let tag = format!("\"{name}\"");
    let kept = [(CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()), (ETAG, tag.clone())];
    if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    Ok((kept, [(CONTENT_TYPE, "image/webp")], bytes).into_response())
}
